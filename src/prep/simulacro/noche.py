"""A simulated night: what each acta of a process says and what people do with it, repeatable by seed.

Times follow real nights (Tamaulipas 2023, Puebla 2018 and Jalisco's drills); what the actas say is `votos`'s.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prep.bitacora.nodos import DispositivoLocal
from prep.catalogo.informativo import Informativo
from prep.dominio.acta.hechos import Tipo, huella_lectura, sujeto_de
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.dominio.tabulacion.proceso import Proceso
from prep.simulacro.votos import Papel, Suerte, Votos

_ROLES: Final = ("cae", "acopiador", "digitalizador", "capturista", "verificador", "supervisor", "coordinador")
_ARRANQUE_MIN: Final = 45
"""Minutes from the closing of the casillas to the first actas."""
_UNA_MAL: Final = 0.06
"""Share in which one of the two people who type makes a mistake."""


@dataclass(slots=True)
class ActaSimulada(Papel):
    """One acta of the night. `movil`: it comes by phone. `hechos`: what people did so far. `coincide`: two people typed
    the same and nobody has looked at it since; `mal`: they typed the same mistake."""

    movil: bool
    hechos: list[Hecho] = field(default_factory=list)
    coincide: bool = False
    mal: bool = False


class Noche:
    """Imagines a night over a process. `cierre`: when casillas close (aware); `movil`: share that comes by phone;
    `ambas_mal`: share in which both people type the same mistake; `votos`: what the actas say, if not just anything."""

    def __init__(
        self,
        proceso: Proceso,
        informativo: Informativo,
        cierre: datetime,
        semilla: int,
        movil: float = 0.6,
        ambas_mal: float = 0.0,
        votos: Votos | None = None,
    ) -> None:
        self.proceso, self.cierre, self.movil, self.ambas_mal = proceso, cierre, movil, ambas_mal
        self.semilla = semilla
        de_veras = {rol: [p.persona for p in informativo.personas if p.rol == rol] for rol in _ROLES}
        inventadas = {rol: [f"{rol}-{i}" for i in range(3)] for rol in _ROLES if not de_veras[rol]}
        self._personas = de_veras | inventadas
        self.cargos = [(p.persona, p.rol, p.lugar) for p in informativo.personas]
        self.cargos += [(p, rol, "CCV") for rol, todos in inventadas.items() for p in todos]
        lugares = {(p.persona, p.rol): p.lugar for p in informativo.personas}
        self._en: dict[tuple[str, str], list[str]] = defaultdict(list)
        for rol, todos in self._personas.items():
            for p in todos:
                self._en[rol, lugares.get((p, rol), "")].append(p)
        self.telefonos = {p: _telefono(semilla, p) for p in self._personas["cae"]}
        self.votos = Votos(proceso, semilla) if votos is None else votos
        self._desde_el_principio()

    def _desde_el_principio(self) -> None:
        self.azar = random.Random(self.semilla)
        self._salidas: dict[str, int] = {}

    def actas(self) -> Iterator[ActaSimulada]:
        """Every acta, election by election, with its facts; its picture is only a name."""
        for acta in self.papeles():
            self.vivir(acta, _huella(self.proceso.clave, acta.esperada.clave))
            while acta.coincide:
                self.mirar(acta)
            yield acta

    def papeles(self) -> Iterator[ActaSimulada]:
        """Every acta as it was filled, before anybody touches it: the night begins, and is the same each time."""
        self._desde_el_principio()
        for p in self.votos.papeles():
            yield ActaSimulada(p.eleccion, p.esperada, p.suerte, p.valores, p.motivo, self.azar.random() < self.movil)

    # --- what people do ----------------------------------------------------------------------------------------------

    def vivir(self, acta: ActaSimulada, imagen: str) -> None:
        """Write the facts of an acta whose published picture has SHA-256 `imagen`, until two people typed the same."""
        azar, clave, catd = self.azar, acta.esperada.clave, acta.esperada.casilla.catd
        salida = self._salida(str(acta.esperada.casilla.clave))
        pluma = _Pluma(azar, self.cierre + timedelta(minutes=salida), clave, acta.hechos)
        uno, alli = self._uno, {"catd": catd} if catd else {}
        if acta.suerte is Suerte.SIN_ACTA:
            pluma.esperar(30, 240)
            pluma.escribir(Tipo.SIN_ACTA, uno("acopiador", en=catd), motivo=acta.motivo)
            pluma.esperar(1, 20)
            pluma.escribir(Tipo.SIN_ACTA_CONFIRMADA, uno("coordinador", en=catd), peticion=pluma.hechos[-1].id)
            return
        if acta.movil:
            quien = uno("cae")
            pluma.escribir(Tipo.FOTOGRAFIADA, quien, imagen=imagen, hora=pluma.hora.isoformat())
            pluma.esperar(0.1, 6)
        else:
            pluma.esperar(20, 150)
            pluma.escribir(Tipo.ACOPIADA, uno("acopiador", en=catd), hora=pluma.hora.isoformat(), **alli)
            pluma.esperar(1, 25)
            quien = uno("digitalizador", en=catd)
            if azar.random() < 0.02:
                mala = _huella(self.proceso.clave, clave, "mala")
                pluma.escribir(Tipo.DIGITALIZADA, quien, imagen=mala, **alli)
                pluma.escribir(Tipo.IDENTIFICADA, quien, imagen=mala, por="qr")
                pedida = pluma.escribir(
                    Tipo.OTRA_IMAGEN_PEDIDA, uno("capturista"), imagen=mala, motivo="No se distingue."
                )
                pluma.escribir(Tipo.OTRA_IMAGEN_CONFIRMADA, uno("supervisor"), peticion=pedida.id)
                pluma.esperar(3, 15)
            pluma.escribir(Tipo.DIGITALIZADA, quien, imagen=imagen, **alli)
        pluma.escribir(Tipo.IDENTIFICADA, quien, imagen=imagen, por="qr")
        suerte = azar.random()
        una_mal, acta.mal = suerte < _UNA_MAL, _UNA_MAL <= suerte < _UNA_MAL + self.ambas_mal
        lo_visto = acta.valores
        if una_mal or acta.mal:
            lo_visto = {**acta.valores, "votos": self._equivocar(acta.valores["votos"])}
        self._capturar(acta, pluma, imagen, lo_visto, lo_visto if acta.mal else acta.valores)
        if una_mal:
            self._dictaminar(acta, pluma)

    def mirar(self, acta: ActaSimulada, desde: datetime | None = None, revisada: str = "") -> None:
        """What people do, not before `desde`, with an acta in which two people typed the same.

        `revisada`: the fact with which the automatic reader sent it back; a third person rules. Otherwise a verifier
        looks at it, and returns it if it is wrong; it is typed again and must be looked at again.
        """
        pluma = _Pluma(self.azar, max(acta.hechos[-1].hora, desde or self.cierre), acta.esperada.clave, acta.hechos)
        pluma.sabe = revisada
        imagen, base = acta.hechos[-1].contenido["imagen"], _lectura(acta.hechos[-1])
        acta.coincide = False
        if revisada:
            self._dictaminar(acta, pluma)
        elif acta.mal:
            pluma.esperar(0.2, 3)
            pluma.escribir(Tipo.DEVUELTA, self._uno("verificador"), base=base, motivo="No dice lo mismo que la imagen.")
            acta.mal = False
            self._capturar(acta, pluma, imagen, acta.valores, acta.valores)
        else:
            self._verificar(pluma)

    def _capturar(
        self, acta: ActaSimulada, pluma: _Pluma, imagen: str, una: dict[str, Any], otra: dict[str, Any]
    ) -> None:
        pluma.esperar(3, 60)
        primera, segunda = self._dos("capturista")
        pluma.escribir(Tipo.CAPTURADA, primera, imagen=imagen, lugar="CCV", valores=una)
        pluma.esperar(0.3, 8)
        pluma.escribir(Tipo.CAPTURADA, segunda, imagen=imagen, lugar="CATD", valores=otra)
        acta.coincide = una == otra

    def _dictaminar(self, acta: ActaSimulada, pluma: _Pluma) -> None:
        """A third person rules; what none of the two had typed, a supervisor decides."""
        pluma.esperar(0.5, 10)
        imagen = acta.hechos[-1].contenido["imagen"]
        tercera = self._uno("verificador")
        pluma.escribir(Tipo.DICTAMINADA, tercera, imagen=imagen, valores=acta.valores)
        if acta.mal:
            pluma.esperar(0.5, 10)
            motivo, quien = "Se ve en la imagen.", self._uno("supervisor")
            pluma.escribir(Tipo.DECIDIDA, quien, imagen=imagen, valores=acta.valores, motivo=motivo)
            acta.mal = False
        self._verificar(pluma, tercera)

    def _verificar(self, pluma: _Pluma, salvo: str = "") -> None:
        base = _lectura(pluma.hechos[-1])
        pluma.esperar(0.2, 3)
        pluma.escribir(Tipo.VERIFICADA, self._uno("verificador", salvo), base=base)

    def _equivocar(self, votos: dict[str, Any]) -> dict[str, Any]:
        clave = self.azar.choice(list(votos))
        distinto = 7 if votos[clave] != 7 else 1
        return {**votos, clave: distinto}

    def _salida(self, casilla: str) -> int:
        """The three actas of a casilla travel together."""
        if casilla not in self._salidas:
            self._salidas[casilla] = salida(self.azar)
        return self._salidas[casilla]

    def _uno(self, rol: str, salvo: str = "", en: str = "") -> str:
        """Somebody of that role; of that centre, where it has any."""
        todos = self._personas[rol]
        suyos = self._en.get((rol, en), []) if en else todos
        if salvo:
            suyos = [p for p in suyos if p != salvo]
        return self.azar.choice(suyos or todos)

    def _dos(self, rol: str) -> list[str]:
        return self.azar.sample(self._personas[rol], 2)


def salida(azar: random.Random) -> int:
    """Minutes after closing when the package of a casilla leaves."""
    return _ARRANQUE_MIN + int(azar.gammavariate(2.2, 60))


def _telefono(semilla: int, persona: str) -> DispositivoLocal:
    """The phone of a CAE; its key is the same in every night of that seed."""
    secreto = hashlib.sha256(f"telefono:{semilla}:{persona}".encode()).digest()
    return DispositivoLocal(f"tel-{persona}", Ed25519PrivateKey.from_private_bytes(secreto))


def _lectura(hecho: Hecho) -> str:
    """Name of what a capture or a ruling says."""
    return huella_lectura(hecho.contenido["imagen"], hecho.contenido["valores"])


def _huella(*partes: str) -> str:
    """Name of a picture that nobody took."""
    return hashlib.sha256(":".join(partes).encode()).hexdigest()


class _Pluma:
    """Writes the facts of one acta as its clock advances."""

    def __init__(self, azar: random.Random, hora: datetime, acta: str, hechos: list[Hecho]) -> None:
        self.azar, self.hora, self.acta, self.hechos = azar, hora, acta, hechos
        self.sabe = ""
        """A fact that somebody else wrote and whoever writes next knows."""

    def esperar(self, minimo: float, maximo: float) -> None:
        """Let between `minimo` and `maximo` minutes pass."""
        self.hora += timedelta(seconds=int(60 * self.azar.uniform(minimo, maximo)))

    def escribir(self, tipo: Tipo, persona: str, **contenido: Any) -> Hecho:
        self.hora += timedelta(seconds=1)
        conocidos = {h.id for h in self.hechos[-1:]} | ({self.sabe} if self.sabe else set())
        self.sabe = ""
        hecho = nuevo_hecho(tipo, sujeto_de(self.acta), persona, self.hora, contenido, conocidos)
        self.hechos.append(hecho)
        return hecho

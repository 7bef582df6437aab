"""A simulated night: what each acta of a process says and what people do with it, repeatable by seed.

Proportions and times follow real nights (Tamaulipas 2023, Puebla 2018 and Jalisco's drills). The truth is kept apart,
so that what the system publishes can be compared with it.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prep.bitacora.nodos import DispositivoLocal
from prep.catalogo.informativo import Informativo
from prep.dominio.acta.hechos import Tipo, huella_lectura, sujeto_de
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.dominio.tabulacion.boleta import Boleta, TipoRecuadro
from prep.dominio.tabulacion.proceso import ActaEsperada, Eleccion, Proceso


class Suerte(StrEnum):
    """What happens to an acta that matters for its count."""

    NORMAL = "normal"
    PARCIAL = "parcial"  # some box without a readable number
    ILEGIBLE = "ilegible"
    VACIA = "vacia"
    EXCEDE = "excede"
    SIN_ACTA = "sin_acta"


_SUERTES: Final = (
    (Suerte.NORMAL, 905),
    (Suerte.PARCIAL, 70),
    (Suerte.ILEGIBLE, 4),
    (Suerte.VACIA, 5),
    (Suerte.EXCEDE, 5),
    (Suerte.SIN_ACTA, 11),
)
CUENTAN: Final = frozenset({Suerte.NORMAL, Suerte.PARCIAL})
_ROLES: Final = ("cae", "acopiador", "digitalizador", "capturista", "verificador", "supervisor", "coordinador")
_ARRANQUE_MIN: Final = 45
"""Minutes from the closing of the casillas to the first actas."""
_UNA_MAL: Final = 0.06
"""Share in which one of the two people who type makes a mistake."""


@dataclass(slots=True)
class ActaSimulada:
    """One acta of the night. `valores`: what the paper says; `movil`: it comes by phone. `hechos`: what people did so
    far. `coincide`: two people typed the same and nobody has looked at it since; `mal`: they typed the same mistake."""

    eleccion: Eleccion
    esperada: ActaEsperada
    suerte: Suerte
    valores: dict[str, Any]
    movil: bool
    hechos: list[Hecho] = field(default_factory=list)
    coincide: bool = False
    mal: bool = False

    @property
    def votos(self) -> dict[str, int]:
        return {c: v if isinstance(v, int) else 0 for c, v in self.valores["votos"].items()}


@dataclass(slots=True)
class Verdad:
    """What a perfect PREP would publish of one election, added up here without the product's own tabulation."""

    esperadas: int = 0
    contabilizadas: int = 0
    votos: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.votos.values())


class Noche:
    """Imagines a night over a process. `cierre`: when casillas close (aware); `movil`: share that comes by phone;
    `ambas_mal`: share in which both people type the same mistake."""

    def __init__(
        self,
        proceso: Proceso,
        informativo: Informativo,
        cierre: datetime,
        semilla: int,
        movil: float = 0.6,
        ambas_mal: float = 0.0,
    ) -> None:
        self.proceso, self.cierre, self.movil, self.ambas_mal = proceso, cierre, movil, ambas_mal
        self.azar = random.Random(semilla)
        de_veras = {rol: [p.persona for p in informativo.personas if p.rol == rol] for rol in _ROLES}
        inventadas = {rol: [f"{rol}-{i}" for i in range(3)] for rol in _ROLES if not de_veras[rol]}
        self._personas = de_veras | inventadas
        self.cargos = [(p.persona, p.rol, p.lugar) for p in informativo.personas]
        self.cargos += [(p, rol, "CCV") for rol, todos in inventadas.items() for p in todos]
        self.telefonos = {p: _telefono(semilla, p) for p in self._personas["cae"]}
        self._pesos: dict[tuple[str, int], list[float]] = {}
        self._salidas: dict[str, int] = {}
        self._fuerzas: dict[tuple[str, str], float] = {}

    def actas(self) -> Iterator[ActaSimulada]:
        """Every acta, election by election, with its facts; its picture is only a name."""
        for acta in self.papeles():
            self.vivir(acta, _huella(self.proceso.clave, acta.esperada.clave))
            while acta.coincide:
                self.mirar(acta)
            yield acta

    def papeles(self) -> Iterator[ActaSimulada]:
        """Every acta as it was filled, before anybody touches it."""
        for eleccion in self.proceso.elecciones:
            base = {r.clave: self.azar.uniform(0.3, 1) ** 2 for r in eleccion.columnas}
            for esperada in eleccion.actas:
                yield self._imaginar(eleccion, esperada, base)

    # --- what the paper says -----------------------------------------------------------------------------------------

    def _imaginar(self, eleccion: Eleccion, esperada: ActaEsperada, base: dict[str, float]) -> ActaSimulada:
        azar = self.azar
        boleta = eleccion.boletas[esperada.demarcacion]
        suerte = azar.choices([s for s, _ in _SUERTES], [p for _, p in _SUERTES])[0]
        casilla = esperada.casilla
        especial = casilla.especial or casilla.lista_nominal == 0
        padron = (casilla.boletas or 500) if especial else casilla.lista_nominal
        representantes = azar.randrange(0, 1 + min(6, esperada.representantes or 0))
        asistencia = azar.betavariate(11, 8)
        if suerte is Suerte.EXCEDE:
            asistencia = 1.3 + 40 / max(padron, 1)
        meta = padron * asistencia
        pesos = self._pesos_de(eleccion, esperada.demarcacion, boleta, base)
        votos: dict[str, Any] = {}
        for recuadro, peso in zip(boleta.recuadros, pesos, strict=True):
            esperado = meta * peso
            votos[recuadro.clave] = max(0, int(azar.gauss(esperado, esperado**0.5) + 0.5)) if esperado > 0.05 else 0
        total = sum(votos.values())
        tope = (padron if casilla.lista_nominal or especial else total) + (esperada.representantes or 0)
        if suerte is not Suerte.EXCEDE and total > tope:
            mayor = max(votos, key=lambda c: votos[c])
            votos[mayor] -= min(votos[mayor], total - tope)
            total = sum(votos.values())
        votos = {c: min(v, 999) for c, v in votos.items()}
        valores: dict[str, Any] = {
            "boletas_sobrantes": max(0, padron - total),
            "personas_votaron": max(0, total - representantes),
            "representantes_votaron": representantes,
            "votos_sacados": total,
            "total_asentado": total if azar.random() > 0.1 else max(0, total + azar.choice([-10, -1, 1, 9, 100])),
        }
        if suerte is Suerte.PARCIAL:
            for clave in azar.sample(list(votos), azar.choice([1, 1, 1, 2, 3])):
                votos[clave] = azar.choice(["Sin dato"] * 9 + ["Ilegible"])
        elif suerte in (Suerte.ILEGIBLE, Suerte.VACIA):
            marca = "Ilegible" if suerte is Suerte.ILEGIBLE else "Sin dato"
            votos = dict.fromkeys(votos, marca)
        valores["votos"] = votos
        return ActaSimulada(eleccion, esperada, suerte, valores, azar.random() < self.movil)

    def _pesos_de(self, eleccion: Eleccion, demarcacion: int, boleta: Boleta, base: dict[str, float]) -> list[float]:
        """Share of the votes that each box takes in a demarcation: a close race among candidacies, each divided among
        its boxes, with few votes for combinations."""
        llave = (eleccion.clave, demarcacion)
        if llave not in self._pesos:
            pesos = [0.0] * len(boleta.recuadros)
            for candidatura in boleta.candidaturas:
                partes = [
                    base[boleta.recuadros[i].clave]
                    * (0.02 if boleta.recuadros[i].tipo is TipoRecuadro.COMBINACION else 1.0)
                    for i in candidatura.recuadros
                ]
                propia = self._fuerzas.setdefault((eleccion.clave, candidatura.clave), self.azar.uniform(0.5, 1))
                fuerza = propia * max(1, len(candidatura.partidos)) ** 0.4 * self.azar.uniform(0.7, 1.4)
                for i, parte in zip(candidatura.recuadros, partes, strict=True):
                    pesos[i] = fuerza * parte / sum(partes)
            suma = sum(pesos)
            pesos[-2:] = [0.0005 * suma, 0.025 * suma]  # no registradas, nulos
            self._pesos[llave] = [p / sum(pesos) for p in pesos]
        return self._pesos[llave]

    # --- what people do ----------------------------------------------------------------------------------------------

    def vivir(self, acta: ActaSimulada, imagen: str) -> None:
        """Write the facts of an acta whose published picture has SHA-256 `imagen`, until two people typed the same."""
        azar, clave = self.azar, acta.esperada.clave
        salida = self._salida(str(acta.esperada.casilla.clave))
        pluma = _Pluma(azar, self.cierre + timedelta(minutes=salida), clave, acta.hechos)
        uno = self._uno
        if acta.suerte is Suerte.SIN_ACTA:
            pluma.esperar(30, 240)
            pluma.escribir(Tipo.SIN_ACTA, uno("acopiador"), motivo=azar.choice("1223"))
            pluma.esperar(1, 20)
            pluma.escribir(Tipo.SIN_ACTA_CONFIRMADA, uno("coordinador"), peticion=pluma.hechos[-1].id)
            return
        if acta.movil:
            quien = uno("cae")
            pluma.escribir(Tipo.FOTOGRAFIADA, quien, imagen=imagen, hora=pluma.hora.isoformat())
            pluma.esperar(0.1, 6)
        else:
            pluma.esperar(20, 150)
            pluma.escribir(Tipo.ACOPIADA, uno("acopiador"), hora=pluma.hora.isoformat())
            pluma.esperar(1, 25)
            quien = uno("digitalizador")
            if azar.random() < 0.02:
                mala = _huella(self.proceso.clave, clave, "mala")
                pluma.escribir(Tipo.DIGITALIZADA, quien, imagen=mala)
                pluma.escribir(Tipo.IDENTIFICADA, quien, imagen=mala, por="qr")
                pedida = pluma.escribir(
                    Tipo.OTRA_IMAGEN_PEDIDA, uno("capturista"), imagen=mala, motivo="No se distingue."
                )
                pluma.escribir(Tipo.OTRA_IMAGEN_CONFIRMADA, uno("supervisor"), peticion=pedida.id)
                pluma.esperar(3, 15)
            pluma.escribir(Tipo.DIGITALIZADA, quien, imagen=imagen)
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
        """Minutes after closing when a casilla's package leaves; the three actas of a casilla travel together."""
        if casilla not in self._salidas:
            self._salidas[casilla] = _ARRANQUE_MIN + int(self.azar.gammavariate(2.2, 60))
        return self._salidas[casilla]

    def _uno(self, rol: str, salvo: str = "") -> str:
        return self.azar.choice([p for p in self._personas[rol] if p != salvo] or self._personas[rol])

    def _dos(self, rol: str) -> list[str]:
        return self.azar.sample(self._personas[rol], 2)


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


def verdad(actas: Iterable[ActaSimulada]) -> dict[str, Verdad]:
    """What should be published, by election: what the papers say of the actas that count."""
    resultado: dict[str, Verdad] = {}
    for acta in actas:
        v = resultado.setdefault(acta.eleccion.clave, Verdad())
        v.esperadas += 1
        if acta.suerte in CUENTAN:
            v.contabilizadas += 1
            for clave, votos in acta.votos.items():
                v.votos[clave] = v.votos.get(clave, 0) + votos
    return resultado

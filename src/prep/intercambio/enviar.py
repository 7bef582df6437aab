"""Deliver to another node what it lacks, and bring what this one should know.

Each round asks first what the other has: nothing is remembered here that it does not say again, so a round may be cut
at any instant and the next goes on. Pictures go before the facts that name them. What the other refuses for good is
put aside and named, and what follows goes on.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, TypeGuard

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import InterfaceError, OperationalError, connection

from prep.bitacora import entregas, identidad
from prep.bitacora.autoridad import ambito, autoridad, instalacion
from prep.bitacora.entregas import Extremos
from prep.bitacora.nodos import NodoLocal, nodo_de_aqui, publica
from prep.bitacora.services import recibir
from prep.bitacora.sobres import Sobre, SobreInvalido, abrir, revisar_firma
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import HechoInvalido
from prep.intercambio import entre_nodos, nodo, objetos
from prep.intercambio.linea import Espere, Linea, NoQuiere, Otro, SinRespuesta
from prep.intercambio.models import Enlace
from prep.intercambio.recibos import FORMATO as FORMATO_RECIBO
from prep.plataforma import huella
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import cuantos
from prep.transparencia.canonico import NoCanonico, canonico

HECHOS: Final = 200
BYTES: Final = 2 * 2**20
"""Of one delivery. One that did not get through is half as many facts when it is tried again, until one does."""
DEL_PAQUETE: Final = "paquete"
"""Not one of those that it delivers to: what came with its enrolment."""
_NO_ES_FOTO: Final = (413, 415)
MAXIMO_APARTADOS: Final = 200
PRIMERA_ESPERA_S: Final = 1.0
ULTIMA_ESPERA_S: Final = 60.0


class ReciboFalso(Espere):
    """What came as a receipt was not signed by a node of the institute: it is as if nothing had come."""


@dataclass(slots=True)
class Balance:
    """What a round did. `apartados`: what the other refused for good, one sentence each."""

    hechos: int = 0
    fotos: int = 0
    bajados: int = 0
    apartados: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Envio:
    """The delivery to one other node. `decir`: how far it is (facts sent, facts to send); `vias`: how the ways to it
    are, where the line has several."""

    centro: str
    linea: Linea
    decir: Callable[[int, int], None] = lambda hechos, total: None
    vias: Callable[[], list[dict[str, Any]]] = list
    aqui: NodoLocal = field(default_factory=nodo_de_aqui)
    _otro: Otro = field(init=False)
    llegado: int = 0
    """Deliveries and pictures that got there: whether anything does."""
    _cuantos: int = field(default_factory=lambda: HECHOS)
    _revisadas: int = 0
    """Position here up to which the pictures that facts name are all there, but for `_ausentes`."""
    _ausentes: dict[str, None] = field(default_factory=dict)
    """Pictures that are neither there nor here whole. One may still come: in another file, from another phone."""

    def __post_init__(self) -> None:
        self._otro = Otro(self.linea, self.aqui, ambito())

    def ronda(self) -> Balance:
        """Send everything that it lacks and take everything that should be known. Raise `Espere` when it has to wait;
        what was done until then stands."""
        hecho = Balance()
        try:
            desde, sabe = self._presentarse()
            self._enviar(desde, hecho)
            self._fotos_de_antes(hecho)
            self._bajar(sabe, hecho)
        finally:
            self._anotar_vias()
        return hecho

    def _anotar_vias(self) -> None:
        fila = self._fila()
        if fila.vias != (vias := self.vias()):
            fila.vias = vias
            fila.save(update_fields=["vias"])

    # --- who has what ---

    def _presentarse(self) -> tuple[dict[str, int], int]:
        """After which sequence of each chain the other has nothing; up to which of its positions this node has what
        it should know."""
        nombres = entregas.cadenas()
        mios = entregas.extremos(nombres)
        dicho = self._pedir("POST", "/v1/nodo", {"cadenas": mios, "dice": self._decir_de_si()})
        try:
            faltan = {str(n): [(int(s), str(h)) for s, h in fines] for n, fines in dicho["faltan"].items()}
            hora, sabe = datetime.fromisoformat(dicho["hora"]), int(dicho["sabe"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Espere("la respuesta no se entiende") from None
        self._tomar_recibo(dicho.get("recibo"), dicho.get("nodo"))
        desde = {n: self._comun(n, fines) for n, fines in faltan.items() if n in mios}
        ajenas = entregas.del_centro() - {self.aqui.nodo}
        tiene = {n: fines[0][0] for n, fines in mios.items() if n not in faltan} | desde
        fila = self._fila()
        fila.contacto, fila.desfase = nodo.reloj.ahora(), int((nodo.reloj.ahora() - hora).total_seconds())
        fila.tiene = {n: s for n, s in tiene.items() if n not in ajenas}
        fila.save()
        return desde, sabe

    def _comun(self, nombre: str, suyos: Extremos) -> int:
        """The last sequence of a chain that both have. Where it forked, what this side knows that was received."""
        comunes = {n for _, n, _ in entregas.estan((nombre, s, h) for s, h in suyos)}
        if comunes:
            return max(comunes)
        return identidad.visto(nombre)[0] if nombre == self.aqui.nodo else 0

    def _decir_de_si(self) -> Mapping[str, Any]:
        fila = self._fila()
        return {
            "version": huella.huella()[:32],
            "por_enviar": entregas.contar(por_enviar(fila)),
            "rechazados": len(fila.apartados),
            "hora": nodo.reloj.ahora().isoformat(),
            "via": next((n for n, via in enumerate(self.vias(), 1) if via["en_uso"]), 1),
        }

    # --- up ---

    def _enviar(self, desde: dict[str, int], hecho: Balance) -> None:
        total, despues, van = entregas.contar(desde), 0, 0
        self.decir(0, total)
        while tomados := entregas.siguientes(desde, despues, self._cuantos, BYTES):
            sobres = [sobre for _, sobre in tomados]
            try:
                self._entregar_fotos(imagenes(sobres), hecho)
                dicho = self._pedir("POST", "/v1/nodo/hechos", [s.escribir() for s in sobres])
            except SinRespuesta:
                self._cuantos = max(1, len(sobres) // 2)
                raise
            self._cuantos = min(HECHOS, 2 * self._cuantos)
            self.llegado += 1
            self._tomar_recibo(dicho.get("recibo"))
            try:
                rechazados = [(sobres[int(no["lugar"])], str(no["motivo"])) for no in dicho["rechazados"]]
                hecho.hechos += int(dicho["nuevos"])
            except (KeyError, TypeError, ValueError, IndexError):
                raise Espere("la respuesta no se entiende") from None
            for sobre, motivo in rechazados:
                self._apartar(f"Hecho {sobre.secuencia} de «{sobre.nodo}»: {motivo}", hecho)
                desde.pop(sobre.nodo, None)  # nothing after it in its chain can be taken in
            despues = tomados[-1][0]
            self._anotar_tiene(sobres, desde)
            van += len(sobres)
            self.decir(van, total)

    def _anotar_tiene(self, sobres: Iterable[Sobre], desde: Mapping[str, int]) -> None:
        fila = self._fila()
        for s in sobres:
            if s.nodo in desde:
                fila.tiene[s.nodo] = max(s.secuencia, fila.tiene.get(s.nodo, 0))
        fila.contacto = nodo.reloj.ahora()
        fila.save(update_fields=["tiene", "contacto"])

    def _fotos_de_antes(self, hecho: Balance) -> None:
        """Pictures of facts that got there by another way, or before their pictures. Of facts that were looked at in
        another round, only those that were not here then, once they are: what a round costs does not grow."""
        llegadas = [h for h in self._ausentes if _es(objetos.leer(h), h)]
        for i in range(0, len(llegadas), entre_nodos.MAXIMO_FOTOS):
            self._entregar_fotos(llegadas[i : i + entre_nodos.MAXIMO_FOTOS], hecho)
        ajenas = entregas.del_centro() - {self.aqui.nodo}
        suyas = {n: 0 for n in entregas.cadenas() if n not in ajenas}
        while tomados := entregas.siguientes(suyas, self._revisadas, entre_nodos.MAXIMO_FOTOS, 2**30):
            self._entregar_fotos(imagenes(s for _, s in tomados), hecho, que_haya=False)
            self._revisadas = tomados[-1][0]

    def _entregar_fotos(self, huellas: list[str], hecho: Balance, que_haya: bool = True) -> None:
        if not huellas:
            return
        dichas = self._pedir("POST", "/v1/nodo/fotos", huellas).get("faltan", [])
        faltan = [h for h in dichas if h in huellas]
        resueltas = set(huellas).difference(faltan)
        for huella_ in faltan:
            foto = objetos.leer(huella_)
            if not _es(foto, huella_):
                self._ausentes[huella_] = None
                if foto is not None or que_haya:
                    porque = "no está en este equipo" if foto is None else "se dañó en este equipo"
                    self._apartar(f"{_foto(huella_)} {porque}.", hecho)
                continue
            try:
                self._otro.pedir("PUT", f"/v1/nodo/objetos/sha256/{huella_}", foto, "image/jpeg")
            except NoQuiere as no:
                if no.estado not in _NO_ES_FOTO:
                    raise
                self._apartar(f"{_foto(huella_)} {no}", hecho)
            else:
                hecho.fotos += 1
                self.llegado += 1
                resueltas.add(huella_)
            self._ausentes.pop(huella_, None)
        self._ya_estan(resueltas)

    def _ya_estan(self, huellas: set[str]) -> None:
        """Nothing is put aside any more of pictures that are there."""
        for huella_ in huellas & self._ausentes.keys():
            del self._ausentes[huella_]
        fila, suyas = self._fila(), tuple(map(_foto, huellas))
        if len(quedan := [a for a in fila.apartados if not a.startswith(suyas)]) < len(fila.apartados):
            fila.apartados = quedan
            fila.save(update_fields=["apartados"])

    # --- down ---

    def _bajar(self, despues: int, hecho: Balance) -> None:
        """Take what should be known, a piece at a time. What was written here meanwhile goes up after each: of a node
        that was cut for hours, or that a slow line reaches, the centre waits for no more than a piece."""
        while True:
            dicho = self._otro.pedir("GET", f"/v1/nodo/hechos/{despues}")
            try:
                lote, hasta, total = list(dicho["hechos"]), int(dicho["hasta"]), int(dicho["total"])
            except (KeyError, TypeError, ValueError):
                raise Espere("la respuesta no se entiende") from None
            if lote:
                recibo = recibir(lote[: entre_nodos.MAXIMO_HECHOS], nodo.reloj.ahora())
                hecho.bajados += recibo.nuevos
                if recibo.rechazados:
                    self._apartar(f"Del centro no se pudo tomar un hecho: {recibo.rechazados[0][1]}", hecho)
                    return
            if hasta >= total or hasta <= despues:
                return
            despues = hasta
            nuevos = por_enviar(self._fila())
            if entregas.contar(nuevos):
                self._enviar(nuevos, hecho)

    # --- what is kept ---

    def _tomar_recibo(self, dicho: Any, presentado: Any = None) -> None:
        """Keep a good receipt of this node's chain; stop writing if somebody else writes under this name."""
        recibo = self._revisado(dicho, presentado)
        try:
            hasta = int(recibo["hasta"])
            ramas = [(self.aqui.nodo, int(s), str(h)) for s, h in recibo["ramas"]]
            mias = entregas.estan(ramas)
        except (KeyError, TypeError, ValueError):
            raise ReciboFalso("el recibo no se entiende") from None
        if ramas and not mias and identidad.detenido(self.aqui.nodo) is None:
            # Of two machines with one name, the first to deliver finds its own end there, and goes on.
            identidad.detener(
                self.aqui.nodo,
                f"el centro ya tiene su hecho {hasta}, que aquí no está; otro equipo usa ese nombre, o esta base de "
                "datos se restauró de una copia.",
            )
        for _, secuencia, hoja in mias:
            identidad.anotar_visto(self.aqui.nodo, secuencia, hoja)
        fila = self._fila()
        fila.recibo = dicho
        fila.save(update_fields=["recibo"])

    def _revisado(self, dicho: Any, presentado: Any) -> Mapping[str, Any]:
        try:
            recibo = dicho["recibo"]
            quien = recibo["nodo"]
            firma = base64.b64decode(dicho["firma"], validate=True)
            esperado = (FORMATO_RECIBO, ambito(), f"nodo:{self.aqui.nodo}", "nodo")
            if (recibo["formato"], recibo["ambito"], recibo["dispositivo"], recibo["de"]) != esperado:
                raise ReciboFalso("el recibo es de otro equipo o de otro proceso")
            llave = self._llave_de(quien, presentado)
            llave.verify(firma, canonico(recibo))
        except (InvalidSignature, KeyError, TypeError, ValueError, NoCanonico):
            raise ReciboFalso("el recibo no lo firmó un nodo del instituto") from None
        return recibo

    def _llave_de(self, quien: str, presentado: Any) -> Ed25519PublicKey:
        """Key of whoever signs a receipt: by the facts that are here, or by the enrolment that it shows."""
        conocido = autoridad().nodos.get(quien)
        if conocido is not None:
            return publica(bytes.fromhex(conocido.llave))
        try:
            sobre = abrir(presentado, ambito())
            revisar_firma(sobre, publica(bytes(instalacion().llave)))
        except (SobreInvalido, HechoInvalido):
            raise ReciboFalso("quien contesta no es un nodo del instituto") from None
        hecho = sobre.hecho
        if (sobre.nodo, hecho.sujeto, hecho.tipo) != (INSTITUTO, f"nodo:{quien}", "alta"):
            raise ReciboFalso("quien contesta no es un nodo del instituto")
        return publica(bytes.fromhex(hecho.contenido["llave"]))

    def _apartar(self, porque: str, hecho: Balance) -> None:
        if porque not in hecho.apartados:
            hecho.apartados.append(porque)
        fila = self._fila()
        if porque not in fila.apartados and len(fila.apartados) < MAXIMO_APARTADOS:
            fila.apartados = [*fila.apartados, porque]
            fila.save(update_fields=["apartados"])

    def _fila(self) -> Enlace:
        return Enlace.objects.get_or_create(centro=self.centro)[0]

    def _pedir(self, metodo: str, ruta: str, que: Any) -> Any:
        dicho = self._otro.pedir(metodo, ruta, orjson.dumps(que))
        if not isinstance(dicho, dict):
            raise Espere("la respuesta no se entiende")
        return dicho


def por_enviar(fila: Enlace | None) -> dict[str, int]:
    """After which sequence of each chain there is something that the other was not seen to have: the chains that did
    not come from it."""
    ajenas = entregas.del_centro() - {nodo_de_aqui().nodo}
    dichos = [e.tiene for e in (fila, Enlace.objects.filter(centro=DEL_PAQUETE).first()) if e]
    return {n: max((int(d.get(n, 0)) for d in dichos), default=0) for n in entregas.cadenas() if n not in ajenas}


def enlaces() -> list[Enlace]:
    """Those that this node delivers to."""
    return list(Enlace.objects.exclude(centro=DEL_PAQUETE).order_by("centro"))


def anotar_del_paquete() -> None:
    """What is here came from the centre: it is not to be sent back."""
    hasta = {n: fines[0][0] for n, fines in entregas.extremos(entregas.cadenas()).items()}
    Enlace.objects.get_or_create(centro=DEL_PAQUETE, defaults={"tiene": hasta})


def imagenes(sobres: Iterable[Sobre]) -> list[str]:
    """Pictures that these facts name, each once."""
    nombradas = (s.hecho.contenido.get("imagen") for s in sobres if s.hecho.interpretado)
    return list(dict.fromkeys(h for h in nombradas if isinstance(h, str)))


def _foto(huella_: str) -> str:
    """How what is put aside of a picture begins."""
    return f"Fotografía {huella_[:12]}:"


def _es(foto: bytes | None, huella_: str) -> TypeGuard[bytes]:
    """Whether the picture is here, and was not damaged."""
    return foto is not None and sha256(foto).hexdigest() == huella_


@dataclass(slots=True)
class Paciencia:
    """How long to wait after so many failures in a row: twice as long each time, and never all at once."""

    azar: random.Random = field(default_factory=random.SystemRandom)
    seguidas: int = 0

    def tras(self, error: Espere) -> float:
        espera = min(ULTIMA_ESPERA_S, PRIMERA_ESPERA_S * 2**self.seguidas) * self.azar.uniform(0.5, 1.5)
        self.seguidas = min(self.seguidas + 1, 16)
        return max(espera, error.segundos * self.azar.uniform(1.0, 1.5))


def insistir(
    envio: Envio,
    cada: float | None,
    dormir: Callable[[float], None],
    decir: Callable[[str], None],
    paciencia: Paciencia | None = None,
    intentos: int = 6,
) -> Balance:
    """Round after round. With `cada`, without end, so many seconds apart, also while the database is away; else until
    one is whole, and no more than so many failures in a row without anything that got there. Raise `Impedimento` where
    it is no use going on."""
    paciencia = paciencia or Paciencia()
    while True:
        habia = envio.llegado
        try:
            hecho = envio.ronda()
        except (InterfaceError, OperationalError):
            if cada is None:
                raise
            connection.close()
            espera = paciencia.tras(Espere(""))
            decir(f"La base de datos de aquí no responde. Se intenta otra vez en {espera:.0f} s; nada se perdió.")
            dormir(espera)
            continue
        except Espere as error:
            if envio.llegado > habia:
                paciencia.seguidas = 0
            espera = paciencia.tras(error)
            if cada is None and paciencia.seguidas >= intentos:
                faltan = entregas.contar(por_enviar(envio._fila()))
                raise Impedimento(
                    f"No se pudo enviar: {error}. Faltan {cuantos(faltan, 'hecho')}; nada se perdió. Vuelva a "
                    "intentarlo o llévelos en un archivo con «prep lote exportar»."
                ) from None
            decir(f"No se pudo: {error}. Se intenta otra vez en {espera:.0f} s; nada se perdió.")
            dormir(espera)
            continue
        except NoQuiere as no:
            if cada is None or no.codigo in ("desconocido", "firma", "baja", "sin_firma"):
                raise Impedimento(f"El centro no recibe a este equipo: {no}") from None
            decir(f"El centro no lo recibió: {no}")
            dormir(cada)
            continue
        paciencia.seguidas = 0
        if cada is None:
            return hecho
        if hecho.hechos or hecho.fotos or hecho.bajados:
            decir(dicho(hecho))
        dormir(cada)


def dicho(hecho: Balance) -> str:
    fotos = cuantos(hecho.fotos, "fotografía", "fotografías")
    return (
        f"Enviado: {cuantos(hecho.hechos, 'hecho')} y {fotos}. Recibido del centro: {cuantos(hecho.bajados, 'hecho')}."
    )

"""A published night again: its facts through the bitácora, cortes along its own clock; and what the last one says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import orjson
from django.db import transaction

from prep.bitacora.nodos import DispositivoLocal, NodoInstituto, NodoLocal
from prep.bitacora.services import anotar, fundar_instalacion
from prep.dominio.comun.hecho import Hecho
from prep.dominio.tabulacion.contabilidad import INCONSISTENCIAS
from prep.plataforma.almacen import Almacen
from prep.publicacion.corte import Corte, constancias_previstas, dejar_constancia, hacer_corte
from prep.publicacion.publicador import Publicador
from prep.reproduccion.apuntador import apuntador
from prep.reproduccion.comparar import ActaCalculada, EleccionCalculada
from prep.reproduccion.cortador import cortador
from prep.reproduccion.derivar import Derivado
from prep.reproduccion.guion import PUBLICA, Guion

LOTE: Final = 20_000
"""Facts in one transaction: an acta is folded once in each that has any of its facts."""


@dataclass(slots=True)
class Reproduccion:
    """What a replay did."""

    hechos: int = 0
    cortes: list[Corte] = field(default_factory=list)


def horas_de_corte(guion: Guion, cada: timedelta) -> list[datetime]:
    """When cortes are made: every `cada` on the clock since something can be published, and at the close."""
    cierre = guion.cierre
    primera = next((m.ms for m in guion.momentos if m.paso in PUBLICA), None)
    if primera is None:
        return [cierre]
    paso = int(cada.total_seconds() * 1000)
    desfase = int((cierre.utcoffset() or timedelta()).total_seconds() * 1000)
    hora = -(-(primera + desfase) // paso) * paso - desfase
    fin = int(cierre.timestamp() * 1000)
    return [datetime.fromtimestamp(t / 1000, cierre.tzinfo) for t in range(hora, fin, paso)] + [cierre]


def reproducir(
    derivado: Derivado,
    guion: Guion,
    publicador: Publicador,
    nodo: NodoLocal,
    cada: timedelta,
    avance: Callable[[int, Corte | None], None] = lambda hechos, corte: None,
) -> Reproduccion:
    """Replay on the current database, which must have no facts of these actas.

    `publicador` has published nothing yet. While a corte is made, in another process, the facts of the hour that
    follows, which a third one made, are written here; in the bitácora they come after what it puts on record, as if
    this had waited for it. `avance` is told how many facts were appended and each corte. Raises what `anotar` and
    `hacer_corte` raise.
    """
    hecha = Reproduccion()
    instituto = publicador.firmante
    assert instituto is not None
    raiz, telefonos = NodoInstituto(instituto, instituto.llave.publica), guion.telefonos
    fundar_instalacion(
        derivado.proceso.clave, publicador.modo.value, raiz, nodo, guion.cargos, guion.inicio, telefonos=telefonos
    )
    publicador.nodo = nodo
    escritor = _Escritor(publicador, nodo, telefonos)
    cortes = horas_de_corte(guion, cada)

    def contar(hechos: Sequence[Hecho]) -> None:
        hecha.hechos += len(hechos)
        avance(len(hechos), None)

    with apuntador(guion, cortes) as por_hora:
        escritor.escribir(hechos := next(por_hora), cortes[0])
        contar(hechos)
        with cortador(publicador) as otro:
            for numero, (hora, siguiente) in enumerate(pairwise(cortes), 1):
                preparado = otro.preparar(hora)
                escritor.escribir_tras(preparado, numero, hora, hechos := next(por_hora), siguiente)
                hecha.cortes.append(otro.cambiar())
                avance(0, hecha.cortes[-1])
                contar(hechos)
    # One workbook, at the end: every other corte is made on one core.
    hecha.cortes.append(hacer_corte(publicador, cortes[-1], cierre=derivado.cierre))
    avance(0, hecha.cortes[-1])
    return hecha


@dataclass(slots=True)
class _Escritor:
    """Whoever writes the facts. `telefonos`: by person, with the end of their chains."""

    publicador: Publicador
    nodo: NodoLocal
    telefonos: dict[str, DispositivoLocal]

    def escribir(self, hechos: Sequence[Hecho], hora: datetime) -> None:
        """Those that the corte of that `hora` is the first to know."""
        for i in range(0, len(hechos), LOTE):
            lote = hechos[i : i + LOTE]
            anotar(lote, self.nodo, max(lote[-1].hora, hora), self.telefonos)

    def escribir_tras(
        self, preparado: Future[list[Hecho]], numero: int, suya: datetime, hechos: Sequence[Hecho], hora: datetime
    ) -> None:
        """Those that follow corte `numero`, of the hour `suya`, after what it puts on record: that is supposed, while
        its files are not in the store, and all is written again where it was something else."""
        constancias = constancias_previstas(self.publicador, numero, suya)
        previos = self.telefonos
        while True:
            self.telefonos = {quien: replace(telefono) for quien, telefono in previos.items()}
            with transaction.atomic():
                dejar_constancia(self.publicador, suya, constancias)
                self.escribir(hechos, hora)
                if (dichas := preparado.result()) == constancias:
                    return
                transaction.set_rollback(True)
            constancias = dichas


def leer_publicado(almacen: Almacen, ruta: str, derivado: Derivado) -> dict[str, EleccionCalculada]:
    """What a corte says of every election, from the documents that anybody can download."""
    calculadas = {}
    for eleccion in derivado.proceso.elecciones:
        resumen = _documento(almacen, f"{ruta}/{eleccion.clave}/resumen.json")
        actas: dict[str, ActaCalculada] = {}
        for id_ in eleccion.demarcaciones:
            documento = _documento(almacen, f"{ruta}/{eleccion.clave}/demarcacion/{id_}.json")
            for seccion in documento["secciones"]:
                for casilla in seccion["casillas"]:
                    for acta in casilla["actas"]:
                        total = acta.get("valores", {}).get("total_calculado")
                        inconsistente = not INCONSISTENCIAS.isdisjoint(acta.get("observaciones", ()))
                        actas[acta["clave"]] = ActaCalculada(acta.get("contabilizada"), total, inconsistente)
        calculadas[eleccion.clave] = EleccionCalculada(resumen["estadistica"], actas)
    return calculadas


def _documento(almacen: Almacen, ruta: str) -> Any:
    crudo = almacen.leer(ruta)
    if crudo is None:
        raise FileNotFoundError(f"El corte no tiene {ruta}.")
    return orjson.loads(crudo)

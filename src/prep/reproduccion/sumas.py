"""Which columns are vote boxes, by what their rows add up to, where their names do not say it.

A column whose name nobody knows is a box where the votes add up to the published sum only with it, and none where they
do only without it. What no sum says is decided by its place, said, and looked at again once every row has been read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations
from typing import Final, NoReturn

from prep.dominio.comun.valores import MAXIMO
from prep.reproduccion.campos import CeldaInvalida, celda
from prep.reproduccion.publicado import Anomalia, BasePublicada, Celda, ErrorDeLectura, Hueco, Renglon

MAYORIA: Final = 80
"""Percentage of the rows that must add up for their columns to be taken as the vote boxes."""
MAX_TANTEO: Final = 120
"""Of more doubtful columns than this, no part is tried."""
SUMAS: Final = ("calculado", "total_asentado", "votos_sacados")
"""Columns that hold the sum of the boxes, best first."""
_ILEGIBLE: Final = 10**15
"""In the place of a cell that is no number: nothing that has it adds up."""


@dataclass(frozen=True, slots=True)
class Filas:
    """The rows that publish a sum, and what the candidacies of each must add up to."""

    celdas: tuple[Sequence[str], ...] = ()
    esperadas: tuple[int, ...] = ()

    def valores(self, i: int) -> list[int]:
        """Column `i`; a cell that says nothing is 0."""
        return [_valor(fila, i) for fila in self.celdas]

    def aciertos(self, sumas: Iterable[int]) -> int:
        """How many of these sums, one of each row, are what is expected."""
        return sum(s == e for s, e in zip(sumas, self.esperadas, strict=True))

    def sumas(self, columnas: Iterable[int]) -> list[int]:
        """What some columns add up to in each row."""
        valores = [self.valores(i) for i in columnas]
        return [sum(fila) for fila in zip(*valores, strict=True)] if valores else [0] * len(self.celdas)

    def suman(self, columnas: Collection[int]) -> bool:
        """Whether most rows add up with these columns; none do without one."""
        aciertos = self.aciertos(self.sumas(columnas)) if columnas else 0
        return aciertos > 0 and 100 * aciertos >= MAYORIA * len(self.celdas)


def filas_con_suma(muestra: Sequence[Sequence[str]], lugar: dict[str, int]) -> Filas:
    """The rows that publish a sum; none when the file has no column for it, or nothing in it."""
    aparte = [lugar[c] for c in ("no_registradas", "nulos") if c in lugar]
    for campo in SUMAS:
        if campo in lugar:
            filas = [f for f in muestra if 0 < _valor(f, lugar[campo]) < _ILEGIBLE]
            if filas:
                esperadas = (_valor(f, lugar[campo]) - sum(_valor(f, i) for i in aparte) for f in filas)
                return Filas(tuple(filas), tuple(esperadas))
    return Filas()


def leida(fila: Sequence[str], i: int) -> Celda | None:
    """One cell; `None` when it is not there or holds what a vote box cannot."""
    try:
        return celda(fila[i])
    except (CeldaInvalida, IndexError):
        return None


def _valor(fila: Sequence[str], i: int) -> int:
    valor = leida(fila, i)
    return valor if isinstance(valor, int) else _ILEGIBLE if valor is None else 0


@dataclass(frozen=True, slots=True)
class Lectura:
    """Columns taken as the boxes, the rows that add up with them, and whether others are as good."""

    columnas: tuple[int, ...]
    aciertos: int
    empatada: bool = False


def mejor_lectura(columnas: Sequence[int], dudosas: Collection[int], filas: Filas) -> Lectura:
    """All of some columns, or those that are certain with a run of the doubtful ones or without it: with which most
    rows add up, and of as good ones the most columns."""
    ciertas = [i for i in columnas if i not in dudosas]
    otras = [i for i in columnas if i in dudosas]
    hasta = [filas.sumas(ciertas)]
    for i in otras:
        hasta.append([antes + v for antes, v in zip(hasta[-1], filas.valores(i), strict=True)])
    mejor = Lectura(tuple(columnas), filas.aciertos(hasta[-1]))
    if mejor.aciertos == len(filas.celdas) or len(otras) > MAX_TANTEO:
        return mejor
    for a, b in combinations(range(len(hasta)), 2):
        tramo = [y - x for x, y in zip(hasta[a], hasta[b], strict=True)]
        con = [x + v for x, v in zip(hasta[0], tramo, strict=True)]
        sin = [x - v for x, v in zip(hasta[-1], tramo, strict=True)]
        # A run at either end is what is left without the one at the other.
        dentro = [(otras[a:b], con)] if a > 0 and b < len(otras) else []
        for suyas, sumas in [*dentro, ([*otras[:a], *otras[b:]], sin)]:
            aciertos, cuantas = filas.aciertos(sumas), len(ciertas) + len(suyas)
            if (aciertos, cuantas) > (mejor.aciertos, len(mejor.columnas)):
                mejor = Lectura(tuple(sorted([*ciertas, *suyas])), aciertos)
            elif (aciertos, cuantas) == (mejor.aciertos, len(mejor.columnas)):
                mejor = replace(mejor, empatada=True)
    return mejor


def probar_total(base: BasePublicada, columna: str) -> None:
    """Take the only total of a file, which was read as the sum, as the written one, which may be any and accuses
    nobody: where the header adds up the votes and not it, or neither, and it is not the sum of most rows."""
    con_total = [r for r in base.renglones if isinstance(r.calculado, int) and r.suma and "votos" not in r.no_leidas]
    otros = [r for r in con_total if r.calculado != r.suma]
    if not otros:
        return
    cuentan = [r for r in base.renglones if r.contabilizada == 1 or "contabilizada" not in base.propios_campos]
    publicado = base.resumen.get("TOTAL_VOTOS_C_CS")
    de_votos = sum(r.suma for r in cuentan)
    de_totales = sum(r.calculado if isinstance(r.calculado, int) else r.suma for r in cuentan)
    if publicado == de_totales or (publicado != de_votos and 100 * len(otros) <= (100 - MAYORIA) * len(con_total)):
        return
    porque = "y el encabezado suma los votos" if publicado == de_votos else "la mayoría"
    mensaje = (
        f"No es la suma de los votos en {len(otros):,} renglones, {porque}: se lee como el total que dice el acta."
    )
    base.anomalias.append(Anomalia(base.archivo, base.linea_columnas, columna, mensaje))
    base.propios_campos = base.propios_campos - {"calculado"} | {"total_asentado"}
    for r in base.renglones:
        escrito = Hueco.VACIO if r.calculado is None else r.calculado
        r.totales["total_asentado"] = Hueco.NO_LEIDO if isinstance(escrito, int) and escrito > MAXIMO else escrito
        r.calculado = None
        r.no_leidas -= {"calculado"}


CERCA: Final = 100
"""A total that is off by less than one part in these is of the same boxes."""


def confirmar(base: BasePublicada, supuestas: Iterable[int]) -> None:
    """Look again, once every row has been read, at the boxes that only their place made so, and say which are still.

    `supuestas`: where they are in the votes of a row. Raises `ErrorDeLectura` when the votes add up without one.
    """
    sin_probar = [i for i in supuestas if not _la_confirman(base, i)]
    if sin_probar and not any(_suma_publicada(r) for r in base.renglones):
        sin_probar = _por_el_encabezado(base, sin_probar)
    if sin_probar:
        nombres = ", ".join(base.nombres_recuadros[i] for i in sin_probar)
        mensaje = f"Se toman como recuadros de votos solo por su lugar, sin suma que lo diga: {nombres}."
        base.anomalias.append(Anomalia(base.archivo, base.linea_columnas, "", mensaje))


def _suma_publicada(r: Renglon) -> int:
    publicadas = (r.calculado, *(r.totales.get(c) for c in SUMAS))
    return next((v for v in publicadas if isinstance(v, int)), 0)


def _la_confirman(base: BasePublicada, i: int) -> bool:
    """Some row with votes in the box adds up, and no more of them only without it."""
    con = sin = 0
    for r in base.renglones:
        v = r.votos[i]
        if isinstance(v, int) and v:
            con += r.suma == _suma_publicada(r)
            sin += r.suma - v == _suma_publicada(r)
    if sin > con:
        _rechazar(base, [i], f"en {sin} renglones los votos suman lo que publica la fuente, y con ella en {con}")
    return con > 0


def _por_el_encabezado(base: BasePublicada, dudosas: Sequence[int]) -> list[int]:
    """Those of some boxes that the header's total does not confirm: none when the rows that count add up to it."""
    publicado = base.resumen.get("TOTAL_VOTOS_C_CS")
    if not isinstance(publicado, int):
        return list(dudosas)
    cuentan = [r for r in base.renglones if r.contabilizada == 1 or "contabilizada" not in base.propios_campos]
    total = sum(r.suma for r in cuentan)
    if total == publicado:
        return []
    hasta = [0, *accumulate(sum(v for r in cuentan if isinstance(v := r.votos[i], int)) for i in dudosas)]
    for a, b in combinations(range(len(hasta)), 2):
        dentro = hasta[b] - hasta[a]
        for sobran, suyos in ((dudosas[a:b], dentro), ([*dudosas[:a], *dudosas[b:]], hasta[-1] - dentro)):
            sin = total - suyos
            if sin == publicado or abs(sin - publicado) * CERCA < publicado <= abs(total - publicado) * CERCA:
                _rechazar(base, sobran, f"los votos suman {sin}, con ella {total} y el encabezado dice {publicado}")
    return list(dudosas)


def _rechazar(base: BasePublicada, sobran: Sequence[int], porque: str) -> NoReturn:
    nombres = ", ".join(base.nombres_recuadros[i] for i in sobran)
    mensaje = (
        f"no se sabe si es de votos: sin ella {porque}. Quítela, o dele el nombre que tiene en docs/reproducir.md."
    )
    raise ErrorDeLectura(base.archivo, mensaje, base.linea_columnas, nombres)

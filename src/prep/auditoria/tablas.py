"""What the kit finds, as CSV files that a spreadsheet opens: no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prep.publicacion.celdas import texto_seguro

if TYPE_CHECKING:
    from prep.auditoria.ignorados import Ignorado
    from prep.auditoria.separacion import Doble

IGNORADOS = ("corte", "posicion", "recibido", "sujeto", "tipo", "persona", "nodo", "hecho", "motivo", "explicacion")
DOBLES = ("acta", "quien", "cuenta", "posicion", "recibido", "tipo", "nodo", "hecho", "conto")
LECTURAS = ("cuando", "persona", "que", "objeto", "terminal", "motivo")


def escribir(destino: Path, cabezas: Sequence[str], filas: Iterable[Sequence[object]]) -> int:
    """Write a new file, whole or not at all; how many rows. UTF-8 with its mark."""
    escritas = 0
    with destino.open("x", encoding="utf-8-sig", newline="") as salida:
        try:
            escritor = csv.writer(salida)
            escritor.writerow(cabezas)
            for fila in filas:
                escritor.writerow(["" if v is None else texto_seguro(str(v)) for v in fila])
                escritas += 1
        except BaseException:
            destino.unlink()
            raise
    return escritas


def de_ignorados(hallados: Iterable[Ignorado]) -> Iterator[Sequence[object]]:
    for i in hallados:
        a, e = i.asiento, i.asiento.escrito
        h = e.hecho
        yield a.corte, a.posicion, a.recibido.isoformat(), h.sujeto, h.tipo, h.persona, e.nodo, h.id, i.por.name, i.por


def de_dobles(hallados: Iterable[Doble]) -> Iterator[Sequence[object]]:
    for d in hallados:
        for a, conto in d.actos:
            h = a.escrito.hecho
            nodo, recibido = a.escrito.nodo, a.recibido.isoformat()
            yield d.acta, d.persona, h.persona, a.posicion, recibido, h.tipo, nodo, h.id, "si" if conto else "no"


def de_lecturas() -> Iterator[Sequence[object]]:
    """The register of this installation: who read, entered or changed what. Django is ready."""
    from prep.acceso.models import Registro

    for r in Registro.objects.order_by("cuando", "id").iterator():
        yield r.cuando.isoformat(), r.persona, r.que, r.objeto, r.terminal, r.motivo

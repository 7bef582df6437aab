"""Sign-in slips: eight a sheet, to be cut, each with what its person needs to come in the first time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prep.acceso.listas import Pase
from prep.diseno import recortables
from prep.diseno.recortables import Renglones, latino
from prep.diseno.textos import texto

POR_COLUMNA: Final = 4


def hojas(pases: Sequence[Pase], direccion: str) -> bytes:
    """The PDF, in the order of the list."""
    return recortables.hojas(
        texto("acceso.pase.titulo"), pases, POR_COLUMNA, lambda r, pase: _dibujar(r, pase, direccion)
    )


def _dibujar(r: Renglones, pase: Pase, direccion: str) -> None:
    r.escribir(pase.nombre, "Helvetica-Bold", 13, 15, 2)
    roles = ", ".join(texto(f"acceso.rol.{rol}") for rol in pase.roles)
    r.escribir(f"{roles} · {pase.lugar}", "Helvetica", 9, 12, 2)
    r.y -= 6
    for rotulo, valor in (("usuario", pase.usuario), ("clave", pase.clave)):
        r.escribir(texto(f"acceso.pase.{rotulo}"), "Helvetica", 9, 15, 1)
        r.lienzo.setFont("Courier-Bold", 15 if len(valor) <= 22 else 9)
        r.lienzo.drawString(r.x, r.y, latino(valor))
        r.y -= 17
    r.escribir(texto("acceso.pase.instrucciones", direccion=direccion), "Helvetica", 8.5, 10.5, 5)

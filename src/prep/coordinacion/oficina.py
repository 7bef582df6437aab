"""What this room works with: the clock and the evidence store."""

from __future__ import annotations

from functools import cache

from prep.plataforma.almacen import Almacen, abrir
from prep.plataforma.lugares import dir_evidencia
from prep.plataforma.reloj import Reloj, RelojSistema

reloj: Reloj = RelojSistema()


@cache
def evidencia() -> Almacen:
    return abrir(str(dir_evidencia()), privado=True)

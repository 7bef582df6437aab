"""What a desk works with: the process's forms and the clock."""

from __future__ import annotations

from prep.papel.vigente import casillas_de, formas
from prep.plataforma.reloj import Reloj, RelojSistema

__all__ = ["casillas_de", "formas", "reloj"]

reloj: Reloj = RelojSistema()

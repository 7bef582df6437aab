"""What a desk works with: the clock."""

from __future__ import annotations

from prep.plataforma.reloj import Reloj, RelojSistema

reloj: Reloj = RelojSistema()

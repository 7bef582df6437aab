"""How a drill goes, in one line: actas by where they are, at what pace, what is published and how far it is from the
paper, and what is broken."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Final

from prep.diseno.textos import texto
from prep.plataforma.idioma import cuantos
from prep.simulacro.plan import hora_de
from prep.simulacro.vigia import Vigia, Vistazo

_VENTANA_S: Final = 60.0
"""Seconds of anybody's clock of which the pace is."""


class Avance:
    """Looks at each corte when told that there is one."""

    def __init__(self, vigia: Vigia) -> None:
        self._vigia = vigia
        self._vistazo: Vistazo | None = None
        self._verificadas: deque[tuple[float, int]] = deque()

    def hay_corte(self) -> None:
        self._vistazo = self._vigia.mirar()

    def renglon(self, minuto: float, estados: Counter[str], en_curso: Sequence[str], ahora: float) -> str:
        """`minuto`: of the night; `estados`: actas by where they are; `en_curso`: faults; `ahora`: seconds."""
        dichos = ", ".join(f"{texto(f'diseno.estado.{e}')} {n}" for e, n in sorted(estados.items()) if n)
        partes = [f"{hora_de(minuto)} {dichos}", self._ritmo(estados["verificada"], ahora), self._publicado()]
        return "; ".join(p for p in (*partes, *en_curso) if p)

    def _ritmo(self, verificadas: int, ahora: float) -> str:
        suyas = self._verificadas
        suyas.append((ahora, verificadas))
        while ahora - suyas[0][0] > _VENTANA_S:
            suyas.popleft()
        desde, cuantas = suyas[0]
        return f"{(verificadas - cuantas) * 60 / (ahora - desde):,.0f} verificadas por minuto" if ahora > desde else ""

    def _publicado(self) -> str:
        if (v := self._vistazo) is None:
            return ""
        distintas = cuantos(v.distintas, "distinta", "distintas") if v.distintas else "ninguna distinta"
        return f"corte {v.corte} con {cuantos(v.publicadas, 'acta')}, {distintas} del papel"

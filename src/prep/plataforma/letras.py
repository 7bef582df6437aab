"""What people read aloud, copy and type: letters and digits that are not mistaken for one another."""

from __future__ import annotations

import secrets
from typing import Final

LETRAS: Final = "23456789CDFGHJKMNPQRTVWX"
"""No vowels nor Y, so that no word is spelled; no B, L, S, Z, 0 nor 1, which look like others."""


def al_azar(cuantas: int) -> str:
    """Four and a half bits each, not to be guessed."""
    return "".join(secrets.choice(LETRAS) for _ in range(cuantas))


def limpias(dichas: str) -> str:
    """What somebody typed, without what they wrote between."""
    return "".join(c for c in dichas.upper() if c in LETRAS)

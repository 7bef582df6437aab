"""What people read aloud, copy and type: letters and digits that are not mistaken for one another."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

LETRAS: Final = "23456789CDFGHJKMNPQRTVWX"
"""No vowels nor Y, so that no word is spelled; no B, L, S, Z, 0 nor 1, which look like others."""


def al_azar(cuantas: int) -> str:
    """Four and a half bits each, not to be guessed."""
    return "".join(secrets.choice(LETRAS) for _ in range(cuantas))


def limpias(dichas: str) -> str:
    """What somebody typed, without what they wrote between."""
    return "".join(c for c in dichas.upper() if c in LETRAS)


def huella(datos: bytes, cuantas: int) -> str:
    """A fingerprint that people read to each other: of the SHA-256, in fours."""
    numero = int.from_bytes(sha256(datos).digest())
    dichas = "".join(LETRAS[numero // len(LETRAS) ** i % len(LETRAS)] for i in range(cuantas))
    return "-".join(dichas[i : i + 4] for i in range(0, cuantas, 4))

"""Something for one machine only: HPKE (RFC 9180), base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class NoSeAbre(Exception):
    """It was sealed for another machine or for something else, or it was changed."""


def sellar(datos: bytes, para: bytes, de_que: str) -> bytes:
    """`para`: raw public key of whoever may open it; `de_que`: what it is part of, the same when it is opened."""
    return _SUITE.encrypt(datos, X25519PublicKey.from_public_bytes(para), info=de_que.encode())


def abrir(sellado: bytes, llave: X25519PrivateKey, de_que: str) -> bytes:
    try:
        return _SUITE.decrypt(sellado, llave, info=de_que.encode())
    except (InvalidTag, ValueError):
        raise NoSeAbre from None

"""Secrets of second factors in the database: unreadable for whoever takes it without the server's key, and not to be
changed by whoever writes in it."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_UNA_VEZ: Final = 12


def _llave() -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"prep.acceso.segundo").derive(settings.SECRET_KEY.encode()))


def cifrar(texto: str) -> str:
    una_vez = secrets.token_bytes(_UNA_VEZ)
    return base64.b64encode(una_vez + _llave().encrypt(una_vez, texto.encode(), None)).decode()


def descifrar(cifrado: str) -> str:
    crudo = base64.b64decode(cifrado)
    return _llave().decrypt(crudo[:_UNA_VEZ], crudo[_UNA_VEZ:], None).decode()

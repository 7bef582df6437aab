"""Secrets of second factors in the database: unreadable for whoever takes it without the server's key, and not to be
changed by whoever writes in it."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FORMA: Final = "2:"
"""How what is written now begins. What does not was written by versions before, and is only read."""
_UNA_VEZ: Final = 12


def _llave() -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"prep.acceso.segundo").derive(settings.SECRET_KEY.encode()))


def _de_antes() -> Fernet:
    clave = hashlib.sha256(b"prep.acceso.segundo\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(clave))


def cifrar(texto: str) -> str:
    una_vez = secrets.token_bytes(_UNA_VEZ)
    return _FORMA + base64.b64encode(una_vez + _llave().encrypt(una_vez, texto.encode(), None)).decode()


def descifrar(cifrado: str) -> str:
    if not cifrado.startswith(_FORMA):
        return _de_antes().decrypt(cifrado.encode()).decode()
    crudo = base64.b64decode(cifrado.removeprefix(_FORMA))
    return _llave().decrypt(crudo[:_UNA_VEZ], crudo[_UNA_VEZ:], None).decode()

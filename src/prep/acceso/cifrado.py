"""Secrets of second factors in the database: unreadable for whoever takes it without the server's key."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def _llave() -> Fernet:
    clave = hashlib.sha256(b"prep.acceso.segundo\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(clave))


def cifrar(texto: str) -> str:
    return _llave().encrypt(texto.encode()).decode()


def descifrar(cifrado: str) -> str:
    return _llave().decrypt(cifrado.encode()).decode()

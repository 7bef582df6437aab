"""The node that writes the facts of these tests."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prep.bitacora.nodos import NodoLocal, registrar


def nodo_de_prueba() -> NodoLocal:
    from datetime import UTC, datetime

    nodo = NodoLocal("central", Ed25519PrivateKey.from_private_bytes(b"\7" * 32))
    registrar("central", "central", nodo.publica, datetime(2027, 6, 6, tzinfo=UTC))
    return nodo

"""A TCP port of this machine to serve on."""

from __future__ import annotations

import socket


def libre(preferido: int, direccion: str = "127.0.0.1") -> int:
    """`preferido`, or a free one chosen by the system when it is busy. The caller names the one it got."""
    for puerto in (preferido, 0):
        with socket.socket(socket.AF_INET6 if ":" in direccion else socket.AF_INET) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((direccion, puerto))
            except OSError:
                continue
            return int(s.getsockname()[1])
    raise OSError(f"No hay ningún puerto libre en {direccion}.")

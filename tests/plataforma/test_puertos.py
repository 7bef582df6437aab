"""A busy port is replaced and named."""

from __future__ import annotations

import socket

from prep.plataforma.puertos import libre


def test_a_free_port_is_used_without_a_word() -> None:
    dichos: list[str] = []
    puerto = libre(0, dichos.append)
    dichos.clear()
    assert libre(puerto, dichos.append) == puerto
    assert dichos == []


def test_a_busy_port_is_changed_and_named() -> None:
    dichos: list[str] = []
    with socket.socket() as ocupado:
        ocupado.bind(("127.0.0.1", 0))
        ocupado.listen()
        preferido = ocupado.getsockname()[1]
        elegido = libre(preferido, dichos.append)
        with socket.socket() as s:
            s.bind(("127.0.0.1", elegido))
    assert elegido != preferido
    assert dichos == [f"El puerto {preferido} está ocupado: se usa el {elegido}."]

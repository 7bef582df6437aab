"""A TCP port of this machine to serve on, and which addresses are this machine or near it."""

from __future__ import annotations

import ipaddress
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from prep.plataforma.errores import Impedimento

_PRIMERO: Final = 10_000


def libre(preferido: int, avisar: Callable[[str], object], direccion: str = "127.0.0.1") -> int:
    """`preferido` (0: any); when it is busy, the next free one, after telling the person through `avisar` which."""
    for puerto in (*range(preferido, min(preferido + 20, 65536)), 0):
        with socket.socket(socket.AF_INET6 if ":" in direccion else socket.AF_INET) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((direccion, puerto))
            except OSError:
                continue
            elegido = int(s.getsockname()[1])
        if preferido not in (elegido, 0):
            avisar(f"El puerto {preferido} está ocupado: se usa el {elegido}.")
        return elegido
    raise Impedimento(f"No hay ningún puerto libre en {direccion}.")


def reservables(cuantos: int) -> list[int]:
    """So many free ports, none of those that the system gives to whoever goes out: what is free now still is when its
    server starts, however much later."""
    candidatos = list(range(_PRIMERO, _los_que_salen()) or range(_PRIMERO, 65_536))
    random.shuffle(candidatos)
    libres: list[int] = []
    for puerto in candidatos:
        with socket.socket() as s, suppress(OSError):
            s.bind(("127.0.0.1", puerto))
            libres.append(puerto)
        if len(libres) == cuantos:
            return libres
    raise Impedimento(f"No hay {cuantos} puertos libres a partir del {_PRIMERO:,}.")


def _los_que_salen() -> int:
    """The first port that the system gives to a connection that goes out."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768


def es_local(direccion: str) -> bool:
    try:
        return ipaddress.ip_address(direccion).is_loopback
    except ValueError:
        return direccion == "localhost"


def es_de_casa(direccion: str) -> bool:
    """This machine, or an address that only networks of one's own have: what is sent there goes through no other."""
    try:
        return ipaddress.ip_address(direccion).is_private
    except ValueError:
        return es_local(direccion)

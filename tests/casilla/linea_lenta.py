"""A line as of 2G between a phone and its server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

PIEZA = 1400
BAJADA, SUBIDA, IDA_Y_VUELTA_S = 250_000, 50_000, 0.3
"""Bits a second and delay of what browsers' own tools have called «2G»."""


@contextmanager
def linea(puerto: int, bajada: int = BAJADA) -> Iterator[int]:
    """A port that leads to that one, with so many bits a second each way for all its connections."""
    abierta: SimpleQueue[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = SimpleQueue()

    async def atender() -> None:
        bucle, fin = asyncio.get_running_loop(), asyncio.Event()
        sube, baja = asyncio.Lock(), asyncio.Lock()

        async def pasar(
            lee: asyncio.StreamReader, escribe: asyncio.StreamWriter, turno: asyncio.Lock, bits: int
        ) -> None:
            with suppress(ConnectionError):
                while datos := await lee.read(PIEZA):
                    async with turno:
                        await asyncio.sleep(len(datos) * 8 / bits)
                    bucle.call_later(IDA_Y_VUELTA_S / 2, escribe.write, datos)
            bucle.call_later(IDA_Y_VUELTA_S / 2, escribe.close)

        async def conectar(lee: asyncio.StreamReader, escribe: asyncio.StreamWriter) -> None:
            with suppress(asyncio.CancelledError):  # at the end
                await asyncio.sleep(IDA_Y_VUELTA_S)
                otro_lee, otro_escribe = await asyncio.open_connection("localhost", puerto)
                await asyncio.gather(pasar(lee, otro_escribe, sube, SUBIDA), pasar(otro_lee, escribe, baja, bajada))

        servidor = await asyncio.start_server(conectar, "127.0.0.1", 0)
        abierta.put((servidor.sockets[0].getsockname()[1], bucle, fin))
        await fin.wait()
        servidor.close()

    hilo = threading.Thread(target=lambda: asyncio.run(atender()))
    hilo.start()
    suyo, bucle, fin = abierta.get()
    try:
        yield suyo
    finally:
        bucle.call_soon_threadsafe(fin.set)
        hilo.join()

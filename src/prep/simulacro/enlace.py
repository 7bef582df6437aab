"""A line between two machines of a drill that can be cut, or carries little: a TCP relay of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final

_TROZO: Final = 4096


class Enlace:
    """Passes on to the port `hacia` what comes to `puerto`. `aguanta`: bytes after which each connection breaks, asked
    as it begins; None, never. `lleva`: bytes a second that it carries each way; None, all that there are."""

    def __init__(self, hacia: int, aguanta: Callable[[], int | None] = lambda: None, lleva: int | None = None) -> None:
        self._hacia, self._aguanta, self._lleva = hacia, aguanta, lleva
        self._escucha = socket.create_server(("127.0.0.1", 0))
        self._escucha.settimeout(0.2)
        self.puerto: int = self._escucha.getsockname()[1]
        self._fin, self._cortado = threading.Event(), threading.Event()
        self._vivas: set[socket.socket] = set()
        self._candado = threading.Lock()
        self._hilo = threading.Thread(target=self._atender, name="enlace", daemon=True)

    def __enter__(self) -> Enlace:
        self._hilo.start()
        return self

    def __exit__(self, tipo: type[BaseException] | None, error: BaseException | None, de: TracebackType | None) -> None:
        self._fin.set()
        self._hilo.join()
        self._escucha.close()
        self._romper()

    def cortar(self) -> None:
        """From now on nothing passes, nor what was passing."""
        self._cortado.set()
        self._romper()

    def unir(self) -> None:
        self._cortado.clear()

    def _romper(self) -> None:
        with self._candado:
            for una in self._vivas:
                with suppress(OSError):
                    una.shutdown(socket.SHUT_RDWR)

    def _atender(self) -> None:
        while not self._fin.is_set():
            with suppress(TimeoutError):
                cliente, _ = self._escucha.accept()
                try:
                    if self._cortado.is_set():
                        raise ConnectionError
                    centro = socket.create_connection(("127.0.0.1", self._hacia))
                except OSError:  # the line is cut, or nobody answers at the other end
                    cliente.close()
                    continue
                with self._candado:
                    self._vivas |= {cliente, centro}
                quedan = [self._aguanta()]
                for par in ((cliente, centro), (centro, cliente)):
                    threading.Thread(target=self._pasar, args=(*par, quedan), daemon=True).start()

    def _pasar(self, de: socket.socket, a: socket.socket, quedan: list[int | None]) -> None:
        with suppress(OSError):
            while not self._cortado.is_set() and (datos := de.recv(_TROZO)):
                if self._lleva is not None and self._fin.wait(len(datos) / self._lleva):
                    break
                if quedan[0] is not None:
                    quedan[0] -= len(datos)
                    if quedan[0] < 0:
                        break
                a.sendall(datos)
        for una in (de, a):
            with suppress(OSError):
                una.shutdown(socket.SHUT_RDWR)
            with self._candado:
                self._vivas.discard(una)

"""Two networks of this kernel, apart from every other, and a bad line of packets between them: a TUN device in each,
and here who loses, delays, doubles and reorders what passes."""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Final

import pytest

_CLONE_NEWNET: Final = 0x40000000
_TUNSETIFF: Final = 0x400454CA
_IFF_TUN_SIN_CABECERA: Final = 0x1001
_IPV4: Final = 4
MTU: Final = 1400


@dataclass(frozen=True)
class Trato:
    """What is done to each packet: the parts of them that are lost and doubled, and the seconds that one takes, between
    `demora` and `demora + varia`; what comes later and takes less passes before."""

    pierde: float = 0.0
    demora_s: float = 0.0
    varia_s: float = 0.0
    dobla: float = 0.0


BUENA: Final = Trato()
CORTADA: Final = Trato(pierde=1.0)


class Lado:
    """A network with one device. What is started with `en` has no other."""

    def __init__(self, direccion: str) -> None:
        self.direccion = direccion
        with ThreadPoolExecutor(1) as aparte:  # a network is a thread's, and of what that thread starts
            self.red, self.tun = aparte.submit(self._abrir).result()

    def _abrir(self) -> tuple[int, int]:
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "unshare")
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH", b"linea", _IFF_TUN_SIN_CABECERA))
        suyo = f"addr add {self.direccion}/24 dev linea"
        for orden in ("link set lo up", suyo, f"link set linea mtu {MTU} up"):
            subprocess.run(["ip", *orden.split()], check=True, capture_output=True)
        Path("/proc/sys/net/ipv4/tcp_congestion_control").write_text("reno")  # the same in every kernel
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY), tun

    def en(self, *orden: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{os.getpid()}/fd/{self.red}", *orden]

    def cerrar(self) -> None:
        os.close(self.tun)
        os.close(self.red)


class MalaRed:
    """`centro` and `catd`, and how what passes between them is treated now. `hubo`: what was done to packets."""

    def __init__(self, semilla: int) -> None:
        self.trato, self.hubo = BUENA, Counter[str]()
        self.centro, self.catd = Lado("10.77.0.1"), Lado("10.77.0.2")
        self._azar, self._fin = random.Random(semilla), threading.Event()
        self._hilo = threading.Thread(target=self._pasar, name="mala-red")

    def __enter__(self) -> MalaRed:
        self._hilo.start()
        return self

    def __exit__(self, tipo: type[BaseException] | None, error: BaseException | None, de: TracebackType | None) -> None:
        self._fin.set()
        self._hilo.join()
        self.centro.cerrar()
        self.catd.cerrar()

    def _pasar(self) -> None:
        en_camino: list[tuple[float, int, int, bytes]] = []
        otro = {self.centro.tun: self.catd.tun, self.catd.tun: self.centro.tun}
        orden, ultimo = count(), dict.fromkeys(otro, 0)
        while not self._fin.is_set():
            falta = en_camino[0][0] - time.monotonic() if en_camino else 0.2
            listos, _, _ = select.select(list(otro), [], [], min(0.2, max(0.0, falta)))
            for de in listos:
                paquete = os.read(de, 2 * MTU)
                if paquete[0] >> 4 != _IPV4:  # what a device says of itself
                    continue
                trato = self.trato
                self.hubo["enviados"] += 1
                if self._azar.random() < trato.pierde:
                    self.hubo["cortados" if trato is CORTADA else "perdidos"] += 1
                    continue
                veces = 2 if self._azar.random() < trato.dobla else 1
                self.hubo["doblados"] += veces - 1
                for _ in range(veces):
                    llega = time.monotonic() + trato.demora_s + self._azar.uniform(0, trato.varia_s)
                    heapq.heappush(en_camino, (llega, next(orden), otro[de], paquete))
            while en_camino and en_camino[0][0] <= time.monotonic():
                _, numero, a, paquete = heapq.heappop(en_camino)
                self.hubo["adelantados"] += numero < ultimo[a]
                ultimo[a] = max(ultimo[a], numero)
                os.write(a, paquete)


def mala_red(semilla: int) -> MalaRed:
    """Where this kernel lets; else the test is skipped, saying why."""
    if faltan := [p for p in ("ip", "nsenter") if shutil.which(p) is None]:
        pytest.skip(f"Falta {' y '.join(faltan)}, con que se arman redes aparte.")
    if not Path("/dev/net/tun").exists():
        pytest.skip("Este equipo no tiene /dev/net/tun, por donde pasa la línea mala.")
    try:
        return MalaRed(semilla)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"Aquí no se pueden hacer redes aparte (hace falta ser root): {error}")

"""Phones that deliver at once, over HTTP to the server as it is run."""

from __future__ import annotations

import http.client
import io
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from prep.bench.instalacion import NOCHE
from prep.bench.medidas import Medida, percentil
from prep.bench.vecinos import LUGAR, medir_solos
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import escribir_hecho, nuevo_hecho
from prep.plataforma.consola import fallar

if TYPE_CHECKING:
    from prep.bitacora.nodos import DispositivoLocal
    from prep.bitacora.services.altas import Cargo
    from prep.dominio.comun.hecho import Hecho

TELEFONOS: Final = 200
FOTOS: Final = 3
A_LA_VEZ: Final = 60
POR_MINUTO: Final = 2_700 // 20
BASES: Final = 60
"""Pictures that are drawn; the rest are these with a few other bytes among their pixels."""


def medir() -> None:
    """All of them at once."""
    medir_solos(1000, lambda: Telefonos(TELEFONOS))


def noche() -> None:
    """2,700 phones in 20 minutes, at that pace: two of them, or ``PREP_BENCH_MINUTOS``."""
    minutos = int(os.environ.get("PREP_BENCH_MINUTOS", "2"))
    medir_solos(max(1000, POR_MINUTO * minutos), lambda: que_llegan(minutos))


def que_llegan(minutos: float) -> Telefonos:
    """Those of a state, at their pace, for so long."""
    return Telefonos(round(POR_MINUTO * minutos), 60 * minutos)


class Telefonos:
    """So many, each with `FOTOS` pictures to deliver and then their facts, until it has every receipt: all at once, or
    as they come in so many seconds. Whoever asks takes its part of the same cores."""

    def __init__(self, cuantos: int, en_s: float = 0) -> None:
        from prep.bitacora.nodos import DispositivoLocal

        self.suyos = {f"cae-{i}": DispositivoLocal(f"tel-{i}", Ed25519PrivateKey.generate()) for i in range(cuantos)}
        self.actas, azar = FOTOS * cuantos, random.Random(1)
        self._llegan = sorted(azar.uniform(0, en_s) for _ in self.suyos)
        self._hechas: list[_Entrega] = []
        self._duro = 0.0

    def cargos(self) -> list[Cargo]:
        return [(quien, Rol.CAE.value, LUGAR) for quien in self.suyos]

    def altas(self, ahora: datetime) -> list[Hecho]:
        from prep.bitacora.services.altas import alta_de_telefono

        return [alta_de_telefono(tel, quien, ahora) for quien, tel in self.suyos.items()]

    def llegar(self, puerto: int, de: str, actas: Sequence[str], _carpeta: Path) -> None:
        tomadas = fotos(self.actas)
        with ThreadPoolExecutor(A_LA_VEZ) as hilos:
            inicio = time.perf_counter()
            entregas = []
            for i, ((quien, tel), llega) in enumerate(zip(self.suyos.items(), self._llegan, strict=True)):
                suyas = de, quien, tel, actas[i :: len(self.suyos)][:FOTOS], list(islice(tomadas, FOTOS))
                time.sleep(max(0.0, inicio + llega - time.perf_counter()))
                entregas.append(hilos.submit(_entregar, puerto, time.perf_counter(), *suyas))
            self._hechas = [e.result() for e in entregas]
            self._duro = time.perf_counter() - inicio

    def medidas(self) -> list[Medida]:
        from prep.bitacora.models import Hecho
        from prep.intercambio.models import Objeto

        hay = Objeto.objects.count(), Hecho.objects.exclude(dispositivo="").count()
        if hay != (self.actas, self.actas):
            fallar(f"Se entregaron {self.actas} fotografías y hay {hay[0]}, con {hay[1]} hechos.")
        demoras = [d for hecha in self._hechas for d in hecha.fotos]
        enteras = [hecha.entera for hecha in self._hechas]
        mide, por_s = sum(hecha.mide for hecha in self._hechas) // self.actas >> 10, self.actas / self._duro
        que = f"fotografías de {mide} KiB recibidas, con recibo, {len(self.suyos)} teléfonos"
        juntos = self._llegan[-1] == 0
        return [
            Medida(que, por_s, "por s", 20, mayor=True) if juntos else Medida(que, por_s, "por s"),
            Medida("   de pedirlo a su recibo: mitad", percentil(demoras, 500), "s"),
            Medida("   19 de cada 20", percentil(demoras, 950), "s"),
            Medida("   de que un teléfono llega a su último recibo: 19 de cada 20", percentil(enteras, 950), "s"),
            Medida("   el que más esperó", max(enteras), "s"),
            Medida("   del último que llega al último recibo", self._duro - self._llegan[-1], "s"),
        ]


@dataclass(frozen=True, slots=True)
class _Entrega:
    """Seconds that each picture waited for its receipt, and from when the phone came to its last one; bytes of them."""

    fotos: list[float]
    entera: float
    mide: int


def _otra(base: bytes, n: int) -> bytes:
    """Another picture of the same size: a few bytes of its pixels, none of a marker, say which."""
    datos, dice = bytearray(base), f"{n:08d}".encode()
    lugar = len(datos) // 2
    while 0xFF in datos[lugar - 1 : lugar + len(dice) + 1]:
        lugar += 1
    datos[lugar : lugar + len(dice)] = dice
    return bytes(datos)


def fotos(cuantas: int) -> Iterator[bytes]:
    """JPEG of their pixels alone, of the size of those that phones take, each with another content."""
    bases = [_foto(i) for i in range(min(BASES, cuantas))]
    for n in range(cuantas):
        yield _otra(bases[n % len(bases)], n)


def _foto(semilla: int) -> bytes:
    trama = np.random.default_rng(semilla).integers(96, 256, (300, 400), np.uint8)
    salida_ = io.BytesIO()
    Image.fromarray(trama).resize((2000, 1500)).save(salida_, "JPEG", quality=80)
    return salida_.getvalue()


def _entregar(
    puerto: int, llego: float, de: str, quien: str, tel: DispositivoLocal, actas: Sequence[str], fotos: list[bytes]
) -> _Entrega:
    """What one phone does, that came at `llego`."""
    from prep.intercambio.firmas import DE_DISPOSITIVO, cabecera

    conexion, galleta, demoras = http.client.HTTPConnection("127.0.0.1", puerto, timeout=60), "", []

    def pedir(metodo: str, ruta: str, cuerpo: bytes) -> dict[str, Any]:
        nonlocal galleta
        while True:
            huella, hora = sha256(cuerpo).hexdigest(), datetime.now().astimezone().isoformat()
            dicha = cabecera(DE_DISPOSITIVO, tel.id, tel.llave.sign, metodo, ruta, de, huella, hora)
            quien_soy = {"Authorization": dicha, "Cookie": galleta}
            conexion.request(metodo, ruta, cuerpo, quien_soy)
            r = conexion.getresponse()
            dicho = r.read()
            galleta = (r.headers.get("Set-Cookie") or galleta).split(";")[0]
            if r.status < 300:
                return dict(json.loads(dicho))
            if r.status != 429 and r.status < 500:  # a phone asks again after these
                raise RuntimeError(f"{metodo} {ruta}: {r.status} {dicho[:200]!r}")
            time.sleep(1)

    firmados = []
    for clave, datos in zip(actas, fotos, strict=True):
        desde, huella = time.perf_counter(), sha256(datos).hexdigest()
        pedir("PUT", f"/v1/objetos/sha256/{huella}", datos)
        demoras.append(time.perf_counter() - desde)
        contenido = {"imagen": huella, "hora": NOCHE.isoformat()}
        hecho = nuevo_hecho(Tipo.FOTOGRAFIADA, f"acta:{clave}", quien, NOCHE, contenido)
        firmados.append({"hecho": escribir_hecho(hecho), "dispositivo": tel.firmar(hecho, de).escribir()})
    entrega = pedir("POST", "/v1/hechos", json.dumps(firmados).encode())
    if len(entrega["recibos"]) != len(firmados):
        raise RuntimeError(str(entrega["rechazados"]))
    conexion.close()
    return _Entrega(demoras, time.perf_counter() - llego, sum(map(len, fotos)))

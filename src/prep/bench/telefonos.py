"""Phones that deliver at once, over HTTP to the server as it is run."""

from __future__ import annotations

import http.client
import io
import json
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from prep.bench.instalacion import NOCHE, instalacion
from prep.bench.medidas import Medida, mostrar
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.hecho import escribir_hecho, nuevo_hecho
from prep.plataforma.consola import fallar, salida
from prep.plataforma.puertos import libre
from prep.transparencia.nota import LlavePrivada

if TYPE_CHECKING:
    from prep.bitacora.nodos import DispositivoLocal

TELEFONOS: Final = 200
FOTOS: Final = 3
A_LA_VEZ: Final = 60
POR_MINUTO: Final = 2_700 // 20
BASES: Final = 60
"""Pictures that are drawn; the rest are these with a few other bytes among their pixels."""


def medir(telefonos: int = TELEFONOS, en_s: float = 0) -> None:
    """Each delivers its pictures and then its facts, until it has every receipt: all at once, or as they come in so
    many seconds. Whoever asks takes its part of the same cores."""
    proceso, info = ejemplo(max(1000, telefonos))
    os.environ["PREP_SIN_TLS"] = "1"
    with instalacion():
        from prep.bitacora.autoridad import ambito
        from prep.bitacora.models import Hecho
        from prep.bitacora.nodos import DispositivoLocal, NodoInstituto, nodo_de_aqui
        from prep.bitacora.services import fundar_instalacion
        from prep.intercambio.models import Objeto
        from prep.plataforma.arranque import entorno_de
        from prep.plataforma.roles import WEB
        from prep.plataforma.servidor import orden_de_servidor, sirviendo

        llave = LlavePrivada.nueva("bench.example")
        raiz = NodoInstituto(llave, llave.llave.publica)
        suyos = {f"cae-{i}": DispositivoLocal(f"tel-{i}", Ed25519PrivateKey.generate()) for i in range(telefonos)}
        cargos = [(quien, Rol.CAE.value, info.catds[0].clave) for quien in suyos]
        fundar_instalacion(proceso.clave, "prueba", raiz, nodo_de_aqui(), cargos, NOCHE, telefonos=suyos)
        actas = [a.clave for e in proceso.elecciones for a in e.actas]
        tomadas, pesan = fotos(FOTOS * telefonos), 0
        azar = random.Random(1)
        llegan = sorted(azar.uniform(0, en_s) for _ in suyos)
        puerto = libre(8590, salida.print)
        with sirviendo(orden_de_servidor(puerto), entorno_de(WEB)), ThreadPoolExecutor(A_LA_VEZ) as hilos:
            inicio = time.perf_counter()
            entregas = []
            for i, ((quien, tel), llega) in enumerate(zip(suyos.items(), llegan, strict=True)):
                time.sleep(max(0.0, inicio + llega - time.perf_counter()))
                de_este = list(islice(tomadas, FOTOS))
                pesan += sum(map(len, de_este))
                suyas = ambito(), quien, tel, actas[i::telefonos][:FOTOS], de_este
                entregas.append(hilos.submit(_entregar, puerto, time.perf_counter(), *suyas))
            hechas = [e.result() for e in entregas]
            duro = time.perf_counter() - inicio
        hay = Objeto.objects.count(), Hecho.objects.exclude(dispositivo="").count()
    todas = FOTOS * telefonos
    if hay != (todas, todas):
        fallar(f"Se entregaron {todas} fotografías y hay {hay[0]}, con {hay[1]} hechos.")
    demoras = sorted(d for hecha in hechas for d in hecha.fotos)
    mide = pesan // todas >> 10
    medidas = [
        Medida(f"fotografías de {mide} KiB recibidas, con recibo, {telefonos} teléfonos", todas / duro, "por s"),
        Medida("   de pedirlo a su recibo: mitad", demoras[len(demoras) // 2], "s"),
        Medida("   19 de cada 20", demoras[len(demoras) * 19 // 20], "s"),
    ]
    if en_s:
        enteras = sorted(hecha.entera for hecha in hechas)
        medidas += [
            Medida(
                "   de que un teléfono llega a su último recibo: 19 de cada 20", enteras[len(enteras) * 19 // 20], "s"
            ),
            Medida("   el que más esperó", enteras[-1], "s"),
            Medida("   del último que llega al último recibo", duro - llegan[-1], "s"),
        ]
    else:
        medidas[0] = replace(medidas[0], meta=20, mayor=True)
    mostrar(medidas)


def noche() -> None:
    """2,700 phones in 20 minutes, at that pace: two of them, or ``PREP_BENCH_MINUTOS``."""
    minutos = int(os.environ.get("PREP_BENCH_MINUTOS", "2"))
    medir(POR_MINUTO * minutos, 60 * minutos)


@dataclass(frozen=True, slots=True)
class _Entrega:
    """Seconds that each picture waited for its receipt, and from when the phone came to its last one."""

    fotos: list[float]
    entera: float


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
    puerto: int, llego: float, de: str, quien: str, tel: DispositivoLocal, actas: list[str], fotos: list[bytes]
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
    return _Entrega(demoras, time.perf_counter() - llego)

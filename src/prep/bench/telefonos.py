"""Phones that deliver at once, over HTTP to the server as it is run."""

from __future__ import annotations

import http.client
import io
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from prep.bench.instalacion import NOCHE, instalacion
from prep.bench.medidas import Medida, mostrar
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.hecho import escribir_hecho, nuevo_hecho
from prep.plataforma.consola import fallar, salida
from prep.plataforma.puertos import libre
from prep.simulacro.noche import Noche
from prep.transparencia.nota import LlavePrivada

if TYPE_CHECKING:
    from prep.bitacora.nodos import DispositivoLocal

TELEFONOS: Final = 200
FOTOS: Final = 3
A_LA_VEZ: Final = 60


def medir() -> None:
    """Each delivers its pictures and then its facts, until it has every receipt. Whoever asks takes its part of the
    same cores."""
    proceso, info = ejemplo(1000)
    os.environ["PREP_SIN_TLS"] = "1"
    with instalacion():
        from prep.bitacora.autoridad import ambito
        from prep.bitacora.models import Hecho
        from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui
        from prep.bitacora.services import fundar_instalacion
        from prep.intercambio.models import Objeto
        from prep.plataforma.arranque import entorno_de
        from prep.plataforma.roles import WEB
        from prep.plataforma.servidor import orden_de_servidor, sirviendo

        noche = Noche(proceso, info, NOCHE, 1)
        llave = LlavePrivada.nueva("bench.example")
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(
            proceso.clave, "prueba", raiz, nodo_de_aqui(), noche.cargos, NOCHE, telefonos=noche.telefonos
        )
        suyos = list(noche.telefonos.items())[:TELEFONOS]
        actas = [a.clave for e in proceso.elecciones for a in e.actas]
        tomadas = list(fotos(FOTOS * len(suyos)))
        puerto = libre(8590, salida.print)
        with sirviendo(orden_de_servidor(puerto), entorno_de(WEB)), ThreadPoolExecutor(A_LA_VEZ) as hilos:
            inicio = time.perf_counter()
            entregas = []
            for i, (quien, tel) in enumerate(suyos):
                suyas = actas[i :: len(suyos)][:FOTOS], tomadas[i :: len(suyos)]
                entregas.append(hilos.submit(_entregar, puerto, ambito(), quien, tel, *suyas))
            demoras = sorted(d for e in entregas for d in e.result())
            duro = time.perf_counter() - inicio
        hay = Objeto.objects.count(), Hecho.objects.exclude(dispositivo="").count()
    if hay != (len(tomadas), len(tomadas)):
        fallar(f"Se entregaron {len(tomadas)} fotografías y hay {hay[0]}, con {hay[1]} hechos.")
    mide = sum(map(len, tomadas)) // len(tomadas) >> 10
    que = f"fotografías de {mide} KiB recibidas, con recibo, {len(suyos)} teléfonos"
    mostrar(
        [
            Medida(que, len(tomadas) / duro, "por s", 20, mayor=True),
            Medida("   de pedirlo a su recibo: mitad", demoras[len(demoras) // 2], "s"),
            Medida("   19 de cada 20", demoras[len(demoras) * 19 // 20], "s"),
        ]
    )


def fotos(cuantas: int) -> Iterator[bytes]:
    """JPEG of their pixels alone, of the size of one that a phone takes: one frame, each with another corner."""
    azar = np.random.default_rng(1)
    trama = Image.fromarray(azar.integers(96, 256, (300, 400), np.uint8)).resize((2000, 1500))
    for _ in range(cuantas):
        trama.paste(Image.fromarray(azar.integers(0, 256, (16, 16), np.uint8)).resize((64, 64)), (0, 0))
        salida_ = io.BytesIO()
        trama.save(salida_, "JPEG", quality=80)
        yield salida_.getvalue()


def _entregar(
    puerto: int, de: str, quien: str, tel: DispositivoLocal, actas: list[str], fotos: list[bytes]
) -> list[float]:
    """What one phone does; how long each picture waited for its receipt, in seconds."""
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
            if r.status not in (429, 503):
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
    return demoras

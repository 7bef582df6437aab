"""Nodes that were cut off and come back together: each delivers its pictures and then its facts, over HTTP to the
server as it is run, at the pace that it is told to keep."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from prep.bench.instalacion import NOCHE
from prep.bench.medidas import Medida, percentil
from prep.bench.telefonos import fotos
from prep.bench.vecinos import LUGAR, medir_solos
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Custodia
from prep.dominio.comun.facultades import ClaseNodo
from prep.dominio.comun.hecho import nuevo_hecho
from prep.plataforma.consola import fallar

if TYPE_CHECKING:
    from datetime import datetime

    from prep.bitacora.nodos import NodoLocal
    from prep.bitacora.services.altas import Cargo
    from prep.bitacora.sobres import Sobre
    from prep.dominio.comun.hecho import Hecho
    from prep.intercambio.linea import Otro

TODOS: Final = 150
FOTOS: Final = 100
RECIBIDAS_S: Final = 15 * 60
PROCESADAS_S: Final = 45 * 60


def medir() -> None:
    """A tenth of the nodes, or `PREP_BENCH_NODOS`. Ends by looking for each picture and each fact, once."""
    nodos = int(os.environ.get("PREP_BENCH_NODOS", TODOS // 10))
    medir_solos(nodos * FOTOS // 3 + 20, lambda: Nodos(nodos))


class Nodos:
    """So many, with `FOTOS` pictures each."""

    def __init__(self, cuantos: int) -> None:
        from prep.bitacora.nodos import NodoLocal

        self.suyos = [NodoLocal(f"catd-{i:03}", Ed25519PrivateKey.generate()) for i in range(cuantos)]
        self.actas = cuantos * FOTOS
        self._vuelven: list[_Vuelve] = []
        self._claves: Sequence[str] = ()

    def cargos(self) -> list[Cargo]:
        return [(n.nodo, rol, LUGAR) for n in self.suyos for rol in ("acopiador", "digitalizador")]

    def altas(self, ahora: datetime) -> list[Hecho]:
        from prep.bitacora.services.altas import alta_de_nodo

        return [alta_de_nodo(n, ClaseNodo.CATD, n.nodo, ahora) for n in self.suyos]

    def llegar(self, puerto: int, de: str, actas: Sequence[str], carpeta: Path) -> None:
        cuantos = len(self.suyos)
        self._claves, archivos = actas[: self.actas], _guardar(carpeta, self.actas)
        self._vuelven = [_Vuelve(n, actas[i::cuantos][:FOTOS], archivos[i::cuantos]) for i, n in enumerate(self.suyos)]
        with ThreadPoolExecutor(cuantos) as hilos:
            inicio = time.perf_counter()
            for hecho in [hilos.submit(v.entregar, puerto, de, inicio) for v in self._vuelven]:
                hecho.result()

    def medidas(self) -> list[Medida]:
        from prep.bitacora.models import Acta, Hecho
        from prep.intercambio.models import Objeto

        nodos, todas = len(self.suyos), self.actas
        de_ellos = Hecho.objects.filter(nodo__in=[n.nodo for n in self.suyos])
        hay = Objeto.objects.count(), de_ellos.count()
        listas = Acta.objects.filter(clave__in=self._claves, custodia=Custodia.IDENTIFICADA.value).count()
        if (*hay, listas) != (todas, 3 * todas, todas):
            fallar(f"De {todas} imágenes hay {hay[0]}, con {hay[1]} hechos, y {listas} actas por capturar.")
        recibidas, procesadas = (max(getattr(v, q) for v in self._vuelven) for q in ("recibidas", "procesadas"))
        demoras = [d for v in self._vuelven for d in v.demoras]
        parte = nodos / TODOS
        return [
            Medida(f"{todas} imágenes de {nodos} nodos, con recibo", recibidas, "s", RECIBIDAS_S * parte),
            Medida("   con sus hechos, por capturar", procesadas, "s", PROCESADAS_S * parte),
            Medida("   imágenes por segundo", todas / recibidas, "por s"),
            Medida("   el primer nodo termina", min(v.procesadas for v in self._vuelven), "s"),
            Medida("   de pedirlo a su recibo: mitad", percentil(demoras, 500), "s"),
            Medida("   19 de cada 20", percentil(demoras, 950), "s"),
            Medida("   veces que se les dijo que esperaran", sum(v.esperas for v in self._vuelven), "veces"),
        ]


def _guardar(carpeta: Path, cuantas: int) -> list[Path]:
    """Pictures, each with another content, on disk: together they do not fit in memory."""
    archivos = []
    for i, foto in enumerate(fotos(cuantas)):
        archivos.append(carpeta / f"foto-{i}")
        archivos[-1].write_bytes(foto)
    return archivos


@dataclass(slots=True)
class _Vuelve:
    """One node that comes back. `recibidas`, `procesadas`: seconds until it had the receipt of its last picture, and of
    its last fact; `demoras`: of each picture, from the first time it is asked."""

    nodo: NodoLocal
    actas: Sequence[str]
    archivos: list[Path]
    recibidas: float = 0.0
    procesadas: float = 0.0
    esperas: int = 0
    demoras: list[float] = field(default_factory=list)

    def entregar(self, puerto: int, de: str, inicio: float) -> None:
        """A node that is apart: it asks nothing of the centre's database, whose connections are the server's."""
        from prep.intercambio.enviar import HECHOS
        from prep.intercambio.linea import Http, Otro

        otro = Otro(Http(f"http://127.0.0.1:{puerto}"), self.nodo, de)
        imagenes = {sha256(a.read_bytes()).hexdigest(): a for a in self.archivos}
        sobres = [s.escribir() for s in self._cadena(list(imagenes), de)]
        faltan = self._pedir(otro, "POST", "/v1/nodo/fotos", orjson.dumps(list(imagenes)))["faltan"]
        for huella in faltan:
            desde = time.perf_counter()
            self._pedir(otro, "PUT", f"/v1/nodo/objetos/sha256/{huella}", imagenes[huella].read_bytes(), "image/jpeg")
            self.demoras.append(time.perf_counter() - desde)
        self.recibidas = time.perf_counter() - inicio
        for i in range(0, len(sobres), HECHOS):
            dicho = self._pedir(otro, "POST", "/v1/nodo/hechos", orjson.dumps(sobres[i : i + HECHOS]))
            if dicho["rechazados"]:
                raise RuntimeError(str(dicho["rechazados"][0]))
        self.procesadas = time.perf_counter() - inicio

    def _pedir(self, otro: Otro, metodo: str, ruta: str, cuerpo: bytes, tipo: str = "application/json") -> Any:
        """Until it is answered, waiting as `prep nodo enviar` does."""
        from prep.intercambio.enviar import Paciencia
        from prep.intercambio.linea import Espere

        paciencia = Paciencia()
        while True:
            try:
                return otro.pedir(metodo, ruta, cuerpo, tipo)
            except Espere as error:
                self.esperas += 1
                time.sleep(paciencia.tras(error))

    def _cadena(self, imagenes: list[str], de: str) -> list[Sobre]:
        """What was done there of each acta: received, scanned, and whose it is."""
        from prep.bitacora.sobres import SIN_PREVIO, sellar

        sobres: list[Sobre] = []
        for clave, imagen in zip(self.actas, imagenes, strict=True):
            sabe: tuple[str, ...] = ()
            for tipo, contenido in (
                (Tipo.ACOPIADA, {"hora": NOCHE.isoformat(), "catd": LUGAR}),
                (Tipo.DIGITALIZADA, {"imagen": imagen, "medio": "Escáner", "catd": LUGAR, "documento": "Acta PREP"}),
                (Tipo.IDENTIFICADA, {"imagen": imagen, "por": "qr"}),
            ):
                hecho = nuevo_hecho(tipo, f"acta:{clave}", self.nodo.nodo, NOCHE, contenido, sabe)
                sabe = (hecho.id,)
                previo = sobres[-1].hoja.hex() if sobres else SIN_PREVIO
                sobres.append(sellar(hecho, self.nodo, de, len(sobres) + 1, previo))
        return sobres

"""Facts per second: one by one, of one writer and of many at once, in batches, and of another node."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Final

from prep.bench.instalacion import NOCHE, instalacion
from prep.bench.medidas import Medida, mostrar, percentil
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.comun.facultades import ClaseNodo
from prep.dominio.comun.hecho import Hecho
from prep.plataforma.procesos import perpetuar
from prep.simulacro.noche import Noche
from prep.transparencia.nota import LlavePrivada

A_LA_VEZ: Final = 64
"""Writers, each with the facts of its own actas."""
ANTES: Final = 3
"""Facts that each of them has written, alone, before they are measured: it is connected, and no statement is new."""


def medir() -> None:
    proceso, info = ejemplo(1500)
    with instalacion() as carpeta:
        from prep.bitacora.autoridad import ambito
        from prep.bitacora.nodos import NodoInstituto, nodo_local
        from prep.bitacora.services import anotar, fundar_instalacion, recibir
        from prep.bitacora.services.altas import alta_de_nodo
        from prep.bitacora.sobres import SIN_PREVIO, sellar

        nodo, otro = nodo_local(carpeta / "llaves"), nodo_local(carpeta / "llaves", "catd-1")
        noche = Noche(proceso, info, NOCHE, 1)
        llave = LlavePrivada.nueva("bench.example")
        raiz = NodoInstituto(llave, llave.llave.publica)
        fundar_instalacion(proceso.clave, "prueba", raiz, nodo, noche.cargos, NOCHE, telefonos=noche.telefonos)
        anotar([alta_de_nodo(otro, ClaseNodo.CATD, "catd-1", NOCHE)], raiz, NOCHE)
        hechos = sorted((h for a in noche.actas() for h in a.hechos), key=lambda h: h.hora)
        perpetuar()  # as a server does: what is measured is not whoever looks for garbage in a whole night's facts
        uno, varios, lotes, ajenos = hechos[:500], hechos[500:6_900], hechos[6_900:14_900], hechos[14_900:20_900]
        inicio = time.perf_counter()
        for h in uno:
            anotar([h], nodo, NOCHE, noche.telefonos)
        sueltos = len(uno) / (time.perf_counter() - inicio)
        a_la_vez, esperas = _a_la_vez(varios, lambda h: anotar([h], nodo, NOCHE, noche.telefonos))
        inicio = time.perf_counter()
        for i in range(0, len(lotes), 1000):
            anotar(lotes[i : i + 1000], nodo, NOCHE, noche.telefonos)
        por_lote = len(lotes) / (time.perf_counter() - inicio)

        previo, sobres = SIN_PREVIO, []
        for i, h in enumerate(ajenos, 1):
            telefono = noche.telefonos.get(h.persona)
            sobre = sellar(h, otro, ambito(), i, previo, telefono.firmar(h, ambito()) if telefono else None)
            previo = sobre.hoja.hex()
            sobres.append(sobre.escribir())
        inicio = time.perf_counter()
        for i in range(0, len(sobres), 1000):
            recibir(sobres[i : i + 1000], NOCHE)
        de_otro = len(sobres) / (time.perf_counter() - inicio)
    mostrar(
        [
            Medida("hechos propios, uno por transacción", sueltos, "por s"),
            Medida(f"hechos propios, de uno en uno, {A_LA_VEZ} a la vez", a_la_vez, "por s", 2000, mayor=True),
            Medida("de pedirlo a que es duradero, 99 de 100", percentil(esperas, 990) * 1000, "ms", 50),
            Medida("hechos propios, lotes de 1,000", por_lote, "por s", 10_000, mayor=True),
            Medida("hechos de otro nodo, firma comprobada, lotes de 1,000", de_otro, "por s", 10_000, mayor=True),
        ]
    )


def _a_la_vez(hechos: Sequence[Hecho], escribir: Callable[[Hecho], None]) -> tuple[float, list[float]]:
    """Have them written by many at once, those of an acta in order; how many a second, and the seconds each took."""
    from django.db import connection

    de_cada_uno: list[list[Hecho]] = [[] for _ in range(A_LA_VEZ)]
    quien: dict[str, int] = {}
    for h in hechos:
        de_cada_uno[quien.setdefault(h.sujeto, len(quien) % A_LA_VEZ)].append(h)
    solo, empiezan = Lock(), list[float]()
    todos = Barrier(A_LA_VEZ, lambda: empiezan.append(time.perf_counter()))

    def uno(suyos: list[Hecho]) -> list[float]:
        esperas = []
        try:
            with solo:
                for h in suyos[:ANTES]:
                    escribir(h)
            todos.wait()
            for h in suyos[ANTES:]:
                inicio = time.perf_counter()
                escribir(h)
                esperas.append(time.perf_counter() - inicio)
        except BaseException:
            todos.abort()
            raise
        finally:
            connection.close()
        return esperas

    with ThreadPoolExecutor(A_LA_VEZ) as hilos:
        esperas = [espera for suyas in hilos.map(uno, de_cada_uno) for espera in suyas]
    return len(esperas) / (time.perf_counter() - empiezan[0]), esperas

"""Facts per second: one a transaction, in batches, and of another node."""

from __future__ import annotations

import time

from prep.bench.instalacion import NOCHE, instalacion
from prep.bench.medidas import Medida, mostrar
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.comun.facultades import ClaseNodo
from prep.simulacro.noche import Noche
from prep.transparencia.nota import LlavePrivada


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
        uno, lotes, ajenos = hechos[:500], hechos[500:14_500], hechos[14_500:20_500]
        inicio = time.perf_counter()
        for h in uno:
            anotar([h], nodo, NOCHE, noche.telefonos)
        sueltos = len(uno) / (time.perf_counter() - inicio)
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
            Medida("hechos propios, lotes de 1,000", por_lote, "por s", 5000, mayor=True),
            Medida("hechos de otro nodo, firma comprobada, lotes de 1,000", de_otro, "por s", 5000, mayor=True),
        ]
    )

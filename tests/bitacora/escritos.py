"""What the tests of the bitácora share: chains of envelopes, and the tables as they are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from noche import DE_CAMPO, INSTITUTO, PERSONAS, PROCESO, Noche, enrolar, fundar, imagen, lectura, nodo_de
from prep.bitacora.actas import COLUMNAS
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.sobres import SIN_PREVIO, ambito_de, sellar
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.comun.hecho import Hecho

AHORA = datetime(2027, 6, 7, 2, 0, tzinfo=UTC)
ACTAS = [f"14002{i}B0100G" for i in range(4)]
VOTOS = {"PAZ": 100, "SOL": 80, "NO_REGISTRADAS": 0, "NULOS": "Ilegible"}
AMBITO = ambito_de(PROCESO, "prueba", INSTITUTO.llave.publica)
ALTAS = len(PERSONAS) * len(DE_CAMPO) + 5
"""Facts of authority that `fundar` writes: people in every role, a CAE with a phone, the reader, the sede, the node."""
llave, dar_de_alta = nodo_de, enrolar
__all__ = ["fundar", "llave"]


def cadena(
    nodo: NodoLocal, hechos: Sequence[Hecho], secuencia: int = 0, previo: str = SIN_PREVIO, ambito: str = AMBITO
) -> list[dict[str, Any]]:
    """The envelopes of these facts, one after another, as they travel."""
    sobres = []
    for hecho in hechos:
        secuencia += 1
        sobre = sellar(hecho, nodo, ambito, secuencia, previo)
        previo = sobre.hoja.hex()
        sobres.append(sobre.escribir())
    return sobres


def noche_revuelta(semilla: int, actas: Sequence[str] = ACTAS) -> list[Hecho]:
    """Facts of several actas, many of them impossible after one another; each knows the one before of its acta."""
    azar = random.Random(semilla)
    noche = Noche(semilla)
    hechos: list[Hecho] = []
    for _ in range(azar.randrange(5, 40)):
        acta, foto = azar.choice(actas), imagen(str(azar.randrange(2)))
        quien = f"persona-{azar.randrange(4)}"
        valores = noche.valores({**VOTOS, "PAZ": azar.choice([100, 100, 7])})
        leidas = [h for h in hechos if h.sujeto == sujeto_de(acta) and h.tipo in (Tipo.CAPTURADA, Tipo.DICTAMINADA)]
        base = lectura(azar.choice(leidas[-2:])) if leidas else "0" * 64
        tipo, contenido = azar.choice(
            [
                (Tipo.ACOPIADA, {"hora": noche.ahora.isoformat()}),
                (Tipo.DIGITALIZADA, {"imagen": foto}),
                (Tipo.DIGITALIZADA, {"imagen": foto}),
                (Tipo.IDENTIFICADA, {"imagen": foto, "por": "qr"}),
                (Tipo.IDENTIFICADA, {"imagen": foto, "por": "pto"}),
                *[(Tipo.CAPTURADA, {"imagen": foto, "valores": valores})] * 4,
                (Tipo.DICTAMINADA, {"imagen": foto, "valores": valores}),
                *[(Tipo.VERIFICADA, {"base": base})] * 3,
                (Tipo.DEVUELTA, {"base": base, "motivo": "No coincide."}),
                (Tipo.SIN_ACTA, {"motivo": "3"}),
                (Tipo.INCIDENTE, {"texto": 'comillas " \\ y «ñ»'}),
                (Tipo.COTEJADA, {"resultado": "2"}),
            ]
        )
        hechos.append(noche.hecho(tipo, acta, quien, **contenido))
    return hechos


def tabla_de_actas() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {",".join(COLUMNAS)} FROM bitacora_acta ORDER BY clave COLLATE "C"')
        return cursor.fetchall()


def cuantos() -> int:
    """Facts that are not of authority."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bitacora_hecho WHERE clase IN ('acta', 'hoja', 'paquete')")
        return int(cursor.fetchone()[0])

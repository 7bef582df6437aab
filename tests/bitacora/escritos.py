"""What the tests of the bitácora share: chains of envelopes, and the tables as they are."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from noche import Noche, imagen
from prep.bitacora.nodos import NodoLocal, registrar
from prep.bitacora.proyeccion import COLUMNAS
from prep.bitacora.sobres import SIN_PREVIO, sellar
from prep.dominio.acta.hechos import Hecho, Tipo

AHORA = datetime(2027, 6, 7, 2, 0, tzinfo=UTC)
ACTAS = [f"14002{i}B0100G" for i in range(4)]
VOTOS = {"PAZ": 100, "SOL": 80, "NO_REGISTRADAS": 0, "NULOS": "Ilegible"}


def llave(nombre: str) -> NodoLocal:
    return NodoLocal(nombre, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(nombre.encode()).digest()))


def dar_de_alta(nombre: str) -> NodoLocal:
    nodo = llave(nombre)
    registrar(nombre, f"Nodo {nombre}", nodo.publica, AHORA)
    return nodo


def cadena(
    nodo: NodoLocal, hechos: Sequence[Hecho], secuencia: int = 0, previo: str = SIN_PREVIO
) -> list[dict[str, Any]]:
    """The envelopes of these facts, one after another, as they travel."""
    sobres = []
    for hecho in hechos:
        secuencia += 1
        sobre = sellar(hecho, nodo, secuencia, previo)
        previo = sobre.hoja.hex()
        sobres.append(sobre.escribir())
    return sobres


def noche_revuelta(semilla: int, actas: Sequence[str] = ACTAS) -> list[Hecho]:
    """Facts of several actas, many of them impossible after one another, in the order of their ids."""
    azar = random.Random(semilla)
    noche = Noche(semilla)
    hechos: list[Hecho] = []
    for _ in range(azar.randrange(5, 40)):
        acta, foto = azar.choice(actas), imagen(str(azar.randrange(2)))
        quien = f"persona-{azar.randrange(4)}"
        valores = noche.valores({**VOTOS, "PAZ": azar.choice([100, 100, 7])})
        bases = [h.id for h in hechos if h.acta == acta and h.tipo in (Tipo.CAPTURADA, Tipo.DICTAMINADA)]
        base = azar.choice(bases[-2:]) if bases else "nada"
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
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bitacora_hecho")
        return int(cursor.fetchone()[0])

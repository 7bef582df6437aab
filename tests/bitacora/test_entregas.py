"""What one bitácora has and another lacks: asked at every round of every node, it costs what is lacking."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection, transaction
from escritos import ACTAS, AHORA, VOTOS

from noche import Noche
from prep.bitacora import entregas
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.services import anotar

MUCHOS = 20_000
_LLENAR = """
    INSERT INTO bitacora_hecho (posicion, id, nodo, secuencia, clase, tipo, sujeto, persona, dispositivo, orden,
        recibido, cuerpo, firma, hoja)
    SELECT h.posicion + n, h.id, h.nodo, h.secuencia + n, h.clase, h.tipo, h.sujeto, h.persona, h.dispositivo, h.orden,
        h.recibido, h.cuerpo, h.firma, sha256(n::text::bytea)
    FROM (SELECT * FROM bitacora_hecho ORDER BY posicion DESC LIMIT 1) h, generate_series(1, %s) n"""


def leidas(hacer: Callable[[], Any]) -> tuple[Any, int]:
    """What came of it, and the rows of facts that it read, with the plans that a connection keeps."""
    for _ in range(8):
        hacer()
    antes = _vistas()
    return hacer(), _vistas() - antes


def _vistas() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'bitacora_hecho'"
        )
        return int(cursor.fetchone()[0])


def test_a_round_looks_at_what_is_lacking_and_not_at_the_night(nodo: NodoLocal) -> None:
    anotar(Noche().completa(ACTAS[0], VOTOS)[:1], nodo, AHORA)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LLENAR, [MUCHOS])
        cursor.execute("ANALYZE bitacora_hecho")
        cursor.execute("SELECT max(secuencia), max(posicion) FROM bitacora_hecho WHERE nodo = %s", [nodo.nodo])
        ultima, fin = cursor.fetchone()
        cursor.execute("UPDATE bitacora_cabeza SET tamano = %s, frontera = %s", [fin, bytes(32 * fin.bit_count())])
        for faltan in (0, 3):
            desde = {nodo.nodo: ultima - faltan}
            antes, vistas = leidas(partial(entregas.antes_de, desde))
            assert (antes, vistas <= 10) == (fin - faltan, True), vistas
            tomados, vistas = leidas(partial(entregas.siguientes, desde, 0, 200, 2**20))
            assert ([p for p, _ in tomados], vistas <= 20) == (list(range(fin - faltan + 1, fin + 1)), True), vistas
            primero, vistas = leidas(partial(entregas.mas_viejo, desde))
            assert (primero, vistas <= 10) == (AHORA if faltan else None, True), vistas

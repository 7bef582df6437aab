"""Who may act, asked at every turn of the night: it costs the same however many facts there are."""

from __future__ import annotations

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from escritos import ACTAS, AHORA, VOTOS

from noche import Noche
from prep.bitacora.autoridad import autoridad
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.services import anotar

MUCHOS = 20_000
_LLENAR = """
    INSERT INTO bitacora_hecho (posicion, id, nodo, secuencia, clase, tipo, sujeto, persona, dispositivo, orden,
        recibido, cuerpo, firma, hoja)
    SELECT h.posicion + n, h.id, h.nodo, h.secuencia + n, h.clase, h.tipo, h.sujeto, h.persona, h.dispositivo, h.orden,
        h.recibido, ''::bytea, h.firma, sha256(n::text::bytea)
    FROM (SELECT * FROM bitacora_hecho ORDER BY posicion DESC LIMIT 1) h, generate_series(1, %s) n"""


def test_asking_who_may_act_looks_at_no_fact_of_an_acta(nodo: NodoLocal) -> None:
    anotar(Noche().completa(ACTAS[0], VOTOS)[:1], nodo, AHORA)
    with connection.cursor() as cursor:
        cursor.execute(_LLENAR, [MUCHOS])
        cursor.execute("ANALYZE bitacora_hecho")
        autoridad()
        with CaptureQueriesContext(
            connection,
        ) as consultas:
            autoridad()
        (unica,) = consultas.captured_queries
        cursor.execute("EXPLAIN ANALYZE " + unica["sql"])
        plan = "\n".join(f for (f,) in cursor)
    assert "Rows Removed by Filter" not in plan, plan
    vistas = [int(n) for n in re.findall(r"Scan.*actual time=\S+ rows=(\d+)", plan)]
    assert vistas and max(vistas) <= 1, plan

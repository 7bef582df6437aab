"""The queue: the next acta of a step for a person, leased until it expires.

The election with the fewest people at it goes first, and of its actas the one that waited longest. Never one that the
person, or another account of theirs, took part in. What stands in the facts is the truth: a lease only keeps two people
from typing the same acta at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from prep.acceso.marcha import EnManos
from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import autoridad_vista
from prep.bitacora.marcha import contingencia_en
from prep.bitacora.nodos import nodo_de_aqui
from prep.ccv.models import Turno
from prep.ccv.pasos import DE_HOJA, ESCRITORIO_DE, Paso, toca
from prep.dominio.acta.hechos import HOJA
from prep.dominio.comun.autoridad import TODO
from prep.papel import vigente

VIGENCIA: Final = timedelta(minutes=10)
"""Three times what an acta takes. What is sent later still counts, unless somebody else did that step meanwhile."""

_ELECCIONES: Final = """
    WITH RECURSIVE deja AS (DELETE FROM ccv_turno WHERE persona = %(persona)s), e AS (
      SELECT min(eleccion) AS clave FROM ccv_espera WHERE paso = %(paso)s
      UNION ALL
      SELECT (SELECT min(eleccion) FROM ccv_espera WHERE paso = %(paso)s AND eleccion > e.clave)
      FROM e WHERE e.clave IS NOT NULL)
    SELECT clave FROM e WHERE clave IS NOT NULL
    ORDER BY (SELECT count(*) FROM ccv_turno t WHERE t.eleccion = e.clave AND t.vence > %(ahora)s
      AND t.persona <> %(persona)s),
      (SELECT min(desde) FROM ccv_espera f WHERE f.paso = %(paso)s AND f.eleccion = e.clave)"""
_POR_ANTIGUEDAD: Final = """
    WITH RECURSIVE e AS (
      SELECT p.paso, (SELECT min(eleccion) FROM ccv_espera f WHERE f.paso = p.paso) AS clave
      FROM unnest(%s::text[]) AS p (paso)
      UNION ALL
      SELECT e.paso, (SELECT min(eleccion) FROM ccv_espera f WHERE f.paso = e.paso AND f.eleccion > e.clave)
      FROM e WHERE e.clave IS NOT NULL)
    SELECT paso FROM e WHERE clave IS NOT NULL GROUP BY paso
    ORDER BY min((SELECT min(desde) FROM ccv_espera f WHERE f.paso = e.paso AND f.eleccion = e.clave))"""
"""As above, election by election: of those that wait, the first of each is read, however many there are."""
_LIBRES: Final = """
    FROM ccv_espera e
    WHERE e.paso = %(paso)s AND (%(clave)s = '' OR e.clave = %(clave)s)
      AND NOT e.salvo && %(yo)s::text[] AND e.clave <> ALL(%(ocupadas)s::text[])
      AND NOT e.lugares && %(en_ninguno)s::text[] AND e.lugares IS DISTINCT FROM %(no_solo_en)s::text[]
      AND (%(todo)s OR e.casilla = ANY(%(alcance)s::text[]))
      AND e.clave NOT IN (SELECT acta FROM ccv_turno WHERE paso = %(paso)s AND vence > %(ahora)s)"""
"""What is out is read once, whoever asks: there are as many as people, and a plan that was made when few were out would
look, with `NOT EXISTS`, at all of them for each one that waits."""
_SIN_PEDIR: Final = "AND (%(clave)s <> '' OR NOT e.a_pedido)"
_SIGUIENTE: Final = f"""
    SELECT e.clave, e.imagen {_LIBRES} {_SIN_PEDIR} AND e.eleccion = %(eleccion)s
    ORDER BY e.desde LIMIT 1 FOR UPDATE OF e SKIP LOCKED"""
_CAMPOS: Final = ("acta", "paso", "eleccion", "persona", "imagen", "orden", "vence")
_EN_MANOS: Final = f"SELECT {','.join(_CAMPOS)} FROM ccv_turno WHERE persona = %s AND vence > %s"  # noqa: S608
_TOMAR: Final = """
    INSERT INTO ccv_turno (acta, paso, eleccion, persona, imagen, orden, vence, paginas)
    VALUES (%(acta)s, %(paso)s, %(eleccion)s, %(persona)s, %(imagen)s, %(orden)s, %(vence)s,
      %(paginas)s::text[])
    ON CONFLICT (acta, paso) DO UPDATE SET eleccion = EXCLUDED.eleccion, persona = EXCLUDED.persona,
      imagen = EXCLUDED.imagen, orden = EXCLUDED.orden, vence = EXCLUDED.vence, paginas = EXCLUDED.paginas
    WHERE ccv_turno.vence <= %(ahora)s"""
_DEJAR: Final = (
    "DELETE FROM ccv_turno WHERE persona = %(persona)s AND (%(orden)s::text IS NULL OR orden = %(orden)s::text)"
)
_PAGINAS: Final = 20
"""Of more pages that show one lease, the oldest ones are forgotten: to close them gives nothing back."""
_MOSTRAR: Final = f"""
    UPDATE ccv_turno SET vence = %(vence)s,
      paginas = (paginas || %(pagina)s::text)[greatest(1, cardinality(paginas) + 2 - {_PAGINAS}):]
    WHERE acta = %(acta)s AND orden = %(orden)s"""  # noqa: S608 - a constant
_CERRAR: Final = """
    UPDATE ccv_turno SET paginas = array_remove(paginas, %(pagina)s::text)
    WHERE persona = %(persona)s AND orden = %(orden)s AND %(pagina)s::text = ANY(paginas)"""
_SIN_PAGINAS: Final = "DELETE FROM ccv_turno WHERE persona = %(persona)s AND orden = %(orden)s AND paginas = '{}'"


@dataclass(frozen=True, slots=True)
class Quien:
    """Somebody at a desk: person, place, and what they reach (keys of casillas, or `*`)."""

    persona: str
    lugar: str
    alcance: frozenset[str] = frozenset({TODO})


def alcance_de(clave: str) -> frozenset[str]:
    """The key by which an acta may be in somebody's reach: its casilla's. A sheet is of no casilla yet."""
    return frozenset() if clave.startswith(HOJA) else frozenset({clave[:11]})


def suyo(persona: str, pasos: Collection[Paso], ahora: datetime) -> Turno | None:
    """The lease that a person holds of one of these steps."""
    turno = en_manos(persona, ahora)
    return turno if turno and turno.paso in pasos else None


def en_manos(persona: str, ahora: datetime) -> Turno | None:
    """The lease that a person holds, of any step: nobody holds two."""
    with connection.cursor() as cursor:
        cursor.execute(_EN_MANOS, [persona, ahora])
        fila = cursor.fetchone()
    return Turno(**dict(zip(_CAMPOS, fila, strict=True))) if fila else None


def de_todos(ahora: datetime) -> Iterator[EnManos]:
    """What everybody holds."""
    for turno in Turno.objects.filter(vence__gt=ahora):
        yield EnManos(turno.persona, ESCRITORIO_DE[Paso(turno.paso)], turno.vence)


def orden_en_manos(persona: str, ahora: datetime) -> str:
    """The command of what a person holds; empty when they hold nothing."""
    turno = en_manos(persona, ahora)
    return turno.orden if turno else ""


def tomar(
    paso: Paso, quien: Quien, ahora: datetime, clave: str = "", pagina: str = "", menos: Collection[str] = ()
) -> Turno | None:
    """The acta that a person works on: the one they hold, or else the next (`clave`: that one; `menos`: none of these);
    None when none waits for them. `pagina`: that page shows it at once.

    Asked twice at once by one person, both get the same one.
    """
    mio = suyo(quien.persona, [paso], ahora)
    if mio and clave in ("", mio.acta) and toca(paso, mio.acta, acta_de(mio.acta)):
        if pagina:
            mostrar(mio, ahora, pagina)
        return mio
    try:
        with transaction.atomic():
            return siguiente(paso, quien, ahora, clave, pagina, menos)
    except IntegrityError:  # the same person asked at the same time, and was given one
        return suyo(quien.persona, [paso], ahora)


def mostrar(turno: Turno, ahora: datetime, pagina: str = "") -> str:
    """What somebody holds is before them, on one more page: theirs for as long as when they took it. That page's name
    (a new one, unless it is that one), by which it says that it was closed."""
    turno.vence, pagina = ahora + VIGENCIA, pagina or token_urlsafe(6)
    with connection.cursor() as cursor:
        datos = {"vence": turno.vence, "pagina": pagina, "acta": turno.acta, "orden": turno.orden}
        cursor.execute(_MOSTRAR, datos)
    return pagina


def por_antiguedad(pasos: Iterable[Paso]) -> list[Paso]:
    """Steps in the order in which what waits for them has waited; those that nothing waits for, left out."""
    with connection.cursor() as cursor:
        cursor.execute(_POR_ANTIGUEDAD, [[p.value for p in pasos]])
        return [Paso(paso) for (paso,) in cursor]


def hay(paso: Paso, quien: Quien, ahora: datetime) -> bool:
    """Whether an acta waits for that person, of those that nobody holds: asked without taking it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT {_LIBRES} {_SIN_PEDIR})", _lo_que_pide(paso, quien, ahora))
        return bool(cursor.fetchone()[0])


def a_pedido(paso: Paso, quien: Quien, ahora: datetime) -> list[str]:
    """What is given to that person only when they ask for it, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT e.clave {_LIBRES} AND e.a_pedido ORDER BY e.desde", _lo_que_pide(paso, quien, ahora))
        return [clave for (clave,) in cursor]


def dejar(persona: str, orden: str | None = None) -> bool:
    """Give back quietly what a person holds (`orden`: only if it is that one); whether they held it."""
    with connection.cursor() as cursor:
        cursor.execute(_DEJAR, {"persona": persona, "orden": orden})
        return bool(cursor.rowcount)


def soltar(persona: str, orden: str, pagina: str) -> None:
    """A page that showed it was closed: give it back, unless another one shows it."""
    datos = {"persona": persona, "orden": orden, "pagina": pagina}
    with connection.cursor() as cursor:
        cursor.execute(_CERRAR, datos)
        if cursor.rowcount:
            cursor.execute(_SIN_PAGINAS, datos)


def _lo_que_pide(paso: Paso, quien: Quien, ahora: datetime, cual: str = "") -> dict[str, Any]:
    """What of those that wait is for a person. `ocupadas`: those that turned out not to be."""
    de = autoridad_vista()
    yo = de.cuentas_de(quien.persona) | {de.identidad(quien.persona)}
    alcance = _lo_comun(quien.alcance, de.alcance_de_nodo(nodo_de_aqui().nodo))
    if paso in DE_HOJA and TODO not in alcance:
        alcance |= vigente.centros_de(alcance)
    aqui = [quien.lugar] if de.reglas.lugares_distintos else None
    return {
        "paso": paso.value,
        "en_ninguno": aqui if aqui and paso is Paso.CAPTURA and not contingencia_en(quien.lugar) else [],
        "no_solo_en": aqui if paso is Paso.VERIFICACION else None,
        "persona": quien.persona,
        "yo": sorted(yo),
        "ocupadas": [],
        "todo": TODO in alcance,
        "alcance": sorted(alcance),
        "clave": cual,
        "ahora": ahora,
    }


def siguiente(
    paso: Paso, quien: Quien, ahora: datetime, cual: str = "", pagina: str = "", menos: Collection[str] = ()
) -> Turno | None:
    """The next acta for a person, who keeps nothing else, in a transaction of the caller's."""
    datos = _lo_que_pide(paso, quien, ahora, cual)
    ocupadas: list[str] = datos["ocupadas"]
    ocupadas += menos
    with connection.cursor() as cursor:
        cursor.execute(_ELECCIONES, datos)
        for (eleccion,) in cursor.fetchall():
            datos["eleccion"] = eleccion
            while True:
                cursor.execute(_SIGUIENTE, datos)
                fila = cursor.fetchone()
                if fila is None:
                    break
                clave, imagen = fila
                if not clave.startswith(HOJA) and clave not in vigente.formas():
                    ocupadas.append(clave)  # the catalogue does not expect it: no desk can show it
                    continue
                turno = Turno(
                    acta=clave,
                    paso=paso.value,
                    eleccion=eleccion,
                    persona=quien.persona,
                    imagen=imagen,
                    orden=nueva_orden(),
                    vence=ahora + VIGENCIA,
                    paginas=[pagina] if pagina else [],
                )
                suyos = {c: getattr(turno, c) for c in ("acta", "persona", "imagen", "orden", "vence", "paginas")}
                cursor.execute(_TOMAR, datos | suyos)
                if cursor.rowcount:
                    return turno
                ocupadas.append(clave)  # somebody took it between looking and taking
    return None


def _lo_comun(uno: frozenset[str], otro: frozenset[str]) -> frozenset[str]:
    """What two reaches share."""
    if TODO in uno:
        return otro
    return uno if TODO in otro else uno & otro


def nueva_orden() -> str:
    return f"ccv-{uuid.uuid4()}"

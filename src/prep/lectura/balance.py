"""How the reader did on a night: its stored readings against what finally stood, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log10
from typing import Any, Final

import orjson
from django.db import connection

from prep.bitacora.actas import hechos_de
from prep.bitacora.autoridad import autoridad
from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo, huella_lectura
from prep.dominio.acta.pliegue import estado
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.hecho import Hecho
from prep.dominio.comun.valores import Valor
from prep.lectura.models import Lectura as FilaLectura
from prep.lectura.obrero import campos_de
from prep.lectura.resultado import Lectura
from prep.lectura.revision import Caso, Desenlace, Opinion, Revision, informe

_LOTE: Final = 500


def balance() -> dict[str, Any]:
    """`revision.informe` of every stored reading, and what only the tables know: `segundos`, how long opinions took
    from the match, and how long reading; `sin_leer`, verified actas in which two people agreed and nothing was read."""
    return {**informe(casos()), "sin_leer": _sin_leer(), "segundos": _segundos()}


def casos() -> Iterator[Caso]:
    """Every reading with the match it was of and what stands now, in the order they were kept."""
    ultima = 0
    while filas := list(FilaLectura.objects.filter(id__gt=ultima).order_by("id")[:_LOTE]):
        ultima = filas[-1].id
        por_acta, de = hechos_de({f.acta for f in filas}), autoridad()
        for fila in filas:
            hechos = por_acta[fila.acta]
            base = next(e.hecho for e in hechos if _lectura(e.hecho) == fila.base)
            acta = estado(hechos, de)
            definitivo: dict[str, Valor] | None = None
            if acta.captura is Captura.VERIFICADA and acta.publicada is not None:
                definitivo = campos_de(acta.publicada.asentado)
            elif acta.captura is Captura.DICTAMINADA and acta.acordado is not None:
                definitivo = campos_de(acta.acordado.asentado)
            yield Caso(
                campos_de(Asentado.leer(base.contenido["valores"])),
                Lectura.de_dict(orjson.loads(fila.documento)),
                Revision(Opinion(fila.opinion), tuple(fila.campos)),
                definitivo,
                fila.tarde,
            )


def _lectura(hecho: Hecho) -> str:
    """Name of what a capture says; empty for any other fact."""
    if hecho.tipo != Tipo.CAPTURADA:
        return ""
    return huella_lectura(hecho.contenido["imagen"], hecho.contenido["valores"])


def _sin_leer() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM bitacora_acta a WHERE captura = %s AND NOT EXISTS"
            " (SELECT FROM lectura_lectura l WHERE l.acta = a.clave)"
            " AND NOT EXISTS (SELECT FROM bitacora_hecho h"
            " WHERE h.sujeto = 'acta:' || a.clave AND h.tipo = 'dictaminada')",
            [Captura.VERIFICADA.value],
        )
        return int(cursor.fetchone()[0])


def _segundos() -> dict[str, Any]:
    """Median and 95th percentile; None without readings."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM l.hora - h.recibido)),"
            " percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY l.segundos)"
            " FROM lectura_lectura l CROSS JOIN LATERAL (SELECT max(recibido) AS recibido FROM bitacora_hecho"
            " WHERE sujeto = 'acta:' || l.acta AND tipo = 'capturada' AND recibido <= l.hora) h"
        )
        opinar, leer = cursor.fetchone()
    return {
        nombre: {"mediana": round(float(par[0]), 3), "p95": round(float(par[1]), 3)} if par else None
        for nombre, par in (("hasta_opinar", opinar), ("leer", leer))
    }


_TITULOS: Final = {
    "errores_atrapados": "Errores de ambas personas que la lectura devolvió",
    "errores_no_vistos": "Errores de ambas personas que la lectura no vio",
    "falsas_alarmas": "Devueltas que estaban bien",
    "avisos_tardios": "Avisos que llegaron tarde",
    "pendientes": "Sin dato definitivo todavía",
}


def renglones(b: dict[str, Any]) -> list[tuple[str, str]]:
    """The report for people: (what, how many) in Spanish, in the order they should be read."""
    opiniones = b["opiniones"]
    filas = [
        ("Coincidencias leídas", f"{b['actas']:,}"),
        ("Confirmadas", f"{opiniones['confirma']:,}"),
        ("Devueltas a una tercera persona", f"{opiniones['devuelve']:,}"),
        ("Sin opinión", f"{opiniones['sin_opinion']:,}"),
        *((titulo, f"{b[clave]:,}") for clave, titulo in _TITULOS.items()),
        ("Verificadas sin haberse leído", f"{b['sin_leer']:,}"),
        ("Recuadros aceptados por la lectura", f"{b['aceptados']:,} de {b['campos']:,}"),
        ("Aceptados que son lo que quedó", f"{b['aceptados_iguales']:,} de {b['aceptados']:,}"),
    ]
    for nombre, titulo in (("hasta_opinar", "De la coincidencia a la opinión"), ("leer", "Leer un acta")):
        if (t := b["segundos"][nombre]) is not None:
            filas.append((titulo, f"{t['mediana']:.1f} s la mitad, {t['p95']:.1f} s el 95 %"))
    return filas


def por_revisar(b: dict[str, Any]) -> list[str]:
    """Actas whose late notice deserves another look, to reopen them if it was right."""
    return [a["acta"] for a in b["avisos"] if a["desenlace"] == Desenlace.TARDIO]


def svg(calibracion: Sequence[dict[str, Any]]) -> str:
    """The calibration curve: how often each range of confidence was right, with its 95 % interval, against what it said
    of itself. Both axes grow by factors of ten towards certainty: what matters is how rare the errors are."""
    lado, m = 420, 56
    piso = 1e-4

    def eje(p: float) -> float:
        return log10(max(1 - p, piso)) / log10(piso)

    def x(p: float) -> float:
        return round(m + eje(p) * (lado - 2 * m), 1)

    def y(p: float) -> float:
        return round(lado - m - eje(p) * (lado - 2 * m), 1)

    partes = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {lado} {lado}" font-family="sans-serif" font-size="12">',
        f'<rect width="{lado}" height="{lado}" fill="white"/>',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#999" stroke-dasharray="4 4"/>',
    ]
    for p, nombre in ((0.0, "0 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (1.0, "99.99 %")):
        partes.append(
            f'<line x1="{m}" x2="{lado - m}" y1="{y(p)}" y2="{y(p)}" stroke="#e3e3e3"/>'
            f'<text x="{m - 6}" y="{y(p) + 4}" text-anchor="end">{nombre}</text>'
            f'<text x="{x(p)}" y="{lado - m + 18}" text-anchor="middle">{nombre}</text>'
        )
    puntos = [(t["confianza"], t["iguales"] / t["campos"], *t["intervalo"]) for t in calibracion]
    for confianza, parte, desde, hasta in puntos:
        partes.append(
            f'<line x1="{x(confianza)}" x2="{x(confianza)}" y1="{y(desde)}" y2="{y(hasta)}" stroke="#1b5e9e"/>'
            f'<circle cx="{x(confianza)}" cy="{y(parte)}" r="4" fill="#1b5e9e"/>'
        )
    partes.append(
        f'<text x="{lado / 2}" y="{lado - 14}" text-anchor="middle">confianza de la lectura</text>'
        f'<text x="{m}" y="24">era lo que quedó</text></svg>\n'
    )
    return "\n".join(partes)

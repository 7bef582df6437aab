"""Atom feed of the night's cortes (RFC 4287), newest first."""

from __future__ import annotations

from html import escape
from typing import Final

from prep.portal.cifras import Doc, miles, truncado
from prep.portal.textos import IDIOMAS, hora_larga, numero, textos

ENTRADAS: Final = 60


def atom(manifiesto: Doc, proceso: Doc, avance: Doc | None) -> bytes:
    """Every corte known to `avance.json`, or only this one without it. Links are relative to the public address."""
    t = textos(IDIOMAS[0])
    publico = proceso.get("institucion", {}).get("portal", "")
    autor = proceso.get("institucion", {}).get("nombre", proceso["nombre"])
    titulo = f"{t['nav']['nombre_sitio'].format(entidad=proceso['entidad']['nombre'])}. {proceso['nombre']}"
    cortes = [manifiesto["corte"]]
    horas = [manifiesto["hora"]]
    if avance is not None:
        cortes, horas = avance["cortes"], avance["horas"]
    entradas = []
    for i in range(len(cortes) - 1, max(-1, len(cortes) - 1 - ENTRADAS), -1):
        partes = []
        for e in proceso["elecciones"]:
            a = (avance or {}).get("elecciones", {}).get(e["clave"])
            if a is None:
                continue
            n, m = a["contabilizadas"][i], a["esperadas"]
            pct = f" ({truncado(n, m)} %)" if m else ""
            partes.append(f"{e['nombre']}: {miles(n)} de {miles(m)} actas contabilizadas{pct}")
        nombre = f"{numero(manifiesto, t, cortes[i])} · {hora_larga(horas[i], t)}"
        aviso = t["modo"].get(manifiesto["modo"], "")
        if aviso:
            nombre = f"{manifiesto['modo'].upper()}. {nombre}"
        entradas.append(
            f"<entry><id>urn:prep:{escape(proceso['clave'])}:{manifiesto['modo']}:{cortes[i]}</id>"
            f"<title>{escape(nombre)}</title><updated>{horas[i]}</updated>"
            f'<link href="cortes/{cortes[i]:04d}/index.html"/>'
            f"<summary>{escape('. '.join(partes))}</summary></entry>"
        )
    base = f' xml:base="{escape(publico)}"' if publico else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es-MX"{base}>'
        f"<id>urn:prep:{escape(proceso['clave'])}:{manifiesto['modo']}</id><title>{escape(titulo)}</title>"
        f"<updated>{manifiesto['hora']}</updated><author><name>{escape(autor)}</name></author>"
        f'<link rel="self" href="atom.xml"/><link href="index.html"/>{"".join(entradas)}</feed>\n'
    ).encode()

"""Pieces of a page in HTML and SVG: bars, swatches, tables, tiles. Everything that comes from data is escaped here.

No style attributes: the content security policy forbids them. Sizes go in SVG attributes, colours in classes `pN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape, unescape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from prep.portal import cartograma
from prep.portal.cifras import Delantera, contadas, delantera, miles, ordenadas

Doc = dict[str, Any]
GUION = "—"


def seguro(html: str) -> SafeString:
    """Mark what this module has built as HTML; its inputs were escaped when they entered."""
    return mark_safe(html)  # noqa: S308


def medidor(parte: int, total: int, clase: str = "") -> str:
    """A progress bar; decorative, its figure is always printed next to it."""
    ancho = parte * 1000 // total if total else 0
    return (
        f'<svg class="medidor {clase}" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="vacio" width="1000" height="8"/><rect class="lleno" width="{ancho}" height="8"/></svg>'
    )


class Pintor:
    """Draws one election in one language. `t`: texts; `partidos`: siglas to index of their colour class."""

    def __init__(self, proceso: Doc, eleccion: Doc, t: Doc) -> None:
        self.t = t
        self.eleccion = eleccion
        self.partidos = {p["siglas"]: i for i, p in enumerate(proceso["partidos"])}
        self.nombres = {p["siglas"]: p["nombre"] for p in proceso["partidos"]}
        self.tipos = {c["clave"]: c["tipo"] for c in eleccion["columnas"]}
        self.de_columna = {c["clave"]: c["partidos"] for c in eleccion["columnas"]}
        self.lugar = t[eleccion["agrupa"]].lower()
        self.lugares = t[eleccion["agrupa"] + "s"].lower()
        self._rotulos: dict[str, str] = {}
        self._muestras: dict[str, str] = {}

    # names and swatches

    def lugar_de(self, r: Doc) -> str:
        """Name of a place; several distritos may have the same head town, so theirs begin with the number."""
        nombre, palabra = str(r["nombre"]), self.t[self.eleccion["agrupa"]]
        if self.eleccion["agrupa"] != "distrito" or re.search(rf"\b0*{r['id']}\b", nombre):
            return nombre
        return f"{palabra} {r['id']} · {nombre}"

    def breve(self, clave: str, partidos: Sequence[str], letras: int) -> str:
        """The name of a candidacy where there is room for few letters: `PAZ · RÍO`, else `PAZ +1`. Escaped."""
        completo = self.rotulo(clave, partidos)
        if len(unescape(completo)) <= letras or len(partidos) < 2:
            return completo
        return f"{escape(partidos[0])} +{len(partidos) - 1}"

    def clases(self, partidos: Sequence[str]) -> list[str]:
        return [f"p{self.partidos[p]}" if p in self.partidos else "pi" for p in partidos] or ["pi"]

    def rotulo(self, clave: str, partidos: Sequence[str]) -> str:
        """What people call a candidacy: its parties, or the number of the independent."""
        if clave not in self._rotulos:
            tipo = self.tipos.get(clave)
            if tipo == "independiente" or not partidos:
                numero = clave.rsplit("_", 1)[-1]
                nombre = self.t["eleccion"]["independiente"].format(n=numero) if numero.isdigit() else clave
            elif tipo == "comun":
                nombre = self.t["eleccion"]["comun"].format(partidos=" · ".join(partidos))
            else:
                nombre = " · ".join(partidos)
            self._rotulos[clave] = escape(nombre)
        return self._rotulos[clave]

    def muestra(self, clave: str, partidos: Sequence[str]) -> str:
        if clave not in self._muestras:
            cuadros = "".join(f'<i class="m {c}"></i>' for c in self.clases(partidos))
            self._muestras[clave] = f'<span class="ms" aria-hidden="true">{cuadros}</span>'
        return self._muestras[clave]

    def nombre(self, c: Doc) -> str:
        """Swatches and name of an entry of `por_candidatura`."""
        return self._nombre(c["clave"], c["partidos"])

    def _nombre(self, clave: str, partidos: Sequence[str]) -> str:
        return f'<span class="nc">{self.muestra(clave, partidos)}<span>{self.rotulo(clave, partidos)}</span></span>'

    def barra(self, partidos: Sequence[str], votos: int, mayor: int) -> str:
        """A bar as long as its votes against the largest; the parties of a coalition show at its foot."""
        ancho = votos * 1000 // mayor if mayor else 0
        clases = self.clases(partidos)
        franjas = f'<rect class="{clases[0]}" width="{ancho}" height="24"/>'
        if len(clases) > 1:
            parte = ancho // len(clases)
            franjas += "".join(
                f'<rect class="{c}" x="{i * parte}" y="17" width="{ancho - i * parte}" height="7"/>'
                for i, c in enumerate(clases)
            )
        return f'<svg class="barra" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">{franjas}</svg>'

    # tables

    def candidaturas(self, resultado: Doc, personas: Mapping[str, Doc] | None = None, cabeza: str = "") -> str:
        """The chart of a contest, which is its table: candidacy with its bar, votes, percentage.

        `personas`: by candidacy key.
        """
        e = self.t["eleccion"]
        filas = ordenadas(resultado["por_candidatura"])
        mayor = max((c["votos"] for c in filas), default=0)
        cuerpo = []
        for c in filas:
            persona = (personas or {}).get(c["clave"], {}).get("propietaria", "")
            quien = f'<span class="quien">{escape(persona)}</span>' if persona else ""
            cuerpo.append(
                f'<tr><th scope="row">{self.nombre(c)}{quien}{self.barra(c["partidos"], c["votos"], mayor)}</th>'
                f'<td class="num">{miles(c["votos"])}</td><td class="num pct">{_pct(c)}</td></tr>'
            )
        cuerpo.append(self._otros(resultado, 0))
        titulo = cabeza or e["candidatura_col"]
        return (
            f'<table class="cand"><thead><tr><th scope="col">{escape(titulo)}</th>'
            f'<th scope="col" class="num">{e["votos"]}</th>'
            f'<th scope="col" class="num">{e["porcentaje"]}</th></tr></thead>'
            f"<tbody>{''.join(cuerpo)}</tbody></table>"
        )

    def _otros(self, resultado: Doc, vacias: int) -> str:
        """Rows that close a table; `vacias`: columns that do not apply to them."""
        e = self.t["eleccion"]
        blanco = "<td></td>" * vacias
        filas = "".join(
            f'<tr class="otro"><th scope="row">{e[k]}</th>{blanco}'
            f'<td class="num">{miles(resultado[k]["votos"])}</td><td class="num pct">{_pct(resultado[k])}</td></tr>'
            for k in ("no_registradas", "nulos")
        )
        total = resultado["total"]
        cien = "100.0000&nbsp;%" if total else GUION
        return (
            f'{filas}<tr class="suma"><th scope="row">{e["total_votos"]}</th>{blanco}'
            f'<td class="num">{miles(total)}</td><td class="num pct">{cien}</td></tr>'
        )

    def partidos_tabla(self, resultado: Doc) -> str:
        """By party and independents: own votes, votes from coalitions, total."""
        e = self.t["eleccion"]
        cuerpo = []
        for p in resultado["por_partido"]:
            clave = p["clave"]
            partidos = self.de_columna.get(clave) or ([clave] if clave in self.partidos else [])
            largo = self.nombres.get(clave, "")
            quien = f'<span class="quien">{escape(largo)}</span>' if largo else ""
            cuerpo.append(
                f'<tr><th scope="row">{self._nombre(clave, partidos)}{quien}</th>'
                f'<td class="num">{miles(p["propios"])}</td><td class="num">{miles(p["coalicion"])}</td>'
                f'<td class="num">{miles(p["votos"])}</td><td class="num pct">{_pct(p)}</td></tr>'
            )
        cuerpo.append(self._otros(resultado, 2))
        return (
            f'<table class="part"><thead><tr><th scope="col">{e["partido_col"]}</th>'
            f'<th scope="col" class="num">{e["propios"]}</th><th scope="col" class="num">{e["coalicion"]}</th>'
            f'<th scope="col" class="num">{e["total"]}</th>'
            f'<th scope="col" class="num">{e["porcentaje"]}</th></tr></thead>'
            f"<tbody>{''.join(cuerpo)}</tbody></table>"
        )

    def ventaja(self, resultado: Doc) -> str:
        """One sentence: who is ahead and by how much."""
        e = self.t["eleccion"]
        d = delantera(resultado)
        if d is None:
            return escape(self.t["avance"]["en_ceros"])
        if d.segundo is None:
            return ""
        datos = {
            "primero": f"<strong>{self.rotulo(d.primero['clave'], d.primero['partidos'])}</strong>",
            "segundo": self.rotulo(d.segundo["clave"], d.segundo["partidos"]),
            "votos": miles(d.votos),
            "puntos": d.puntos,
        }
        return str(e["empate" if d.empate else "ventaja"].format(**datos))

    def detalle(self, resumen: Doc) -> str:
        """One row per place, with a link to its page; the table of the map."""
        t, e = self.t, self.t["eleccion"]
        filas = []
        for r in resumen["demarcaciones"]:
            n, m = contadas(r)
            d = delantera(r)
            if d is None:
                lideres = f'<td class="vacia">{t["avance"]["sin_votos"]}</td><td></td><td class="num">{GUION}</td>'
            else:
                segundo = self.nombre(d.segundo) if d.segundo else ""
                puntos = t["avance"]["empate"] if d.empate else d.puntos
                lideres = f'<td>{self.nombre(d.primero)}</td><td>{segundo}</td><td class="num">{puntos}</td>'
            pct = r["estadistica"].get("porcentaje_actas_contabilizadas")
            filas.append(
                f'<tr id="d{r["id"]}"><th scope="row"><a href="{r["id"]}.html">{escape(self.lugar_de(r))}</a></th>'
                f'<td class="num">{pct + "&nbsp;%" if pct else GUION}{medidor(n, m)}</td>{lideres}'
                f'<td class="num">{miles(r["total"])}</td></tr>'
            )
        return (
            f'<table class="lug" id="lugares"><thead><tr><th scope="col">{t[self.eleccion["agrupa"]]}</th>'
            f'<th scope="col" class="num">{e["contado"]}</th><th scope="col">{e["primero"]}</th>'
            f'<th scope="col">{e["segundo"]}</th><th scope="col" class="num">{e["ventaja_col"]}</th>'
            f'<th scope="col" class="num">{e["total_votos"]}</th></tr></thead><tbody>{"".join(filas)}</tbody></table>'
        )

    def estadistica(self, resultado: Doc) -> str:
        """Every summary figure by its official name; what is not known yet says so."""
        t = self.t
        filas = []
        for clave, nombre in t["estadistica"].items():
            if clave == "nota":
                continue
            v = resultado["estadistica"].get(clave)
            texto = t["sin_dato"] if v is None else (v + "&nbsp;%" if isinstance(v, str) else miles(v))
            filas.append(f"<div><dt>{nombre}</dt><dd>{texto}</dd></div>")
        return f'<dl class="est">{"".join(filas)}</dl>'

    def adelante(self, resumen: Doc, tope: int = 8) -> str:
        """For contests decided place by place: in how many each candidacy has most votes."""
        a = self.t["avance"]
        cuenta: dict[str, int] = {}
        quien: dict[str, Doc] = {}
        vacias = empates = 0
        for r in resumen["demarcaciones"]:
            d = delantera(r)
            if d is None:
                vacias += 1
            elif d.empate:
                empates += 1
            else:
                clave = d.primero["clave"] if d.primero["partidos"] else "independiente"
                cuenta[clave] = cuenta.get(clave, 0) + 1
                quien[clave] = d.primero
        orden = sorted(cuenta.items(), key=lambda x: (-x[1], x[0]))
        total = len(resumen["demarcaciones"])
        mayor = orden[0][1] if orden else 0
        filas = []
        for clave, n in orden[:tope]:
            c = quien[clave]
            nombre = self.nombre(c)
            filas.append(self._fila_adelante(nombre, self.barra(c["partidos"], n, mayor), n, total))
        if len(orden) > tope:
            resto = sum(n for _, n in orden[tope:])
            texto = a["y_otras"].format(n=len(orden) - tope)
            filas.append(self._fila_adelante(f'<span class="nc">{texto}</span>', "", resto, total))
        for texto, n in ((a["empate"], empates), (a["sin_votos"], vacias)):
            if n:
                filas.append(self._fila_adelante(f'<span class="nc">{texto}</span>', "", n, total, "otro"))
        titulo = a["adelante"].format(lugares=self.t[self.eleccion["agrupa"] + "s"])
        return (
            f'<table class="cand"><thead><tr><th scope="col">{titulo}</th>'
            f'<th scope="col" class="num">{self.t[self.eleccion["agrupa"] + "s"]}</th></tr></thead>'
            f"<tbody>{''.join(filas)}</tbody></table>"
        )

    def _fila_adelante(self, nombre: str, barra: str, n: int, total: int, clase: str = "") -> str:
        de = self.t["avance"]["n_de_m"].format(n=n, m=total)
        return f'<tr class="{clase}"><th scope="row">{nombre}{barra}</th><td class="num">{de}</td></tr>'

    # maps

    def mapa(self, resumen: Doc, cajas: Mapping[int, cartograma.Recuadro]) -> str:
        """The cartogram: hatching is not counted yet, colour rises with what is counted, tone is the lead."""
        tejas = []
        for r in resumen["demarcaciones"]:
            if r["id"] not in cajas:
                continue
            x, y, w, h = cajas[r["id"]]
            n, m = contadas(r)
            ancho, largo = max(1, w - 1), max(1, h - 1)
            d = delantera(r)
            alto = largo * n * 10 // m / 10 if d is not None and m else 0
            clases = self.clases(d.primero["partidos"]) if d is not None and not d.empate else ["pe"]
            pintado = ""
            if alto:
                nivel = d.nivel if d is not None else 1
                pintado = (
                    f'<rect class="{clases[0]} v{nivel}" x="{x}" y="{_n(y + largo - alto)}" '
                    f'width="{ancho}" height="{_n(alto)}"/>'
                )
            if len(clases) > 1 and w > 12 and alto > 6:  # the other parties of a coalition, as swatches at its foot
                parte = ancho / len(clases)
                pintado += "".join(
                    f'<rect class="{c}" x="{_n(x + i * parte)}" y="{y + largo - 3}" width="{_n(parte)}" height="3"/>'
                    for i, c in enumerate(clases)
                )
            tejas.append(
                f'<g data-id="{r["id"]}"><rect class="teja" x="{x}" y="{y}" width="{ancho}" '
                f'height="{_n(largo - alto)}"/>{pintado}{self._letras(r, d, x, y, w, h)}</g>'
            )
        sr = self.t["eleccion"]["mapa_sr"].format(n=len(tejas))
        return (
            f'<svg class="carto" viewBox="0 0 {cartograma.ANCHO} {cartograma.ALTO}" role="img" fill="url(#rayas)" '
            f'aria-label="{escape(sr)}">{_rayas("rayas")}'
            f"{''.join(tejas)}</svg>"
        )

    def _letras(self, r: Doc, d: Delantera | None, x: int, y: int, w: int, h: int) -> str:
        """Up to three lines of a tile: place, who is ahead, by how much.

        Class `td`: only where the screen is wide; `tm`: only where it is not.
        """
        en_pantalla, en_telefono = max(0, int((w - 6) / 6.3)), max(0, int((w - 8) / 11.4))
        nombre = str(r["id"]) if self.eleccion["agrupa"] == "distrito" else str(r["nombre"])
        if len(nombre) > en_pantalla:
            nombre = nombre[: en_pantalla - 1].rstrip() + "…" if en_pantalla >= 6 else ""
        if not nombre:
            return ""
        lineas = [(escape(nombre), escape(nombre))]
        if d is not None and d.empate:
            lineas.append((self.t["avance"]["empate"], self.t["avance"]["empate"]))
        elif d is not None:
            c = d.primero
            ancha, corta = (self.breve(c["clave"], c["partidos"], n) for n in (en_pantalla, en_telefono))
            lineas += [(ancha, corta), (f"+{d.puntos[:-2]}", f"+{d.puntos[:-2]}")]
        partes, telefono = [], True
        for i, (ancha, corta) in enumerate(lineas):
            if len(unescape(ancha)) > en_pantalla or (i + 1) * 13 >= h - 4:
                break
            telefono = telefono and len(unescape(corta)) <= en_telefono and (i + 1) * 23 < h - 6
            lugar = f'x="{x + 5}" dy="{"1.1em" if i else "0"}"'
            if telefono and ancha == corta:
                partes.append(f"<tspan {lugar}>{ancha}</tspan>")
            else:
                partes.append(f'<tspan class="td" {lugar}>{ancha}</tspan>')
                if telefono:
                    partes.append(f'<tspan class="tm" {lugar}>{corta}</tspan>')
        return f'<text x="{x + 5}" y="{y + 4}">{"".join(partes)}</text>' if partes else ""

    def contorno(self, resumen: Doc, capa: Doc) -> str:
        """Outlines of the institution's map, with the same reading: hatching is left to count, tone is the lead."""
        lugares, trazos, prefijo = [], [], "g"
        for r in resumen["demarcaciones"]:
            trazo = capa["lugares"].get(str(r["id"]))
            if trazo is None:
                continue
            n, m = contadas(r)
            d = delantera(r)
            uso = f'<use href="#{prefijo}{r["id"]}" class="teja"/>'
            if d is not None and n:
                clase = "pe" if d.empate else self.clases(d.primero["partidos"])[0]
                uso += f'<use href="#{prefijo}{r["id"]}" class="{clase} v{d.nivel}"/>'
                if n < m:
                    uso += f'<use href="#{prefijo}{r["id"]}" class="r{4 * n // m}" fill="url(#trama)"/>'
            trazos.append(f'<path id="{prefijo}{r["id"]}" d="{escape(trazo)}"/>')
            lugares.append(f'<g data-id="{r["id"]}">{uso}</g>')
        sr = self.t["eleccion"]["contorno_sr"].format(n=len(lugares))
        return (
            f'<svg class="geo" viewBox="0 0 {capa["ancho"]} {capa["alto"]}" role="img" fill="url(#rayas-g)" '
            f'aria-label="{escape(sr)}"><defs>{"".join(trazos)}</defs>{_rayas("rayas-g")}{_rayas("trama", fondo=False)}'
            f"{''.join(lugares)}</svg>"
        )


def lista(nombres: Iterable[str], y: str, tope: int = 12) -> str:
    """`A, B y C`; long lists end with how many more."""
    todos = [escape(n) for n in nombres]
    if len(todos) > tope:
        return ", ".join(todos[:tope]) + f"… (+{len(todos) - tope})"
    return f"{', '.join(todos[:-1])} {y} {todos[-1]}" if len(todos) > 1 else "".join(todos)


def _pct(c: Doc) -> str:
    return c["porcentaje"] + "&nbsp;%" if "porcentaje" in c else GUION


def _n(v: float) -> str:
    return f"{v:.1f}".removesuffix(".0")


def _rayas(clave: str, fondo: bool = True) -> str:
    """The hatching of what is not counted. Each drawing has its own: one inside a hidden drawing would not show."""
    base = '<rect class="raya-f" width="6" height="6"/>' if fondo else ""
    return (
        f'<defs><pattern id="{clave}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'{base}<rect class="raya-l" width="1.6" height="6"/></pattern></defs>'
    )

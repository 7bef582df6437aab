"""Pieces of a page in HTML and SVG: bars, swatches, tables, tiles. Everything that comes from data is escaped here.

No style attributes: the content security policy forbids them. Sizes go in SVG attributes, colours in classes `pN`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape, unescape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from prep.portal import cartograma, tema
from prep.portal.cifras import (
    Delantera,
    contadas,
    delantera,
    elige,
    miles,
    ordenadas,
    por_llegar,
    por_lugares,
    truncado,
)
from prep.portal.textos import decir

Doc = dict[str, Any]
GUION = "—"
GRIS = "#84888f"
INDEPENDIENTES = "*independientes"
"""Key of the row that holds independents of several places; no candidacy can have it."""


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
        self.proceso = proceso
        self.eleccion = eleccion
        self.partidos = {p["siglas"]: i for i, p in enumerate(proceso["partidos"])}
        self.nombres = {p["siglas"]: p["nombre"] for p in proceso["partidos"]}
        self.tipos = {c["clave"]: c["tipo"] for c in eleccion["columnas"]}
        self.de_columna = {c["clave"]: c["partidos"] for c in eleccion["columnas"]}
        self.lugar = t[eleccion["agrupa"]].lower()
        self.lugares = t[eleccion["agrupa"] + "s"].lower()
        self.varias = por_lugares(eleccion)
        self._personas = {
            d["id"]: {c["clave"]: c for c in d["candidaturas"]} for d in eleccion.get("demarcaciones", [])
        }
        self._rotulos: dict[str, str] = {}
        self._muestras: dict[str, str] = {}

    # names and swatches

    def lugar_de(self, r: Doc) -> str:
        """Name of a place; several distritos may have the same head town, so theirs begin with the number."""
        nombre, palabra = str(r["nombre"]), self.t[self.eleccion["agrupa"]]
        if self.eleccion["agrupa"] != "distrito" or re.search(rf"\b0*{r['id']}\b", nombre):
            return nombre
        return f"{palabra} {r['id']} · {nombre}"

    def de_los_lugares(self, n: int, total: int) -> str:
        """`11 de 20 distritos`, `1 de 1 municipio`."""
        palabra = self.lugar if total == 1 else self.lugares
        return str(self.t["avance"]["n_de_m"].format(n=n, m=f"{total} {palabra}"))

    def breve(self, clave: str, partidos: Sequence[str], letras: int) -> str:
        """The name of a candidacy where there is room for few letters: `SOL · LUZ · VOZ`, else `SOL · LUZ…`. Escaped.

        At least its first party; the others show as swatches beside it, and a `+1` would read as a figure.
        """
        completo = self.rotulo(clave, partidos)
        if len(unescape(completo)) <= letras or len(partidos) < 2:
            return completo
        cortos = (" · ".join(partidos[:n]) + "…" for n in range(len(partidos) - 1, 0, -1))
        return escape(next((c for c in cortos if len(c) <= letras), f"{partidos[0]}…"))

    def clases(self, partidos: Sequence[str]) -> list[str]:
        return [f"p{self.partidos[p]}" if p in self.partidos else "pi" for p in partidos] or ["pi"]

    def color(self, partidos: Sequence[str]) -> str:
        """The colour of the first party, as the catalogue says it or as the site's style gives it."""
        i = self.partidos.get(partidos[0]) if partidos else None
        return GRIS if i is None else tema.color(self.proceso["partidos"][i], i)

    def rotulo(self, clave: str, partidos: Sequence[str]) -> str:
        """What people call a candidacy: its parties, or the number of the independent."""
        if clave not in self._rotulos:
            tipo = self.tipos.get(clave)
            if clave == INDEPENDIENTES:
                nombre = self.t["eleccion"]["independientes"].format(lugares=self.lugares)
            elif tipo == "independiente" or not partidos:
                numero = clave.rsplit("_", 1)[-1]
                nombre = self.t["eleccion"]["independiente"].format(n=numero) if numero.isdigit() else clave
            elif tipo == "comun":
                nombre = self.t["eleccion"]["comun"].format(partidos=" · ".join(partidos))
            else:
                nombre = " · ".join(partidos)
            self._rotulos[clave] = escape(nombre)
        return self._rotulos[clave]

    def persona(self, clave: str, lugar: int | None = None) -> Doc:
        """Who stands under a candidacy, as the process says it: `propietaria`, `coalicion`. Empty where it is many."""
        if self.varias and lugar is None:
            return {}
        if self.eleccion["ambito"] == "entidad" or lugar is None:
            return next((p[clave] for p in self._personas.values() if clave in p), {})
        return self._personas.get(lugar, {}).get(clave, {})

    def quien(self, c: Doc, lugar: int | None = None) -> str:
        """The person first, then the coalition and its parties beside their swatches. Escaped."""
        p = self.persona(c["clave"], lugar)
        nombre, juntos = p.get("propietaria", ""), p.get("coalicion", "")
        siglas = self.rotulo(c["clave"], c["partidos"])
        if juntos:
            siglas = f"{escape(juntos)} ({siglas})"
        muestra = self.muestra(c["clave"], c["partidos"])
        if not nombre:
            return f'<span class="nc">{muestra}<span>{siglas}</span></span>'
        return (
            f'<span class="persona">{escape(nombre)}</span>'
            f'<span class="nc siglas">{muestra}<span>{siglas}</span></span>'
        )

    def llana(self, c: Doc, lugar: int | None = None) -> str:
        """`Elena Robles (PAZ · RÍO)`, or the parties alone. Plain text."""
        siglas = unescape(self.rotulo(c["clave"], c["partidos"]))
        nombre = self.persona(c["clave"], lugar).get("propietaria", "")
        return f"{nombre} ({siglas})" if nombre else siglas

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

    def candidaturas(self, resultado: Doc) -> str:
        """The chart of a contest, which is its table: who stands, with its bar, votes, percentage.

        Where every place elects its own, independents of different places are different people: one row says so.
        """
        e = self.t["eleccion"]
        filas = ordenadas(self._sin_mezclar(resultado))
        mayor = max((c["votos"] for c in filas), default=0)
        cuerpo = [
            f'<tr><th scope="row">{self.quien(c, resultado.get("id"))}'
            f"{self.barra(c['partidos'], c['votos'], mayor)}</th>"
            f'<td class="num">{miles(c["votos"])}</td><td class="num pct">{_pct(c)}</td></tr>'
            for c in filas
        ]
        cuerpo.append(self._otros(resultado, 0))
        return (
            f'<div class="contienda"><table class="cand votos"><thead><tr><th scope="col">{e["candidatura_col"]}</th>'
            f'<th scope="col" class="num">{e["votos"]}</th>'
            f'<th scope="col" class="num">{e["porcentaje"]}</th></tr></thead>'
            f"<tbody>{''.join(cuerpo)}</tbody></table></div>"
        )

    def _sin_mezclar(self, resultado: Doc, parte: str = "por_candidatura") -> list[Doc]:
        """The rows of a sum, with the independents of different places in one row of their own."""
        filas: list[Doc] = resultado[parte]
        if not self.varias or "id" in resultado:
            return filas
        salida: list[Doc] = []
        juntas: Doc | None = None
        for c in filas:
            if self.tipos.get(c["clave"]) != "independiente":
                salida.append(c)
            elif juntas is None:
                juntas = {**c, "clave": INDEPENDIENTES}
                salida.append(juntas)
            else:
                juntas |= {k: juntas[k] + c[k] for k in ("votos", "propios", "coalicion") if k in c}
        if juntas is not None and resultado["total"]:
            juntas["porcentaje"] = truncado(juntas["votos"], resultado["total"])
        return salida

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
        for p in self._sin_mezclar(resultado, "por_partido"):
            clave = p["clave"]
            partidos = self.de_columna.get(clave) or ([clave] if clave in self.partidos else [])
            largo = self.nombres[clave] if clave in self.nombres else self.persona(clave).get("propietaria", "")
            quien = f'<span class="quien">{escape(largo)}</span>' if largo not in ("", clave) else ""
            cuerpo.append(
                f'<tr><th scope="row">{self._nombre(clave, partidos)}{quien}</th>'
                f'<td class="num" data-en="{e["propios"]}">{miles(p["propios"])}</td>'
                f'<td class="num" data-en="{e["coalicion"]}">{miles(p["coalicion"])}</td>'
                f'<td class="num" data-en="{e["total"]}">{miles(p["votos"])}</td>'
                f'<td class="num pct">{_pct(p)}</td></tr>'
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
        """Who is ahead and by how much, then what is still to come against it, in one sentence each."""
        e, lugar = self.t["eleccion"], resultado.get("id")
        if not elige(self.eleccion, resultado):
            return escape(self.t["avance"]["sin_lugar"])
        d = delantera(resultado)
        if d is None:
            return escape(self.t["avance"]["en_ceros"])
        resto = por_llegar(self.eleccion, resultado)
        if d.segundo is None:
            return ""
        datos = {
            "primero": f"<strong>{escape(self.llana(d.primero, lugar))}</strong>",
            "segundo": escape(self.llana(d.segundo, lugar)),
            "votos": miles(d.votos),
            "puntos": d.puntos,
        }
        frase = decir(e["empate" if d.empate else "ventaja"], **datos)
        if not resto:
            return frase
        pendiente = decir(e["resto_empate" if d.empate else "resto"], lista=miles(resto), votos=miles(d.votos))
        return f"{frase} {pendiente}"

    def _delantera(self, r: Doc) -> Delantera | None:
        """Who is ahead in one place; `None` where nobody is."""
        return delantera(r) if elige(self.eleccion, r) else None

    def detalle(self, resumen: Doc) -> str:
        """One row per place, with a link to its page; the table of the map. On a phone each row is a card."""
        enlazado = {
            r["id"]: f'<a href="{r["id"]}.html">{escape(self.lugar_de(r))}</a>' for r in resumen["demarcaciones"]
        }
        return self._lugares(resumen["demarcaciones"], self.eleccion["agrupa"], enlazado)

    def por_municipio(self, municipios: Sequence[Doc]) -> str:
        """The same of municipios in which nobody is elected: they have no page."""
        return self._lugares(municipios, "municipio", {r["id"]: escape(r["nombre"]) for r in municipios})

    def _lugares(self, lugares: Sequence[Doc], nivel: str, nombres: Mapping[int, str]) -> str:
        t, e = self.t, self.t["eleccion"]
        filas = []
        for r in lugares:
            n, m = contadas(r)
            d = self._delantera(r)
            if d is None:
                porque = t["avance"]["sin_votos" if elige(self.eleccion, r) else "sin_lugar"]
                lideres = f'<td class="va vacia">{porque}</td><td class="le"></td>'
                lideres += f'<td class="num ve">{GUION}</td>'
            else:
                segundo = self.quien(d.segundo, r["id"] if self.varias else None) if d.segundo else ""
                puntos = t["avance"]["empate"] if d.empate else d.puntos
                lideres = f'<td class="va">{self.quien(d.primero, r["id"] if self.varias else None)}</td>'
                lideres += f'<td class="le">{segundo}</td><td class="num ve" data-en="{e["ventaja_col"]}">{puntos}</td>'
            pct = r["estadistica"].get("porcentaje_actas_contabilizadas")
            filas.append(
                f'<tr id="d{r["id"]}"><th scope="row">{nombres[r["id"]]}</th>{lideres}'
                f'<td class="num co" data-en="{e["contado"]}">{pct + "&nbsp;%" if pct else GUION}{medidor(n, m)}</td>'
                f'<td class="num to" data-en="{e["total_votos"]}">{miles(r["total"])}</td></tr>'
            )
        return (
            f'<table class="lug" id="lugares"><thead><tr><th scope="col">{t[nivel]}</th>'
            f'<th scope="col">{e["primero"]}</th>'
            f'<th scope="col">{e["segundo"]}</th><th scope="col" class="num">{e["ventaja_col"]}</th>'
            f'<th scope="col" class="num">{e["contado"]}</th>'
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

    def _que_eligen(self, resumen: Doc) -> list[Doc]:
        return [r for r in resumen["demarcaciones"] if elige(self.eleccion, r)]

    def _cuenta_de_lideres(self, resumen: Doc) -> tuple[list[tuple[Doc, int]], int, int]:
        """(in how many places each candidacy has most votes, most first; places tied; places without votes)."""
        cuenta: dict[str, int] = {}
        quien: dict[str, Doc] = {}
        vacias = empates = 0
        for r in self._que_eligen(resumen):
            d = delantera(r)
            if d is None:
                vacias += 1
            elif d.empate:
                empates += 1
            else:
                clave = d.primero["clave"] if d.primero["partidos"] else INDEPENDIENTES
                cuenta[clave] = cuenta.get(clave, 0) + 1
                quien[clave] = {**d.primero, "clave": clave}
        orden = sorted(cuenta.items(), key=lambda x: (-x[1], x[0]))
        return [(quien[k], n) for k, n in orden], empates, vacias

    def lideres(self, resumen: Doc) -> list[tuple[str, list[str], int, str]]:
        """In plain text: candidacy, its parties, in how many places it leads, and `11 de 20 distritos`."""
        total = len(self._que_eligen(resumen))
        return [
            (self.llana(c), c["partidos"], n, self.de_los_lugares(n, total))
            for c, n in self._cuenta_de_lideres(resumen)[0]
        ]

    def adelante(self, resumen: Doc, tope: int = 8) -> str:
        """For contests decided place by place: in how many each candidacy has most votes."""
        a = self.t["avance"]
        orden, empates, vacias = self._cuenta_de_lideres(resumen)
        total = len(self._que_eligen(resumen))
        mayor = orden[0][1] if orden else 0
        filas = [
            self._fila_adelante(self.nombre(c), self.barra(c["partidos"], n, mayor), n, total) for c, n in orden[:tope]
        ]
        if len(orden) > tope:
            resto = sum(n for _, n in orden[tope:])
            texto = decir(a["y_otras"], n=len(orden) - tope)
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
            d = self._delantera(r)
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
        sr = decir(self.t["eleccion"]["mapa_sr"], n=len(tejas))
        return (
            f'<svg class="carto" viewBox="0 0 {cartograma.ANCHO} {cartograma.ALTO}" role="img" fill="url(#rayas)" '
            f'aria-label="{escape(sr)}">{_rayas("rayas")}'
            f"{''.join(tejas)}</svg>"
        )

    def _letras(self, r: Doc, d: Delantera | None, x: int, y: int, w: int, h: int) -> str:
        """Up to three lines over a plate of the page's colour: place, who is ahead and, where it is wide, by how much.

        Class `td`: only where the screen is wide; `tm`: only where it is not. What does not fit is cut at the tile.
        """
        nombre = str(r["id"]) if self.eleccion["agrupa"] == "distrito" else str(r["nombre"])
        dibujos = []
        for clase, ancho, alto in (("td", 6.5, 13), ("tm", 11.4, 23)):
            letras, caben = int((w - 10) / ancho), (h - 4) // alto
            lineas = [escape(_recortado(nombre, letras))]
            if d is not None and d.empate:
                lineas.append(self.t["avance"]["empate"])
            elif d is not None:
                lineas.append(self.breve(d.primero["clave"], d.primero["partidos"], letras))
                if clase == "td":  # on a phone the tone says it, and the table
                    lineas.append(f"+{d.puntos[:-2]} {self.t['eleccion']['pts']}")
            if not lineas[0]:
                continue
            if any(len(unescape(linea)) > letras for linea in lineas[1:caben]):
                lineas = lineas[:1]
            lineas = lineas[: max(0, caben)]
            if not lineas:
                continue
            largo = max(len(unescape(linea)) for linea in lineas)
            tramos = "".join(
                f'<tspan x="5" dy="{"1.15em" if i else "0"}">{linea}</tspan>' for i, linea in enumerate(lineas)
            )
            placa = f'<rect class="placa" x="2" y="2" width="{_n(min(w - 5, largo * ancho + 7))}" '
            placa += f'height="{min(h - 5, len(lineas) * alto + 1)}" rx="2"/>'
            dibujos.append(f'<g class="{clase}">{placa}<text y="4">{tramos}</text></g>')
        if not dibujos:
            return ""
        return f'<svg x="{x}" y="{y}" width="{max(1, w - 1)}" height="{max(1, h - 1)}">{"".join(dibujos)}</svg>'

    def contorno(self, resumen: Doc, capa: Doc) -> str:
        """Outlines of the institution's map, with the same reading: hatching is left to count, tone is the lead."""
        lugares, trazos, prefijo = [], [], "g"
        for r in resumen["demarcaciones"]:
            trazo = capa["lugares"].get(str(r["id"]))
            if trazo is None:
                continue
            n, m = contadas(r)
            d = self._delantera(r)
            uso = f'<use href="#{prefijo}{r["id"]}" class="teja"/>'
            if d is not None and n:
                clase = "pe" if d.empate else self.clases(d.primero["partidos"])[0]
                uso += f'<use href="#{prefijo}{r["id"]}" class="{clase} v{d.nivel}"/>'
                if n < m:
                    uso += f'<use href="#{prefijo}{r["id"]}" class="r{4 * n // m}" fill="url(#trama)"/>'
            trazos.append(f'<path id="{prefijo}{r["id"]}" d="{escape(trazo)}"/>')
            lugares.append(f'<g data-id="{r["id"]}">{uso}</g>')
        sr = decir(self.t["eleccion"]["contorno_sr"], n=len(lugares))
        return (
            f'<svg class="geo" viewBox="0 0 {capa["ancho"]} {capa["alto"]}" role="img" fill="url(#rayas-g)" '
            f'aria-label="{escape(sr)}"><defs>{"".join(trazos)}</defs>{_rayas("rayas-g")}{_rayas("trama", fondo=False)}'
            f"{''.join(lugares)}</svg>"
        )


def lista(nombres: Iterable[str], t: Doc, tope: int = 12) -> str:
    """`A, B y C`; long lists end with how many more. `t`: texts of the language."""
    todos = [escape(n) for n in nombres]
    if len(todos) > tope:
        todos[tope:] = [t["y_mas"].format(n=len(todos) - tope)]
    return f"{', '.join(todos[:-1])} {t['y']} {todos[-1]}" if len(todos) > 1 else "".join(todos)


def _recortado(nombre: str, letras: int) -> str:
    """As much of a name as fits, nothing where too little would."""
    if len(nombre) <= letras:
        return nombre
    return nombre[: letras - 1].rstrip() + "…" if letras >= 6 else ""


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

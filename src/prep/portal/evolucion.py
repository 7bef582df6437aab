"""How the night went: what was counted, corte by corte. Drawn for one language."""

from __future__ import annotations

from typing import Final

from prep.portal import curvas, piezas
from prep.portal.cifras import Doc, contadas, miles, ordenadas, por_lugares, truncado
from prep.portal.piezas import Pintor
from prep.portal.textos import hora_corta


class Evolucion:
    """Curves and tables of `avance.json`, as HTML. `t`: texts of the language."""

    def __init__(self, avance: Doc, t: Doc) -> None:
        self.avance, self.t = avance, t
        self.horas: list[str] = avance["horas"]
        self.cortes: list[int] = avance["cortes"]

    def progreso(self, elecciones: list[Doc]) -> str:
        """Share of actas counted in each election, from the second corte on."""
        if len(self.horas) < 2:
            return ""
        series, filas = [], []
        for i, e in enumerate(elecciones):
            a = self.avance["elecciones"].get(e["clave"])
            if a is None:
                continue
            valores = [n * 1_000_000 // a["esperadas"] if a["esperadas"] else 0 for n in a["contabilizadas"]]
            series.append(curvas.Serie(e["nombre"], f"l{i % 4}", valores))
            filas.append((e["nombre"], valores))
        titulo = self.t["evolucion"]["progreso_sr"]
        return curvas.grafica(series, self.horas, titulo) + self._tabla(filas)

    def votos(self, e: Doc, pintor: Pintor, resumen: Doc) -> str:
        """Share of votes over the night, from the first corte with votes."""
        a, horas = self.avance["elecciones"][e["clave"]], self.horas
        desde = next((i for i, n in enumerate(a["total"]) if n), None)
        if desde is None or len(horas) - desde < 2 or not a["candidaturas"]:
            return f"<p>{self.t['evolucion']['un_corte']}</p>"
        series, filas = [], []
        for c in ordenadas(resumen["por_candidatura"]):
            votos = a["candidaturas"].get(c["clave"])
            if votos is None:
                continue
            valores = [v * 1_000_000 // n if n else 0 for v, n in zip(votos[desde:], a["total"][desde:], strict=True)]
            rotulo = pintor.llana(c)
            corto = piezas.unescape(pintor.breve(c["clave"], c["partidos"], curvas.LIENZOS[0].letras))
            series.append(curvas.Serie(corto, pintor.clases(c["partidos"])[0], valores))
            filas.append((rotulo, valores))
        mayor = max((max(s.valores) for s in series), default=0)
        paso = 200_000 if mayor > 500_000 else 100_000
        tope = min(1_000_000, -(-mayor // paso) * paso)
        titulo = self.t["evolucion"]["votos_sr"]
        return curvas.grafica(series, horas[desde:], titulo, max(tope, 200_000)) + self._tabla(filas, desde)

    def _tabla(self, filas: list[tuple[str, list[int]]], desde: int = 0) -> str:
        """The same figures in words, newest first. `filas`: heading and parts per million from corte `desde` on."""
        ev = self.t["evolucion"]
        cabezas = "".join(f'<th scope="col" class="num">{piezas.escape(n)}</th>' for n, _ in filas)
        cuerpo = []
        for i in reversed(range(len(self.horas) - desde)):
            celdas = "".join(f'<td class="num">{truncado(v[i], 1_000_000)}&nbsp;%</td>' for _, v in filas)
            hora = piezas.escape(hora_corta(self.horas[desde + i], self.t))
            cuerpo.append(f'<tr><th scope="row">{self.cortes[desde + i]} · {hora}</th>{celdas}</tr>')
        return (
            f'<details class="datos"><summary>{ev["tabla"]}</summary><div class="rueda" tabindex="0" role="group" '
            f'aria-label="{ev["tabla"]}"><p class="desliza">{self.t["desliza"]}</p>'
            f'<table><thead><tr><th scope="col">{ev["corte"]}</th>{cabezas}</tr></thead>'
            f"<tbody>{''.join(cuerpo)}</tbody></table></div></details>"
        )

    def llegada(self, e: Doc, pintor: Pintor, resumen: Doc) -> str:
        """One row per place: what is counted and the path of the night, those furthest behind first."""
        ev, t = self.t["evolucion"], self.t
        recorridos = self.avance["elecciones"][e["clave"]]["demarcaciones"]
        filas = []
        for r in sorted(resumen["demarcaciones"], key=lambda r: (_parte(r), r["id"])):
            n, m = contadas(r)
            valores = recorridos.get(str(r["id"]), [])
            pct = r["estadistica"].get("porcentaje_actas_contabilizadas")
            nombre = piezas.escape(pintor.lugar_de(r))
            filas.append(
                f'<tr><th scope="row"><a href="{e["clave"]}/{r["id"]}.html">{nombre}</a></th>'
                f'<td class="re">{curvas.recorrido(valores, m) if len(valores) > 1 else ""}</td>'
                f'<td class="num">{pct + "&nbsp;%" if pct else piezas.GUION}</td>'
                f'<td class="num">{t["avance"]["n_de_m"].format(n=miles(n), m=miles(m))}</td></tr>'
            )
        cabeza = (
            f'<table class="lleg"><thead><tr><th scope="col">{t[e["agrupa"]]}</th>'
            f'<th scope="col">{ev["recorrido"]}</th>'
            f'<th scope="col" class="num">{t["eleccion"]["contado"]}</th>'
            f'<th scope="col" class="num">{t["avance"]["contabilizadas"]}</th></tr></thead><tbody>'
        )
        return _plegada(cabeza, filas, ev["otros_lugares"])

    def cortes_de(self, e: Doc, pintor: Pintor, arriba: str, pagina: str) -> str:
        """Every corte of one election, newest first, with what changed since the one before.

        `arriba`: way from the page to the folder that holds the cortes' folders.
        """
        t, ev = self.t, self.t["evolucion"]
        a = self.avance["elecciones"][e["clave"]]
        con_lider = not por_lugares(e)
        puntos: list[tuple[str, int] | None] = [self._lider(a, i) for i in range(len(self.cortes))]
        filas = []
        for i in reversed(range(len(self.cortes))):
            n, votos = a["contabilizadas"][i], a["total"][i]
            antes = i - 1
            dn = _diferencia(n - a["contabilizadas"][antes]) if i else ""
            dv = _diferencia(votos - a["total"][antes]) if i else ""
            hora = piezas.escape(hora_corta(self.horas[i], t))
            enlace = (
                f'<a href="{arriba}{self.cortes[i]:04d}/{pagina}">{t["corte"]["numero"].format(n=self.cortes[i])}</a>'
            )
            fila = (
                f'<tr><th scope="row">{enlace} · {hora}</th>'
                f'<td class="num" data-en="{t["avance"]["contabilizadas"]}">{miles(n)}{dn}</td>'
                f'<td class="num" data-en="{t["eleccion"]["votos"]}">{miles(votos)}{dv}</td>'
            )
            lider = puntos[i]
            if con_lider and lider is not None:
                clave, ventaja = lider
                previo = puntos[antes] if i else None
                cambio = ""
                if previo is not None and previo[0] == clave:
                    cambio = _diferencia(ventaja - previo[1], 10_000)
                quien = self._de_clave(pintor, e, clave) if clave else t["avance"]["empate"]
                fila += (
                    f'<td class="va">{quien}</td><td class="num" '
                    f'data-en="{t["eleccion"]["ventaja_col"]}">{_puntos(ventaja)}{cambio}</td>'
                )
            elif con_lider:
                fila += f'<td class="va">{piezas.GUION}</td><td class="num"></td>'
            filas.append(fila + "</tr>")
        mas = (
            f'<th scope="col">{t["eleccion"]["primero"]}</th>'
            f'<th scope="col" class="num">{t["eleccion"]["ventaja_col"]}</th>'
            if con_lider
            else ""
        )
        cabeza = (
            f'<table class="hist"><thead><tr><th scope="col">{ev["corte"]}</th>'
            f'<th scope="col" class="num">{t["avance"]["contabilizadas"]}</th>'
            f'<th scope="col" class="num">{t["eleccion"]["votos"]}</th>{mas}</tr></thead><tbody>'
        )
        return _plegada(cabeza, filas, ev["otros_cortes"])

    def _lider(self, a: Doc, i: int) -> tuple[str, int] | None:
        """(who has most votes, lead in percentage × 10,000) in corte `i`; in a tie nobody ("", 0)."""
        orden = sorted(((v[i], k) for k, v in a["candidaturas"].items()), key=lambda x: (-x[0], x[1]))
        if not orden or not orden[0][0] or not a["total"][i]:
            return None
        segundo = orden[1][0] if len(orden) > 1 else 0
        if orden[0][0] == segundo:
            return "", 0
        return orden[0][1], (orden[0][0] - segundo) * 1_000_000 // a["total"][i]

    @staticmethod
    def _de_clave(pintor: Pintor, e: Doc, clave: str) -> str:
        todas = (c for d in e["demarcaciones"] for c in d["candidaturas"])
        partidos: list[str] = next((c["partidos"] for c in todas if c["clave"] == clave), [])
        return pintor.nombre({"clave": clave, "partidos": partidos})


PRIMERAS: Final = 10
"""Rows that a long table shows before its others are asked for."""


def _plegada(cabeza: str, filas: list[str], mas: str) -> str:
    """A table with its first rows, and the rest behind a summary that says how many they are."""
    cierre = "</tbody></table>"
    if len(filas) <= PRIMERAS + 2:
        return cabeza + "".join(filas) + cierre
    resto = filas[PRIMERAS:]
    return (
        f"{cabeza}{''.join(filas[:PRIMERAS])}{cierre}"
        f'<details class="resto"><summary>{mas.format(n=len(resto))}</summary>'
        f"{cabeza}{''.join(resto)}{cierre}</details>"
    )


def _puntos(v: int) -> str:
    """Percentage × 10,000 as points with four decimals."""
    return f"{'−' if v < 0 else ''}{abs(v) // 10_000}.{abs(v) % 10_000:04d}"


def _diferencia(v: int, escala: int = 1) -> str:
    """What changed, with its sign; nothing when nothing did."""
    if not v:
        return ""
    cuanto = miles(abs(v)) if escala == 1 else _puntos(abs(v))
    return f' <span class="dif">({"+" if v > 0 else "−"}{cuanto})</span>'


def _parte(r: Doc) -> int:
    n, m = contadas(r)
    return n * 1_000_000 // m if m else 1_000_000

"""How the night went: what was counted, corte by corte. Drawn for one language."""

from __future__ import annotations

from prep.portal import curvas, piezas
from prep.portal.cifras import Doc, contadas, miles, ordenadas, truncado
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
            rotulo = piezas.unescape(pintor.rotulo(c["clave"], c["partidos"]))
            corto = piezas.unescape(pintor.breve(c["clave"], c["partidos"], curvas.LETRAS))
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
            f'aria-label="{ev["tabla"]}"><table><thead><tr><th scope="col">{ev["corte"]}</th>{cabezas}</tr></thead>'
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
                f"<td>{curvas.recorrido(valores, m) if len(valores) > 1 else ''}</td>"
                f'<td class="num">{pct + "&nbsp;%" if pct else piezas.GUION}</td>'
                f'<td class="num">{t["avance"]["n_de_m"].format(n=miles(n), m=miles(m))}</td></tr>'
            )
        return (
            f'<table class="lleg"><thead><tr><th scope="col">{t[e["agrupa"]]}</th>'
            f'<th scope="col">{ev["recorrido"]}</th>'
            f'<th scope="col" class="num">{t["eleccion"]["contado"]}</th>'
            f'<th scope="col" class="num">{t["avance"]["contabilizadas"]}</th></tr></thead>'
            f"<tbody>{''.join(filas)}</tbody></table>"
        )


def _parte(r: Doc) -> int:
    n, m = contadas(r)
    return n * 1_000_000 // m if m else 1_000_000

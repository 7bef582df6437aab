"""Past nights for a forecast, from databases that institutes published; and how far off it would have been there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from statistics import median_low
from typing import Final

from prep.catalogo.informativo import CIERRE_DE_CASILLAS
from prep.catalogo.pronostico import MINUTOS, PASOS, Curva, Curvas, NochePasada, Pronostico, Que, Tipo, media
from prep.dominio.tabulacion.porcentajes import porcentaje
from prep.papel.documento import Documento
from prep.plataforma.idioma import cuantos
from prep.publicacion.celdas import texto_seguro
from prep.reproduccion.publicado import BasePublicada

_UNA_NOCHE: Final = 30 * 60
"""Minutes after closing within which an hour can be true; a stamp with another day is of nothing."""
HORAS: Final = range(1, 17)
"""Hours after closing at which a forecast is compared with what came."""
CADA_HORA: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15)
"""Hours after closing that the report shows of each centre."""
ARRANQUES: Final = range(11)
"""Half hours after closing among which the hour of start is chosen."""


@dataclass(frozen=True, slots=True)
class Venida:
    """When one acta of a past night came: minutes after closing, None where it did not. `zona`: its district or
    municipio, as published."""

    tipo: Tipo
    zona: int
    movil: bool
    acopio: int | None
    verificada: int | None


def observar(bases: Iterable[BasePublicada]) -> list[Venida]:
    """The actas of a published night. One whose hour is of no night is left out: it came, and nobody knows when."""
    salida = []
    for base in bases:
        renglones = [r for r in base.renglones if not r.fuera]
        cierre = _cierre([r.verificacion for r in renglones if r.verificacion])
        for r in renglones:
            acopio, verificada = _minutos(r.acopio, cierre), _minutos(r.verificacion, cierre)
            if all(m is None or 0 <= m < _UNA_NOCHE for m in (acopio, verificada)):
                zona, movil = r.id_municipio or r.id_distrito or 0, r.origen.upper() == "CASILLA"
                salida.append(Venida(Tipo.de(r.ubicacion), zona, movil, acopio, verificada))
    return salida


def _cierre(horas: list[datetime]) -> datetime | None:
    """When casillas closed: the last such hour before half of the actas were verified."""
    if not horas:
        return None
    mitad = median_low(horas)
    cierre = datetime.combine(mitad.date(), time(CIERRE_DE_CASILLAS), mitad.tzinfo)
    return cierre if cierre <= mitad else cierre - timedelta(days=1)


def _minutos(hora: datetime | None, cierre: datetime | None) -> int | None:
    return None if hora is None or cierre is None else int((hora - cierre) // timedelta(minutes=1))


def noche(nombre: str, elecciones: int, venidas: Sequence[Venida]) -> NochePasada:
    """The curves of some actas of a night. A package whose picture came by phone has no hour of its own in what
    institutes publish: packages are measured on the rest."""
    curvas: dict[tuple[Que, Tipo], Curva] = {}
    for tipo in Tipo:
        suyas = [v for v in venidas if v.tipo is tipo]
        sobres = [v for v in suyas if not v.movil] or suyas
        curvas[Que.SOBRE, tipo] = Curva.de((v.acopio for v in sobres if v.acopio is not None), len(sobres))
        curvas[Que.LLEGADA, tipo] = Curva.de((v.acopio for v in suyas if v.acopio is not None), len(suyas))
        curvas[Que.VERIFICADA, tipo] = Curva.de((v.verificada for v in suyas if v.verificada is not None), len(suyas))
    return NochePasada(nombre, elecciones, curvas)


# how far off it would have been


@dataclass(frozen=True, slots=True)
class Error:
    """At some hours after closing: share that had come and share forecast, of all that were expected."""

    que: Que
    pares: tuple[tuple[Fraction, Fraction], ...]

    @property
    def medio(self) -> Fraction:
        return sum((abs(p - r) for r, p in self.pares), Fraction(0)) / len(self.pares)

    @property
    def mayor(self) -> Fraction:
        return max(abs(p - r) for r, p in self.pares)


def comparar(de: Curvas, venidas: Sequence[Venida]) -> list[Error]:
    """What those curves say of some actas against when they came, hour by hour."""
    reales = noche("", 0, venidas).curvas
    errores = []
    for que in Que:
        suyas = [v for v in venidas if que is not Que.SOBRE or not v.movil]
        pesos = {t: Fraction(sum(v.tipo is t for v in suyas), max(1, len(suyas))) for t in Tipo}
        pares = tuple((_parte(reales, que, pesos, h), _parte(de, que, pesos, h)) for h in HORAS)
        errores.append(Error(que, pares))
    return errores


def _parte(curvas: Curvas, que: Que, pesos: Mapping[Tipo, Fraction], hora: int) -> Fraction:
    return sum((pesos[t] * curvas[que, t].partes[hora * 60 // MINUTOS] for t in Tipo), Fraction(0))


def entre_zonas(venidas: Sequence[Venida]) -> tuple[list[list[Error]], list[list[Error]]]:
    """Each half of the districts, forecast from the other one: the errors of each half, apart, for together they would
    cancel; and those of each district alone, which is about what a few centres attend."""
    zonas = sorted({v.zona for v in venidas})
    mitades, de_zonas = [], []
    for mitad in (set(zonas[::2]), set(zonas[1::2])):
        de = noche("", 0, [v for v in venidas if v.zona not in mitad]).curvas
        mitades.append(comparar(de, [v for v in venidas if v.zona in mitad]))
        de_zonas += [comparar(de, [v for v in venidas if v.zona == zona]) for zona in sorted(mitad)]
    return mitades, de_zonas


def entre_noches(noches: Sequence[tuple[NochePasada, Sequence[Venida]]]) -> Iterator[tuple[str, list[Error]]]:
    """Each night, forecast from the others."""
    for i, (una, venidas) in enumerate(noches):
        otras = [n for j, (n, _) in enumerate(noches) if j != i]
        if otras:
            yield una.nombre, comparar(media(otras), venidas)


# what is delivered


def tabla(p: Pronostico) -> bytes:
    """The arrival curve of every centre as CSV: UTF-8 with its mark; no cell is a formula."""
    salida = io.StringIO()
    escritor = csv.writer(salida, lineterminator="\r\n")
    horas = [f"{p.hora(paso):%d/%m/%Y %H:%M}" for paso in range(PASOS + 1)]
    escritor.writerow(["CATD", "ACTAS_ESPERADAS", "URBANAS", "NO_URBANAS", *horas])
    for c in p.centros:
        escritor.writerow([texto_seguro(c.catd or "-"), c.esperadas, c.urbanas, c.no_urbanas, *c.sobres])
    for que, cuantas in p.total.items():
        escritor.writerow([f"TOTAL {que.upper()}", p.esperadas, *_por_tipo(p), *cuantas])
    return ("\ufeff" + salida.getvalue()).encode()


def _por_tipo(p: Pronostico) -> tuple[int, int]:
    return sum(c.urbanas for c in p.centros), sum(c.no_urbanas for c in p.centros)


def informe(p: Pronostico, nombres: Mapping[str, str]) -> bytes:
    """The report that is delivered before the night, as an accessible PDF. `nombres`: of the centres."""
    titulo = "Estimación de actas por CATD y pronóstico de llegada"
    doc = Documento(titulo, p.proceso.nombre, f"{p.proceso.clave} · {titulo}")
    doc.titulo(1, titulo)
    doc.parrafo(p.proceso.nombre, destacado=True)
    urbanas, no_urbanas = _por_tipo(p)
    doc.parrafo(
        f"Se esperan {p.esperadas:,} actas en {len(p.centros)} CATD: {urbanas:,} de casillas urbanas y {no_urbanas:,} "
        f"no urbanas. Las casillas cierran el {p.cierre:%d/%m/%Y a las %H:%M}."
    )
    doc.titulo(2, "Actas según la hora de inicio")
    doc.parrafo("Lo que habría a cada hora en que puede empezar la publicación, y qué parte es de lo esperado.")
    filas = []
    for paso in ARRANQUES:
        sobres, llegada, lista = (p.total[q][paso] for q in (Que.SOBRE, Que.LLEGADA, Que.VERIFICADA))
        de_llegada, de_lista = (porcentaje(n, p.esperadas) or "-" for n in (llegada, lista))
        hora = f"{p.hora(paso):%H:%M}"
        filas.append([hora, f"{sobres:,}", f"{llegada:,}", de_llegada, f"{lista:,}", de_lista])
    cabezas = ["Inicio", "Sobres en CATD", "Con foto o sobre", "%", "Verificadas", "%"]
    doc.tabla(cabezas, filas, (2, 3, 3, 2, 3, 2), "dddddd")
    doc.titulo(2, "Sobres que se esperan en cada CATD")
    doc.parrafo("Cuántos habrán llegado a cada hora. Cada media hora, en pronostico.csv.")
    pasos = [60 // MINUTOS * h for h in CADA_HORA]
    filas = [
        [_nombre(c.catd, nombres), f"{c.esperadas:,}", *(f"{c.sobres[paso]:,}" for paso in pasos)] for c in p.centros
    ]
    filas.append(["Total", f"{p.esperadas:,}", *(f"{p.total[Que.SOBRE][paso]:,}" for paso in pasos)])
    cabezas = ["CATD", "Actas", *(f"{p.hora(paso):%H:%M}" for paso in pasos)]
    doc.tabla(cabezas, filas, (8, 3, *(3 for _ in pasos)), " " + "d" * (1 + len(pasos)))
    doc.titulo(2, "Qué toma y qué no sabe")
    doc.lista(
        [
            "Toma de cada acta su CATD y si su casilla es urbana o no urbana.",
            f"Toma lo que ocurrió en: {'; '.join(n.nombre for n in p.noches)}. De cada noche, por tipo de casilla, qué "
            "parte de lo esperado había llegado a cada media hora; de varias, el promedio. Lo que no llegó esa noche "
            "cuenta como no llegado.",
            "De un acta que llegó por teléfono no se publica cuándo llegó su sobre: se supone que como los demás.",
            "No sabe de caminos ni de clima, ni cuántas casillas atiende cada CAE, ni cuánto espera un sobre a la "
            "puerta del CATD.",
        ]
    )
    if distintas := sorted({n.elecciones for n in p.noches} - {len(p.proceso.elecciones)}):
        suyas = cuantos(len(p.proceso.elecciones), "elección", "elecciones")
        doc.parrafo(
            f"Este proceso cuenta {suyas} por casilla, y se tomó una noche de {distintas[0]}: con más "
            "elecciones los sobres salen más tarde, y con menos, antes.",
            destacado=True,
        )
    return doc.pdf()


def _nombre(catd: str, nombres: Mapping[str, str]) -> str:
    return f"{catd} {nombres.get(catd, '')}".strip() or "Sin CATD"

"""Tables of this room: the same rows on the page, sorted by a heading, and as a CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import urlencode

from prep.coordinacion import oficina
from prep.diseno.estados import ESTADOS
from prep.diseno.textos import texto
from prep.dominio.acta.hechos import HOJA
from prep.plataforma import idioma
from prep.publicacion.celdas import texto_seguro

DERECHA: Final = frozenset({"numero", "espera", "por_ciento"})
EN_PAGINA: Final = 200
"""Rows that a page shows; the CSV has all of them."""


@dataclass(frozen=True, slots=True)
class Columna:
    """`tipo`: texto, numero, por_ciento, espera (seconds), hora, estado, clave (of an acta; of a sheet, its beginning).
    `falta`: what is said where there is no value; without it, that it is not known."""

    clave: str
    rotulo: str
    tipo: str = "texto"
    falta: str | None = None

    @property
    def derecha(self) -> bool:
        return self.tipo in DERECHA


@dataclass(frozen=True, slots=True)
class Celda:
    """A value as it is shown. `estado`: a chip; `ir`: where it leads; `rotulo`: of its column, where a card says it."""

    dice: str
    derecha: bool = False
    estado: str = ""
    ir: str = ""
    rotulo: str = ""


def consulta(**valores: str) -> str:
    """What an address asks for, but for what is empty."""
    return urlencode({c: v for c, v in valores.items() if v})


Fila = Mapping[str, Any]
"""A value by column; `ir`, where its first cell leads."""


@dataclass(frozen=True, slots=True)
class Tabla:
    """Rows by column; `orden`: the column they are sorted by, with `-` before it when the greatest goes first;
    `consulta`: what else the address asks for. `tarjetas`: on a phone each row is a card. `mas`: rows that there are
    besides these."""

    nombre: str
    titulo: str
    columnas: Sequence[Columna]
    filas: Sequence[Fila]
    orden: str = ""
    consulta: str = ""
    tarjetas: bool = False
    mas: int = 0

    @property
    def encabezados(self) -> list[dict[str, Any]]:
        """Each heading, how it is sorted now, and the address that sorts by it, or the other way."""
        salida = []
        for c in self.columnas:
            sentido = {c.clave: "ascending", f"-{c.clave}": "descending"}.get(self.orden, "")
            primero = c.clave if c.tipo in ("texto", "estado") else f"-{c.clave}"
            otro = {"ascending": f"-{c.clave}", "descending": c.clave}.get(sentido, primero)
            ir = f"?{self._consulta(orden=f'{self.nombre}.{otro}')}#t-{self.nombre}"
            salida.append({"columna": c, "sentido": sentido, "ir": ir})
        return salida

    @property
    def celdas(self) -> list[list[Celda]]:
        salida = [
            [celda(c, f.get(c.clave), f.get("ir", "") if i == 0 else "") for i, c in enumerate(self.columnas)]
            for f in self.filas
        ]
        if not self.tarjetas:
            return salida
        return [[replace(x, rotulo=c.rotulo) for x, c in zip(f, self.columnas, strict=True)] for f in salida]

    @property
    def descarga(self) -> str:
        """The address of these rows as a CSV, filtered and sorted as they are."""
        orden = f"{self.nombre}.{self.orden}" if self.orden else ""
        return f"?{self._consulta(orden=orden, csv=self.nombre)}"

    def _consulta(self, **otros: str) -> str:
        return "&".join(p for p in (self.consulta, consulta(**otros)) if p)

    def ordenada(self, pedido: str) -> Tabla:
        """Sorted by what the address asks (`table.column`), if it is of this table; what is not known goes last."""
        nombre, _, orden = pedido.partition(".")
        clave = orden.removeprefix("-")
        if nombre != self.nombre or all(c.clave != clave for c in self.columnas):
            return self
        sabidas = [f for f in self.filas if f.get(clave) not in (None, "")]
        filas = sorted(sabidas, key=lambda f: f[clave], reverse=orden.startswith("-"))
        filas += [f for f in self.filas if f.get(clave) in (None, "")]
        return replace(self, filas=filas, orden=orden)

    def primeras(self, n: int = EN_PAGINA) -> Tabla:
        """Its first rows: what a page that brings itself up to date shows, however many there are."""
        return replace(self, filas=self.filas[:n], mas=self.mas + max(0, len(self.filas) - n))

    def csv(self) -> HttpResponse:
        """UTF-8 with its mark, so that a spreadsheet reads accents; no cell is a formula."""
        salida = io.StringIO()
        escritor = csv.writer(salida)
        escritor.writerow([texto_seguro(c.rotulo) for c in self.columnas])
        for f in self.filas:
            escritor.writerow([_llano(c, f.get(c.clave)) for c in self.columnas])
        return HttpResponse(
            "\ufeff" + salida.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{self.nombre}.csv"'},
        )


def celda(columna: Columna, valor: Any, ir: str = "") -> Celda:
    """How a value of a column is shown. What is not known says so."""
    if valor is None:
        falta = texto("coordinacion.tabla.no_se_sabe") if columna.falta is None else columna.falta
        return Celda(falta, columna.derecha, ir=ir)
    match columna.tipo:
        case _ if valor == "":
            dice = ""
        case "numero":
            dice = f"{valor:,}"
        case "por_ciento":
            dice = f"{valor} %"
        case "espera":
            dice = espera(valor)
        case "hora":
            dice = hora(valor)
        case "clave" if valor.startswith(HOJA):
            dice = f"{valor[:13]}…"
        case "estado" if valor in ESTADOS:
            return Celda("", estado=valor, ir=ir)
        case _:
            dice = str(valor)
    return Celda(dice, columna.derecha, ir=ir)


def espera(segundos: int) -> str:
    """`3 min`, `2 h 05 min`."""
    minutos = segundos // 60
    if minutos < 60:
        return texto("coordinacion.tabla.minutos", n=minutos)
    return texto("coordinacion.tabla.horas", horas=minutos // 60, minutos=f"{minutos % 60:02d}")


def hora(cuando: datetime) -> str:
    """An hour; of another day than today, which."""
    return idioma.hora(cuando, timezone.localtime(oficina.reloj.ahora()))


def _llano(columna: Columna, valor: Any) -> Any:
    if valor in (None, ""):
        return ""
    if isinstance(valor, datetime):
        return timezone.localtime(valor).strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(valor, int):
        return valor
    dice = texto(f"diseno.estado.{valor}") if columna.tipo == "estado" and valor in ESTADOS else str(valor)
    return texto_seguro(dice)


def pedida(tablas: Iterable[Tabla], nombre: str) -> Tabla | None:
    """The table that an address asks to download."""
    return next((t for t in tablas if t.nombre == nombre), None)

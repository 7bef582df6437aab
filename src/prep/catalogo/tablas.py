"""A CSV file as a hostile thing: bytes → rows of values, with every problem located.

Accepted: UTF-8 with or without BOM, any line ends, cells quoted or not. The first row names the columns, in any order.
"""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prep.catalogo.campos import DatoInvalido, Lector, parecido, recortado
from prep.catalogo.problemas import Problema
from prep.transparencia.errores import causa

BYTES_MAXIMO: Final = 64 * 2**20
FILAS_MAXIMO: Final = 500_000
PROBLEMAS_MAXIMO: Final = 5_000
"""Per file. More than this is one mistake repeated: the file is of another kind."""


class _Malo:
    """A cell that already has its problem reported; checks that meet it stay silent."""

    def __repr__(self) -> str:
        return "MALO"

    def __bool__(self) -> bool:
        return False


MALO: Final = _Malo()
REQUERIDO: Final = object()


@dataclass(frozen=True, slots=True)
class Columna:
    """`vacia`: the value of an empty cell, or of a missing column; `REQUERIDO` when there must be one."""

    leer: Lector
    vacia: Any = REQUERIDO


class Fila(dict[str, Any]):
    """One row: column → value, or `MALO`. `linea`: where it starts."""

    __slots__ = ("linea",)

    def __init__(self, linea: int, valores: dict[str, Any]) -> None:
        super().__init__(valores)
        self.linea = linea


class Bloc:
    """Collects the problems of one file."""

    def __init__(self, archivo: str, problemas: list[Problema]) -> None:
        self.archivo = archivo
        self._problemas = problemas
        self._cuantos = 0

    def anotar(self, linea: int, campo: str, mensaje: str, sugerencia: str | Callable[[], str] = "") -> None:
        """Note a problem. A suggestion that takes work is given as a function, called only if it will be shown."""
        self._cuantos += 1
        if self._cuantos <= PROBLEMAS_MAXIMO:
            self._problemas.append(
                Problema(
                    self.archivo, linea, campo, mensaje, sugerencia if isinstance(sugerencia, str) else sugerencia()
                )
            )
        elif self._cuantos == PROBLEMAS_MAXIMO + 1:
            self._problemas.append(
                Problema(
                    self.archivo, 0, "", f"hay más de {PROBLEMAS_MAXIMO:,} problemas; solo se listan los primeros."
                )
            )


def leer_bytes(ruta: Path, raiz: Path, bloc: Bloc, maximo: int = BYTES_MAXIMO) -> bytes | None:
    """The bytes of a regular file inside `raiz`; `None`, with its problem noted, for anything else."""
    try:
        if not ruta.resolve().is_relative_to(raiz.resolve()):
            bloc.anotar(0, "", "es un enlace que sale de la carpeta.", "Ponga el archivo en la carpeta.")
            return None
        estado = ruta.stat()
        if not stat.S_ISREG(estado.st_mode):
            bloc.anotar(0, "", "no es un archivo normal.")
            return None
        if estado.st_size > maximo:
            bloc.anotar(0, "", f"mide {estado.st_size:,} bytes; el máximo es {maximo:,}.")
            return None
        return ruta.read_bytes()
    except FileNotFoundError:
        bloc.anotar(0, "", "falta este archivo.", f"Cree {ruta.name} en la carpeta.")
    except OSError as error:
        bloc.anotar(0, "", f"no se puede leer: {causa(error)}.", "Revise los permisos.")
    return None


def decodificar(datos: bytes, bloc: Bloc) -> str | None:
    """UTF-8 text. Another encoding is named; where it can be guessed the text is returned to go on checking."""
    if datos[:2] in (b"\xff\xfe", b"\xfe\xff"):
        bloc.anotar(1, "", "está en UTF-16 (Excel: «Texto Unicode»), no en UTF-8.", "Guárdelo como «CSV UTF-8».")
        return None
    if b"\0" in datos:
        bloc.anotar(
            datos[: datos.index(b"\0")].count(b"\n") + 1,
            "",
            "contiene bytes nulos: no es un archivo de texto.",
            "¿Es un libro de Excel con otro nombre? Guárdelo como «CSV UTF-8».",
        )
        return None
    try:
        return datos.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        linea = datos[: error.start].count(b"\n") + 1
        inicio = max(datos.rfind(b"\n", 0, error.start) + 1, error.start - 20)
        muestra = datos[inicio : error.start + 12].split(b"\n")[0].decode("cp1252", "replace").strip()
        bloc.anotar(
            linea,
            "",
            f"no está en UTF-8; parece Windows-1252 (lo que Excel llama «CSV»): «…{recortado(muestra)}…».",
            "Guárdelo como «CSV UTF-8 (delimitado por comas)».",
        )
        return datos.decode("cp1252", "replace").replace("�", "?")


def leer_tabla(
    ruta: Path,
    raiz: Path,
    problemas: list[Problema],
    columnas: dict[str, Columna],
    por_eleccion: dict[str, Columna] | None = None,
    elecciones: Sequence[str] = (),
    opcional: bool = False,
) -> list[Fila]:
    """Rows of one CSV. `por_eleccion`: columns that may also come as `<nombre>_<ELEC>`.

    Every problem found is appended to `problemas`; the rows that could be understood are returned all the same.
    """
    bloc = Bloc(ruta.name, problemas)
    if opcional and not ruta.is_symlink() and not ruta.exists():
        return []
    datos = leer_bytes(ruta, raiz, bloc)
    if datos is None:
        return []
    texto = decodificar(datos, bloc)
    if texto is None:
        return []
    del datos
    especiales = {f"{n}_{e}": c for n, c in (por_eleccion or {}).items() for e in elecciones}
    return list(_filas(texto, bloc, {**columnas, **especiales}, frozenset(especiales)))


def _filas(texto: str, bloc: Bloc, columnas: dict[str, Columna], prescindibles: frozenset[str]) -> Iterator[Fila]:
    registros = _registros(texto, bloc)
    linea, encabezado = next(registros, (0, []))
    nombres = [n.strip() for n in encabezado]
    if not any(nombres):
        bloc.anotar(
            1, "", "está vacío: falta el encabezado.", f"La primera línea nombra las columnas: {','.join(columnas)}"
        )
        return
    if len(nombres) == 1 and (";" in nombres[0] or "\t" in nombres[0] or "|" in nombres[0]):
        bloc.anotar(
            linea, "", "las columnas no están separadas con comas.", "Guárdelo como «CSV delimitado por comas»."
        )
        return
    if not _revisar_encabezado(nombres, linea, bloc, columnas, prescindibles):
        return
    lectores: list[tuple[str, Callable[[str], Any] | None, Any]] = [
        (n, columnas[n].leer, columnas[n].vacia) if n in columnas else ("", None, None) for n in nombres
    ]
    ausentes = {n: c.vacia for n, c in columnas.items() if n not in nombres and n not in prescindibles}
    for cuenta, (linea, celdas) in enumerate(registros, 1):
        if cuenta > FILAS_MAXIMO:
            bloc.anotar(
                linea, "", f"tiene más de {FILAS_MAXIMO:,} filas.", "Un proceso no es tan grande: ¿es otro archivo?"
            )
            return
        if len(celdas) != len(nombres):
            if not any(c.strip() for c in celdas):
                continue
            que = "sobran" if len(celdas) > len(nombres) else "faltan"
            bloc.anotar(
                linea,
                "",
                f"tiene {len(celdas)} columnas y el encabezado {len(nombres)}: {que} celdas.",
                "Si un texto lleva comas, escríbalo entre comillas." if que == "sobran" else "",
            )
            continue
        if not any(celdas) or not any(c.strip() for c in celdas):
            continue
        valores: dict[str, Any] = dict(ausentes)
        for (nombre, leer, vacia), celda in zip(lectores, celdas, strict=True):
            if leer is None:
                continue
            celda = celda.strip()
            if not celda:
                if vacia is REQUERIDO:
                    bloc.anotar(linea, nombre, "está vacío.")
                    valores[nombre] = MALO
                else:
                    valores[nombre] = vacia
                continue
            try:
                valores[nombre] = leer(celda)
            except DatoInvalido as error:
                bloc.anotar(linea, nombre, *error.args)
                valores[nombre] = MALO
        yield Fila(linea, valores)


def _revisar_encabezado(
    nombres: list[str], linea: int, bloc: Bloc, columnas: dict[str, Columna], prescindibles: frozenset[str]
) -> bool:
    """Note what is wrong in the header; False when the rows could not be understood."""
    faltan = [n for n, c in columnas.items() if c.vacia is REQUERIDO and n not in nombres]
    libres = [n for n in columnas if n not in nombres]
    for i, nombre in enumerate(nombres):
        if nombre in nombres[:i]:
            bloc.anotar(linea, recortado(nombre), "la columna está repetida en el encabezado.", "Deje una sola.")
        elif nombre not in columnas:
            bloc.anotar(
                linea,
                recortado(nombre),
                f"la columna {i + 1} no tiene nombre." if not nombre else "no se conoce esta columna.",
                parecido(nombre, libres)
                or f"Las columnas son: {', '.join(c for c in columnas if c not in prescindibles)}.",
            )
    for nombre in faltan:
        bloc.anotar(linea, nombre, "falta esta columna.")
    return not faltan and len(set(nombres)) == len(nombres)


def _registros(texto: str, bloc: Bloc) -> Iterator[tuple[int, list[str]]]:
    """(line where it starts, cells) of each record."""
    lector = csv.reader(io.StringIO(texto, newline=""), strict=True)
    linea = 1
    while True:
        try:
            celdas = next(lector)
        except StopIteration:
            return
        except csv.Error as error:
            que = str(error)
            if "unexpected end" in que or "field larger" in que:
                que = "hay unas comillas que se abren y no se cierran."
            elif "expected after" in que:
                que = "después de cerrar comillas debe venir una coma."
            bloc.anotar(linea, "", que, "Revise las comillas de esta línea; no se leyó el resto del archivo.")
            return
        if lector.line_num > linea:
            bloc.anotar(
                linea, "", f"una celda abarca hasta la línea {lector.line_num}.", "¿Quedaron comillas sin cerrar?"
            )
        else:
            yield linea, celdas
        linea = lector.line_num + 1

"""The manual and the reader say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prep.catalogo import archivos, cabecera, tablas
from prep.catalogo.informativo import LECTURA, LUGARES, ROLES
from prep.catalogo.lector import leer_proceso
from prep.catalogo.problemas import ProcesoInvalido

RAIZ = Path(__file__).resolve().parents[2]
MANUAL = (RAIZ / "docs" / "manual-proceso.md").read_text(encoding="utf-8")
SECCIONES = dict(re.findall(r"^## (\S+\.(?:csv|toml))[^\n]*\n(.*?)(?=^## |\Z)", MANUAL, re.M | re.S))


def ejemplos(seccion: str) -> list[str]:
    """The indented blocks, without their indentation."""
    bloques = re.findall(r"(?:^    [^\n]*\n|^\n(?=    ))+", seccion, re.M)
    return [re.sub(r"^    ", "", b, flags=re.M).strip("\n") + "\n" for b in bloques]


def test_every_file_is_in_the_manual() -> None:
    assert set(SECCIONES) == {*archivos.ARCHIVOS, "proceso.toml"}


@pytest.mark.parametrize("archivo", list(archivos.ARCHIVOS))
def test_every_column_is_in_the_manual(archivo: str) -> None:
    seccion = SECCIONES[archivo]
    filas = {n: obligatoria != "" for n, obligatoria in re.findall(r"^\| `(\w+)`( \\\*)?[^|]*\|", seccion, re.M)}
    filas = {n: o for n, o in filas.items() if n not in ("representantes_GUB", "mecanismos_GUB")}
    assert filas == {n: c.vacia is tablas.REQUERIDO for n, c in archivos.ARCHIVOS[archivo].items()}
    titulo = next(linea for linea in MANUAL.splitlines() if linea.startswith(f"## {archivo}"))
    assert ("(opcional)" in titulo) == (archivo in archivos.OPCIONALES)


def test_every_field_of_proceso_toml_is_in_the_manual() -> None:
    esquemas = {
        "": cabecera._RAIZ,
        "entidad": cabecera._ENTIDAD,
        "institucion": cabecera._INSTITUCION,
        "publicacion": cabecera._PUBLICACION,
        "parametros": cabecera._PARAMETROS,
        "practica": cabecera._PRACTICA,
        "rutas": cabecera._RUTAS,
        "casilla": cabecera._CASILLA,
        "elecciones": cabecera._ELECCIONES,
        "difusores": cabecera._DIFUSORES,
    }
    (ejemplo,) = ejemplos(SECCIONES["proceso.toml"])
    escritos: dict[str, set[str]] = {"": set()}
    tabla = ""
    for linea in ejemplo.splitlines():
        if encabezado := re.match(r"\[+(\w+)\]+", linea):
            tabla = encabezado[1]
            escritos[tabla] = set()
        elif dato := re.match(r"(\w+) =", linea):
            escritos[tabla].add(dato[1])
    escritos.pop("textos")
    assert escritos == {nombre: set(esquema) for nombre, esquema in esquemas.items()}


def test_every_option_is_in_the_manual() -> None:
    for palabra in (*ROLES, *LUGARES, *LECTURA):
        assert f"`{palabra}`" in MANUAL or f'"{palabra}"' in MANUAL, palabra


def test_the_examples_of_the_manual_can_be_read(tmp_path: Path) -> None:
    """As they stand they name things that only the manual has; no cell of theirs is badly written."""
    for archivo, seccion in SECCIONES.items():
        (tmp_path / archivo).write_text(ejemplos(seccion)[-1], encoding="utf-8")
    with pytest.raises(ProcesoInvalido) as error:
        leer_proceso(tmp_path)
    de_forma = ("no es un", "no es una", "no se conoce", "falta", "sobran", "no se entiende", "debe ser")
    permitidos = ("falta este archivo", "no es un CATD", "le falta la columna", "faltan")
    mal = [
        str(p)
        for p in error.value.problemas
        if any(f in p.mensaje for f in de_forma) and not any(f in p.mensaje for f in permitidos)
    ]
    assert mal == []

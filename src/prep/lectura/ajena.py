"""A form of another design, described in a JSON file: where its marks and its boxes are, in mm from the upper left.

    {"forma": "Acta de ejemplo",
     "hoja": {"ancho": 215.9, "alto": 279.4},
     "anclas": {"tipo": "aruco", "diccionario": "DICT_5X5_100", "lado": 8,
                "marcas": [{"id": 7, "x": 8, "y": 8}, …]},
     "campos": [{"clave": "A", "numero": {"x": 150, "y": 60, "ancho": 7, "alto": 8, "cifras": 3, "separacion": 0},
                 "letra": {"x": 60, "y": 60, "ancho": 85, "alto": 8}}, …]}

Marks go upper left, upper right, lower right, lower left. `tipo` may be `cuadros` (no `diccionario`, no `id`) or
`contorno` (nothing else). `letra` and `separacion` are optional.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np

from prep.papel.plantilla import Caja, Campo, Forma, Pliego
from prep.plataforma.opencv import cv2
from prep.transparencia.errores import causa

BYTES_MAXIMOS: Final = 1_000_000
CAMPOS_MAXIMOS: Final = 120
CIFRAS_MAXIMAS: Final = 5
ORILLA: Final = 5.0
"""Boxes closer than this to the edge of the sheet, in mm, could not be looked for."""
_CLAVE: Final = re.compile(r"[\w][\w .·-]{0,59}")
_DICCIONARIO: Final = re.compile(r"DICT_\w{1,30}")


class FormaInvalida(ValueError):
    """A described form that cannot be used; the message names the file and the field and says what was expected."""


def abrir(ruta: Path) -> Forma:
    """Read a described form; raise `FormaInvalida`."""
    try:
        if ruta.stat().st_size > BYTES_MAXIMOS:
            raise FormaInvalida(f"{ruta}: el archivo es demasiado grande para describir una forma.")
        datos = ruta.read_bytes()
    except OSError as error:
        raise FormaInvalida(f"{ruta}: no se pudo leer: {causa(error)}.") from None
    try:
        return leer(datos)
    except FormaInvalida as error:
        raise FormaInvalida(f"{ruta}: {error}") from None


def leer(datos: bytes) -> Forma:
    """A form from the bytes of its JSON; raise `FormaInvalida`."""
    try:
        d = json.loads(datos.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FormaInvalida("no es texto UTF-8.") from None
    except json.JSONDecodeError as error:
        raise FormaInvalida(f"no es JSON: línea {error.lineno}, columna {error.colno}.") from None
    except (ValueError, RecursionError):
        raise FormaInvalida("no es JSON que se pueda leer: tiene números o niveles desmedidos.") from None
    raiz = _objeto(d, "", ("hoja", "anclas", "campos"), ("forma",))
    if "forma" in raiz:
        _texto(raiz["forma"], "forma")
    hoja = _objeto(raiz["hoja"], "hoja", ("ancho", "alto"))
    ancho, alto = (_numero(hoja[k], f"hoja.{k}", 80, 600) for k in ("ancho", "alto"))
    pliego = _pliego(raiz["anclas"], ancho, alto)
    lista = _lista(raiz["campos"], "campos", 1, CAMPOS_MAXIMOS)
    campos = tuple(_campo(c, f"campos[{i}]", pliego) for i, c in enumerate(lista))
    for (i, a), (j, b) in combinations(enumerate(campos), 2):
        if a.clave == b.clave:
            raise FormaInvalida(f"campos[{j}].clave: «{b.clave}» se repite; ya es la de campos[{i}].")
        if _cruzan(a.numero, b.numero):
            raise FormaInvalida(f"campos[{j}].numero: se encima con el de campos[{i}].")
    resumen = sha256(json.dumps(d, sort_keys=True).encode()).hexdigest()
    return Forma(resumen[:4].upper(), campos, pliego)


def _pliego(d: Any, ancho: float, alto: float) -> Pliego:
    tipo = d.get("tipo") if isinstance(d, dict) else None
    if tipo == "contorno":
        _objeto(d, "anclas", ("tipo",))
        return Pliego(ancho, alto, tipo)
    if tipo not in ("aruco", "cuadros"):
        raise FormaInvalida("anclas.tipo: se esperaba «aruco», «cuadros» o «contorno».")
    con_id = tipo == "aruco"
    _objeto(d, "anclas", ("tipo", "lado", "marcas", *(("diccionario",) if con_id else ())))
    lado = _numero(d["lado"], "anclas.lado", 2, 60)
    marcas, ids = [], []
    for i, m in enumerate(_lista(d["marcas"], "anclas.marcas", 4, 4)):
        donde = f"anclas.marcas[{i}]"
        _objeto(m, donde, ("x", "y", *(("id",) if con_id else ())))
        x, y = _numero(m["x"], f"{donde}.x", 0, ancho - lado), _numero(m["y"], f"{donde}.y", 0, alto - lado)
        marcas.append(Caja(x, y, lado, lado))
        if con_id:
            ids.append(_entero(m["id"], f"{donde}.id", 0, 9999))
    centros = np.array([m.centro for m in marcas], np.float32)
    if not cv2.isContourConvex(centros) or cv2.contourArea(centros, True) < 0.1 * ancho * alto:
        raise FormaInvalida(
            "anclas.marcas: van en orden, arriba a la izquierda, arriba a la derecha, abajo a la derecha y abajo a la "
            "izquierda, y deben rodear buena parte de la hoja."
        )
    if not con_id:
        return Pliego(ancho, alto, tipo, tuple(marcas))
    nombre = d["diccionario"]
    if not isinstance(nombre, str) or not _DICCIONARIO.fullmatch(nombre) or not hasattr(cv2.aruco, nombre):
        raise FormaInvalida("anclas.diccionario: se esperaba el nombre de un diccionario ArUco, como «DICT_5X5_100».")
    caben = len(cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, nombre)).bytesList)
    for i, numero in enumerate(ids):
        if numero >= caben or ids.index(numero) < i:
            raise FormaInvalida(f"anclas.marcas[{i}].id: {numero} se repite o no está en {nombre}, que tiene {caben}.")
    return Pliego(ancho, alto, tipo, tuple(marcas), nombre, tuple((i,) for i in ids))


def _campo(d: Any, donde: str, pliego: Pliego) -> Campo:
    _objeto(d, donde, ("clave", "numero"), ("letra",))
    clave = _texto(d["clave"], f"{donde}.clave")
    n = _objeto(d["numero"], f"{donde}.numero", ("x", "y", "ancho", "alto", "cifras"), ("separacion",))
    cifras = _entero(n["cifras"], f"{donde}.numero.cifras", 1, CIFRAS_MAXIMAS)
    ancho, alto = (_numero(n[k], f"{donde}.numero.{k}", 4, 25) for k in ("ancho", "alto"))
    separacion = _numero(n.get("separacion", 0), f"{donde}.numero.separacion", 0, 10)
    largo = cifras * ancho + (cifras - 1) * separacion
    x = _numero(n["x"], f"{donde}.numero.x", ORILLA, pliego.ancho - ORILLA - largo)
    y = _numero(n["y"], f"{donde}.numero.y", ORILLA, pliego.alto - ORILLA - alto)
    cajas = tuple(Caja(x + k * (ancho + separacion), y, ancho, alto) for k in range(cifras))
    letra = Caja(x, y, 0.0, alto)
    if "letra" in d:
        r = _objeto(d["letra"], f"{donde}.letra", ("x", "y", "ancho", "alto"))
        w, h = _numero(r["ancho"], f"{donde}.letra.ancho", 10, 300), _numero(r["alto"], f"{donde}.letra.alto", 4, 25)
        letra = Caja(
            _numero(r["x"], f"{donde}.letra.x", 0, pliego.ancho - w),
            _numero(r["y"], f"{donde}.letra.y", 0, pliego.alto - h),
            w,
            h,
        )
    return Campo(clave, clave, "", "ajeno", Caja(x, y, largo, alto), letra, cajas)


def _cruzan(a: Caja, b: Caja) -> bool:
    e = 0.3
    return a.x + e < b.x + b.ancho and b.x + e < a.x + a.ancho and a.y + e < b.y + b.alto and b.y + e < a.y + a.alto


def _objeto(d: Any, donde: str, claves: tuple[str, ...], opcionales: tuple[str, ...] = ()) -> dict[str, Any]:
    aqui = f"{donde}: " if donde else ""
    if not isinstance(d, dict):
        raise FormaInvalida(f"{aqui}se esperaba un objeto con {', '.join(claves)}.")
    if faltan := [k for k in claves if k not in d]:
        raise FormaInvalida(f"{aqui}falta «{faltan[0]}».")
    if sobran := [k for k in d if k not in claves + opcionales]:
        sobra = sobran[0][:40].encode("utf-8", "replace").decode()
        raise FormaInvalida(f"{aqui}«{sobra}» no se conoce; se esperaba {', '.join(claves + opcionales)}.")
    return d


def _lista(d: Any, donde: str, minimo: int, maximo: int) -> list[Any]:
    if not isinstance(d, list) or not minimo <= len(d) <= maximo:
        cuantos = f"{minimo}" if minimo == maximo else f"de {minimo} a {maximo}"
        raise FormaInvalida(f"{donde}: se esperaba una lista de {cuantos} elementos.")
    return d


def _numero(d: Any, donde: str, minimo: float, maximo: float) -> float:
    if maximo < minimo:
        raise FormaInvalida(f"{donde}: no cabe en la hoja.")
    if isinstance(d, bool) or not isinstance(d, int | float) or not minimo <= d <= maximo:
        raise FormaInvalida(f"{donde}: se esperaban milímetros, de {minimo:g} a {maximo:g}.")
    return float(d)


def _entero(d: Any, donde: str, minimo: int, maximo: int) -> int:
    if isinstance(d, bool) or not isinstance(d, int) or not minimo <= d <= maximo:
        raise FormaInvalida(f"{donde}: se esperaba un entero de {minimo} a {maximo}.")
    return d


def _texto(d: Any, donde: str) -> str:
    if not isinstance(d, str) or not _CLAVE.fullmatch(d):
        raise FormaInvalida(f"{donde}: se esperaba un texto de 1 a 60 letras, dígitos, espacios o guiones.")
    return d

"""The pages of the site's root (`index.html`, styles, feeds), listed by a corte in `sitio.json`: they too are signed.

    {"formato": "prep/sitio/1", "archivos": [{"ruta", "sha256", "bytes"}]}      paths relative to the site's root

Being in the corte's manifest, the list is covered by its signature. Only the newest corte's list applies: these pages
are rewritten at each corte.
"""

from prep.transparencia.canonico import NoCanonico, leer_canonico
from prep.transparencia.errores import FormatoInvalido
from prep.transparencia.manifiesto import MAXIMO_ARCHIVOS, Archivo, leer_archivos

FORMATO = "prep/sitio/1"
_DEL_REGISTRO = (
    "checkpoint",
    "ultimo.json",
    "politica",
    "tile",
    "puntos",
    "sellos",
    "llaves",
    "cortes",
    "imagenes",
    "documentos",
)
MAXIMO_PAGINA = 32 * 2**20
"""Bytes that anybody reads of one of these pages."""


def leer_sitio(datos: bytes) -> tuple[Archivo, ...]:
    """The files listed; none may stand where the log, a corte or an image does."""
    try:
        obj = leer_canonico(datos)
    except NoCanonico as e:
        raise FormatoInvalido(f"sitio.json: {e}") from e
    lista = obj.get("archivos") if isinstance(obj, dict) and obj.get("formato") == FORMATO else None
    if not isinstance(lista, list) or len(lista) > MAXIMO_ARCHIVOS:
        raise FormatoInvalido("sitio.json no tiene la forma que debe")
    archivos = leer_archivos(lista)
    for a in archivos:
        if a.ruta.split("/")[0] in _DEL_REGISTRO:
            raise FormatoInvalido(f"sitio.json no puede nombrar {a.ruta}")
    return archivos

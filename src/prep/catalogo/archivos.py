"""Which files a process folder has, and what each column may hold (docs/manual-proceso.md)."""

from __future__ import annotations

from typing import Final

from prep.catalogo.campos import CATD, COLOR, SIGLAS, entero, lista, numeros, opcion, patron, texto
from prep.catalogo.informativo import ROLES
from prep.catalogo.tablas import Columna
from prep.dominio.tabulacion.boleta import TipoRecuadro
from prep.dominio.tabulacion.claves import TIPOS_CASILLA
from prep.dominio.tabulacion.proceso import Ambito

_ID = entero(0, 999)
_PERSONA = patron(
    r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}",
    "un identificador: se esperan letras sin acentos, dígitos y guiones, como op-0147; nunca un nombre ni un correo",
)
_ELECCION = patron(r"[A-Z][A-Z0-9_]{0,15}", "una clave de elección")
_SI_NO_HAY = ""

ARCHIVOS: Final[dict[str, dict[str, Columna]]] = {
    "demarcaciones.csv": {
        "tipo": Columna(opcion([Ambito.DISTRITO.value, Ambito.MUNICIPIO.value])),
        "id": Columna(_ID),
        "nombre": Columna(texto()),
    },
    "secciones.csv": {
        "entidad": Columna(entero(0, 99), None),
        "seccion": Columna(entero(0, 9999)),
        "distrito": Columna(_ID, None),
        "municipio": Columna(_ID, None),
    },
    "casillas.csv": {
        "entidad": Columna(entero(0, 99), None),
        "seccion": Columna(entero(0, 9999)),
        "tipo": Columna(opcion(TIPOS_CASILLA)),
        "id": Columna(entero(0, 99), 1),
        "extension": Columna(entero(0, 99), 0),
        "ubicacion": Columna(entero(1, 2), 1),
        "lista_nominal": Columna(entero(0, 99_999), None),
        "representantes": Columna(entero(0, 999), None),
        "boletas": Columna(entero(0, 9999), None),
        "catd": Columna(CATD, _SI_NO_HAY),
        "mecanismos": Columna(
            patron(r"[DFI](-[DFI]){0,2}", "un mecanismo de traslado: D, F, I o varios, como D-F"), ""
        ),
        "elecciones": Columna(lista(_ELECCION), ()),
    },
    "contendientes.csv": {
        "siglas": Columna(SIGLAS),
        "tipo": Columna(opcion(["partido", "independiente"])),
        "nombre": Columna(texto()),
        "color": Columna(COLOR, ""),
        "orden": Columna(entero(1, 999), None),
        "eleccion": Columna(_ELECCION, None),
        "demarcacion": Columna(_ID, None),
    },
    "coaliciones.csv": {
        "eleccion": Columna(_ELECCION),
        "clave": Columna(SIGLAS),
        "tipo": Columna(opcion(["coalicion", "comun"])),
        "partidos": Columna(lista(SIGLAS)),
        "demarcaciones": Columna(numeros(), None),
        "nombre": Columna(texto(), ""),
    },
    "sin_candidatura.csv": {
        "eleccion": Columna(_ELECCION),
        "partido": Columna(SIGLAS),
        "demarcaciones": Columna(numeros(), None),
    },
    "candidaturas.csv": {
        "eleccion": Columna(_ELECCION),
        "demarcacion": Columna(_ID, None),
        "candidatura": Columna(patron(r"[A-ZÑ][A-ZÑ0-9_]{0,199}", "la clave de quien postula, como SOL o CAND_IND_1")),
        "propietaria": Columna(texto()),
        "suplente": Columna(texto(), ""),
    },
    "catd.csv": {
        "clave": Columna(CATD),
        "nombre": Columna(texto()),
        "municipio": Columna(_ID, 0),
        "domicilio": Columna(texto(), ""),
    },
    "personas.csv": {
        "persona": Columna(_PERSONA),
        "rol": Columna(opcion(ROLES)),
        "lugar": Columna(CATD),
    },
    "columnas.csv": {
        "eleccion": Columna(_ELECCION),
        "clave": Columna(patron(r"[A-ZÑ][A-ZÑ0-9_]{0,199}", "el nombre de una columna, como SOL_RIO")),
        "tipo": Columna(opcion([t.value for t in TipoRecuadro])),
        "partidos": Columna(lista(SIGLAS), ()),
    },
}
"""Every file and column. The order of columns in a file does not matter."""

OPCIONALES: Final = frozenset(
    {"coaliciones.csv", "sin_candidatura.csv", "candidaturas.csv", "catd.csv", "personas.csv", "columnas.csv"}
)
POR_ELECCION: Final = ("representantes", "mecanismos")
"""Columns of casillas.csv that may also come as `<nombre>_<ELEC>`, for one election."""

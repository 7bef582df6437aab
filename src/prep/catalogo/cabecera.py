"""`proceso.toml`: identity of the process, institution, window of publication, parameters and elections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from prep.catalogo.campos import CATD, COLOR, SIGLAS, DatoInvalido, Lector, opcion, patron, recortado, texto
from prep.catalogo.informativo import LECTURA, Difusor, EnCasilla, Institucion, Parametros, Practica, Publicacion, Rutas
from prep.catalogo.problemas import Problema
from prep.catalogo.tablas import MALO, REQUERIDO, Bloc, decodificar, leer_bytes
from prep.catalogo.toml import Esquema, Lineas, abrir, cadena, leer_tabla, numero, tabla_de
from prep.dominio.tabulacion.claves import RUTAS, TIPOS_CASILLA
from prep.dominio.tabulacion.proceso import Ambito

ARCHIVO: Final = "proceso.toml"
BYTES_MAXIMO: Final = 2**20
LOGOTIPO_MAXIMO: Final = 45 * 2**10
"""As a data URI it must fit in 64 KiB."""
ELECCIONES_MAXIMO: Final = 12
DOCUMENTOS_MAXIMO: Final = 8


@dataclass(frozen=True, slots=True)
class EleccionDeclarada:
    """One `[[elecciones]]`. `tipos_acta`: kind of casilla → its own tipo de acta, where it is not `tipo_acta`."""

    clave: str
    nombre: str
    tipo_acta: str
    ambito: Ambito
    agrupa: Ambito
    linea: int
    tipos_acta: dict[str, str]


@dataclass(frozen=True, slots=True)
class Cabecera:
    """What `proceso.toml` says. Any attribute may be `MALO` when its problem was already noted."""

    clave: str
    nombre: str
    zona_horaria: str
    entidad: int
    entidad_nombre: str
    entidad_abreviatura: str
    elecciones: tuple[EleccionDeclarada, ...]
    institucion: Institucion
    difusores: tuple[Difusor, ...]
    publicacion: Publicacion
    parametros: Parametros
    practica: Practica
    rutas: Rutas
    casilla: EnCasilla
    textos: dict[str, str]


def _si_o_no(dato: Any) -> bool:
    if not isinstance(dato, bool):
        raise DatoInvalido(f"«{recortado(dato)}» no es true ni false.", "Va sin comillas.")
    return dato


def _zona(dato: str) -> str:
    try:
        ZoneInfo(dato)
    except (ValueError, OSError, KeyError):
        raise DatoInvalido(
            f"«{recortado(dato)}» no es una zona horaria.", "Por ejemplo America/Mexico_City o America/Tijuana."
        ) from None
    return dato


def _instante(dato: Any) -> datetime:
    if not isinstance(dato, datetime) or not 2000 <= dato.year <= 2100:
        raise DatoInvalido(
            f"«{recortado(dato)}» no es fecha y hora.", "Escríbala como 2027-06-06T20:00:00, sin comillas."
        )
    return dato


def _lista(que: str, ejemplo: str, leer: Lector, hasta: int = 1_000) -> Lector:
    def leer_lista(dato: Any) -> tuple[str, ...]:
        if not isinstance(dato, list) or not all(isinstance(s, str) for s in dato):
            raise DatoInvalido(f"debe ser una lista de {que}.", f"Por ejemplo {ejemplo}.")
        if len(dato) > hasta:
            raise DatoInvalido(f"lleva hasta {hasta:,} {que}.")
        if len(set(dato)) != len(dato):
            raise DatoInvalido(f"repite {que}.")
        return tuple(leer(s) for s in dato)

    return leer_lista


_siglas: Final = _lista("siglas", '["SOL", "RIO"]', SIGLAS)
_centros: Final = _lista("claves de CATD", '["CATD-001"]', CATD)
_documentos: Final = _lista("nombres", '["Reverso del acta", "Hoja de incidentes"]', texto(60), DOCUMENTOS_MAXIMO)


_NOMBRE: Final = cadena(texto())
_CLAVE_PROCESO: Final = cadena(
    patron(
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", "una clave: se esperan letras sin acentos, dígitos y guiones, como JAL-2027"
    )
)
_ABREVIATURA: Final = cadena(patron(r"[A-Z]{2,6}", "una abreviatura: se esperan de 2 a 6 mayúsculas, como JAL"))
_ELECCION: Final = cadena(patron(r"[A-Z][A-Z0-9_]{0,15}", "una clave de elección: se esperan mayúsculas, como DIP_LOC"))
_TIPO_ACTA: Final = cadena(patron(r"[A-Z0-9]{1,2}", "un tipo de acta: uno o dos dígitos o mayúsculas, como 05"))


def _tipos_acta(dato: Any) -> dict[str, str]:
    if not isinstance(dato, dict):
        raise DatoInvalido("debe decir el tipo de acta por tipo de casilla.", 'Por ejemplo { S = "04", M = "07" }.')
    if ajenos := [t for t in dato if t not in TIPOS_CASILLA]:
        raise DatoInvalido(f"«{recortado(ajenos[0])}» no es un tipo de casilla: {', '.join(TIPOS_CASILLA)}.")
    return {tipo: _TIPO_ACTA(acta) for tipo, acta in sorted(dato.items())}


_AMBITO: Final = cadena(opcion([a.value for a in Ambito]))
_AGRUPA: Final = cadena(opcion([Ambito.DISTRITO.value, Ambito.MUNICIPIO.value]))
_COLOR: Final = cadena(COLOR)
_SITIO: Final = cadena(patron(r"https?://[^\s<>\"']{1,200}", "una dirección web que empiece con https://"))

_RAIZ: Final[Esquema] = {
    "clave": (_CLAVE_PROCESO, REQUERIDO),
    "nombre": (_NOMBRE, REQUERIDO),
    "zona_horaria": (cadena(_zona), "America/Mexico_City"),
}
_ENTIDAD: Final[Esquema] = {
    "id": (numero(0, 99), REQUERIDO),
    "nombre": (_NOMBRE, REQUERIDO),
    "abreviatura": (_ABREVIATURA, REQUERIDO),
}
_ELECCIONES: Final[Esquema] = {
    "clave": (_ELECCION, REQUERIDO),
    "nombre": (_NOMBRE, REQUERIDO),
    "tipo_acta": (_TIPO_ACTA, REQUERIDO),
    "tipos_acta": (_tipos_acta, {}),
    "ambito": (_AMBITO, REQUERIDO),
    "agrupa": (_AGRUPA, None),
}
_INSTITUCION: Final[Esquema] = {
    "nombre": (_NOMBRE, ""),
    "siglas": (_NOMBRE, ""),
    "sitio": (_SITIO, ""),
    "portal": (_SITIO, ""),
    "logotipo": (cadena(lambda dato: dato), ""),
    "color_principal": (_COLOR, Institucion().color_principal),
    "color_acento": (_COLOR, Institucion().color_acento),
}
_DIFUSORES: Final[Esquema] = {"nombre": (_NOMBRE, REQUERIDO), "url": (_SITIO, REQUERIDO)}
_PUBLICACION: Final[Esquema] = {
    "inicio": (_instante, None),
    "fin": (_instante, None),
    "cada_minutos": (numero(1, 60), 15),
}
_PARAMETROS: Final[Esquema] = {
    "boletas_especiales": (numero(0, 9999), 750),
    "mezcla_cuenta": (_si_o_no, False),
    "empates": (_siglas, ()),
    "lectura": (cadena(opcion(LECTURA)), "apagada"),
    "lugares_distintos": (_si_o_no, False),
    "alcance_estricto": (_si_o_no, False),
}
_PRACTICA: Final[Esquema] = {"exigida": (_si_o_no, False), "errores": (numero(0, 100), Practica().errores)}
_RUTAS: Final[Esquema] = dict.fromkeys(dict.fromkeys(RUTAS.values()), (_centros, ()))
_CASILLA: Final[Esquema] = {"documentos": (_documentos, ())}
_TABLAS: Final = (
    "entidad",
    "elecciones",
    "institucion",
    "difusores",
    "publicacion",
    "parametros",
    "practica",
    "rutas",
    "casilla",
    "textos",
)


def leer_cabecera(raiz: Path, problemas: list[Problema]) -> Cabecera | None:
    """Read `proceso.toml`; `None` when it cannot be read at all."""
    bloc = Bloc(ARCHIVO, problemas)
    datos = leer_bytes(raiz / ARCHIVO, raiz, bloc, BYTES_MAXIMO)
    contenido = decodificar(datos, bloc) if datos is not None else None
    if contenido is None:
        return None
    arbol = abrir(contenido, bloc)
    if arbol is None:
        return None
    lineas = Lineas(contenido)

    raiz_leida = leer_tabla(arbol, _RAIZ, (), bloc, lineas, _TABLAS)
    entidad = leer_tabla(tabla_de(arbol, "entidad", bloc, lineas), _ENTIDAD, ("entidad",), bloc, lineas)
    institucion = leer_tabla(tabla_de(arbol, "institucion", bloc, lineas), _INSTITUCION, ("institucion",), bloc, lineas)
    publicacion = leer_tabla(tabla_de(arbol, "publicacion", bloc, lineas), _PUBLICACION, ("publicacion",), bloc, lineas)
    parametros = leer_tabla(tabla_de(arbol, "parametros", bloc, lineas), _PARAMETROS, ("parametros",), bloc, lineas)
    practica = leer_tabla(tabla_de(arbol, "practica", bloc, lineas), _PRACTICA, ("practica",), bloc, lineas)
    rutas = leer_tabla(tabla_de(arbol, "rutas", bloc, lineas), _RUTAS, ("rutas",), bloc, lineas)
    casilla = leer_tabla(tabla_de(arbol, "casilla", bloc, lineas), _CASILLA, ("casilla",), bloc, lineas)
    imagen = _leer_logotipo(raiz, institucion["logotipo"], bloc, lineas("institucion", "logotipo"))
    _ubicar_horario(publicacion, raiz_leida["zona_horaria"], bloc, lineas)
    textos = {}
    for nombre, dato in tabla_de(arbol, "textos", bloc, lineas).items():
        try:
            textos[nombre] = cadena(texto(2000))(dato)
        except DatoInvalido as error:
            bloc.anotar(lineas("textos", nombre), f"textos.{recortado(nombre)}", *error.args)
    return Cabecera(
        clave=raiz_leida["clave"],
        nombre=raiz_leida["nombre"],
        zona_horaria=raiz_leida["zona_horaria"],
        entidad=entidad["id"],
        entidad_nombre=entidad["nombre"],
        entidad_abreviatura=entidad["abreviatura"],
        elecciones=_elecciones(arbol, bloc, lineas),
        institucion=Institucion(**institucion, imagen=imagen),
        difusores=_difusores(arbol, bloc, lineas),
        publicacion=Publicacion(**publicacion),
        parametros=Parametros(**parametros),
        practica=Practica(**practica),
        rutas=Rutas(**rutas),
        casilla=EnCasilla(**casilla),
        textos=textos,
    )


def _elecciones(arbol: dict[str, Any], bloc: Bloc, lineas: Lineas) -> tuple[EleccionDeclarada, ...]:
    declaradas = arbol.get("elecciones", [])
    if not isinstance(declaradas, list) or not declaradas or not all(isinstance(e, dict) for e in declaradas):
        bloc.anotar(
            lineas("elecciones"), "elecciones", "falta al menos una elección.", "Escriba un bloque [[elecciones]]."
        )
        return ()
    if len(declaradas) > ELECCIONES_MAXIMO:
        bloc.anotar(lineas("elecciones"), "elecciones", f"hay más de {ELECCIONES_MAXIMO} elecciones.")
        return ()
    leidas: list[EleccionDeclarada] = []
    vistas: dict[str, int] = {}
    tipos: dict[tuple[str, str], int] = {}
    for i, tabla in enumerate(declaradas):
        camino = ("elecciones", str(i))
        datos = leer_tabla(tabla, _ELECCIONES, camino, bloc, lineas)
        linea = lineas(*camino, "clave")
        if datos["clave"] is not MALO and (anterior := vistas.setdefault(datos["clave"], linea)) != linea:
            bloc.anotar(
                linea, "elecciones.clave", f"«{datos['clave']}» ya se usó en la elección de la línea {anterior}."
            )
        if datos["tipo_acta"] is not MALO and datos["tipos_acta"] is not MALO:
            for casilla in TIPOS_CASILLA:  # two elections with one tipo de acta would give one key to two actas
                tipo = datos["tipos_acta"].get(casilla, datos["tipo_acta"])
                if (anterior := tipos.setdefault((casilla, tipo), linea)) != linea:
                    campo = "tipos_acta" if casilla in datos["tipos_acta"] else "tipo_acta"
                    bloc.anotar(
                        lineas(*camino, campo),
                        f"elecciones.{campo}",
                        f"«{tipo}» ya se usó en la elección de la línea {anterior}.",
                    )
                    break
        ambito, agrupa = datos["ambito"], datos["agrupa"]
        if ambito and agrupa is None:
            agrupa = Ambito.DISTRITO.value if ambito == Ambito.ENTIDAD else ambito
        if ambito and agrupa and ambito not in (Ambito.ENTIDAD, agrupa):
            bloc.anotar(
                lineas(*camino, "agrupa"),
                "elecciones.agrupa",
                f"una elección por {ambito} se agrupa por {ambito}, no por {agrupa}.",
            )
        leidas.append(
            EleccionDeclarada(
                datos["clave"],
                datos["nombre"],
                datos["tipo_acta"],
                Ambito(ambito) if ambito else MALO,  # type: ignore[arg-type]
                Ambito(agrupa) if agrupa else MALO,  # type: ignore[arg-type]
                linea,
                datos["tipos_acta"] or {},
            )
        )
    return tuple(leidas)


def _difusores(arbol: dict[str, Any], bloc: Bloc, lineas: Lineas) -> tuple[Difusor, ...]:
    declarados = arbol.get("difusores", [])
    if not isinstance(declarados, list) or not all(isinstance(d, dict) for d in declarados):
        bloc.anotar(
            lineas("difusores"), "difusores", "debe ser una lista.", "Escriba un bloque [[difusores]] por cada uno."
        )
        return ()
    leidos = [leer_tabla(d, _DIFUSORES, ("difusores", str(i)), bloc, lineas) for i, d in enumerate(declarados)]
    return tuple(sorted(Difusor(**d) for d in leidos if MALO not in d.values()))


def _ubicar_horario(publicacion: dict[str, Any], zona: Any, bloc: Bloc, lineas: Lineas) -> None:
    """Give the window its time zone and check its order."""
    for campo in ("inicio", "fin"):
        dato = publicacion[campo]
        if isinstance(dato, datetime) and dato.tzinfo is None and zona:
            publicacion[campo] = dato.replace(tzinfo=ZoneInfo(zona))
    inicio, fin = publicacion["inicio"], publicacion["fin"]
    if isinstance(inicio, datetime) and isinstance(fin, datetime) and inicio.tzinfo and fin.tzinfo and inicio >= fin:
        bloc.anotar(lineas("publicacion", "fin"), "publicacion.fin", "es anterior al inicio o igual.")


_FIRMAS: Final = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".svg": (b"<svg", b"<?xml"),
}
_SVG_ACTIVO: Final = re.compile(
    rb"<script|<foreignobject|<!doctype|<!entity|javascript:|\son\w+\s*=|href\s*=\s*[\"'](?!#)|@import|url\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)


def _leer_logotipo(raiz: Path, logotipo: Any, bloc: Bloc, linea: int) -> bytes:
    """The logo is published as it is: an image of the folder, small, without code."""
    if not logotipo:
        return b""
    campo = "institucion.logotipo"

    def mal(mensaje: str, sugerencia: str = "") -> bytes:
        bloc.anotar(linea, campo, mensaje, sugerencia)
        return b""

    ruta = Path(logotipo)
    if "\0" in logotipo or "\\" in logotipo or ruta.is_absolute() or ".." in ruta.parts or ":" in logotipo:
        return mal(
            f"«{recortado(logotipo)}» sale de la carpeta.", "Ponga la imagen en la carpeta y escriba solo su nombre."
        )
    firmas = _FIRMAS.get(ruta.suffix.lower())
    if firmas is None:
        return mal(f"«{recortado(logotipo)}» no es de un tipo admitido.", "Use SVG o PNG.")
    avisos: list[Problema] = []
    datos = leer_bytes(raiz / ruta, raiz, Bloc(ruta.name, avisos), LOGOTIPO_MAXIMO)
    if datos is None:
        return mal(f"«{recortado(logotipo)}»: {avisos[0].mensaje}")
    if not datos.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(firmas) and not datos.startswith(firmas):
        return mal(f"«{recortado(logotipo)}» no es una imagen {ruta.suffix[1:].upper()} como dice su nombre.")
    if ruta.suffix.lower() == ".svg" and _SVG_ACTIVO.search(datos):
        return mal(
            f"«{recortado(logotipo)}» contiene código o referencias externas.", "Expórtelo como SVG simple o PNG."
        )
    return datos

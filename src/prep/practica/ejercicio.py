"""The folder of an exercise: actas and packages to practise with at each desk, whose truth is known. `practica.json`,
and their pictures.

`prep actas practica` makes it (`laboratorio.practica`), without a database; the desks read it (`practica.services`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import orjson

from prep.dominio.acta.acta import EN_CORRECCION
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.dominio.comun.valores import Valor, valor
from prep.dominio.practica import DONDE

ARCHIVO: Final = "practica.json"
FORMATO: Final = "prep/practica/3"
_HUELLA: Final = re.compile("[0-9a-f]{64}")


class EjercicioInvalido(ValueError):
    """What is in the folder is not an exercise."""


class Leccion(StrEnum):
    """What an exercise teaches."""

    LIMPIA = "limpia"
    MARCAS = "marcas"
    OTRA_CASILLA = "otra_casilla"
    NO_CUADRA = "no_cuadra"
    DIFIEREN = "difieren"
    DIFIEREN_MARCAS = "difieren_marcas"
    COINCIDE = "coincide"
    NO_COINCIDE = "no_coincide"
    COINCIDE_AJENA = "coincide_ajena"
    SE_LEE = "se_lee"
    ES_AJENA = "es_ajena"
    HOJA = "hoja"
    OTRA_HOJA = "otra_hoja"
    COMO_EL_PAPEL = "como_el_papel"
    DISTINTA_DEL_PAPEL = "distinta_del_papel"
    SOBRE = "sobre"
    CON_SELLO = "con_sello"
    SOBRE_AJENO = "sobre_ajeno"
    SIN_SOBRE = "sin_sobre"
    NITIDA = "nitida"
    BORROSA = "borrosa"
    CORTADA = "cortada"
    OSCURA = "oscura"
    DE_OTRO_SOBRE = "de_otro_sobre"


CAPTURA, DIFERENCIAS, VERIFICACION, PETICIONES, IDENTIFICACION, COTEJO, ACOPIO, DIGITALIZACION = DONDE
SE_APRENDE: Final[Mapping[str, tuple[Leccion, ...]]] = {
    CAPTURA: (Leccion.LIMPIA, Leccion.MARCAS, Leccion.OTRA_CASILLA, Leccion.NO_CUADRA),
    DIFERENCIAS: (Leccion.DIFIEREN, Leccion.DIFIEREN_MARCAS),
    VERIFICACION: (Leccion.COINCIDE, Leccion.NO_COINCIDE, Leccion.COINCIDE_AJENA),
    PETICIONES: (Leccion.SE_LEE, Leccion.ES_AJENA),
    IDENTIFICACION: (Leccion.HOJA, Leccion.OTRA_HOJA),
    COTEJO: (Leccion.COMO_EL_PAPEL, Leccion.DISTINTA_DEL_PAPEL),
    ACOPIO: (Leccion.SOBRE, Leccion.CON_SELLO, Leccion.SOBRE_AJENO, Leccion.SIN_SOBRE),
    DIGITALIZACION: (Leccion.NITIDA, Leccion.BORROSA, Leccion.CORTADA, Leccion.OSCURA, Leccion.DE_OTRO_SOBRE),
}
"""What is taught at each desk."""
SE_PIDE: Final[Mapping[Leccion, ProblemaDeImagen]] = {
    Leccion.SE_LEE: ProblemaDeImagen.ILEGIBLE,
    Leccion.ES_AJENA: ProblemaDeImagen.OTRA_CASILLA,
}
"""Of what is asked, why another picture would be needed."""
MUESTRAN: Final = (VERIFICACION, COTEJO)
"""The desks where the screen says what an acta says, to be compared."""
DE_UNA_COSA: Final = (PETICIONES, IDENTIFICACION, COTEJO, DIGITALIZACION)
"""The desks where one thing is said of an acta."""
SIRVE: Final = "sirve"
"""What is said of a picture that nothing is wrong with. Of another one, what is (`SALIO_MAL`)."""
SALIO_MAL: Final[Mapping[Leccion, str]] = {
    Leccion.BORROSA: "borrosa",
    Leccion.CORTADA: "cortada",
    Leccion.OSCURA: "oscura",
    Leccion.DE_OTRO_SOBRE: ProblemaDeImagen.OTRA_CASILLA.value,
}
MESA_DE: Final[Mapping[Leccion, str]] = {leccion: mesa for mesa, suyas in SE_APRENDE.items() for leccion in suyas}


@dataclass(frozen=True, slots=True)
class Llegada:
    """What reached a centre of one casilla. `claves`: the actas of the packages that came, or of those that did not;
    `sello`: the hour of their stamp, empty where it is put now; `motivo`: why there is no acta, where there is none."""

    claves: tuple[str, ...]
    sello: str = ""
    motivo: str = ""


LLEGADA: Final = ("claves", "sello", "motivo")
"""What is said of what arrived, and may be said wrong."""


@dataclass(frozen=True, slots=True)
class Ejercicio:
    """One acta, or what arrived of a casilla, to practise with. `clave`: the one that the screen names, or that the
    paper is of where that is asked; `imagen`: SHA-256 of its picture; `problema`: what is wrong with it, if anything
    is; `valores`: what the paper says of each field, in its order; `enderezada`: each field is where its form has it;
    `pedidos`: the fields that are asked for, where not all are; `mostrados`: what the screen says of each field, where
    somebody compares; `llegada`: what arrived, which has no picture, and `catd`: the centre where it did."""

    clave: str
    imagen: str
    leccion: Leccion
    problema: str
    valores: Mapping[str, Valor] = field(default_factory=dict, hash=False)
    enderezada: bool = False
    pedidos: tuple[str, ...] = ()
    mostrados: Mapping[str, Valor] = field(default_factory=dict, hash=False)
    llegada: Llegada | None = None
    catd: str = ""

    @property
    def mesa(self) -> str:
        """The desk where it is practised."""
        return MESA_DE[self.leccion]

    @property
    def campos(self) -> tuple[str, ...]:
        """The fields of which something is said."""
        return self.pedidos or tuple(self.valores)

    @property
    def cuantos(self) -> int:
        """How many things may be said wrong."""
        if self.llegada is not None:
            return len(LLEGADA)
        return 1 if self.mesa in DE_UNA_COSA else len(self.campos)

    @property
    def respuesta(self) -> str:
        """What is right to say of it, where one thing is said."""
        if self.mesa == IDENTIFICACION:
            return self.clave
        if self.mesa == DIGITALIZACION:
            return self.problema or SIRVE
        if self.mesa == PETICIONES:
            return "si" if self.problema else "no"
        return "1" if self.mostrados == self.valores else str(EN_CORRECCION)


@dataclass(frozen=True, slots=True)
class Juego:
    """An exercise, part by part in the order in which they are done. `huella`: SHA-256 of the file that lists them."""

    huella: str
    proceso: str
    ejercicios: tuple[Ejercicio, ...]

    @property
    def cuantos(self) -> int:
        return sum(e.cuantos for e in self.ejercicios)

    def de(self, mesa: str) -> Juego:
        """Those of one desk."""
        return replace(self, ejercicios=tuple(e for e in self.ejercicios if e.mesa == mesa))


def imagen(carpeta: Path, huella: str) -> Path:
    """Where the picture of an exercise acta is."""
    return carpeta / f"{huella}.jpg"


def escribir(carpeta: Path, proceso: str, ejercicios: Sequence[tuple[Ejercicio, bytes]]) -> None:
    """Leave an exercise in a folder, in place of the one there was: the pictures first, and then what names them."""
    carpeta.mkdir(parents=True, exist_ok=True)
    for e, datos in ejercicios:
        if e.imagen:
            imagen(carpeta, e.imagen).write_bytes(datos)
    todos = [
        {
            "clave": e.clave,
            "imagen": e.imagen,
            "leccion": e.leccion.value,
            "problema": e.problema,
            "valores": _escritos(e.valores),
            "enderezada": e.enderezada,
            "pedidos": e.pedidos,
            "mostrados": _escritos(e.mostrados),
            "llegada": asdict(e.llegada) if e.llegada else None,
            "catd": e.catd,
        }
        for e, _ in ejercicios
    ]
    nuevo = carpeta / f"{ARCHIVO}.nuevo"
    nuevo.write_bytes(orjson.dumps({"formato": FORMATO, "proceso": proceso, "ejercicios": todos}))
    nuevo.replace(carpeta / ARCHIVO)
    for sobra in {*carpeta.glob("*.jpg")} - {imagen(carpeta, e.imagen) for e, _ in ejercicios}:
        sobra.unlink()


def _escritos(valores: Mapping[str, Valor]) -> dict[str, int | str]:
    return {c: v if isinstance(v, int) else v.value for c, v in valores.items()}


def leer(carpeta: Path) -> Juego | None:
    """The exercise of a folder; None where there is none. Raises `EjercicioInvalido`."""
    try:
        datos = (carpeta / ARCHIVO).read_bytes()
    except FileNotFoundError:
        return None
    try:
        dicho = orjson.loads(datos)
        ejercicios = tuple(map(_ejercicio, dicho["ejercicios"]))
        if dicho["formato"] != FORMATO or not ejercicios:
            raise EjercicioInvalido(str(carpeta))
        return Juego(hashlib.sha256(datos).hexdigest(), dicho["proceso"], ejercicios)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EjercicioInvalido(str(carpeta)) from error


def _ejercicio(e: Mapping[str, Any]) -> Ejercicio:
    leccion, llegada = Leccion(e["leccion"]), _llegada(e["llegada"])
    if MESA_DE[leccion] == ACOPIO:
        if llegada is None or e["clave"] not in llegada.claves or e["imagen"] or not isinstance(e["catd"], str):
            raise EjercicioInvalido(leccion)
        return Ejercicio(e["clave"], "", leccion, "", llegada=llegada, catd=e["catd"])
    if not _HUELLA.fullmatch(e["imagen"]) or not e["valores"] or llegada is not None:
        raise EjercicioInvalido(e["imagen"])
    valores, mostrados = ({c: valor(v) for c, v in e[cuales].items()} for cuales in ("valores", "mostrados"))
    pedidos, comparan = tuple(e["pedidos"]), MESA_DE[leccion] in MUESTRAN
    if not {*pedidos} <= {*valores} or (comparan and list(mostrados) != list(valores)):
        raise EjercicioInvalido(e["imagen"])
    return Ejercicio(
        *(e["clave"], e["imagen"], leccion, e["problema"], valores, e["enderezada"] is True, pedidos, mostrados)
    )


def _llegada(dicha: Mapping[str, Any] | None) -> Llegada | None:
    if dicha is None:
        return None
    llegada = Llegada(tuple(dicha["claves"]), dicha["sello"], dicha["motivo"])
    if not llegada.claves or not all(isinstance(v, str) for v in (*llegada.claves, llegada.sello, llegada.motivo)):
        raise EjercicioInvalido("llegada")
    return llegada

"""What each column is: the many names of the same thing, and which columns are vote boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from prep.reproduccion.campos import CeldaInvalida, celda, limpiar
from prep.reproduccion.publicado import MAX_COLUMNAS, Anomalia, ErrorDeLectura
from prep.reproduccion.vocabulario import PORCENTAJE, RESUMEN, SUMA, campo_de, normalizar

TOTALES: Final = ("boletas_sobrantes", "personas_votaron", "representantes_votaron", "votos_sacados", "total_asentado")
_ANTES: Final = frozenset(
    [
        "clave_casilla",
        "clave_acta",
        "id_entidad",
        "entidad",
        "id_distrito",
        "distrito",
        "id_municipio",
        "municipio",
        "seccion",
        "id_casilla",
        "tipo_casilla",
        "casilla",
        "ext_contigua",
        "ubicacion",
        "tipo_acta",
        "boletas_sobrantes",
        "personas_votaron",
        "representantes_votaron",
        "votos_sacados",
    ]
)
_DESPUES: Final = frozenset(
    [
        "total_asentado",
        "calculado",
        "representantes",
        "observaciones",
        "contabilizada",
        "mecanismos",
        "codigo_integridad",
        "acopio",
        "captura",
        "verificacion",
        "origen",
        "digitalizacion",
        "tipo_documento",
        "cotejada",
    ]
)


def nombre_resumen(texto: str) -> str:
    """Canonical name of a header figure."""
    nombre = normalizar(limpiar(texto))
    return RESUMEN.get(nombre, nombre)


def es_resumen(celdas: Sequence[str]) -> bool:
    """Whether this line names the figures of the header."""
    nombres = [normalizar(limpiar(c)) for c in celdas]
    return sum(n.startswith(("ACTAS_", "PORCENTAJE_", "TOTAL_VOTOS", "LISTA_NOMINAL_ACTAS")) for n in nombres) >= 3


def es_columnas(celdas: Sequence[str]) -> bool:
    """Whether this line names the columns of a results file."""
    campos = {campo_de(normalizar(limpiar(c))) for c in celdas}
    suyos = campos & {"seccion", "clave_casilla", "tipo_casilla", "nulos"}
    return len(celdas) >= 6 and len(suyos) >= 2 and bool(suyos & {"seccion", "clave_casilla"})


def es_candidaturas(celdas: Sequence[str]) -> bool:
    """Whether this line names the columns of a candidaturas file."""
    nombres = {normalizar(limpiar(c)) for c in celdas}
    return "PARTIDO_CI" in nombres or ("PARTIDO" in nombres and any(n.startswith("CANDIDAT") for n in nombres))


@dataclass(frozen=True, slots=True)
class Columnas:
    """Where each field is (`lugar`: canonical name -> index) and which columns are vote boxes (`votos`: their indices;
    no registradas and nulos last, where the file has them)."""

    nombres: tuple[str, ...]
    lugar: dict[str, int]
    votos: tuple[int, ...]


def leer_columnas(
    celdas: Sequence[str], muestra: Sequence[Sequence[str]], archivo: str, linea: int, anomalias: list[Anomalia]
) -> Columnas:
    """Understand the line of columns; raise `ErrorDeLectura` when something essential is missing or twice.

    `muestra`: the first rows. They say which columns are votes where the place of the columns does not.
    """
    nombres = [limpiar(c) for c in celdas]
    while nombres and not nombres[-1]:
        nombres.pop()
    if len(nombres) > MAX_COLUMNAS:
        raise ErrorDeLectura(archivo, f"hay más de {MAX_COLUMNAS} columnas: no es una base del PREP.", linea)
    normales = _sin_sufijos(nombres)
    lugar: dict[str, int] = {}
    desconocidas: list[int] = []
    vistos: dict[str, int] = {}
    for i, nombre in enumerate(normales):
        if nombre in vistos:
            _repetida(nombres[i], vistos[nombre], i, campo_de(nombre), archivo, linea, anomalias)
            continue
        vistos[nombre] = i
        campo = campo_de(nombre)
        if not campo:
            if nombre:
                desconocidas.append(i)
        elif campo == "otro":
            pass
        elif campo in lugar:
            if campo in ("calculado", "nulos", "no_registradas", "contabilizada", "seccion", "lista_nominal"):
                _repetida(nombres[i], lugar[campo], i, "", archivo, linea, anomalias)
            anomalias.append(Anomalia(archivo, linea, nombres[i], f"Repite «{nombres[lugar[campo]]}»: no se usa."))
        else:
            lugar[campo] = i
    # 2012: ESTADO and DISTRITO hold numbers, and there are no columns for the names.
    for numero, texto in (("id_entidad", "entidad"), ("id_distrito", "distrito"), ("id_municipio", "municipio")):
        if numero not in lugar and texto in lugar:
            lugar[numero] = lugar.pop(texto)
    # Any other total is the sum where the file has no column for it.
    if "total" in lugar:
        lugar.setdefault("calculado", lugar.pop("total"))
    _exigir(lugar, archivo, linea)
    antes = max((i for c, i in lugar.items() if c in _ANTES), default=-1)
    despues = min((i for c, i in lugar.items() if c in _DESPUES and i > antes), default=len(nombres))
    # Where every other column is called so, or only with them the votes add up, that is how its boxes are called.
    propias = [i for i in desconocidas if not _es_derivada(normales[i], normales)] or desconocidas
    juntas, todas = [[i for i in cuales if antes < i < despues] for cuales in (propias, desconocidas)]
    if _aciertos(juntas, lugar, muestra) < MAYORIA <= _aciertos(todas, lugar, muestra):
        propias, juntas = desconocidas, todas
    for i in desconocidas:
        if i not in propias:
            anomalias.append(Anomalia(archivo, linea, nombres[i], "Se calcula de otras columnas: no se usa."))
    desconocidas = propias
    indices = _por_su_suma(juntas, desconocidas, lugar, muestra)
    for i in desconocidas:
        if i not in indices:
            anomalias.append(Anomalia(archivo, linea, nombres[i], "Columna desconocida: no se usa."))
    if not indices:
        raise ErrorDeLectura(
            archivo,
            "no se distinguen las columnas de votos: no están entre la identificación del acta y los totales, ni hay "
            "columnas que sumen TOTAL_VOTOS_CALCULADO.",
            linea,
        )
    votos = [*indices, *(lugar[c] for c in ("no_registradas", "nulos") if c in lugar)]
    return Columnas(tuple(nombres), lugar, tuple(votos))


_SUFIJO: Final = re.compile(r"(.+?)(?:\.{3}\d+|\.\d{1,2})")
"""What data libraries add to a name that was there already: `PAN.1`, `PAN...17`."""


def _sin_sufijos(nombres: Sequence[str]) -> list[str]:
    """The names normalised, without what tells repeated ones apart."""
    partes = [_SUFIJO.fullmatch(n) for n in nombres]
    pelados = [p[1] if p else n for p, n in zip(partes, nombres, strict=True)]
    return [normalizar(p if pelados.count(p) > 1 else n) for p, n in zip(pelados, nombres, strict=True)]


def _es_derivada(nombre: str, nombres: Sequence[str]) -> bool:
    """A sum of several columns, or the percentage of one of them."""
    porcentaje = PORCENTAJE.fullmatch(nombre)
    return SUMA.fullmatch(nombre) is not None or (porcentaje is not None and porcentaje[1] in nombres)


MAYORIA: Final = 80
"""Percentage of the rows that must add up for their columns to be taken as the vote boxes."""


def _por_su_suma(
    juntas: list[int], desconocidas: list[int], lugar: dict[str, int], muestra: Sequence[Sequence[str]]
) -> list[int]:
    """The vote columns among the unknown ones: those that are together, unless only others add up to the sum."""
    if juntas and _aciertos(juntas, lugar, muestra) >= MAYORIA:
        return juntas
    todas = [i for i in desconocidas if _es_de_votos(i, muestra)]
    for posibles in (todas, *([i for i in de if i != una] for de in (juntas, todas) for una in de)):
        if _aciertos(posibles, lugar, muestra) >= MAYORIA:
            return posibles
    return juntas


def _es_de_votos(i: int, muestra: Sequence[Sequence[str]]) -> bool:
    """Some row has a number there and none has what a vote box cannot hold."""
    try:
        valores = [celda(fila[i]) for fila in muestra if i < len(fila)]
    except CeldaInvalida:
        return False
    return any(isinstance(v, int) for v in valores)


def _aciertos(indices: Sequence[int], lugar: dict[str, int], muestra: Sequence[Sequence[str]]) -> int:
    """Percentage of the rows in which these columns, no registradas and nulos add up to the published sum; without
    one, to the total of the acta."""
    calculado = next((lugar[c] for c in ("calculado", "total_asentado", "votos_sacados") if c in lugar), None)
    if calculado is None or not indices:
        return 0
    suman = [*indices, *(lugar[c] for c in ("no_registradas", "nulos") if c in lugar)]
    buenas = vistas = 0
    for fila in muestra:
        try:
            total = celda(fila[calculado])
            if not isinstance(total, int) or not total:
                continue
            vistas += 1
            buenas += sum(v for i in suman if isinstance(v := celda(fila[i]), int)) == total
        except (CeldaInvalida, IndexError):
            continue
    return 100 * buenas // vistas if vistas else 0


def _repetida(
    nombre: str, uno: int, otro: int, campo: str, archivo: str, linea: int, anomalias: list[Anomalia]
) -> None:
    if not nombre:
        return
    if campo in ("otro", "entidad", "distrito", "municipio", "id_entidad", "id_distrito", "id_municipio", "origen"):
        anomalias.append(Anomalia(archivo, linea, nombre, f"La columna está dos veces; se usa la {uno + 1}.ª."))
        return
    raise ErrorDeLectura(
        archivo,
        f"la columna está dos veces ({uno + 1}.ª y {otro + 1}.ª): no se puede saber cuál vale. Quite o renombre una.",
        linea,
        nombre,
    )


def _exigir(lugar: dict[str, int], archivo: str, linea: int) -> None:
    partes = ({"seccion", "tipo_casilla", "id_casilla"}, {"seccion", "casilla"})
    if "clave_casilla" not in lugar and not any(p <= lugar.keys() for p in partes):
        raise ErrorDeLectura(archivo, "faltan las columnas que identifican la casilla (CLAVE_CASILLA).", linea)
    if "nulos" not in lugar:
        raise ErrorDeLectura(archivo, "falta la columna de votos nulos (NULOS).", linea)

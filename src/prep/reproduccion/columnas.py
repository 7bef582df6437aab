"""What each column is: the many names of the same thing, and which columns are vote boxes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from prep.reproduccion.campos import limpiar
from prep.reproduccion.publicado import FEDERALES, MAX_COLUMNAS, Anomalia, ErrorDeLectura
from prep.reproduccion.recuadros import nombre_por_lugar, se_conoce
from prep.reproduccion.sumas import Filas, filas_con_suma, leida, mejor_lectura
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
    no registradas and nulos last, where the file has them). `supuestas`: which of `votos` only their place makes so.
    `total_solo`: the sum is the only total of the file, and its name does not say who added it.
    """

    nombres: tuple[str, ...]
    lugar: dict[str, int]
    votos: tuple[int, ...]
    supuestas: tuple[int, ...]
    total_solo: bool


def leer_columnas(
    celdas: Sequence[str],
    muestra: Sequence[Sequence[str]],
    archivo: str,
    linea: int,
    anomalias: list[Anomalia],
    eleccion: str = "",
) -> Columnas:
    """Understand the line of columns; raise `ErrorDeLectura` when something essential is missing or twice.

    `muestra`: the first rows. They say which columns are votes where the place of the columns does not. `eleccion`: its
    short key, which says whether its districts are federal or local where the file has both.
    """
    nombres = [limpiar(c) for c in celdas]
    while nombres and not nombres[-1]:
        nombres.pop()
    if len(nombres) > MAX_COLUMNAS:
        raise ErrorDeLectura(archivo, f"hay más de {MAX_COLUMNAS} columnas: no es una base del PREP.", linea)
    normales = _sin_sufijos(nombres)
    lugar: dict[str, int] = {}
    desconocidas: list[int] = []
    anonimas: list[int] = []
    vistos: dict[str, int] = {}
    for i, nombre in enumerate(normales):
        if not _es_nombre(nombre):
            anonimas.append(i)
            continue
        if nombre in vistos:
            _repetida(nombres[i], vistos[nombre], i, campo_de(nombre), archivo, linea, anomalias)
            continue
        vistos[nombre] = i
        campo = campo_de(nombre)
        if not campo:
            desconocidas.append(i)
        elif campo == "otro":
            pass
        elif campo in lugar:
            if campo in ("calculado", "nulos", "no_registradas", "contabilizada", "seccion", "lista_nominal"):
                _repetida(nombres[i], lugar[campo], i, "", archivo, linea, anomalias)
            usada, otra = lugar[campo], i
            if campo in _DE_DISTRITO and _lejania(nombre, eleccion) < _lejania(normales[usada], eleccion):
                usada, otra = i, lugar[campo]
            lugar[campo] = usada
            anomalias.append(Anomalia(archivo, linea, nombres[otra], f"Repite «{nombres[usada]}»: no se usa."))
        else:
            lugar[campo] = i
    _decir_distritos(nombres, normales, lugar, eleccion, archivo, linea, anomalias)
    # 2012: ESTADO and DISTRITO hold numbers, and there are no columns for the names.
    for numero, texto in (("id_entidad", "entidad"), ("id_distrito", "distrito"), ("id_municipio", "municipio")):
        if numero not in lugar and texto in lugar:
            lugar[numero] = lugar.pop(texto)
    # Any other total is the sum where the file has no column for it, unless its rows say otherwise.
    total_solo = "total" in lugar and not lugar.keys() & {"calculado", "total_asentado"}
    if "total" in lugar:
        lugar.setdefault("calculado", lugar.pop("total"))
    _exigir(lugar, archivo, linea)
    votos = _Votos(nombres, normales, lugar, desconocidas, anonimas, muestra, archivo, linea, anomalias)
    indices, supuestas = votos.elegir()
    finales = [lugar[c] for c in ("no_registradas", "nulos") if c in lugar]
    return Columnas(tuple(nombres), lugar, (*indices, *finales), supuestas, total_solo)


_DE_DISTRITO: Final = frozenset({"id_distrito", "distrito"})


def _lejania(nombre: str, eleccion: str) -> int:
    """How far a column of districts is from those of an election: 0 says that it is of them, 2 of the others."""
    de_ellos, de_otros = ("FED", "LOC") if eleccion in FEDERALES else ("LOC", "FED")
    return 0 if f"_{de_ellos}" in nombre else 2 if f"_{de_otros}" in nombre else 1


def _decir_distritos(
    nombres: Sequence[str],
    normales: Sequence[str],
    lugar: dict[str, int],
    eleccion: str,
    archivo: str,
    linea: int,
    anomalias: list[Anomalia],
) -> None:
    """Say when the districts are not those of the election; a name of theirs is none of one of these."""
    lejos = {c: _lejania(normales[lugar[c]], eleccion) for c in _DE_DISTRITO if c in lugar}
    if lejos.get("id_distrito", 2) < lejos.get("distrito", 0) == 2:
        i = lugar.pop("distrito")
        anomalias.append(Anomalia(archivo, linea, nombres[i], "Es de otros distritos que su número: no se usa."))
    elif eleccion in ("DIP_LOC", "DIP_FED") and lejos.get("id_distrito") == 2:
        mensaje = (
            "Por su nombre no es de los distritos de esta elección: se toma como si lo fuera. Si no lo es, quítela."
        )
        anomalias.append(Anomalia(archivo, linea, nombres[lugar["id_distrito"]], mensaje))


@dataclass(slots=True)
class _Votos:
    """Which are the vote boxes among the columns that are no known field and those that have no name."""

    nombres: list[str]
    normales: Sequence[str]
    lugar: dict[str, int]
    desconocidas: list[int]
    anonimas: list[int]
    muestra: Sequence[Sequence[str]]
    archivo: str
    linea: int
    anomalias: list[Anomalia]

    def elegir(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Their indices, and which of them (by their order) only their place makes so."""
        filas = filas_con_suma(self.muestra, self.lugar)
        antes = max((i for c, i in self.lugar.items() if c in _ANTES), default=-1)
        despues = min((i for c, i in self.lugar.items() if c in _DESPUES and i > antes), default=len(self.nombres))
        entre = range(antes + 1, despues)
        propias = self._propias(entre, filas)
        sin_nombre = [i for i in self.anonimas if i in entre and self._trae_numeros(i)]
        for i in self.anonimas:
            self.nombres[i] = nombre_por_lugar(i)
        if sin_nombre and not filas.celdas:
            mensaje = "no tiene nombre, trae números entre los votos y ninguna suma dice qué son. Escríbalo, o quítela."
            raise ErrorDeLectura(self.archivo, mensaje, self.linea, self.nombres[sin_nombre[0]])
        todas = sorted(i for i in (*propias, *self.anonimas) if self._son_votos(i))
        dudosas = {i for i in (*propias, *self.anonimas) if not se_conoce(self.normales[i])}
        juntas = sorted(i for i in (*propias, *sin_nombre) if i in entre)
        indices = _por_su_suma(juntas, todas, dudosas, filas)
        if indices is None:
            cuales = ", ".join(self.nombres[i] for i in juntas if i in dudosas)
            self._rechazar(
                "con ninguna manera de tomar las que no se conocen suman lo que publica cada renglón. Quite las que no "
                f"sean de votos: {cuales}."
            )
        for i in (*propias, *sin_nombre):
            if i not in indices:
                self._decir(i, f"Columna {'desconocida' if i in propias else 'sin nombre'}: no se usa.")
        if not indices:
            self._rechazar(
                "no están entre la identificación del acta y los totales, ni hay columnas que sumen "
                "TOTAL_VOTOS_CALCULADO."
            )
        con_votos = {i for i in indices if any(filas.valores(i))} if filas.suman(indices) else set()
        for i in indices:
            if i in con_votos and (i in self.anonimas or (i in dudosas and i not in entre)):
                cual = "No tiene nombre" if i in self.anonimas else "No está con los demás votos"
                self._decir(i, f"{cual} y solo con ella suman lo que publica cada renglón: se toma como un recuadro.")
        suyos = {self.normales[i] for i in indices}
        supuestas = [
            n
            for n, i in enumerate(indices)
            if i not in con_votos and not se_conoce(self.normales[i], suyos - {self.normales[i]})
        ]
        return indices, tuple(supuestas)

    def _propias(self, entre: Collection[int], filas: Filas) -> list[int]:
        """The unknown columns but those that are calculated from others: where every other one is called so, or only
        with them the votes add up, that is how its boxes are called."""
        propias = [i for i in self.desconocidas if not _es_derivada(self.normales[i], self.normales)]
        sin, con = ([i for i in cuales if i in entre] for cuales in (propias, self.desconocidas))
        if not propias or (not filas.suman(sin) and filas.suman(con)):
            return self.desconocidas
        for i in self.desconocidas:
            if i not in propias:
                self._decir(i, "Se calcula de otras columnas: no se usa.")
        return propias

    def _trae_numeros(self, i: int) -> bool:
        return any(isinstance(leida(fila, i), int) for fila in self.muestra)

    def _son_votos(self, i: int) -> bool:
        """Some row has a number there and none has what a vote box cannot hold."""
        return self._trae_numeros(i) and all(leida(f, i) is not None for f in self.muestra if i < len(f))

    def _decir(self, i: int, mensaje: str) -> None:
        self.anomalias.append(Anomalia(self.archivo, self.linea, self.nombres[i], mensaje))

    def _rechazar(self, porque: str) -> NoReturn:
        raise ErrorDeLectura(self.archivo, f"no se distinguen las columnas de votos: {porque}", self.linea)


def _es_nombre(nombre: str) -> bool:
    """Not blank, a dash, a number, or what a data library calls a column without a name."""
    return re.search("[A-Z]", nombre) is not None and not re.fullmatch(r"UNNAMED_\d+(?:_LEVEL_\d+)?", nombre)


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


def _por_su_suma(
    juntas: Sequence[int], todas: Sequence[int], dudosas: set[int], filas: Filas
) -> tuple[int, ...] | None:
    """The vote columns: those that are together, unless others add up to the sum; `None` when no sum tells which of
    the doubtful ones they are."""
    if not filas.celdas:
        return tuple(juntas)
    de_juntas = mejor_lectura(juntas, dudosas, filas)
    if filas.suman(de_juntas.columnas) and not de_juntas.empatada:
        return de_juntas.columnas
    de_todas = mejor_lectura(todas, dudosas, filas)
    if filas.suman(de_todas.columnas) and not de_todas.empatada:
        return de_todas.columnas
    son_las_mejores = de_juntas.aciertos > 0 and de_juntas.columnas == tuple(juntas)
    if son_las_mejores or filas.suman(juntas) or dudosas.isdisjoint(juntas):
        return tuple(juntas)
    return None


def _repetida(
    nombre: str, uno: int, otro: int, campo: str, archivo: str, linea: int, anomalias: list[Anomalia]
) -> None:
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

"""What a centre expects and has: from the catalogue, the facts that say that it was there, and the read model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

from django.db import connection

from prep.bitacora.al_dia import AlDia
from prep.bitacora.autoridad import autoridad
from prep.catalogo.services import cargar, rutas
from prep.dominio.acta.hechos import Tipo, clave_de, sujeto_de
from prep.dominio.acta.transiciones import Custodia
from prep.papel.plantilla import Identificacion
from prep.papel.vigente import formas

_ALLI = (
    "clase IN ('acta', 'hoja') AND tipo = %s AND convert_from(cuerpo, 'UTF8')::json #>> '{hecho,contenido,catd}' = %s"
)
_ESCRITOS = (
    f"SELECT sujeto, persona, recibido FROM bitacora_hecho WHERE {_ALLI}"  # noqa: S608 - constants
    " AND posicion > %s AND posicion <= %s ORDER BY posicion"
)
_ALGUNO = f"SELECT EXISTS (SELECT FROM bitacora_hecho WHERE {_ALLI} AND sujeto = ANY(%s))"  # noqa: S608 - constants
_SUYAS = "SELECT clave, acopio, custodia FROM bitacora_acta WHERE clave = ANY(%s)"
_SIN_ACTA = frozenset({Custodia.SIN_ACTA_DICHA.value, Custodia.SIN_ACTA.value})
_CON_IMAGEN = frozenset({Custodia.FOTOGRAFIADA.value, Custodia.DIGITALIZADA.value, Custodia.IDENTIFICADA.value})


@dataclass(frozen=True, slots=True)
class Fila:
    """One acta in a list of a centre. `hora`: of its stamp; `recibido`: when it was written down. `ident` is None for a
    sheet that nobody has identified. `ajena`: of other centres, and by no route of this one."""

    clave: str
    ident: Identificacion | None
    hora: datetime | None
    recibido: datetime | None
    custodia: str
    ajena: bool


@dataclass(frozen=True, slots=True)
class Cuenta:
    """What a centre expects and has. `recibidas`: of those expected, received here; `en_otro`: of those expected,
    received elsewhere; `por_ruta`: expected elsewhere, received here by a route of this centre; `ajenas`: the rest of
    what is of other centres and was received here; `faltan`: nobody has them, nor said that none came; `sin_imagen`:
    received here, whosever they are, and without a picture."""

    esperadas: int
    recibidas: int
    en_otro: int
    por_ruta: int
    ajenas: int
    sin_acta: int
    sin_imagen: int
    faltan: int


def esperadas(catd: str) -> tuple[str, ...]:
    """Keys of the actas whose package goes to a centre."""
    return _esperadas(cargar().huella, catd)


@lru_cache(maxsize=1024)
def _esperadas(huella: str, catd: str) -> tuple[str, ...]:
    return tuple(a.clave for a in formas().actas(catd=catd)) if catd else ()


def centros_de(clave: str) -> tuple[str, ...]:
    """The centres that may take the package of an acta of the catalogue, the one that expects it first: more than one
    where it comes by a route of its own."""
    return rutas().centros(formas().casilla_de(clave))


def _escritos(catd: str, tipo: Tipo) -> dict[str, datetime]:
    """Of what is written that type there: subject's key and when, the last first."""
    de = autoridad()
    with _de_centro(catd, tipo, cargar().huella).visto(de) as escritos:
        return dict(reversed(escritos.items()))


@lru_cache(maxsize=1024)
def _de_centro(catd: str, tipo: Tipo, huella: str) -> AlDia[dict[str, datetime]]:
    propias = frozenset(esperadas(catd))

    def sumar(escritos: dict[str, datetime], desde: int, hasta: int) -> None:
        """Of the actas that the centre expects, whoever wrote it; of the rest, what its people wrote."""
        gente = {p for p, persona in autoridad().personas.items() if any(c.lugar == catd for c in persona.cargos)}
        with connection.cursor() as cursor:
            cursor.execute(_ESCRITOS, [tipo.value, catd, desde, hasta])
            for sujeto, persona, recibido in cursor:
                if (clave := clave_de(sujeto)) in propias or persona in gente:
                    escritos.pop(clave, None)  # the last one is the one that is told
                    escritos[clave] = recibido

    return AlDia(dict, sumar)


def recibio(catd: str, claves: Iterable[str]) -> bool:
    """Whether a centre received the package of any of these."""
    with connection.cursor() as cursor:
        cursor.execute(_ALGUNO, [Tipo.ACOPIADA.value, catd, [sujeto_de(c) for c in claves]])
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Centro:
    """One look at a centre: its counts and its lists come from the same packages. `aqui`: those received here, and
    when, the last first; `actas`: stamp and custody of those that it expects or has."""

    catd: str
    aqui: Mapping[str, datetime]
    actas: Mapping[str, tuple[datetime | None, str]]

    @property
    def cuenta(self) -> Cuenta:
        propias, aqui = set(esperadas(self.catd)), set(self.aqui)
        por_ruta = {c for c in aqui - propias if c in formas() and self.catd in centros_de(c)}
        sin = {c for c in propias if self._custodia(c) in _SIN_ACTA}
        faltan = set(self.por_llegar())
        return Cuenta(
            esperadas=len(propias),
            recibidas=len(propias & aqui),
            en_otro=len(propias - aqui - sin - faltan),
            por_ruta=len(por_ruta),
            ajenas=len(aqui - propias - por_ruta),
            sin_acta=len(sin),
            sin_imagen=sum(self._custodia(c) not in _CON_IMAGEN | _SIN_ACTA for c in aqui),
            faltan=len(faltan),
        )

    def por_llegar(self) -> list[str]:
        """Those that it expects, that nobody received, and of which nobody said that none came."""
        return [
            c
            for c in esperadas(self.catd)
            if c not in self.aqui and self._custodia(c) not in _SIN_ACTA and self.actas.get(c, (None, ""))[0] is None
        ]

    def recibidas(self, cuantas: int | None = None) -> list[Fila]:
        """The packages received here, the last first (`cuantas`: so many)."""
        return _filas(self.catd, dict(islice(self.aqui.items(), cuantas)), self.actas)

    def sin_acta(self) -> list[Fila]:
        """Those that it expects of which somebody said that no acta came."""
        suyas = sorted(c for c in esperadas(self.catd) if self._custodia(c) in _SIN_ACTA)
        return _filas(self.catd, dict.fromkeys(suyas), self.actas)

    def _custodia(self, clave: str) -> str:
        return self.actas.get(clave, (None, Custodia.ESPERADA.value))[1]


def ver(catd: str) -> Centro:
    """How a centre is now."""
    escritos = _escritos(catd, Tipo.ACOPIADA)
    actas = _actas({*esperadas(catd), *escritos})
    # what was written without authority, or beside something that stands, received nothing
    return Centro(catd, {c: h for c, h in escritos.items() if actas.get(c, (None, ""))[0] is not None}, actas)


def digitalizadas(catd: str, cuantas: int) -> tuple[list[Fila], int]:
    """The last so many that a centre scanned, the last first, and how many there are; sheets that nobody has identified
    too."""
    escritos = _escritos(catd, Tipo.DIGITALIZADA)
    ultimas = dict(islice(escritos.items(), cuantas))
    return _filas(catd, ultimas, _actas(ultimas)), len(escritos)


def _actas(claves: Iterable[str]) -> dict[str, tuple[datetime | None, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_SUYAS, [list(claves)])  # one list: as so many parameters they take three times as long
        return {c: (datetime.fromisoformat(h) if h else None, e) for c, h, e in cursor}


def _filas(
    catd: str,
    escritos: Mapping[str, datetime] | Mapping[str, None],
    actas: Mapping[str, tuple[datetime | None, str]],
) -> list[Fila]:
    todas = formas()
    filas = []
    for clave, recibido in escritos.items():
        hora, custodia = actas.get(clave, (None, Custodia.ESPERADA.value))
        ident = todas.identificacion(clave) if clave in todas else None
        filas.append(Fila(clave, ident, hora, recibido, custodia, ident is not None and catd not in centros_de(clave)))
    return filas

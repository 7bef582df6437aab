"""What a centre expects and what it has: from the catalogue, the facts that its people wrote and the read model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

from django.db import connection

from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Acta as FilaActa
from prep.catalogo.services import cargar
from prep.dominio.acta.hechos import Tipo, clave_de
from prep.dominio.acta.transiciones import Custodia
from prep.papel.plantilla import Identificacion
from prep.papel.vigente import formas

_HECHOS = (
    "SELECT sujeto, recibido FROM bitacora_hecho WHERE persona = ANY(%s) AND clase = ANY(%s) AND tipo = %s"
    " AND convert_from(cuerpo, 'UTF8')::json #>> '{hecho,contenido,catd}' = %s ORDER BY posicion DESC"
)


@dataclass(frozen=True, slots=True)
class Fila:
    """One acta in a list of a centre. `hora`: of its stamp; `recibido`: when it was written down. `ident` is None for a
    sheet that nobody has identified."""

    clave: str
    ident: Identificacion | None
    hora: datetime | None
    recibido: datetime | None
    custodia: str
    ajena: bool


@dataclass(frozen=True, slots=True)
class Cuenta:
    """How many a centre expects and has. `recibidas`: of those expected; `ajenas`: of other centres, here."""

    esperadas: int
    recibidas: int
    ajenas: int
    sin_acta: int
    sin_imagen: int

    @property
    def faltan(self) -> int:
        return self.esperadas - self.recibidas - self.sin_acta


def esperadas(catd: str) -> tuple[str, ...]:
    """Keys of the actas whose package goes to a centre."""
    return _esperadas(cargar().huella, catd)


@lru_cache(maxsize=1024)
def _esperadas(huella: str, catd: str) -> tuple[str, ...]:
    return tuple(a.clave for a in formas().actas(catd=catd)) if catd else ()


def _escritos(catd: str, tipo: Tipo) -> dict[str, datetime]:
    """What people of a centre wrote of that type there: subject's key and when, the last first."""
    suyas = [p for p, persona in autoridad().personas.items() if any(c.lugar == catd for c in persona.cargos)]
    with connection.cursor() as cursor:
        cursor.execute(_HECHOS, [suyas, ["acta", "hoja"], tipo.value, catd])
        escritos: dict[str, datetime] = {}
        for sujeto, recibido in cursor:
            escritos.setdefault(clave_de(sujeto), recibido)
    return escritos


def recibidas(catd: str, cuantas: int | None = None) -> list[Fila]:
    """The packages that a centre received, the last first (`cuantas`: so many)."""
    return _filas(catd, dict(islice(_escritos(catd, Tipo.ACOPIADA).items(), cuantas)))


def digitalizadas(catd: str) -> list[Fila]:
    """What a centre scanned, the last first; sheets that nobody has identified too."""
    return _filas(catd, _escritos(catd, Tipo.DIGITALIZADA))


def sin_acta(catd: str) -> list[Fila]:
    """Those of a centre of which somebody said that no acta came."""
    estados = [Custodia.SIN_ACTA_DICHA.value, Custodia.SIN_ACTA.value]
    filas = FilaActa.objects.filter(clave__in=esperadas(catd), custodia__in=estados)
    return _filas(catd, dict.fromkeys(filas.order_by("clave").values_list("clave", flat=True)))


def _filas(catd: str, escritos: dict[str, datetime] | dict[str, None]) -> list[Fila]:
    todas, propias = formas(), frozenset(esperadas(catd))
    columnas = ("clave", "acopio", "custodia")
    actas = {c: (h, e) for c, h, e in FilaActa.objects.filter(clave__in=list(escritos)).values_list(*columnas)}
    filas = []
    for clave, recibido in escritos.items():
        acopio, custodia = actas.get(clave, (None, Custodia.ESPERADA.value))
        ident = todas.identificacion(clave) if clave in todas else None
        hora = datetime.fromisoformat(acopio) if acopio else None
        filas.append(Fila(clave, ident, hora, recibido, custodia, ident is not None and clave not in propias))
    return filas


def contar(catd: str) -> Cuenta:
    propias = esperadas(catd)
    estados = list(FilaActa.objects.filter(clave__in=propias).values_list("acopio", "custodia", "imagen"))
    sin = [Custodia.SIN_ACTA_DICHA.value, Custodia.SIN_ACTA.value]
    con_imagen = {Custodia.FOTOGRAFIADA.value, Custodia.DIGITALIZADA.value, Custodia.IDENTIFICADA.value}
    return Cuenta(
        esperadas=len(propias),
        recibidas=sum(a is not None and c not in sin for a, c, _ in estados),
        ajenas=len(_escritos(catd, Tipo.ACOPIADA).keys() - set(propias)),
        sin_acta=sum(c in sin for _, c, _ in estados),
        sin_imagen=sum(a is not None and c not in con_imagen and c not in sin for a, c, _ in estados),
    )

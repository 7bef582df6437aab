"""Store a process in one transaction: all of it or nothing, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from prep.catalogo.documento import a_documento, casillas_de, huella_documento
from prep.catalogo.informativo import Informativo
from prep.catalogo.lector import leer_proceso
from prep.catalogo.models import Casilla, Catd, Demarcacion, Eleccion, Persona
from prep.catalogo.models import Proceso as Fila
from prep.catalogo.services.errores import CatalogoError, ProcesoCongelado
from prep.dominio.tabulacion.proceso import Proceso
from prep.transparencia.canonico import canonico

_CANDADO = 0x50524550  # one import at a time


class Resultado(StrEnum):
    """What storing did."""

    NUEVO = "nuevo"
    REEMPLAZADO = "reemplazado"
    ACTUALIZADO = "actualizado"  # same catalogue; window, people or theme changed
    IGUAL = "igual"


@dataclass(frozen=True, slots=True)
class Guardado:
    fila: Fila
    proceso: Proceso
    resultado: Resultado


def importar(carpeta: Path | str, ahora: datetime, avance: Callable[[str], None] = lambda _: None) -> Guardado:
    """Read a folder and store it. Raises `ProcesoInvalido` with every problem, or what `guardar` raises."""
    avance("Leyendo la carpeta")
    proceso, informativo = leer_proceso(carpeta)
    return guardar(proceso, informativo, ahora, avance)


def guardar(
    proceso: Proceso, informativo: Informativo, ahora: datetime, avance: Callable[[str], None] = lambda _: None
) -> Guardado:
    """Store a process as a draft, replacing a draft with the same key. Idempotent by fingerprint.

    Raises `ProcesoCongelado` when a process with that key was frozen with another fingerprint. What a frozen process
    may still change (window of publication, people, theme, texts) is updated.
    """
    avance("Calculando la huella")
    documento = a_documento(proceso, informativo)
    if proceso.huella != huella_documento(documento):
        raise CatalogoError("El proceso no lleva su propia huella: séllelo antes de guardarlo.")
    catalogo = canonico(documento["catalogo"])
    operacion = documento["operacion"]
    personas = {tuple(p) for p in operacion.pop("personas")}
    publicacion = operacion.pop("publicacion")
    editables = {
        "operacion": operacion,
        "inicio": informativo.publicacion.inicio,
        "fin": informativo.publicacion.fin,
        "cada_minutos": publicacion["cada_minutos"],
    }
    avance("Guardando")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CANDADO])
        fila = Fila.objects.select_for_update().defer("catalogo").filter(clave=proceso.clave).first()
        if fila is not None and fila.huella == proceso.huella:
            return Guardado(fila, proceso, _actualizar(fila, editables, personas))
        if fila is not None and fila.estado == Fila.Estado.CONGELADO:
            raise ProcesoCongelado(
                f"El proceso {fila.clave} quedó congelado por la puesta en ceros del "
                f"{fila.congelado:%d/%m/%Y} con la huella {fila.huella[:16]}…, y esta carpeta tiene la huella "
                f"{proceso.huella[:16]}…. Para usar otro catálogo hace falta una instalación nueva."
            )
        resultado = Resultado.NUEVO if fila is None else Resultado.REEMPLAZADO
        modo = fila.modo if fila is not None else None
        if fila is not None:
            _vaciar(fila)
            fila.delete()
        fila = Fila(
            clave=proceso.clave,
            nombre=proceso.nombre,
            huella=proceso.huella,
            catalogo=catalogo,
            importado=ahora,
            **editables,
            **({"modo": modo} if modo else {}),
        )
        fila.save(force_insert=True)
        _llenar(fila, proceso, informativo, personas)
    return Guardado(fila, proceso, resultado)


def _actualizar(fila: Fila, editables: dict[str, Any], personas: set[tuple[str, ...]]) -> Resultado:
    resultado = Resultado.IGUAL
    if any(getattr(fila, campo) != dato for campo, dato in editables.items()):
        Fila.objects.filter(pk=fila.pk).update(**editables)
        resultado = Resultado.ACTUALIZADO
    actuales = set(Persona.objects.filter(proceso=fila).values_list("persona", "rol", "lugar"))
    if actuales != personas:
        Persona.objects.filter(proceso=fila).delete()
        _copiar(Persona, ["proceso_id", "persona", "rol", "lugar"], ((fila.pk, *p) for p in sorted(personas)))
        resultado = Resultado.ACTUALIZADO
    return resultado


def _vaciar(fila: Fila) -> None:
    """Delete what hangs from a draft by sets, not row by row."""
    for modelo in (Casilla, Demarcacion, Catd, Eleccion, Persona):
        modelo._default_manager.filter(proceso=fila)._raw_delete(using="default")


def _llenar(fila: Fila, proceso: Proceso, informativo: Informativo, personas: set[tuple[str, ...]]) -> None:
    casillas = list(casillas_de(proceso).values())
    Eleccion.objects.bulk_create(
        Eleccion(
            proceso=fila,
            orden=i,
            clave=e.clave,
            nombre=e.nombre,
            tipo_acta=e.tipo_acta,
            ambito=e.ambito.value,
            agrupa=e.agrupa.value,
            actas=len(e.actas),
            columnas=len(e.columnas),
        )
        for i, e in enumerate(proceso.elecciones, 1)
    )
    for tipo, nombres in (("distrito", informativo.distritos), ("municipio", informativo.municipios)):
        cuantas = Counter(getattr(c, tipo) for c in casillas)
        listas: Counter[int] = Counter()
        for c in casillas:
            listas[getattr(c, tipo)] += c.lista_nominal
        Demarcacion.objects.bulk_create(
            Demarcacion(proceso=fila, tipo=tipo, numero=i, nombre=n, casillas=cuantas[i], lista_nominal=listas[i])
            for i, n in nombres.items()
        )
    por_catd = Counter(c.catd for c in casillas)
    Catd.objects.bulk_create(
        Catd(
            proceso=fila,
            clave=c.clave,
            nombre=c.nombre,
            municipio=c.municipio,
            domicilio=c.domicilio,
            casillas=por_catd[c.clave],
        )
        for c in informativo.catds
    )
    _copiar(
        Casilla,
        [
            "proceso_id",
            "clave",
            "seccion",
            "tipo",
            "distrito",
            "municipio",
            "lista_nominal",
            "boletas",
            "ubicacion",
            "catd",
        ],
        (
            (
                *(fila.pk, str(c.clave), c.clave.seccion, c.clave.tipo, c.distrito, c.municipio),
                *(c.lista_nominal, c.boletas, c.ubicacion, c.catd),
            )
            for c in casillas
        ),
    )
    _copiar(Persona, ["proceso_id", "persona", "rol", "lugar"], ((fila.pk, *p) for p in sorted(personas)))


def _copiar(modelo: type[models.Model], columnas: Sequence[str], filas: Iterable[Sequence[Any]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {modelo._meta.db_table} ({', '.join(columnas)}) FROM STDIN") as copia,
    ):
        for fila in filas:
            copia.write_row(fila)

"""What the system of this machine knows of a month: facts, people, devices, and how the drills went."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from prep.plataforma import lugares, postgres
from prep.simulacro.informe import leer_veredicto


@dataclass(frozen=True, slots=True)
class Sistema:
    """`cifras`: (what, in the month, in all)."""

    proceso: str
    modo: str
    cifras: Sequence[tuple[str, int, int]]


def simulacros(veredictos: Sequence[Path], corte: date) -> list[str]:
    """What the judge said of each drill until that day, the oldest first. Raises `VeredictoInvalido`."""
    leidos = [leer_veredicto(v.read_bytes(), str(v)) for v in veredictos]
    horas = sorted(((datetime.fromisoformat(v["hora"]), v["veredicto"]) for v in leidos), key=lambda par: par[0])
    return [f"{hora:%d/%m/%Y}: {dicho}" for hora, dicho in horas if hora.date() <= corte]


def hay_base() -> bool:
    """Whether there is a database to ask: none is made for a report."""
    return bool(os.environ.get("DATABASE_URL")) or postgres.estado(lugares.dir_postgres()).version is not None


def mirar(mes: date, corte: date) -> Sistema | None:
    """What is on record between those days; None where no process was founded. Django is ready."""
    from prep.bitacora.autoridad import autoridad
    from prep.bitacora.models import Hecho, Instalacion
    from prep.bitacora.practicas import practicas_de
    from prep.catalogo.services import cargar
    from prep.dominio.acta.hechos import CLASE_ACTA, CLASE_HOJA, Tipo
    from prep.dominio.comun.facultades import ClaseDispositivo

    fila = Instalacion.objects.first()
    if fila is None:
        return None
    zona = ZoneInfo(cargar().zona_horaria)
    antes = datetime.combine(mes, time(), zona)
    despues = datetime.combine(corte + timedelta(days=1), time(), zona)
    hasta = Hecho.objects.filter(recibido__lt=despues)
    ultimo = hasta.order_by("-posicion").values_list("posicion", flat=True).first() or 0
    previo = Hecho.objects.filter(recibido__lt=antes).order_by("-posicion").values_list("posicion", flat=True).first()
    de_antes, de = autoridad(previo or 0), autoridad(ultimo)
    telefonos, previos = (
        sum(d.clase is ClaseDispositivo.TELEFONO for d in a.dispositivos.values()) for a in (de, de_antes)
    )
    ensayos = [
        min((p.admitida for p in suyas.en.values() if p.admitida), default=None)
        for suyas in practicas_de(list(de.personas)).values()
    ]
    admitidas = [cuando for cuando in ensayos if cuando and cuando < despues]
    cifras = [
        ("Nodos dados de alta", len(de.nodos) - len(de_antes.nodos), len(de.nodos)),
        ("Personas dadas de alta", len(de.personas) - len(de_antes.personas), len(de.personas)),
        ("Teléfonos de PREP Casilla dados de alta", telefonos - previos, telefonos),
        ("Personas que aprobaron la práctica de un escritorio", sum(a >= antes for a in admitidas), len(admitidas)),
    ]
    de_actas = hasta.filter(clase__in=(CLASE_ACTA.nombre, CLASE_HOJA.nombre))
    for que, tipos in (
        ("Imágenes recibidas", (Tipo.FOTOGRAFIADA, Tipo.DIGITALIZADA)),
        ("Capturas", (Tipo.CAPTURADA,)),
        ("Verificaciones", (Tipo.VERIFICADA,)),
    ):
        suyos = de_actas.filter(tipo__in=tipos)
        cifras.append((que, suyos.filter(recibido__gte=antes).count(), suyos.count()))
    cifras.append(("Hechos en la bitácora", ultimo - (previo or 0), ultimo))
    return Sistema(fila.proceso, fila.modo, cifras)

"""How the machines are, part by part: integers of which more is worse. Looked at every few seconds, whoever asks.

Each part asks only its own room; one that has nothing to say yet (before the puesta en ceros, after the closing, on a
node that delivers to nobody) gives no figure.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from prep.acceso.models import Cuenta, Terminal
from prep.acceso.registro import de_varios
from prep.bitacora.asientos import bifurcados, cabeza
from prep.catalogo.services import sin_gente
from prep.catd import habilitacion
from prep.coordinacion import panorama, situacion
from prep.coordinacion.ritmo import de_prisa
from prep.coordinacion.telefonos import CALLADO, RELOJ, aparatos
from prep.diseno.textos import texto
from prep.dominio.operacion import Punto
from prep.intercambio import contactos
from prep.intercambio.enviar import enlaces
from prep.intercambio.estado import estado
from prep.plataforma import fallas, idioma, lugares
from prep.plataforma.almacen import Almacen, discos
from prep.publicacion.continuidad import ultimo_corte
from prep.publicacion.corte import ruta_de
from prep.sede.alarmas import Medida
from prep.transparencia.errores import ErrorEmision
from prep.transparencia.politica import leer_politica
from prep.transparencia.punto import PuntoFirmado
from prep.transparencia.registro import ruta_punto

MIRADOS: Final = 100
"""Heads of the log looked at, from the last, for one with the cosignatures it needs."""
SIN_RESERVA: Final = """
SELECT (espera <> '' AND NOT EXISTS (
    SELECT FROM pg_stat_replication WHERE application_name <> '' AND strpos(espera, application_name) > 0
))::int FROM current_setting('synchronous_standby_names') AS espera
"""
"""1 where nothing is acknowledged before a standby has it, and no standby follows: whoever writes waits for it."""

SE_DESCOMPONEN: Final = frozenset({Punto.ENERGIA, Punto.RED, Punto.COMPUTO, Punto.ESCANER, Punto.IMPRESORA})
"""Of what the habilitación reviews, what may break in the night. Links are measured."""


@dataclass(frozen=True, slots=True)
class Salud:
    hora: datetime
    medidas: tuple[Medida, ...]


@dataclass(frozen=True, slots=True)
class _Momento:
    """What several parts look at. `corte`: pointer and manifest of the last one; `en_curso`: after the puesta en ceros
    and before the closing."""

    hora: datetime
    almacen: Almacen
    corte: tuple[dict[str, Any], dict[str, Any]] | None

    @property
    def en_curso(self) -> bool:
        return self.corte is not None and not self.corte[1]["cierre"]


_candado = threading.Lock()
_ultima: tuple[Any, Salud] | None = None


def ver(almacen: Almacen, ahora: datetime) -> Salud:
    """The figures now, or some seconds ago (`panorama.FRESCO`)."""
    global _ultima
    clave = (connection.settings_dict["NAME"], str(lugares.dir_datos()))
    with _candado:
        if _ultima is None or _ultima[0] != clave or not timedelta(0) <= ahora - _ultima[1].hora < panorama.FRESCO:
            _ultima = (clave, Salud(ahora, tuple(medir(almacen, ahora))))
        return _ultima[1]


def medir(almacen: Almacen, ahora: datetime) -> Iterator[Medida]:
    momento = _Momento(ahora, almacen, ultimo_corte(almacen))
    for parte in PARTES:
        yield from parte(momento)


def _minutos(desde: datetime, hasta: datetime) -> int:
    return max(0, int((hasta - desde).total_seconds()) // 60)


def _unos(nombres: list[str]) -> str:
    """The first of them, and how many more there are."""
    dichos = ", ".join(nombres[:5])
    return texto("sede.maquinas.y_mas", dichos=dichos, n=len(nombres) - 5) if len(nombres) > 5 else dichos


def _cortes(m: _Momento) -> Iterator[Medida]:
    if m.corte is not None and m.en_curso:
        cada = sin_gente().publicacion.cada_minutos
        hora = datetime.fromisoformat(m.corte[0]["hora"])
        yield Medida(
            "turnos_sin_corte",
            _minutos(hora, m.hora) // cada,
            detalle=texto("sede.parte.ultimo", cuando=idioma.a_las(hora, m.hora.astimezone(hora.tzinfo))),
        )
    try:
        alarma = json.loads(lugares.archivo_alarma().read_bytes())
    except FileNotFoundError:
        alarma = {"fallas": 0, "motivo": ""}
    yield Medida("cortes_fallidos", alarma["fallas"], detalle=alarma["motivo"])


def _base(m: _Momento) -> Iterator[Medida]:
    if m.corte is not None:
        yield Medida("hechos_que_faltan", max(0, m.corte[1]["bitacora"]["posicion"] - cabeza().tamano))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) * 100 / current_setting('max_connections')::int FROM pg_stat_activity"
            " WHERE datid IS NOT NULL"
        )
        (ocupadas,) = cursor.fetchone()
        cursor.execute(SIN_RESERVA)
        (sin_reserva,) = cursor.fetchone()
    yield Medida("conexiones_ocupadas", ocupadas)
    yield Medida("sin_reserva", sin_reserva)
    partidos = bifurcados()
    yield Medida("nodos_bifurcados", len(partidos), detalle=_unos(sorted(partidos)))


def _actas(m: _Momento) -> Iterator[Medida]:
    if not m.en_curso:
        return
    vista = panorama.ver(m.hora)
    for trabajo in panorama.Trabajo:
        if suyas := [e for e in vista.esperan if e.trabajo is trabajo]:
            rotulo = texto(f"coordinacion.trabajo.{trabajo}")
            yield Medida("actas_en_fila", len(suyas), rotulo)
            primera = min(suyas, key=lambda e: e.desde)
            yield Medida("espera_minutos", _minutos(primera.desde, m.hora), rotulo, primera.clave)
    lentos = sorted(vista.padron.catds.get(c, c) for c in situacion.atrasos(vista))
    yield Medida("catds_atrasados", len(lentos), detalle=_unos(lentos))
    suyos = aparatos(Cuenta.objects.all(), vista)
    yield Medida("telefonos_callados", sum(a.estado == "callado" for a in suyos))
    lejos = [a.cuenta.lugar for a in suyos if a.desfase is not None and a.estado != "de_baja"]
    yield Medida("relojes_desviados", len(lejos), texto("sede.parte.telefonos"), _unos(sorted(set(lejos))))


def _equipos(m: _Momento) -> Iterator[Medida]:
    """Of collection centres, as somebody there found it."""
    faltan = [
        f"{catd} {texto(f'catd.habilitacion.{v.punto}')}"
        for catd, vistos in habilitacion.ver(c.clave for c in sin_gente().catds).items()
        for v in vistos
        if v.punto in SE_DESCOMPONEN and v.estado == habilitacion.FALTA
    ]
    yield Medida("equipos_descompuestos", len(faltan), detalle=_unos(faltan))


def _enlaces(m: _Momento) -> Iterator[Medida]:
    """Of a node that delivers to others: what waits, and the clock beside theirs. Of it and of those that deliver here:
    which do by their second link."""
    suyos = estado().enlaces if enlaces() else ()
    otros = contactos.por_respaldo(m.hora - CALLADO)
    de_aqui = [via.url for e in suyos if e.por_respaldo for via in e.vias if via.en_uso]
    yield Medida("enlaces_por_respaldo", len(de_aqui) + len(otros), detalle=_unos([*de_aqui, *otros]))
    for e in suyos:
        yield Medida("enlace_minutos", _minutos(e.desde, m.hora) if e.desde else 0, e.centro)
        yield Medida("relojes_desviados", int(abs(e.desfase) >= RELOJ.total_seconds()), e.centro)


def _disco(m: _Momento) -> Iterator[Medida]:
    for carpeta in discos():
        uso = shutil.disk_usage(carpeta)
        yield Medida("disco_ocupado", uso.used * 100 // uso.total, str(carpeta))


def _registro(m: _Momento) -> Iterator[Medida]:
    """Cosignatures that the published policy asks for, and time stamps where there were any."""
    punto = m.almacen.leer("checkpoint")
    if punto is None:
        return
    tamano = int(punto.split(b"\n")[1])
    if crudo := m.almacen.leer("politica"):
        politica = leer_politica(crudo)
        faltan = 0
        for n in range(tamano, max(0, tamano - MIRADOS), -1):
            uno = _abrir(politica.abrir, m.almacen.leer(ruta_punto(n)))
            if uno is not None and politica.cumple(uno):
                break
            faltan += 1
        yield Medida("puntos_sin_cofirma", faltan, detalle=politica.descripcion())
    sellados = [int(r.removeprefix("sellos/").removesuffix(".tsr")) for r in m.almacen.listar("sellos/")]
    if sellados:
        yield Medida("puntos_sin_sello", tamano - max(sellados))


def _abrir(abrir: Callable[[bytes], PuntoFirmado], crudo: bytes | None) -> PuntoFirmado | None:
    try:
        return abrir(crudo) if crudo else None
    except ErrorEmision:
        return None


def _respaldo(m: _Momento) -> Iterator[Medida]:
    if not m.en_curso:
        return
    try:
        marca = json.loads(lugares.archivo_respaldo().read_bytes())
        desde, lugar = datetime.strptime(f"{marca['hora']}+0000", "%Y%m%dT%H%M%SZ%z"), marca["lugar"]
    except FileNotFoundError:
        primero = m.almacen.leer(f"{ruta_de(1)}/corte.json")
        desde = datetime.fromisoformat(json.loads(primero)["hora"]) if primero else m.hora
        lugar = texto("sede.parte.ninguno")
    yield Medida("respaldo_minutos", _minutos(desde, m.hora), detalle=lugar)


def _fallas(m: _Momento) -> Iterator[Medida]:
    suyas = fallas.desde(m.hora - timedelta(hours=1))
    ultimas = ", ".join(
        f"{f.codigo} ({f.clase}, {idioma.hora(f.hora, m.hora.astimezone(f.hora.tzinfo))})" for f in suyas[-3:]
    )
    yield Medida("fallas_por_hora", len(suyas), detalle=ultimas)


def _personas(m: _Momento) -> Iterator[Medida]:
    """What no person does: nobody is stopped for it, and whoever supervises looks."""
    rapidas = de_prisa(panorama.ver(m.hora).recientes) if m.en_curso else Counter[str]()
    suyos = Cuenta.objects.filter(persona__in=list(rapidas)).order_by("usuario").values_list("usuario", flat=True)
    yield Medida("capturas_de_prisa", rapidas.total(), detalle=_unos(list(suyos)))
    equipos = Terminal.objects.filter(id__in=de_varios(m.hora)).order_by("nombre")
    nombres = [str(t) for t in equipos]
    yield Medida("equipos_de_varios", len(nombres), detalle=_unos(nombres))


PARTES: Final = (_cortes, _base, _actas, _equipos, _enlaces, _disco, _registro, _respaldo, _fallas, _personas)

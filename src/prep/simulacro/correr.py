"""The conductor of a drill: begins the night, breaks what the plan says, publishes cortes, shows it, ends it."""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.markup import escape

from prep.dominio.acta.hechos import HOJA
from prep.dominio.operacion import Marcha, Punto, Servicio
from prep.plataforma.consola import barra, salida, tabla
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import a_las, cuantos
from prep.plataforma.lugares import dir_publicacion
from prep.plataforma.reloj import RelojSistema
from prep.simulacro.avance import Avance
from prep.simulacro.fallas import Fallas, Probada
from prep.simulacro.fases import QUIENES, Fase, Fases
from prep.simulacro.gente import Manda
from prep.simulacro.maquinas import maquinas
from prep.simulacro.montar import Montaje, Visita, montar
from prep.simulacro.plan import Plan, hora_de
from prep.simulacro.puertas.navegador import MAS_TARDE, REPETIDAS, SIN_RESPUESTA
from prep.simulacro.veredicto import CORRIDA
from prep.simulacro.vigia import Vigia
from prep.transparencia.almacen import Carpeta

_CADA_S: Final = 5.0
"""Seconds between two looks at how it goes."""
_AL_CERRAR_S: Final = 1.0
"""The same, once all is done and centres close."""
_PACIENCIA_S: Final = 150.0
"""Seconds in which nothing new is written after which the night is over as it is: a node that was cut waits up to 90
before it tries again."""
_QUIETA_S: Final = 10.0
_QUIETA_MIN: Final = 5
"""Such seconds, and minutes of the night, after both of which it is said what is waited for."""
_ENTRAN_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Corrida:
    """How a drill went. `pedidas`: requests by door; `vio`: what its report says that no verdict knows, in the form of
    `corrida.json`."""

    veredicto: dict[str, Any]
    alarmas: tuple[str, ...]
    actas: int
    segundos: float
    pedidas: Counter[str]
    vio: dict[str, Any]
    problemas: list[str]
    alteradas: dict[str, list[str]]
    """Actas in which somebody typed on purpose what no paper says, and who."""
    fases: list[Fase]

    @property
    def bien(self) -> bool:
        return self.veredicto["codigo"] == 0 and not self.alarmas and not self.problemas


class Cadencia:
    """When a corte comes: `cuantos` by the hours of the night. Where nobody waits, its hours are over long before its
    work, and it comes by that: each time that as many actas more are verified as would have been between two. And
    never before nine times the seconds of processor that the last one took."""

    _DESCANSO: Final = 9

    def __init__(self, hasta: int, cuantos: int, actas: int) -> None:
        self._hasta, self._cada, self._parte = hasta, hasta / (cuantos - 1), actas / (cuantos - 1)
        self._proximo, self._descansa, self._llevaba = self._cada, 0.0, 0

    def toca(self, minuto: float, verificadas: int, ahora: float) -> bool:
        listo = minuto >= self._proximo if minuto <= self._hasta else verificadas >= self._llevaba + self._parte
        return listo and ahora >= self._descansa

    def hizo(self, minuto: float, verificadas: int, tardo: float, ahora: float) -> None:
        """One began at that minute with so many actas, took so many seconds of processor and is out."""
        self._proximo, self._llevaba = max(self._proximo + self._cada, minuto), verificadas
        self._descansa = ahora + self._DESCANSO * tardo


@contextmanager
def corriendo(plan: Plan, carpeta: Path, velocidad: int, visita: Visita | None = None) -> Iterator[Corrida]:
    """Play the plan, with what it makes in a folder, and give how it went while its machines are still on; what it
    started ends with the block. This process is the centre, over an empty installation."""
    with ExitStack() as pila:
        nombres = [f"catd-{i + 1}" for i in range(plan.centros)]
        todas = pila.enter_context(maquinas(carpeta, nombres, plan.con_base_propia))
        fases = Fases(*todas)
        noche = montar(plan, velocidad, carpeta, *todas, pila, decir, fases, visita)
        pila.callback(noche.mundo.reloj.fin.set)
        yield _tocar(noche, carpeta, fases, visita)


def correr(plan: Plan, carpeta: Path, velocidad: int) -> Corrida:
    with corriendo(plan, carpeta, velocidad) as corrida:
        return corrida


def decir(que: str) -> None:
    salida.print(escape(que), soft_wrap=True)


def _tocar(noche: Montaje, carpeta: Path, fases: Fases, visita: Visita | None) -> Corrida:
    plan, reloj = noche.mundo.plan, noche.mundo.reloj
    for persona in noche.gente:
        persona.start()
    limite = time.monotonic() + _ENTRAN_S
    with barra() as avance:
        for persona in avance.track(noche.gente, description="Personas adentro"):
            if not persona.lista.wait(max(0.0, limite - time.monotonic())):
                raise Impedimento(f"{persona.name} no pudo entrar. {' '.join(noche.mundo.problemas[:3])}")
    entrar = noche.mundo.pedidas
    fallas = Fallas(noche, random.Random(f"{plan.semilla}|fallas"), decir)
    decir(f"«{plan.nombre}» empieza: {len(noche.gente)} personas adentro, {len(noche.existen):,} actas por llegar.")
    desde = time.monotonic()
    fases.empieza("la noche")
    reloj.empezar()
    _hasta_el_final(noche, fallas, visita)
    segundos = time.monotonic() - desde
    reloj.fin.set()
    for persona in noche.gente:
        persona.join(60)
    if visita:
        visita.por_cerrar()
    fases.empieza("cierre y juicio")
    veredicto, alarmas, vio = _cerrar(noche, carpeta, fallas.probadas)
    fases.empieza("")
    pedidas = noche.mundo.pedidas - entrar
    problemas = [*noche.mundo.problemas, *_perdidos(vio["acuses"]), *(f"Sin terminar: {q}" for q in fallas.en_curso)]
    corrida = Corrida(
        veredicto,
        alarmas,
        len(noche.existen),
        segundos,
        pedidas,
        vio,
        problemas,
        {clave: sorted(quienes) for clave, quienes in sorted(noche.mundo.alteradas.items())},
        fases.hechas,
    )
    _contar(corrida)
    _escribir(corrida, carpeta)
    return corrida


def _hasta_el_final(noche: Montaje, fallas: Fallas, visita: Visita | None) -> None:
    """Until everything that left is verified at the centre, or nothing moves any more."""
    plan, reloj = noche.mundo.plan, noche.mundo.reloj
    cortes, verificadas = Cadencia(plan.hasta, plan.cortes, len(noche.existen)), 0
    mirada, movio, hechos = 0.0, time.monotonic(), -1
    avance = Avance(Vigia(noche.sede.diseno.datos, Carpeta(dir_publicacion())))
    quieta = max(_QUIETA_S, _QUIETA_MIN * 60 / reloj.velocidad)
    dichos: Counter[str] = Counter()
    while True:
        minuto, ahora = reloj.minuto(), time.monotonic()
        fallas.al(minuto)
        if fallas.debe_corte() or cortes.toca(minuto, verificadas, ahora):
            antes = _procesador()
            if fallas.corte() is not None:
                avance.hay_corte()
            cortes.hizo(minuto, verificadas, _procesador() - antes, time.monotonic())
        if ahora - mirada > (_AL_CERRAR_S if noche.mundo.cierran.is_set() else _CADA_S):
            mirada = ahora
            estados, suman = _estados(noche)
            verificadas = estados["verificada"]
            if suman != hechos:
                hechos, movio = suman, ahora
            faltan = _faltan(noche, estados)
            espera = _espera(noche, faltan) if ahora - movio > quieta else ""
            decir(renglon := avance.renglon(minuto, estados, fallas.en_curso, ahora) + espera)
            if visita:
                noche.centro.compartir_practica(noche.nodos)
                visita.va(renglon)
            for problema in list(Counter(noche.mundo.problemas) - dichos):
                decir(f"✗ {problema}")
            dichos = Counter(noche.mundo.problemas)
            if not fallas.pendientes and not faltan:
                if noche.mundo.cierran.is_set():
                    return
                decir("No queda nada por hacer: cierran los centros de acopio, los escritorios y la noche.")
                noche.mundo.cierran.set()
            if ahora - movio > _PACIENCIA_S and not _en_manos(noche):
                noche.mundo.problemas.append(f"La noche dejó de avanzar antes de terminar: {'; '.join(faltan)}.")
                return
        time.sleep(0.2)


def _procesador() -> float:
    """Seconds of processor of this thread and of the processes under this one that ended."""
    mias = os.times()
    return time.thread_time() + mias.children_user + mias.children_system


def _en_manos(noche: Montaje) -> list[str]:
    """Who holds an acta, of the centre's or of a node's: whoever sat down and left, until their lease ends."""
    from prep.acceso.models import Cuenta
    from prep.ccv.pasos import ESCRITORIO_DE, Paso
    from prep.diseno.textos import texto

    tienen = [suya for m in (noche.centro, *noche.nodos) if not m.apagada for suya in m.en_manos()]
    nombres = dict(Cuenta.objects.filter(persona__in=[p for p, _, _ in tienen]).values_list("persona", "nombre"))
    ahora = RelojSistema().ahora().astimezone()
    return [
        f"la que tiene {nombres.get(persona, persona)} en {texto(f'ccv.{ESCRITORIO_DE[Paso(paso)]}.titulo')}, "
        f"que vuelve a la fila {a_las(vence, ahora)} de este reloj si no la termina ni la devuelve con F8"
        for persona, paso, vence in tienen
    ]


def _espera(noche: Montaje, faltan: list[str]) -> str:
    """What a night in which nothing moves waits for."""
    if tienen := _en_manos(noche):
        return f". Espera {cuantos(len(tienen), 'acta')}: {'; '.join(tienen[:3])}"
    return f". Espera: {'; '.join(faltan)}" if faltan else ""


def _estados(noche: Montaje) -> tuple[Counter[str], int]:
    """Actas by where they are at the centre, and how many facts there are."""
    from django.db.models import Count

    from prep.bitacora.asientos import cabeza
    from prep.bitacora.models import Acta

    estados: Counter[str] = Counter()
    actas = Acta.objects.exclude(clave__startswith=HOJA)
    for custodia, captura, cuantas in actas.values_list("custodia", "captura").annotate(Count("clave")):
        estados[captura if custodia == "identificada" else custodia] += cuantas
    estados["esperada"] += len(noche.existen) + len(noche.faltan) - estados.total()
    return estados, cabeza().tamano


def _faltan(noche: Montaje, estados: Counter[str]) -> list[str]:
    """What is still to be done, and by whom."""
    faltan = [f"{t.name} tiene {t.debe} por entregar" for t in noche.telefonos if t.debe]
    faltan += _por_decir(noche)
    for c in noche.centros:
        if c.por_acopiar or c.por_digitalizar:
            faltan.append(
                f"{c.name} tiene {len(c.por_acopiar)} paquetes por acopiar y {len(c.por_digitalizar)} por digitalizar"
            )
    del_centro = noche.centro.cadenas()
    for n in noche.nodos:
        if n.apagada:
            faltan.append(f"{n.nombre} está sin luz")
            continue
        suyas = n.cadenas()
        if debe := suyas[n.nombre] - del_centro[n.nombre]:
            faltan.append(f"{n.nombre} tiene {cuantos(debe, 'hecho')} por entregar")
        if le_deben := del_centro[noche.centro.nombre] - suyas[noche.centro.nombre]:
            faltan.append(f"{n.nombre} tiene {cuantos(le_deben, 'hecho')} por recibir")
    hicieron = noche.mundo.hicieron
    por_abrir = hicieron["distintas en el cotejo"] - hicieron["reaperturas pedidas"]
    if sin := noche.centro.esperan("cotejo"):  # each node does its own, and there the others' wait for ever
        faltan.append(f"{cuantos(sin, 'acta')} por cotejar")
    if sin := noche.centro.esperan("copia"):
        faltan.append(f"{cuantos(sin, 'fotografía', 'fotografías')} por mirar")
    if sin := por_abrir + noche.centro.esperan("reapertura"):
        faltan.append(f"{cuantos(sin, 'acta')} por abrir otra vez")
    if sin := len(noche.existen) - estados["verificada"]:
        faltan.append(f"{cuantos(sin, 'acta')} sin verificar")
    if sin := len(noche.faltan) - estados["sin_acta"]:
        faltan.append(f"{cuantos(sin, 'acta')} que no existe sin confirmar")
    return faltan


def _de_los_centros(noche: Montaje) -> dict[str, Servicio]:
    """How each collection centre is, as the facts that came here say."""
    from prep.bitacora.marcha import del_centro, servicios_de

    dichas = servicios_de([del_centro(c.catd) for c in noche.coordinan])
    return {c.catd: dichas[del_centro(c.catd)] for c in noche.coordinan}


def _de_los_demas() -> dict[str, Servicio]:
    """How the night and each desk are, by name."""
    from prep.bitacora.marcha import servicios_de
    from prep.coordinacion.views.marcha import nombre_de, sujetos

    dichos = servicios_de(list((de := sujetos()).values()))
    return {nombre_de(que): dichos[sujeto] for que, sujeto in de.items()}


def _listos(servicio: Servicio) -> int:
    return sum(r.listo for r in servicio.revisiones.values())


def _por_decir(noche: Montaje) -> Iterator[str]:
    """What whoever commands has still to say of the night, of a desk or of a centre."""
    centros = _de_los_centros(noche)
    for catd, suyo in centros.items():
        if sin := len(Punto) - _listos(suyo):
            yield f"el centro {catd} tiene {cuantos(sin, 'punto')} por habilitar"
    van = {**{f"«{n}»": s for n, s in _de_los_demas().items()}, **{f"el centro {c}": s for c, s in centros.items()}}
    for nombre, suyo in van.items():
        if suyo.marcha is Marcha.SIN_ABRIR:
            yield f"{nombre} no se ha abierto"
        elif noche.mundo.cierran.is_set() and suyo.marcha is not Marcha.CERRADO:
            yield f"{nombre} no se ha cerrado"


def _marcha(noche: Montaje) -> list[dict[str, Any]]:
    from django.urls import reverse

    from prep.coordinacion.views.marcha import nombre_de, sujetos

    return [
        {"nombre": nombre_de(que), **_horas(noche.opera, reverse("coordinacion-marcha", args=[que]))}
        for que in sujetos()
    ]


def _centros(noche: Montaje) -> list[dict[str, Any]]:
    dichas, nombres = _de_los_centros(noche), {c.clave: c.nombre for c in noche.sede.informativo.catds}
    return [
        {
            "catd": c.catd,
            "nombre": nombres[c.catd],
            "listos": _listos(dichas[c.catd]),
            "puntos": len(Punto),
            **_horas(c, c.suyas[0]),
        }
        for c in noche.coordinan
    ]


def _horas(quien: Manda, ruta: str) -> dict[str, str]:
    """When they opened and closed it; empty, never."""
    cuando = {"abrio": quien.abrio.get(ruta), "cerro": quien.cerro.get(ruta)}
    return {que: "" if minuto is None else hora_de(minuto) for que, minuto in cuando.items()}


def _cerrar(
    noche: Montaje, carpeta: Path, probadas: list[Probada]
) -> tuple[dict[str, Any], tuple[str, ...], dict[str, Any]]:
    """Close, publish the truth, and have it judged: the verdict, the alarms of the last corte, and what was seen."""
    from prep.sede.actos import cierre
    from prep.simulacro.entrega import entregar
    from prep.simulacro.sello import abrir

    decir("Cierre…")
    ahora = RelojSistema().ahora
    final = cierre(noche.sede.publicador, ahora()).corte
    assert final is not None
    abrir(noche.sede.publicador, ahora(), noche.sede.diseno.datos)
    vio = _lo_visto(noche, probadas)
    veredicto = entregar(noche.sede.diseno.datos, dir_publicacion(), carpeta / "informe", final.alarmas, vio)
    return veredicto, final.alarmas, vio


def _lo_visto(noche: Montaje, probadas: list[Probada]) -> dict[str, Any]:
    """What the report says that a verdict does not know (docs/simulacro.md)."""
    from prep.lectura.models import Lectura
    from prep.simulacro.filtros import filtros
    from prep.simulacro.tamanos import tamanos

    papeles = noche.mundo.papeles
    return {
        "gente": dict(sorted(noche.mundo.hicieron.items())),
        "errores": filtros({clave: papeles[clave].valores for clave in sorted(noche.existen)}),
        "lectura": dict(sorted(Counter(Lectura.objects.values_list("opinion", flat=True)).items())),
        "acuses": _acuses(noche),
        "tamanos": tamanos(dir_publicacion()),
        "marcha": _marcha(noche),
        "centros": _centros(noche),
        "fallas": [
            {
                "tipo": p.falla.tipo,
                "de": hora_de(p.falla.de),
                "que": p.que,
                "midio": p.midio,
                "segundos": p.segundos,
                "perdidos": p.perdidos,
            }
            for p in probadas
        ],
    }


def _acuses(noche: Montaje) -> dict[str, Any]:
    """How many facts the doors were told that had been taken, and those of them that no machine has."""
    dados = noche.mundo.acuses
    prendidas = [m for m in (noche.centro, *noche.nodos) if not m.apagada]
    return {"dados": len(dados), "perdidos": dados.perdidos(prendidas)}


def _perdidos(acuses: dict[str, Any]) -> Iterator[str]:
    if sin := acuses["perdidos"]:
        yield f"De {acuses['dados']:,} con acuse, {len(sin):,} no están en ningún equipo: {', '.join(sin[:3])}."


def _contar(c: Corrida) -> None:
    """The night in figures, each desk, each centre and each fault."""
    marcha = tabla("Qué", ">Abrió", ">Cerró", titulo="La noche y sus escritorios")
    for s in c.vio["marcha"]:
        marcha.add_row(escape(s["nombre"]), s["abrio"] or "no", s["cerro"] or "no")
    salida.print(marcha)
    centros = tabla("Centro de acopio", ">Puntos listos", ">Abrió", ">Cerró", titulo="Centros de acopio")
    for s in c.vio["centros"]:
        centros.add_row(escape(s["nombre"]), f"{s['listos']} de {s['puntos']}", s["abrio"] or "no", s["cerro"] or "no")
    salida.print(centros)
    lista = tabla("Falla probada", "Qué se vio", titulo="Fallas")
    for p in c.vio["fallas"]:
        lista.add_row(escape(p["que"]), escape(p["midio"] or "no terminó"))
    if c.vio["fallas"]:
        salida.print(lista)
    tiempos = tabla("Fase", ">Segundos", *(f">CPU, {q}" for q in QUIENES), titulo="Tiempos")
    for f in c.fases:
        tiempos.add_row(f.nombre, f"{f.segundos:,.0f}", *(f"{f.cpu[q]:,.0f}" for q in QUIENES))
    salida.print(tiempos)
    avisos = (REPETIDAS, SIN_RESPUESTA, MAS_TARDE)
    total = sum(n for que, n in c.pedidas.items() if que not in avisos)
    por_puerta = ", ".join(f"{que} {n:,}" for que, n in sorted(c.pedidas.items()))
    decir(
        f"{c.actas:,} actas en {c.segundos:.0f} s: {c.actas / c.segundos:.2f} por segundo; {total:,} peticiones, "
        f"{total / max(1, c.actas):.0f} por acta ({por_puerta})."
    )
    decir("La gente: " + ", ".join(f"{que} {n:,}" for que, n in c.vio["gente"].items()) + ".")
    if leidas := c.vio["lectura"]:
        dichas = ", ".join(f"{opinion.replace('_', ' ')} {n:,}" for opinion, n in leidas.items())
        decir(f"La lectura automática vio {cuantos(sum(leidas.values()), 'acta')}: {dichas}.")
    for problema, veces in Counter(c.problemas).items():
        salida.print(f"[red]✗[/] {escape(problema)}" + (f" ({veces} veces)" if veces > 1 else ""), soft_wrap=True)


def _escribir(c: Corrida, carpeta: Path) -> None:
    dicho = {
        "formato": CORRIDA,
        "veredicto": c.veredicto["veredicto"],
        "actas": c.actas,
        "segundos": round(c.segundos),
        "peticiones": dict(sorted(c.pedidas.items())),
        "alteradas": c.alteradas,
        "fases": [
            {"fase": f.nombre, "segundos": round(f.segundos, 1), "cpu": {q: round(s, 1) for q, s in f.cpu.items()}}
            for f in c.fases
        ],
        "problemas": c.problemas,
        **c.vio,
    }
    (carpeta / "corrida.json").write_text(json.dumps(dicho, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

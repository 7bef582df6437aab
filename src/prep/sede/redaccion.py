"""The acta circunstanciada de cierre and the informe final, drafted from what was signed, published and written.

They are drafts: whoever signs them fills what no machine knows. What they say of the night is on record elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from django.db.models import Count

from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Hecho
from prep.catalogo.informativo import ROLES
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import ClaseDispositivo
from prep.papel.escrito import Papel
from prep.plataforma.idioma import cuantos
from prep.publicacion.continuidad import ultimo_corte
from prep.publicacion.publicador import Publicador
from prep.sede.actos import ActoImposible, firmadas
from prep.sede.informes import NOMBRADAS, cuando, faltantes
from prep.sede.relato import Constancia, Incidencia, constancias, del_corte, incidencias

LINEA: Final = "________________"
RENGLONES_DE_CORTES: Final = 40
ACTOS: Final = {
    "aprobacion": "Aprobación de la hoja de prueba",
    "puesta_en_ceros": "Puesta en ceros",
    "huella": "Huella de lo que corre",
    "llaves": "Llaves del registro",
    "delegacion": "Delegación a un nodo",
    "punto_de_nodo": "Reconocimiento de lo que publicó un nodo",
    "verdad_sellada": "Sello de la verdad del simulacro",
    "verdad_abierta": "Apertura de la verdad del simulacro",
    "prorroga": "Prórroga del cierre",
    "contingencia": "Contingencia",
    "correccion": "Corrección de un corte",
    "cierre": "Cierre",
    "acto_final": "Documento final",
    "fe_publica": "Fe pública",
}


@dataclass(frozen=True, slots=True)
class Relato:
    """All that is known of an operation. `cortes`: (number, hour, counts by election), in order; `de`: what
    `del_corte` says of the last one; `personas`: how many of each role; `hechos`: how many of each type."""

    nombre: str
    institucion: str
    entidad: str
    modo: str
    zona: str
    hojas: Sequence[Mapping[str, Any]]
    cortes: Sequence[tuple[int, str, Mapping[str, Mapping[str, int]]]]
    de: Mapping[str, Any]
    incidentes: Sequence[Incidencia]
    constancias: Sequence[Constancia]
    personas: Mapping[str, int]
    nodos: int
    telefonos: int
    hechos: Mapping[str, int]
    elecciones: Mapping[str, str]

    def de_tipo(self, tipo: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Acts of a type, with their place in the log."""
        return [(i, h) for i, h in enumerate(self.hojas) if h["tipo"] == tipo]


def relatar(p: Publicador) -> Relato:
    """The operation until now; raise `ActoImposible` before its first corte."""
    ultimo = ultimo_corte(p.almacen)
    if ultimo is None:
        raise ActoImposible("Todavía no se ha publicado ningún corte: no hay qué contar.")
    hojas = firmadas(p)
    cortes = []
    for h in (h for h in hojas if h["tipo"] == "corte"):
        m = orjson.loads(p.almacen.leer(f"{h['ruta']}/corte.json") or b"{}")
        cortes.append((h["corte"], h["hora"], m.get("cuentas", {})))
    de = autoridad()
    personas = Counter(c.rol.value for ident in de.personas for c in de.cargos_vigentes(ident))
    return Relato(
        p.proceso.nombre,
        p.informativo.institucion.nombre,
        p.proceso.entidad_nombre,
        p.modo.value,
        p.proceso.zona_horaria,
        hojas,
        cortes,
        del_corte(p.almacen, ultimo[0]["ruta"], ultimo[1]),
        incidencias(),
        constancias(),
        {rol: personas[rol] for rol in ROLES if personas[rol]},
        len(de.nodos),
        sum(d.clase is ClaseDispositivo.TELEFONO for d in de.dispositivos.values()),
        dict(Hecho.objects.filter(tipo__in=[t for t, _ in _TRABAJOS]).values_list("tipo").annotate(Count("id"))),
        {e.clave: e.nombre for e in p.proceso.elecciones},
    )


_TRABAJOS: Final = (
    (Tipo.FOTOGRAFIADA, "Fotografías tomadas con PREP Casilla"),
    (Tipo.DIGITALIZADA, "Imágenes digitalizadas"),
    (Tipo.CAPTURADA, "Capturas"),
    (Tipo.DICTAMINADA, "Diferencias dictaminadas por una tercera persona"),
    (Tipo.VERIFICADA, "Verificaciones"),
    (Tipo.COTEJADA, "Cotejos con el acta en papel"),
)


def acta_circunstanciada(papel: Papel, r: Relato) -> None:
    papel.titulo(1, "Acta circunstanciada de cierre")
    papel.parrafo(f"{r.institucion or LINEA}. {r.nombre}. Modo: {r.modo}.")
    papel.parrafo(
        "Borrador: lo que sigue sale de lo firmado en el registro y de los hechos de la bitácora. Complete lo que está "
        "en blanco, corrija la redacción y borre este párrafo.",
        tenue=True,
    )
    papel.parrafo(
        f"En {LINEA}, {r.entidad}, siendo las {LINEA} horas del {LINEA}, reunidas en {LINEA} las personas que firman "
        f"al calce, se hace constar lo siguiente sobre la operación del PREP."
    )
    _apertura(papel, r)
    _desarrollo(papel, r)
    _sucesos(papel, r)
    _resultado(papel, r)
    faltantes(papel, r.de["faltan"], sum(c["esperadas"] for c in r.cortes[-1][2].values()))
    papel.titulo(2, "Fe pública")
    dichas = r.de_tipo("fe_publica")
    if dichas:
        papel.lista(
            [f"{cuando(h['hora'])}, sobre el acto {h['acto']} ({_acto(r, h['acto'])}): {h['texto']}" for _, h in dichas]
        )
    else:
        papel.parrafo(f"Se hizo ante la fe de {LINEA}.")
    papel.titulo(2, "Firmas")
    papel.parrafo("No habiendo más que hacer constar, se cierra la presente acta y la firman quienes intervinieron.")
    papel.tabla(("Nombre", "Cargo", "Firma"), [(LINEA, LINEA, "")] * 4, (5, 4, 4))


def informe_final(papel: Papel, r: Relato) -> None:
    papel.titulo(1, "Informe final del PREP")
    papel.parrafo(f"{r.institucion or LINEA}. {r.nombre}. Modo: {r.modo}.")
    _resultado(papel, r)
    papel.titulo(2, "Con qué se hizo")
    filas = [(ROLES[rol], f"{n:,}") for rol, n in r.personas.items()]
    filas += [("Equipos (nodos) dados de alta", f"{r.nodos:,}"), ("Teléfonos de PREP Casilla", f"{r.telefonos:,}")]
    papel.tabla(("Quién o qué", "Cuántos"), filas, (10, 3), " d")
    papel.titulo(2, "Qué se hizo")
    papel.tabla(("Qué", "Cuántas"), [(que, f"{r.hechos.get(t.value, 0):,}") for t, que in _TRABAJOS], (10, 3), " d")
    _desarrollo(papel, r)
    _cortes(papel, r)
    _sucesos(papel, r)
    faltantes(papel, r.de["faltan"], sum(c["esperadas"] for c in r.cortes[-1][2].values()))
    papel.titulo(2, "Actos firmados")
    papel.parrafo("Cada uno está en el registro público, en la posición que se dice, con su documento.")
    actos = [(str(i), cuando(h["hora"]), _que(h)) for i, h in enumerate(r.hojas) if h["tipo"] != "corte"]
    papel.tabla(("Posición", "Hora", "Acto"), actos, (2, 4, 12), "d")


def _apertura(papel: Papel, r: Relato) -> None:
    papel.titulo(2, "Apertura")
    dichos = [f"{cuando(h['hora'])}: {_que(h)}." for h in r.hojas if h["tipo"] in ("aprobacion", "puesta_en_ceros")]
    dichos += [f"{cuando(h['hora'])}: {_que(h)}." for _, h in r.de_tipo("huella") if h["momento"] == "antes"]
    papel.lista(dichos or ["No consta en el registro la puesta en ceros."])


def _desarrollo(papel: Papel, r: Relato) -> None:
    papel.titulo(2, "Publicación")
    primero, ultimo = r.cortes[0], r.cortes[-1]
    pausas = [
        int((datetime.fromisoformat(b[1]) - datetime.fromisoformat(a[1])).total_seconds()) // 60
        for a, b in pairwise(r.cortes)
    ]
    mayor = f" Entre uno y otro pasaron a lo más {cuantos(max(pausas), 'minuto')}." if pausas else ""
    papel.parrafo(
        f"Se publicaron {cuantos(len(r.cortes), 'corte')}: el primero, en ceros, el {cuando(primero[1])}, y el último "
        f"el {cuando(ultimo[1])}, hora de {r.zona}.{mayor}"
    )


def _cortes(papel: Papel, r: Relato) -> None:
    papel.titulo(2, "Avance")
    n, hasta = len(r.cortes), min(len(r.cortes), RENGLONES_DE_CORTES)
    cuales = r.cortes if n <= hasta else [r.cortes[i * (n - 1) // (hasta - 1)] for i in range(hasta)]
    filas = [
        (str(numero), cuando(hora), *(f"{cuentas.get(e, {}).get('capturadas', 0):,}" for e in r.elecciones))
        for numero, hora, cuentas in cuales
    ]
    anchos = (2, 5, *(4 for _ in r.elecciones))
    papel.tabla(("Corte", "Hora", *r.elecciones.values()), filas, anchos, "d " + "d" * len(r.elecciones))
    papel.parrafo("Actas capturadas en cada corte.", tenue=True)


def _sucesos(papel: Papel, r: Relato) -> None:
    papel.titulo(2, "Contingencias, correcciones y prórrogas")
    hojas = [h for h in r.hojas if h["tipo"] in ("contingencia", "correccion", "prorroga")]
    papel.lista([f"{cuando(h['hora'])}: {_que(h)}." for h in hojas] or ["No se declaró ninguna."])
    papel.titulo(2, "Incidentes de la operación")
    zona = ZoneInfo(r.zona)
    if r.incidentes:
        filas = [
            (f"{i.hora.astimezone(zona):%d/%m/%Y %H:%M}", i.dice.lugar, i.dice.texto, i.dice.solucion or "sin resolver")
            for i in r.incidentes
        ]
        papel.tabla(("Hora", "Lugar", "Qué pasó", "Cómo se resolvió"), filas, (4, 3, 7, 6))
    else:
        papel.parrafo(f"En la bitácora no se anotó ninguno (luz, enlace, equipos, seguridad). Si los hubo: {LINEA}.")
    papel.titulo(2, "Incidentes de actas y de imágenes")
    if not r.constancias:
        papel.parrafo("Nadie anotó ninguno en los escritorios.")
        return
    papel.parrafo(f"En los escritorios se anotaron {len(r.constancias):,}.")
    dichas = [
        (f"{c.hora.astimezone(zona):%d/%m/%Y %H:%M}", c.clave if c.de_acta else "Imagen sin identificar", c.texto)
        for c in r.constancias[:NOMBRADAS]
    ]
    papel.tabla(("Hora", "Acta", "Qué se anotó"), dichas, (4, 5, 11))
    if (sobran := len(r.constancias) - NOMBRADAS) > 0:
        papel.parrafo(f"Y {sobran:,} más; todos están en la bitácora.", tenue=True)


def _resultado(papel: Papel, r: Relato) -> None:
    papel.titulo(2, "Resultado")
    numero, hora, cuentas = r.cortes[-1]
    cerrado = (
        "cierra la operación" if r.de_tipo("cierre") else "es el último hasta ahora; la operación no se ha cerrado"
    )
    papel.parrafo(f"El corte {numero}, del {cuando(hora)}, {cerrado}.")
    filas = []
    for e, nombre in r.elecciones.items():
        c, cifras = cuentas.get(e, {}), r.de["cifras"].get(e, {})
        filas.append(
            (
                nombre,
                *(f"{c.get(k, 0):,}" for k in ("esperadas", "capturadas", "contabilizadas")),
                f"{cifras.get('porcentaje_actas_capturadas', '0.0000')} %",
                f"{p} %" if (p := cifras.get("porcentaje_participacion_ciudadana")) else "",
            )
        )
    cabezas = ("Elección", "Esperadas", "Capturadas", "Contabilizadas", "% capturadas", "Participación")
    papel.tabla(cabezas, filas, (5, 3, 3, 4, 3, 4), " ddddd")


def _acto(r: Relato, posicion: int) -> str:
    return _que(r.hojas[posicion]) if posicion < len(r.hojas) else "no consta"


def _que(h: Mapping[str, Any]) -> str:
    """An act in a few words."""
    nombre = f"Corte {h['corte']}" if h["tipo"] == "corte" else ACTOS[h["tipo"]]
    dice = h.get("texto") or h.get("motivo") or h.get("momento") or ""
    if h["tipo"] == "prorroga":
        dice = f"hasta el {cuando(h['hasta'])}. {dice}"
    if h["tipo"] == "correccion":
        dice = f"el {h['corte']} por el {h['corregido_por']}. {dice}"
    return f"{nombre}: {dice}".rstrip(".") if dice else nombre

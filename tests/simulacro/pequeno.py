"""A small drill, published for real: designed, sealed, played, closed and opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prep.bitacora.nodos import NodoInstituto, nodo_local
from prep.bitacora.services import anotar, fundar_instalacion
from prep.catalogo.ejemplo import ejemplo
from prep.catalogo.escritor import escribir_proceso
from prep.catalogo.services import cargar, importar, informativo
from prep.dominio.comun.hecho import Hecho
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.corte import hacer_corte
from prep.publicacion.publicador import Publicador
from prep.sede import actos
from prep.simulacro.diseno import disenar
from prep.simulacro.noche import ActaSimulada, Noche
from prep.transparencia.canonico import canonico, leer_canonico
from prep.transparencia.nota import FIRMA, LlavePrivada

CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))
MEDIA = CIERRE + timedelta(hours=6)
FIN = CIERRE + timedelta(hours=20)


@dataclass
class Plan:
    """What goes otherwise than well. `vivir`: facts of an acta that do happen; `tarde`: those among them, of before the
    middle of the night, that arrive after it; `papel`: changes the truth before it is sealed."""

    vivir: Callable[[ActaSimulada], list[Hecho]] = lambda a: a.hechos
    tarde: Callable[[ActaSimulada], list[Hecho]] = lambda a: []
    papel: Callable[[dict[str, Any], list[ActaSimulada]], None] = lambda doc, actas: None


@dataclass
class Simulacro:
    publicacion: Path
    verdad: bytes
    actas: list[ActaSimulada] = field(default_factory=list)


def correr(carpeta: Path, plan: Plan, cerrar: bool = True) -> Simulacro:
    """Over the current, empty database: three cortes, the second in the middle of the night."""
    escribir_proceso(carpeta / "proceso", *ejemplo(60))
    importar(carpeta / "proceso", CIERRE)
    proceso, info = cargar(), informativo()
    llave = LlavePrivada("instituto.example/prep/simulacro", FIRMA, b"\2" * 32)
    almacen, nodo = AlmacenCarpeta(carpeta / "publicacion"), nodo_local(carpeta / "llaves")
    almacen.escribir("llaves/instituto.vkey", f"{llave.llave.vkey}\n".encode())
    p = Publicador(proceso, info, almacen, Modo.SIMULACRO, llave, nodo=nodo, procesos=1)
    diseno = disenar(proceso, info, 11, sal="5a" * 32)
    noche = Noche(proceso, info, CIERRE, 11, votos=diseno.votos)
    raiz = NodoInstituto(llave, llave.llave.publica)
    fundar_instalacion(proceso.clave, "simulacro", raiz, nodo, noche.cargos, CIERRE, telefonos=noche.telefonos)
    actas = list(noche.actas())
    doc = leer_canonico(diseno.datos)
    plan.papel(doc, actas)
    verdad = canonico(doc)
    actos.puesta_en_ceros(p, CIERRE)
    actos.sellar_verdad(p, CIERRE, verdad)
    hechos = sorted((h for a in actas for h in plan.vivir(a)), key=lambda h: h.hora)
    tarde = {h.id for a in actas for h in plan.tarde(a)}
    antes = [h for h in hechos if h.hora < MEDIA and h.id not in tarde]
    anotar(antes, nodo, MEDIA, noche.telefonos)
    hacer_corte(p, MEDIA)
    anotar([h for h in hechos if h not in antes], nodo, FIN, noche.telefonos)
    if cerrar:
        actos.cierre(p, FIN)
        actos.abrir_verdad(p, FIN, verdad)
    else:
        hacer_corte(p, FIN)
    return Simulacro(carpeta / "publicacion", verdad, actas)

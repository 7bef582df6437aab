"""Puesta en ceros, fingerprint of the software, contingencies, corrections and closing.

Each act is one leaf of the log. What it attests is a document of the publication, `documentos/<sha256>.json`
(canonical JSON), so that anybody can read what was signed and check it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prep.bitacora.asientos import cabeza
from prep.bitacora.autoridad import OtraInstalacion, autoridad
from prep.bitacora.models import Hecho, Instalacion
from prep.bitacora.nodos import NodoInstituto, NodoLocal
from prep.bitacora.services import fundar_instalacion
from prep.catalogo.services import congelar
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD
from prep.dominio.practica import ANTES_DE_LA_NOCHE
from prep.plataforma import huella as programa
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import cuantos
from prep.publicacion.corte import Corte, hacer_corte
from prep.publicacion.publicador import Publicador
from prep.sede.cotejo import Seccion
from prep.sede.huella import tomar
from prep.transparencia.canonico import canonico
from prep.transparencia.hojas import escribir_hoja, leer_hoja, modo_de_llave
from prep.transparencia.politica import leer_politica


class ActoImposible(Impedimento):
    """The act cannot be done now; says why and what to do. Nothing was signed."""

    codigo = 1


@dataclass(frozen=True, slots=True)
class Acto:
    """What was attested. `posicion`: place of its leaf in the log; `documento`: SHA-256 (hex) of what it attests."""

    tipo: str
    posicion: int
    documento: str
    corte: Corte | None = None


def fundar(p: Publicador, nodo: NodoLocal, hora: datetime) -> int:
    """Say, with the institute's key, which process this installation works for, and enrol its node and the people of
    the catalogue. Done again, it enrols whoever is new. How many facts of authority there are."""
    exigir_llave_del_modo(p)
    firmante = p.registro.firmante
    cargos = [(persona.persona, persona.rol, persona.lugar) for persona in p.informativo.personas]
    raiz = NodoInstituto(firmante, firmante.llave.publica)
    try:
        fundar_instalacion(p.proceso.clave, p.modo.value, raiz, nodo, cargos, hora)
    except OtraInstalacion as error:
        raise ActoImposible(str(error)) from None
    return Hecho.objects.filter(clase__in=CLASES_DE_AUTORIDAD).count()


def puesta_en_ceros(p: Publicador, hora: datetime, politica: bytes | None = None) -> Acto:
    """Show that there is nothing yet: freeze the process, publish the zero corte and sign that the bitácora holds
    nobody's work, only who may do it (with the public keys of every node) and who practised.

    Leaves: the institute's key, the fingerprint of the software, the zero corte, the act itself. Interrupted, it can be
    done again; once signed, it cannot. `politica`: who must cosign (C2SP tlog-policy), published with the log.
    """
    fin = cabeza()
    if hechos := Hecho.objects.exclude(clase__in=ANTES_DE_LA_NOCHE).count():
        raise ActoImposible(
            f"La bitácora ya tiene {cuantos(hechos, 'hecho')} de actas: la puesta en ceros se hace en una instalación "
            "nueva."
        )
    fila = Instalacion.objects.first()
    if fila is None or (fila.proceso, fila.modo) != (p.proceso.clave, p.modo.value):
        raise ActoImposible(
            f"Esta instalación no se ha fundado para {p.proceso.clave}, {p.modo}: antes, «prep operacion fundar»."
        )
    if bytes(fila.llave) != p.registro.firmante.llave.publica:
        raise ActoImposible("La llave del instituto no es la que fundó esta instalación: indique esa con --llave.")
    exigir_llave_del_modo(p)
    hechas = {h["tipo"] for h in firmadas(p)}
    if "puesta_en_ceros" in hechas:
        raise ActoImposible("La puesta en ceros de este destino ya está firmada; no se repite.")
    if politica is not None:
        leer_politica(politica)
        p.almacen.escribir("politica", politica)
    congelar(p.proceso.clave, p.modo, hora)
    vkey = p.registro.firmante.llave.vkey
    if "llaves" not in hechas:
        alta = {"accion": "alta", "papel": "instituto", "llave": vkey, "anterior": None, "motivo": "Puesta en ceros"}
        agregar_hoja(p, "llaves", hora, **alta)
    huella(p, hora, "antes", tomar())
    corte = hacer_corte(p, hora)
    return _acto(
        p,
        "puesta_en_ceros",
        hora,
        {
            "hechos": 0,
            "altas": fin.tamano,
            "raiz": fin.raiz().hex(),
            "llaves": {n: d.llave for n, d in sorted(autoridad().nodos.items())},
            "catalogo": p.proceso.huella,
            "software": p.software,
            "corte": corte.manifiesto,
            "actas_esperadas": {e.clave: len(e.actas) for e in p.proceso.elecciones},
        },
        corte,
    )


def huella(p: Publicador, hora: datetime, momento: str, actual: Mapping[str, Seccion]) -> Acto:
    """Sign what is running: program, dependencies, machine, database and configuration, name by name. `momento`: antes,
    durante or despues; `actual`: what `sede.huella.tomar` gives."""
    contenido = {"momento": momento, "software": programa.huella(), **actual}
    documento = documentar(p, "huella", hora, contenido)
    hoja = {"momento": momento, "software": programa.huella(), "documento": documento}
    return Acto("huella", agregar_hoja(p, "huella", hora, **hoja), documento)


def contingencia(p: Publicador, hora: datetime, clave: str, texto: str) -> Acto:
    """Declare that something happened; `clave` is the code of the continuity plan."""
    documento = documentar(p, "contingencia", hora, {"clave": clave, "texto": texto})
    return Acto(
        "contingencia", agregar_hoja(p, "contingencia", hora, clave=clave, texto=texto, documento=documento), documento
    )


def correccion(p: Publicador, hora: datetime, corte: int, corregido_por: int, motivo: str) -> Acto:
    """Say that a published corte is corrected by a later one, and why. Nothing is withdrawn."""
    for numero in (corte, corregido_por):
        if p.almacen.leer(f"cortes/{numero:04d}/corte.json") is None:
            raise ActoImposible(f"No hay corte {numero} publicado.")
    if corregido_por <= corte:
        raise ActoImposible("Un corte solo lo corrige otro posterior.")
    datos = {"corte": corte, "corregido_por": corregido_por, "motivo": motivo}
    documento = documentar(p, "correccion", hora, datos)
    return Acto("correccion", agregar_hoja(p, "correccion", hora, **datos, documento=documento), documento)


def cierre(p: Publicador, hora: datetime) -> Acto:
    """The last corte (its participation includes special casillas) and the record that closes the operation."""
    huella(p, hora, "despues", tomar())
    corte = hacer_corte(p, hora, cierre=True)
    contenido = {
        "corte": corte.numero,
        "manifiesto": corte.manifiesto,
        "hechos": corte.posicion,
        "cuentas": corte.cuentas,
        "alarmas": list(corte.alarmas),
    }
    return _acto(p, "cierre", hora, contenido, corte, numero=corte.numero)


def _acto(
    p: Publicador, tipo: str, hora: datetime, contenido: Mapping[str, Any], corte: Corte, numero: int | None = None
) -> Acto:
    documento = documentar(p, tipo, hora, contenido)
    campos: dict[str, Any] = {"documento": documento} | ({} if numero is None else {"corte": numero})
    return Acto(tipo, agregar_hoja(p, tipo, hora, **campos), documento, corte)


def documentar(p: Publicador, tipo: str, hora: datetime, contenido: Mapping[str, Any]) -> str:
    """Publish what a leaf is going to attest; its SHA-256."""
    datos = canonico({"formato": f"prep/{tipo}/1", **_comunes(p, hora), **contenido})
    huella_ = hashlib.sha256(datos).hexdigest()
    p.almacen.escribir(f"documentos/{huella_}.json", datos)
    return huella_


def exigir_llave_del_modo(p: Publicador) -> None:
    """Keys of drills sign no night, nor that of a night a drill: the name says which."""
    nombre = p.registro.origen
    if modo_de_llave(nombre) == p.modo.value:
        return
    raise ActoImposible(
        f"La llave «{nombre}» no firma en modo {p.modo}: el nombre de la llave de un simulacro termina en "
        "«/simulacro», el de una prueba en «/prueba» y el de la jornada en ninguno de los dos. Cree otra con «prep "
        "llaves crear»."
    )


def firmadas(p: Publicador) -> list[dict[str, Any]]:
    """Every leaf of the log."""
    historia = p.registro.historia()
    return [leer_hoja(h) for h in historia.hojas] if historia else []


def agregar_hoja(p: Publicador, tipo: str, hora: datetime, **campos: Any) -> int:
    """Sign a leaf of this night; its place in the log."""
    return p.registro.agregar(escribir_hoja(tipo, **_comunes(p, hora), **campos))


def _comunes(p: Publicador, hora: datetime) -> dict[str, str]:
    local = hora.astimezone(ZoneInfo(p.proceso.zona_horaria)).replace(microsecond=0)
    return {"proceso": p.proceso.clave, "modo": p.modo.value, "hora": local.isoformat()}

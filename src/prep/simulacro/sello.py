"""The acts of a drill: its truth is sealed before the night, and opened after it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from prep.bitacora.models import Hecho
from prep.dominio.practica import ANTES_DE_LA_NOCHE
from prep.dominio.tabulacion.proceso import Modo
from prep.publicacion.publicador import Publicador
from prep.sede.actos import Acto, ActoImposible, agregar_hoja, firmadas
from prep.simulacro.diseno import campos_de
from prep.simulacro.verdad import Verdad, VerdadInvalida, leer


def sellar(p: Publicador, hora: datetime, datos: bytes) -> Acto:
    """Commit to the truth of a drill, before anything of an acta is known: only its hash is signed. What could not be
    judged afterwards is not sealed."""
    if p.modo is Modo.JORNADA:
        raise ActoImposible("Solo un simulacro o una prueba tiene su verdad escrita de antemano.")
    try:
        _exigir_la_de_aqui(p, verdad := leer(datos))
    except VerdadInvalida as error:
        raise ActoImposible(f"{error} Hágala otra vez con «prep simulacro disenar».") from None
    if Hecho.objects.exclude(clase__in=ANTES_DE_LA_NOCHE).exists():
        raise ActoImposible("La bitácora ya tiene hechos de actas: la verdad se sella antes de la primera.")
    if any(h["tipo"] == "verdad_sellada" for h in firmadas(p)):
        raise ActoImposible("Este simulacro ya tiene sellada su verdad.")
    posicion = agregar_hoja(p, "verdad_sellada", hora, compromiso=verdad.sha256)
    return Acto("verdad_sellada", posicion, verdad.sha256)


def _exigir_la_de_aqui(p: Publicador, verdad: Verdad) -> None:
    """Of this process and mode, made from this very catalogue: its actas, each with the fields of its election."""
    dice, debe = (verdad.proceso, verdad.modo), (p.proceso.clave, p.modo.value)
    if dice != debe:
        raise VerdadInvalida(
            f"El archivo es la verdad de {dice[0]}, {dice[1]}, y esta instalación es de {debe[0]}, {debe[1]}."
        )
    aqui = {e.clave: (campos_de(e), {a.clave for a in e.actas}) for e in p.proceso.elecciones}
    suyas = {clave: (e.campos, set(e.actas)) for clave, e in verdad.elecciones.items()}
    if verdad.catalogo != p.proceso.huella or suyas != aqui:
        raise VerdadInvalida("El archivo se hizo con otro catálogo: use la carpeta que se importó en esta instalación.")


def abrir(p: Publicador, hora: datetime, datos: bytes) -> Acto:
    """Publish the truth that was sealed, once the drill is closed."""
    huella = hashlib.sha256(datos).hexdigest()
    hojas = firmadas(p)
    if not any(h["tipo"] == "verdad_sellada" and h["compromiso"] == huella for h in hojas):
        raise ActoImposible("Este archivo no es el que se selló.")
    if any(h["tipo"] == "verdad_abierta" for h in hojas):
        raise ActoImposible("La verdad de este simulacro ya está publicada.")
    if not any(h["tipo"] == "cierre" for h in hojas):
        raise ActoImposible("La verdad se publica después del cierre: antes, «prep operacion cierre».")
    p.almacen.escribir(f"documentos/{huella}.json", datos)
    return Acto("verdad_abierta", agregar_hoja(p, "verdad_abierta", hora, documento=huella), huella)

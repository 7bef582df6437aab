"""Approval of what is shown, puesta en ceros, fingerprint of the software, contingencies, corrections, prórrogas,
public faith and closing.

Each act is one leaf of the log. What it attests is a document of the publication, `documentos/<sha256>.json`
(canonical JSON), so that anybody can read what was signed and check it. Those of puesta en ceros and cierre carry the
SHA-256 of their report on paper (`sede.informes`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from prep.bitacora.asientos import cabeza
from prep.bitacora.autoridad import OtraInstalacion, autoridad
from prep.bitacora.marcha import decir_marcha, la_noche, servicio_de
from prep.bitacora.models import Hecho, Instalacion
from prep.bitacora.nodos import NodoInstituto, NodoLocal
from prep.bitacora.services import fundar_instalacion
from prep.catalogo.services import congelar
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, Reglas
from prep.dominio.comun.facultades import FACULTADES, Rol
from prep.dominio.operacion import Marcha
from prep.dominio.practica import ANTES_DE_LA_NOCHE
from prep.intercambio.ceros import Declaracion
from prep.plataforma import huella as programa
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import cuantos
from prep.publicacion.continuidad import ultimo_corte
from prep.publicacion.corte import Corte, hacer_corte
from prep.publicacion.publicador import Cerrada, Publicador
from prep.sede import informes
from prep.sede.ceros import recuento
from prep.sede.cotejo import Seccion
from prep.sede.hoja import hoja_de_prueba, muestra
from prep.sede.huella import tomar
from prep.sede.relato import del_corte, incidentes
from prep.transparencia.canonico import canonico, leer_canonico
from prep.transparencia.hojas import escribir_hoja, leer_hoja, modo_de_llave
from prep.transparencia.politica import leer_politica


class ActoImposible(Impedimento):
    """The act cannot be done now; says why and what to do. Nothing was signed."""

    codigo = 1


APRUEBA: Final = Rol.ADMINISTRADOR
"""Who approves what will be shown, and who closes: the central operation."""
DA_FE: Final = Rol.FEDATARIO


@dataclass(frozen=True, slots=True)
class Acto:
    """What was attested. `posicion`: place of its leaf in the log; `documento`: SHA-256 (hex) of what it attests."""

    tipo: str
    posicion: int
    documento: str
    corte: Corte | None = None


def fundar(p: Publicador, nodo: NodoLocal, hora: datetime) -> int:
    """Say, with the institute's key, which process this installation works for and by which rules, and enrol its node
    and the people of the catalogue. Done again, it enrols whoever is new. How many facts of authority there are."""
    exigir_llave_del_modo(p)
    firmante = p.registro.firmante
    cargos = [(persona.persona, persona.rol, persona.lugar) for persona in p.informativo.personas]
    raiz = NodoInstituto(firmante, firmante.llave.publica)
    try:
        fundar_instalacion(p.proceso.clave, p.modo.value, raiz, nodo, cargos, hora, reglas=_reglas(p))
    except OtraInstalacion as error:
        raise ActoImposible(str(error)) from None
    return Hecho.objects.filter(clase__in=CLASES_DE_AUTORIDAD).count()


def _reglas(p: Publicador) -> dict[str, bool]:
    """What the process says of who may do what where. That terminals sign is not there to be said: no desk does."""
    parametros = p.informativo.parametros
    return {
        "lugares_distintos": parametros.lugares_distintos,
        "alcance_estricto": parametros.alcance_estricto,
    }


def aprobar(p: Publicador, hora: datetime, persona: str, hoja: bytes | None = None) -> Acto:
    """Sign that somebody approved what will be shown: parties, candidacies and boxes, as on the proof sheet. `hoja`:
    the very sheet that was read, which must be that of the process of here."""
    _exigir_rol(persona, APRUEBA)
    datos = muestra(p.proceso, p.informativo)
    esperada = hoja_de_prueba(datos)
    if hoja is not None and hoja != esperada:
        raise ActoImposible(
            "Esa hoja de prueba no es la del proceso que está aquí: cambió después de que se hizo, o la alteraron. "
            "Haga otra con «prep operacion hoja» y que la lean otra vez."
        )
    campos = {"persona": persona, "muestra": hashlib.sha256(datos).hexdigest()}
    mas = {"rol": APRUEBA.value, "hoja": hashlib.sha256(esperada).hexdigest()}
    documento = documentar(p, "aprobacion", hora, campos | mas)
    return Acto("aprobacion", agregar_hoja(p, "aprobacion", hora, **campos, documento=documento), documento)


def _exigir_rol(persona: str, rol: Rol) -> None:
    if rol not in autoridad().roles_de(persona):
        raise ActoImposible(
            f"«{persona}» no tiene aquí el rol {rol.value}: nómbrelo en el catálogo y repita «prep operacion fundar», "
            "o con «prep acceso importar»."
        )


def puesta_en_ceros(
    p: Publicador,
    hora: datetime,
    politica: bytes | None = None,
    declaraciones: Iterable[Declaracion] = (),
    sin_aprobar: str = "",
) -> Acto:
    """Show that there is nothing yet: freeze the process, publish the zero corte and sign that the bitácora holds
    nobody's work, only who may do it (with the public keys of every node) and who practised.

    Leaves: the institute's key, the fingerprint of the software, the zero corte, the act itself. Interrupted, it can be
    done again; once signed, it cannot. `politica`: who must cosign (C2SP tlog-policy), published with the log.
    `declaraciones`: what nodes say that they have; `sin_aprobar`: why nobody approved what will be shown.
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
    if autoridad().reglas != Reglas(**_reglas(p)):
        raise ActoImposible(
            "El proceso que se va a congelar tiene otras reglas (lugares_distintos, alcance_estricto) que las que se "
            "firmaron al fundar esta instalación: repita «prep operacion fundar»."
        )
    _exigir_dos_lugares()
    exigir_llave_del_modo(p)
    hechas = {h["tipo"] for h in firmadas(p)}
    if "puesta_en_ceros" in hechas:
        raise ActoImposible("La puesta en ceros de este destino ya está firmada; no se repite.")
    mostrado = _exigir_aprobada(p) if not sin_aprobar else {"sin_aprobar": sin_aprobar}
    hay, estorban = recuento(p, declaraciones)
    if estorban:
        raise ActoImposible(f"No está en ceros. {' '.join(estorban)}")
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
            "reglas": _reglas(p),
            "corte": corte.manifiesto,
            "actas_esperadas": {e.clave: len(e.actas) for e in p.proceso.elecciones},
            **hay,
            **mostrado,
        },
        corte,
    )


def _exigir_dos_lugares() -> None:
    """Where an acta must be typed in two places, people type in two; in one, no acta would ever get its second
    capture."""
    de = autoridad()
    lugares = {
        c.lugar for p in de.personas for c in de.cargos_vigentes(p) if "acta.capturada" in FACULTADES[c.rol] and c.lugar
    }
    if de.reglas.lugares_distintos and len(lugares) < 2:
        donde = f"solo hay quien capture en «{lugares.pop()}»" if lugares else "no hay quien capture en ninguno"
        raise ActoImposible(
            f"El proceso pide que cada acta se capture en dos lugares (lugares_distintos), y {donde}: ninguna podría "
            "capturarse dos veces. Nombre en el catálogo a quien capture en otro, o quite esa regla, y repita «prep "
            "operacion fundar»."
        )


def _exigir_aprobada(p: Publicador) -> dict[str, Any]:
    """What is shown now, which somebody approved, and who did."""
    huella_ = hashlib.sha256(muestra(p.proceso, p.informativo)).hexdigest()
    aprobaciones = [h for h in firmadas(p) if h["tipo"] == "aprobacion"]
    quienes = sorted({h["persona"] for h in aprobaciones if h["muestra"] == huella_})
    if not quienes:
        porque = (
            "La hoja de prueba que se aprobó no es la del proceso que se va a congelar: algo cambió después"
            if aprobaciones
            else "Nadie ha aprobado la hoja de prueba de lo que se va a mostrar"
        )
        raise ActoImposible(
            f"{porque}. Hágala con «prep operacion hoja», que la lean, y fírmela con «prep operacion aprobar»; para "
            "seguir sin ella, diga por qué con --sin-aprobar."
        )
    return {"muestra": huella_, "aprobaron": quienes}


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


def prorroga(p: Publicador, hora: datetime, hasta: datetime, motivo: str) -> Acto:
    """Put the close off. Nothing that was published changes."""
    _exigir_abierta(p)
    antes = hora_de_cierre(p)
    if hasta <= hora or (antes is not None and hasta <= antes):
        raise ActoImposible(
            "Una prórroga es para después"
            + (f": hoy se cierra el {antes.astimezone(hasta.tzinfo):%d/%m/%Y %H:%M}." if antes else " de este momento.")
        )
    datos = {"hasta": _local(p, hasta), "motivo": motivo}
    documento = documentar(p, "prorroga", hora, {**datos, "antes": _local(p, antes) if antes else None})
    return Acto("prorroga", agregar_hoja(p, "prorroga", hora, **datos, documento=documento), documento)


def hora_de_cierre(p: Publicador) -> datetime | None:
    """When the publication ends: the last prórroga, or else the hour of the process, if it has one."""
    hasta = [datetime.fromisoformat(h["hasta"]) for h in firmadas(p) if h["tipo"] == "prorroga"]
    return hasta[-1] if hasta else p.informativo.publicacion.fin


def fe_publica(p: Publicador, hora: datetime, acto: int, persona: str, texto: str) -> Acto:
    """Put on record that somebody with public faith was there when that leaf was signed, and what they say of it."""
    _exigir_rol(persona, DA_FE)
    if not 0 <= acto < len(firmadas(p)):
        raise ActoImposible(f"En el registro no hay ningún acto en la posición {acto}.")
    datos = {"acto": acto, "persona": persona, "texto": texto}
    documento = documentar(p, "fe_publica", hora, datos | {"rol": DA_FE.value})
    return Acto("fe_publica", agregar_hoja(p, "fe_publica", hora, **datos, documento=documento), documento)


def acto_final(p: Publicador, hora: datetime, clave: str, texto: str, nombre: str, datos: bytes) -> Acto:
    """Sign a document of after the close, as it was signed on paper: acta circunstanciada, informe, dictamen or
    constancia. Its SHA-256 goes in the log; the file itself, wherever the institute publishes it."""
    if not any(h["tipo"] == "cierre" for h in firmadas(p)):
        raise ActoImposible("Los documentos finales se firman después del cierre: antes, «prep operacion cierre».")
    archivo = {"nombre": nombre, "sha256": hashlib.sha256(datos).hexdigest(), "bytes": len(datos)}
    documento = documentar(p, "acto_final", hora, {"clave": clave, "texto": texto, "archivo": archivo})
    hoja = {"clave": clave, "texto": texto, "documento": documento}
    return Acto("acto_final", agregar_hoja(p, "acto_final", hora, **hoja), documento)


def cierre(p: Publicador, hora: datetime, persona: str = "") -> Acto:
    """The last corte (its participation includes special casillas) and the record that closes the operation.
    Interrupted after its corte, it can be done again. `persona`: who closes; that the night is closed is their fact,
    which every desk and node reads: none gives anything new."""
    if persona:
        _exigir_rol(persona, APRUEBA)
    _exigir_abierta(p)
    if persona:
        _cerrar_la_noche(p, hora, persona)
    hojas = firmadas(p)
    if not any(h["tipo"] == "huella" and h["momento"] == "despues" for h in hojas):
        huella(p, hora, "despues", tomar())
    try:
        corte = hacer_corte(p, hora, cierre=True)
    except Cerrada:  # it was out, and not signed yet
        corte = None
    ultimo = ultimo_corte(p.almacen)
    assert ultimo is not None
    puntero, manifiesto = ultimo
    previsto = hora_de_cierre(p)
    contenido = {
        "corte": puntero["corte"],
        "manifiesto": puntero["manifiesto"],
        "hechos": manifiesto["bitacora"]["posicion"],
        "cuentas": manifiesto["cuentas"],
        "alarmas": list(corte.alarmas) if corte else [],
        "cerro": persona,
        "previsto": _local(p, previsto) if previsto else None,
        "prorrogas": [{k: h[k] for k in ("hora", "hasta", "motivo")} for h in hojas if h["tipo"] == "prorroga"],
        "contingencias": [{k: h[k] for k in ("hora", "clave", "texto")} for h in hojas if h["tipo"] == "contingencia"],
        "incidentes": incidentes(),
        **del_corte(p.almacen, puntero["ruta"], manifiesto),
    }
    return _acto(p, "cierre", hora, contenido, corte, numero=puntero["corte"])


def _cerrar_la_noche(p: Publicador, hora: datetime, persona: str) -> None:
    noche = la_noche()
    if p.nodo is not None and servicio_de(noche).marcha is not Marcha.CERRADO:
        decir_marcha(noche, "cerrado", persona, "Cierre de la operación.", hora, p.nodo, str(uuid4()))


def _exigir_abierta(p: Publicador) -> None:
    if any(h["tipo"] == "cierre" for h in firmadas(p)):
        raise ActoImposible("La operación ya se cerró: el cierre está firmado y no se mueve.")


def _acto(
    p: Publicador,
    tipo: str,
    hora: datetime,
    contenido: Mapping[str, Any],
    corte: Corte | None,
    numero: int | None = None,
) -> Acto:
    dicho = leer_canonico(canonico({**_comunes(p, hora), **contenido}))  # drawn from what whoever reads it will have
    informe = informes.pdf(tipo, dicho)
    contenido = {**contenido, "informe": hashlib.sha256(informe).hexdigest()}
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
    return {"proceso": p.proceso.clave, "modo": p.modo.value, "hora": _local(p, hora)}


def _local(p: Publicador, hora: datetime) -> str:
    return hora.astimezone(ZoneInfo(p.proceso.zona_horaria)).replace(microsecond=0).isoformat()

"""A node that publishes by itself: the institute delegates it beforehand, the node emits what it has, and later the
institute acknowledges what it emitted and says of which actas it publishes another reading.

The delegation travels to the node as a file: its document and the proof, under the institute's key, that its leaf is in
the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from prep.bitacora import entregas, identidad
from prep.bitacora.autoridad import autoridad, instalacion
from prep.bitacora.models import Acta
from prep.bitacora.nodos import NodoLocal
from prep.comprobacion.parcial import diferentes
from prep.comprobacion.verificar import Opciones, verificar
from prep.dominio.comun.autoridad import TODO as CUALQUIERA
from prep.plataforma.almacen import Almacen
from prep.plataforma.errores import Impedimento
from prep.publicacion.publicador import Parcial, Publicador
from prep.sede.actos import Acto, ActoImposible, agregar_hoja, documentar, exigir_llave_del_modo, firmadas
from prep.transparencia.almacen import Lector
from prep.transparencia.canonico import NoCanonico, canonico, leer_json
from prep.transparencia.delegacion import (
    LLAVE_NODO,
    MAXIMO_PRUEBA,
    RUTA_PRUEBA,
    TODO,
    Delegacion,
    leer_delegacion,
    origen_de_prueba,
    probar_delegacion,
)
from prep.transparencia.errores import ErrorEmision
from prep.transparencia.nota import FIRMA, LlavePublica
from prep.transparencia.politica import Politica
from prep.transparencia.registro import LLAVE_INSTITUTO, Registro

FORMATO: Final = "prep-delegacion/1"
MAXIMO_ARCHIVO: Final = 8 * 2**20


# --- at the centre, before -------------------------------------------------------------------------------------------


def delegar(
    p: Publicador, hora: datetime, nodo: str, hasta: datetime, catds: Collection[str] = (), todo: bool = False
) -> tuple[Acto, bytes]:
    """Sign that a node may emit cortes parciales from now on and until `hasta`; the act, and the file for the node.

    It emits of the casillas that it attends, or of those of `catds`, or of any (`todo`).
    """
    exigir_llave_del_modo(p)
    suyo = autoridad().nodos.get(nodo)
    if suyo is None or suyo.baja is not None:
        raise ActoImposible(f"No hay ningún nodo «{nodo}» dado de alta: antes, «prep nodo alta».")
    if hasta <= hora:
        raise ActoImposible("La delegación debe vencer después de ahora.")
    if any(h["tipo"] == "cierre" for h in firmadas(p)):
        raise ActoImposible("El registro ya tiene su cierre: no hay noche en que publicar.")
    campos = {"nodo": nodo, "llave": suyo.llave, "desde": _local(p, hora), "hasta": _local(p, hasta)}
    contenido = {**campos, "nombre": suyo.nombre, "alcance": _alcance(p, suyo.alcance, catds, todo)}
    documento = documentar(p, "delegacion", hora, contenido)
    posicion = agregar_hoja(p, "delegacion", hora, **campos, documento=documento)
    historia, crudo = p.registro.historia(), p.almacen.leer(f"documentos/{documento}.json")
    assert historia is not None and crudo is not None
    prueba = probar_delegacion(historia, posicion).decode()
    archivo = canonico({"formato": FORMATO, "documento": leer_json(crudo), "prueba": prueba})
    return Acto("delegacion", posicion, documento), archivo


def _local(p: Publicador, hora: datetime) -> str:
    return hora.astimezone(ZoneInfo(p.proceso.zona_horaria)).replace(microsecond=0).isoformat()


def _alcance(p: Publicador, suyo: Collection[str], catds: Collection[str], todo: bool) -> str | list[str]:
    if ajenos := sorted(set(catds) - {c.clave for c in p.informativo.catds}):
        raise ActoImposible(f"En el catálogo no hay ningún centro «{ajenos[0]}».")
    if todo or (not catds and CUALQUIERA in suyo):
        return TODO
    casillas = {a.casilla for e in p.proceso.elecciones for a in e.actas}
    suyas = sorted(str(c.clave) for c in casillas if (c.catd in catds if catds else str(c.clave) in suyo))
    if not suyas:
        raise ActoImposible("Ninguna casilla del catálogo es de ese alcance: no hay qué delegar.")
    return suyas


# --- at the node -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FirmanteDeNodo:
    """The node, signing its own log of cortes under the name that the institute delegated."""

    llave: LlavePublica
    nodo: NodoLocal

    def firmar(self, mensaje: bytes) -> bytes:
        return self.nodo.firmar(mensaje)


def encargo(almacen: Almacen, archivo: bytes | None, aqui: NodoLocal) -> tuple[FirmanteDeNodo, Parcial]:
    """Who signs here and within what, by the delegation of `archivo`, or by the one that this publication began with.

    What was delegated is left in the publication, so that anybody can check it. Raises `Impedimento`.
    """
    if archivo is None:
        prueba = almacen.leer(RUTA_PRUEBA, MAXIMO_PRUEBA)
        if prueba is None:
            raise Impedimento(
                "Este equipo no tiene con qué demostrar que el instituto le encargó publicar: indique el archivo que "
                "hizo «prep operacion delegar», con --delegacion."
            )
        delegacion, instituto = _comprobar(prueba, aqui)
        crudo = almacen.leer(f"documentos/{delegacion.documento}.json")
    else:
        prueba, crudo = _abrir(archivo)
        delegacion, instituto = _comprobar(prueba, aqui)
    if crudo is None or hashlib.sha256(crudo).hexdigest() != delegacion.documento:
        raise Impedimento("El documento de la delegación no es el que el instituto firmó: pida el archivo otra vez.")
    identidad.exigir_que_siga(aqui.nodo, entregas.hasta(aqui.nodo)[0])  # who may not write does not publish either
    parcial = Parcial.leer(crudo)
    previa = almacen.leer(RUTA_PRUEBA, MAXIMO_PRUEBA)
    if previa not in (None, prueba) or (previa is None and almacen.existe("checkpoint")):
        raise Impedimento(
            "En ese lugar ya hay otra publicación, que no es de esta delegación: indique otro con --destino."
        )
    almacen.escribir(f"documentos/{delegacion.documento}.json", crudo)
    almacen.escribir(RUTA_PRUEBA, prueba)
    almacen.escribir(LLAVE_INSTITUTO, f"{instituto.vkey}\n".encode())
    firmante = FirmanteDeNodo(delegacion.llave, aqui)
    Registro(almacen, firmante, llave_en=LLAVE_NODO).agregar(delegacion.hoja)  # the log begins with it
    return firmante, parcial


def _abrir(archivo: bytes) -> tuple[bytes, bytes]:
    """(proof, document) of the file that the centre made."""
    try:
        dicho = leer_json(archivo)
        if dicho["formato"] != FORMATO:
            raise KeyError
        return str(dicho["prueba"]).encode(), canonico(dicho["documento"])
    except (NoCanonico, KeyError, TypeError):
        raise Impedimento("El archivo no es una delegación de «prep operacion delegar», o se dañó.") from None


def _comprobar(prueba: bytes, aqui: NodoLocal) -> tuple[Delegacion, LlavePublica]:
    """The delegation, of this institute and to this machine, and the institute's key by its name."""
    quien = instalacion()
    try:
        instituto = LlavePublica(origen_de_prueba(prueba), FIRMA, bytes(quien.llave))
        delegacion = leer_delegacion(prueba, (instituto,))
    except ErrorEmision as error:
        raise Impedimento(f"La delegación no es del instituto de esta instalación: {error}.") from None
    campos = delegacion.campos
    if (campos["proceso"], campos["modo"]) != (quien.proceso, quien.modo):
        raise Impedimento(f"La delegación es para {campos['proceso']}, {campos['modo']}: aquí es otro proceso.")
    if (delegacion.nodo, campos["llave"]) != (aqui.nodo, aqui.publica.hex()):
        raise Impedimento(f"La delegación es para el nodo «{delegacion.nodo}» y este equipo es «{aqui.nodo}».")
    return delegacion, instituto


# --- at the centre, afterwards ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reconocido:
    """`nodo`, what it emitted until then (`actas`), and which of them the institute publishes otherwise, and why."""

    acto: Acto
    nodo: str
    nombre: str
    actas: int
    otras: dict[str, str]


def reconocer(p: Publicador, hora: datetime, lector: Lector) -> Reconocido:
    """Sign where the log of a node was, once everything that it published is published here.

    Of each acta that reads otherwise in the last corte the document says why: `en_conflicto`, two readings verified; or
    `superada`, another one was verified later. Raises `ActoImposible`; nothing is signed.
    """
    politica = Politica((p.registro.firmante.llave,))
    nodo = verificar(lector, Opciones(politica, todo=True))
    if nodo.codigo:
        raise ActoImposible(nodo.veredicto)
    if nodo.delegacion is None or nodo.historia is None:
        raise ActoImposible("Eso no es lo que publicó un nodo: es la publicación del instituto.")
    centro = verificar(p.almacen, Opciones(politica, imagenes=False))
    if centro.codigo or centro.corte is None or centro.historia is None:
        raise ActoImposible(f"Antes hay que arreglar lo que publica el instituto: {centro.veredicto}")
    quien, punto = nodo.delegacion.nodo, nodo.historia.punto
    if nodo.delegacion.hoja not in centro.historia.hojas:
        raise ActoImposible(f"La delegación con que publicó «{quien}» no está en el registro de aquí.")
    suyos = [h for _, h in centro.hojas if h["tipo"] == "punto_de_nodo" and h["nodo"] == quien]
    for h in suyos:
        if h["delegacion"] == nodo.delegacion.documento and (
            h["hojas"] > punto.tamano or nodo.historia.arbol.raiz(h["hojas"]).hex() != h["raiz"]
        ):
            raise ActoImposible(
                f"«{quien}» mostró dos historias: el {h['hora']} se reconocieron {h['hojas']} hojas suyas y esta "
                "publicación no empieza por ellas. No se firmó nada: guarde las dos."
            )
    publico = nodo.lecturas[max(nodo.lecturas)]
    distintas = list(diferentes(centro.lecturas[centro.corte], publico))
    if faltan := [suya.clave for suya, otra in distintas if otra is None]:
        raise ActoImposible(
            f"El corte {centro.corte} no trae {len(faltan)} de las actas que publicó «{quien}» "
            f"({', '.join(faltan[:3])}): reciba sus hechos («prep nodo enviar» ahí o «prep lote importar» aquí), "
            "publique un corte y repita esto."
        )
    claves = [suya.clave for suya, _ in distintas]
    en_conflicto = set(Acta.objects.filter(clave__in=claves, conflicto__gt=0).values_list("clave", flat=True))
    otras = {c: "en_conflicto" if c in en_conflicto else "superada" for c in claves}
    campos: dict[str, Any] = {
        "nodo": quien,
        "delegacion": nodo.delegacion.documento,
        "hojas": punto.tamano,
        "raiz": punto.raiz.hex(),
    }
    contenido = {
        **campos,
        "punto": nodo.historia.firmado.nota.escribir().decode(),
        "corte": centro.corte,
        "actas": len(publico),
        "otras": [{"acta": c, "porque": porque} for c, porque in sorted(otras.items())],
    }
    documento = documentar(p, "punto_de_nodo", hora, contenido)
    posicion = agregar_hoja(p, "punto_de_nodo", hora, **campos, documento=documento)
    acto = Acto("punto_de_nodo", posicion, documento)
    return Reconocido(acto, quien, nodo.parcial or quien, len(publico), otras)

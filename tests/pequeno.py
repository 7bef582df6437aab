"""A small drill, published for real: designed, sealed, played, closed and opened."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
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
from prep.comprobacion.documentos import ruta_de_imagen
from prep.dominio.comun.hecho import Hecho
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.corte import hacer_corte
from prep.publicacion.publicador import Portal, Publicador
from prep.sede import actos
from prep.simulacro.diseno import disenar
from prep.simulacro.noche import ActaSimulada, Noche
from prep.simulacro.sello import abrir, sellar
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import canonico, leer_canonico, leer_json
from prep.transparencia.hojas import escribir_hoja, leer_hoja
from prep.transparencia.nota import FIRMA, LlavePrivada
from prep.transparencia.registro import Registro, leer_historia

CIERRE = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo("America/Mexico_City"))
MEDIA = CIERRE + timedelta(hours=6)
FIN = CIERRE + timedelta(hours=20)
LLAVE = LlavePrivada("instituto.example/prep/simulacro", FIRMA, b"\2" * 32)


@dataclass
class Plan:
    """What goes otherwise than well. `vivir`: facts of an acta that do happen; `tarde`: those among them, of before the
    middle of the night, that arrive after it; `papel`: changes the truth before it is sealed; `portal`: what draws its
    pages, if it has any."""

    vivir: Callable[[ActaSimulada], list[Hecho]] = lambda a: a.hechos
    tarde: Callable[[ActaSimulada], list[Hecho]] = lambda a: []
    papel: Callable[[dict[str, Any], list[ActaSimulada]], None] = lambda doc, actas: None
    portal: Portal | None = None


class UnaPagina:
    """The smallest portal: a page of each corte, the root's, and a style that all share."""

    def dibujos(self, corte: Mapping[str, Any]) -> list[list[tuple[str, bytes]]]:
        return [[("pagina.html", _numero(corte))]]

    def recursos(self, corte: Mapping[str, Any]) -> list[tuple[str, bytes]]:
        return [("estilo.css", b"p {}")]

    def portada(self, corte: Mapping[str, Any]) -> list[tuple[str, bytes]]:
        return [("index.html", _numero(corte))]


def redibujar(corte: Mapping[str, Any]) -> dict[str, bytes]:
    """The same, for whoever checks."""
    portal = UnaPagina()
    de_raiz = {f"/{r}": d for r, d in (*portal.recursos(corte), *portal.portada(corte))}
    return dict(portal.dibujos(corte)[0]) | de_raiz


def actas_en(imagen: bytes, publicada: str) -> set[str]:
    """Which acta one of its pictures shows, which no camera took."""
    return {imagen.decode().partition(":")[2]} - {""}


def _numero(corte: Mapping[str, Any]) -> bytes:
    manifiesto = corte["corte.json"]  # as it is made, or as it was published
    return f"<p>Corte {(json.loads(manifiesto) if isinstance(manifiesto, bytes) else manifiesto)['corte']}</p>".encode()


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
    almacen, nodo = AlmacenCarpeta(carpeta / "publicacion"), nodo_local(carpeta / "llaves")
    evidencia = AlmacenCarpeta(carpeta / "evidencia", privado=True)
    almacen.escribir("llaves/instituto.vkey", f"{LLAVE.llave.vkey}\n".encode())
    p = Publicador(
        proceso, info, almacen, Modo.SIMULACRO, LLAVE, nodo=nodo, evidencia=evidencia, procesos=1, portal=plan.portal
    )
    diseno = disenar(proceso, info, 11, sal="5a" * 32)
    noche = Noche(proceso, info, CIERRE, 11, votos=diseno.votos)
    raiz = NodoInstituto(LLAVE, LLAVE.llave.publica)
    fundar_instalacion(proceso.clave, "simulacro", raiz, nodo, noche.cargos, CIERRE, telefonos=noche.telefonos)
    actas = list(noche.actas())
    doc = leer_canonico(diseno.datos)
    plan.papel(doc, actas)
    verdad = canonico(doc)
    actos.aprobar(p, CIERRE, next(q.persona for q in info.personas if q.rol == actos.APRUEBA))
    actos.puesta_en_ceros(p, CIERRE)
    sellar(p, CIERRE, verdad)
    for acta in actas:  # its picture is named by these bytes
        datos = f"{proceso.clave}:{acta.esperada.clave}".encode()
        evidencia.escribir(ruta_de_imagen(hashlib.sha256(datos).hexdigest()), datos)
    hechos = sorted((h for a in actas for h in plan.vivir(a)), key=lambda h: h.hora)
    tarde = {h.id for a in actas for h in plan.tarde(a)}
    antes = [h for h in hechos if h.hora < MEDIA and h.id not in tarde]
    anotar(antes, nodo, MEDIA, noche.telefonos)
    hacer_corte(p, MEDIA)
    anotar([h for h in hechos if h not in antes], nodo, FIN, noche.telefonos)
    if cerrar:
        actos.cierre(p, FIN)
        abrir(p, FIN, verdad)
    else:
        hacer_corte(p, FIN)
    return Simulacro(carpeta / "publicacion", verdad, actas)


Alterar = Callable[[int, dict[str, Any]], None]
"""Receives the number of a corte and an acta of it, as published, to change it in place."""


def falsear(
    s: Simulacro, destino: Path, alterar: Alterar, sellar: Sequence[bytes] = (), sin: Sequence[str] = (), fuera: int = 0
) -> Path:
    """The same night with other actas, listed, chained and signed by the institute as if nothing. `sellar`: the truths
    that it seals, if not its own; `sin`: files that no corte has; `fuera`: sheets out of catalogue
    that each counts."""
    shutil.copytree(s.publicacion, destino)
    hojas = leer_historia(Carpeta(destino), [LLAVE.llave]).hojas
    for vieja in ("tile", "puntos"):
        shutil.rmtree(destino / vieja)
    (destino / "checkpoint").unlink()
    registro = Registro(AlmacenCarpeta(destino), LLAVE)
    anterior = None
    for h in map(leer_hoja, hojas):
        del h["formato"]
        if h["tipo"] == "verdad_sellada":
            for verdad in sellar or [s.verdad]:
                registro.agregar(escribir_hoja(**h | {"compromiso": hashlib.sha256(verdad).hexdigest()}))
            continue
        if h["tipo"] == "corte":
            anterior = h["manifiesto"] = _falsear_corte(destino / h["ruta"], h["corte"], anterior, alterar, sin, fuera)
            (destino / "ultimo.json").write_bytes(
                canonico({k: h[k] for k in ("proceso", "corte", "hora", "modo", "ruta", "manifiesto")})
            )
        registro.agregar(escribir_hoja(**h))
    return destino


def _falsear_corte(
    carpeta: Path, corte: int, anterior: str | None, alterar: Alterar, sin: Sequence[str], fuera: int
) -> str:
    manifiesto = leer_json((carpeta / "corte.json").read_bytes())
    for ruta in sin:
        (carpeta / ruta).unlink()
    manifiesto["archivos"] = [a for a in manifiesto["archivos"] if a["ruta"] not in sin]
    for a in manifiesto["archivos"]:
        if "/demarcacion/" in a["ruta"]:
            doc = leer_json((carpeta / a["ruta"]).read_bytes())
            for casilla in (c for seccion in doc["secciones"] for c in seccion["casillas"]):
                for acta in casilla["actas"]:
                    alterar(corte, acta)
                casilla["actas"] = [acta for acta in casilla["actas"] if acta]
        elif fuera and a["ruta"].endswith("/resumen.json"):
            doc = leer_json((carpeta / a["ruta"]).read_bytes())
            doc["estadistica"]["actas_fuera_catalogo"] += fuera
        else:
            continue
        datos = json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()
        (carpeta / a["ruta"]).unlink()
        (carpeta / a["ruta"]).write_bytes(datos)
        a |= {"bytes": len(datos), "sha256": hashlib.sha256(datos).hexdigest()}
    datos = canonico(manifiesto | {"anterior": anterior})
    (carpeta / "corte.json").write_bytes(datos)
    return hashlib.sha256(datos).hexdigest()

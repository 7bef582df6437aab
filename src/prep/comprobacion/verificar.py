"""Check a publication from outside: signatures, history, closure, figures and images. Trusts nothing it reads.

The result is an `Informe`; nothing here raises for what a publication may contain. Before it accuses it looks again:
a site may be changing from one corte to the next.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from prep.comprobacion.actos import revisar_actos
from prep.comprobacion.cifras import Anterior, Archivos, Contexto, es_fijo, leer_documento, revisar_cifras
from prep.comprobacion.comprobado import Comprobado
from prep.comprobacion.corte_publicado import leer_archivo, revisar_archivos, revisar_imagenes, revisar_sitio
from prep.comprobacion.documentos import ruta_de_imagen
from prep.comprobacion.informe import Informe
from prep.comprobacion.parcial import (
    Casillas,
    contrastar,
    delegacion_de,
    publicadas,
    revisar_alcance,
    revisar_delegacion,
    revisar_reconocidos,
)
from prep.comprobacion.recalculo import Fila, NoCuadra
from prep.comprobacion.redibujo import Redibujar, revisar_paginas
from prep.comprobacion.registro import (
    Cortes,
    Recuerdo,
    firman,
    leer_hojas,
    leer_manifiestos,
    politica_de,
    revisar_llave_del_sitio,
    revisar_quorum,
    revisar_sellos,
    revisar_teselas,
)
from prep.comprobacion.sitio import MAXIMO_PAGINA, leer_sitio
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.canonico import NoCanonico, leer_canonico
from prep.transparencia.delegacion import LLAVE_NODO, RUTA_PRUEBA, Delegacion
from prep.transparencia.emisor import PUNTERO
from prep.transparencia.errores import ErrorEmision, causa
from prep.transparencia.manifiesto import Archivo, Manifiesto
from prep.transparencia.nota import LlavePublica
from prep.transparencia.politica import Politica
from prep.transparencia.registro import (
    LLAVE_INSTITUTO,
    MAXIMO_PUNTO,
    Historia,
    leer_historia,
)
from prep.transparencia.vigencia import firmantes_de_siempre


@dataclass(frozen=True)
class Opciones:
    """What to look at. `politica`: keys and quorum obtained elsewhere; without it, those of the site itself.
    `recordar`: where what was seen is kept, and beside it what was computed: of what is the same nothing is computed
    again, unless `de_nuevo`."""

    politica: Politica | None = None
    recordar: Path | None = None
    de_nuevo: bool = False
    imagenes: bool = True
    todo: bool = False  # every corte's files and figures, not only the last one's
    modo: str | None = None  # demand that the corte be of this mode
    espera: float = 2.0  # seconds before looking again at a site that may be changing
    redibujar: Redibujar | None = None  # draws the pages again, where the product is at hand
    nodos: Sequence[Lector] = ()  # publications of nodes, to be held against this one


VUELTAS = 3
PARCIAL = "copia_parcial.txt"
"""In a copy made to check one corte (`verifica.html` makes them): it has neither images nor the files of old cortes."""


def verificar(lector: Lector, opciones: Opciones | None = None) -> "Verificado":
    """Check everything the options ask for."""
    o = opciones or Opciones()
    for vuelta in range(VUELTAS):
        antes = _cabezas(lector)
        informe = _verificar(lector, o)
        if informe.codigo != 1:
            break
        # Look again before accusing: at once if it was changing, once more if it may be about to.
        time.sleep(o.espera)
        if _cabezas(lector) == antes and (vuelta or isinstance(lector, Carpeta)):
            break
    de_nodo = replace(o, politica=Politica(informe.llaves), recordar=None, todo=True, nodos=())
    nodos = o.nodos if informe.llaves else ()  # nothing to hold them against
    contrastar(informe, [verificar(nodo, de_nodo) for nodo in nodos])
    if informe.codigo == 0 and o.recordar and informe.recuerdo is not None:
        try:
            informe.recuerdo.escribir(o.recordar)
            if informe.comprobado is not None:
                informe.comprobado.escribir(_calculado(o.recordar))
            informe.bien("memoria", f"se recordó este punto de control en {o.recordar}")
        except OSError as e:
            informe.sin_comprobar("memoria", f"no se pudo guardar {o.recordar}: {causa(e)}")
    return informe


def _cabezas(lector: Lector) -> tuple[bytes | None, ...]:
    """What a switch changes; nothing where it cannot be read, which is for `_verificar` to say."""
    try:
        return tuple(lector.leer(r, MAXIMO_PUNTO) for r in (PUNTERO, "checkpoint"))
    except ErrorEmision:
        return ()


def _verificar(lector: Lector, o: Opciones) -> "Verificado":
    informe = Verificado()
    try:
        politica = politica_de(lector, o.politica, informe)
        instituto = politica.registros
        informe.delegacion = delegacion_de(lector, instituto)
        if informe.delegacion is not None:
            politica = Politica((informe.delegacion.llave,))
        informe.historia = historia = leer_historia(lector, politica.registros, politica.testigos.values())
        informe.bien("registro", f"{historia.punto.tamano} hojas bajo la raíz firmada por «{historia.punto.origen}»")
        if informe.delegacion is None:
            revisar_llave_del_sitio(lector, historia, informe)
            instituto = tuple(firmantes_de_siempre(historia.hojas, instituto))
        informe.llaves = instituto
        revisar_quorum(historia, politica, o.politica is not None, informe)
        recuerdo = Recuerdo.leer(o.recordar)
        if recuerdo:
            recuerdo.comparar(historia, informe)
        revisar_teselas(lector, historia, politica, informe)
        revisar_sellos(lector, historia, informe)
        cortes = leer_hojas(historia, informe)
        _puntero(lector, cortes, o, informe)
        leer_manifiestos(lector, cortes, informe)
        es_parcial = informe.delegacion is not None
        informe.hojas, informe.manifiestos = cortes.todas, cortes.manifiestos
        informe.documentos = revisar_actos(lector, cortes.todas, cortes.manifiestos, informe, es_parcial)
        casillas = revisar_delegacion(informe)
        revisar_reconocidos(informe)
        _contenido(lector, cortes, o, casillas, _de_antes(o, recuerdo, cortes, informe), informe)
        _sin_firmar(lector, cortes, informe)
        informe.recuerdo = Recuerdo(historia.punto, firman(historia))
    except ErrorEmision as e:
        informe.tropiezo("registro", e)
    except (RecursionError, MemoryError):
        informe.mal("registro", "un archivo está anidado sin fin o no cabe en este equipo")
    return informe


def _calculado(recordar: Path) -> Path:
    """Where what was computed is kept, beside what was seen."""
    return recordar.with_name(recordar.name + ".cifras")


def _de_antes(o: Opciones, recuerdo: Recuerdo | None, cortes: Cortes, informe: "Verificado") -> Comprobado | None:
    """What was computed of an earlier corte of this log, where only the last one's figures are asked for."""
    if recuerdo is None or o.recordar is None or o.de_nuevo or o.todo or o.nodos or informe.delegacion is not None:
        return None
    antes = Comprobado.leer(_calculado(o.recordar))
    esta = antes is not None and (antes.corte, antes.manifiesto) in {
        (h["corte"], h["manifiesto"]) for h in cortes.hojas
    }
    return antes if esta else None


@dataclass
class Verificado(Informe):
    """What came of a publication, and what it takes to hold another one against it. `delegacion`: whose it is, where it
    is a node's; `llaves`: the institute's, now and before; `hojas` and `documentos`: the acts; `lecturas`: the actas
    that the last corte publishes, where its table was read whole, and of a node every corte computed; `comprobado`:
    what was computed of the last one, to be remembered."""

    recuerdo: "Recuerdo | None" = None
    historia: Historia | None = None
    delegacion: Delegacion | None = None
    llaves: tuple[LlavePublica, ...] = ()
    hojas: Sequence[tuple[int, Mapping[str, Any]]] = ()
    documentos: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    manifiestos: Mapping[int, Manifiesto] = field(default_factory=dict)
    lecturas: dict[int, dict[str, Fila]] = field(default_factory=dict)
    comprobado: Comprobado | None = None


def _puntero(lector: Lector, cortes: Cortes, o: Opciones, informe: Informe) -> None:
    """`ultimo.json` against the last corte of the log."""
    if not cortes.hojas:
        return
    ultima = cortes.hojas[-1]
    if o.modo and ultima["modo"] != o.modo:
        informe.mal("modo", f"el corte es de {ultima['modo']} y no de {o.modo}")
    datos = lector.leer(PUNTERO, 10_000)
    if datos is None:
        informe.mal("puntero", f"falta {PUNTERO}")
        return
    debe = {k: ultima[k] for k in ("proceso", "corte", "hora", "modo", "ruta", "manifiesto")}
    try:
        dicho = leer_canonico(datos)
        numero = dicho["corte"]
        if type(numero) is not int:
            raise NoCanonico(PUNTERO)
    except (NoCanonico, KeyError, TypeError):
        informe.mal("puntero", f"{PUNTERO} no tiene la forma que debe")
        return
    if dicho == debe:
        informe.bien("puntero", f"{PUNTERO} apunta al último corte firmado")
    elif numero > ultima["corte"]:
        informe.mal("puntero", f"{PUNTERO} anuncia el corte {numero}, que nadie ha firmado")
    else:
        informe.mal("puntero", f"{PUNTERO} muestra otra cosa que el último corte firmado, el {ultima['corte']}")


def _contenido(
    lector: Lector, cortes: Cortes, o: Opciones, casillas: Casillas, antes: Comprobado | None, informe: "Verificado"
) -> None:
    """Files of every corte in a folder (of the last one on the web, unless `todo`); figures and images of the last.
    `antes`: of what was right then, only what is not the same is looked at."""
    parcial = isinstance(lector, Carpeta) and (lector.carpeta / PARCIAL).exists()
    todo = o.todo and not parcial
    entero = todo or (isinstance(lector, Carpeta) and not parcial)
    previo: _Firmados | None = None
    anteriores: list[Anterior] = []
    primero: Callable[[], Archivos | None] | None = None
    imagenes = {ruta_de_imagen(i) for i in antes.revisadas} if antes is not None and o.imagenes else set[str]()
    if imagenes:
        informe.no_recalculado(
            "imágenes vistas antes", f"{len(imagenes):,} no se leyeron otra vez (con --de-nuevo, sí)"
        )
    sin_cifras = vistos = 0
    for h in cortes.hojas:
        m = cortes.manifiestos.get(h["corte"])
        if m is None:
            continue
        ultimo = h is cortes.hojas[-1]
        cifras = ultimo or todo
        visto = antes is not None and m.corte <= antes.corte and not ultimo
        firmados = _Firmados(lector, h["ruta"], m)
        if ultimo or (entero and not visto):
            guardar = None if cifras else firmados.hacen_falta(primero is None)
            firmados.leidos = revisar_archivos(lector, h["ruta"], m, informe, guardar)
        vistos += visto
        if not cifras:
            sin_cifras += 1
        else:
            contexto = Contexto(primero, tuple(anteriores), previo.json("avance.json") if previo else None)
            recordar = ultimo and o.recordar is not None and informe.delegacion is None
            revisado = revisar_cifras(firmados.leidos, m, contexto, informe, antes, recordar)
            if ultimo:
                revisar_sitio(lector, firmados.leidos, m, lambda: _sitios(lector, cortes), informe)
            if revisado is not None:
                if ultimo or informe.delegacion is not None:
                    informe.lecturas[m.corte] = publicadas(revisado.bases.values(), informe.lecturas.get(m.corte - 1))
                revisar_alcance(m, revisado.bases.values(), casillas, informe)
                miradas = revisar_imagenes(lector, revisado, m, informe, o.imagenes, imagenes)
                revisar_paginas(firmados.leidos, m, o.redibujar, informe)
                if revisado.comprobado is not None:
                    informe.comprobado = replace(revisado.comprobado, imagenes=miradas)
        if ultimo:
            break
        if primero is None:
            primero = cache(partial(_primero, firmados, informe))
        anteriores.append(Anterior(m, firmados.resumenes() if entero and not visto else None))
        previo = firmados
    como = "esta copia no los trae" if parcial else "con --todo, sí"
    if vistos and entero:
        como_antes = f"los de {vistos} se comprobaron antes y no se leyeron otra vez (con --de-nuevo, sí)"
        informe.no_recalculado("archivos de cortes anteriores", como_antes)
    elif sin_cifras and not entero:
        informe.no_recalculado("archivos de cortes anteriores", f"los de {sin_cifras} no se miraron ({como})")
    if sin_cifras:
        informe.no_recalculado("cortes anteriores", f"las cifras de los anteriores, que son {sin_cifras} ({como})")


@dataclass
class _Firmados:
    """The files of a corte, as signed: those already read, and the others when they are asked for."""

    lector: Lector
    ruta: str
    m: Manifiesto
    leidos: Archivos = field(default_factory=dict)

    @staticmethod
    def hacen_falta(primero: bool) -> Callable[[str], bool]:
        """What later cortes are held against, out of a corte whose figures are not computed."""
        return lambda r: r == "avance.json" or r.endswith("/resumen.json") or (primero and es_fijo(r))

    def leer(self, a: Archivo) -> bytes:
        return self.leidos[a.ruta] if a.ruta in self.leidos else leer_archivo(self.lector, self.ruta, a)

    def json(self, ruta: str) -> Any:
        """A document; None where it is not there as signed (said with the files of its corte)."""
        for a in self.m.archivos:
            if a.ruta == ruta:
                with contextlib.suppress(ErrorEmision, NoCuadra):
                    return leer_documento({ruta: self.leer(a)}, ruta)
        return None

    def resumenes(self) -> dict[str, Any] | None:
        """The summaries, by election; None where any is not there as signed."""
        resumenes = {e: self.json(f"{e}/resumen.json") for e in self.m.todo["cuentas"]}
        return None if None in resumenes.values() else resumenes


def _primero(firmados: _Firmados, informe: Informe) -> Archivos | None:
    try:
        return {a.ruta: firmados.leer(a) for a in firmados.m.archivos if es_fijo(a.ruta)}
    except ErrorEmision as e:
        informe.tropiezo("cifras", e, "no se pudo leer el catálogo del primer corte: ")
    return None


def _sitios(lector: Lector, cortes: Cortes) -> Iterator[bytes]:
    """The signed lists of root pages of the cortes before the last, newest first."""
    for h in reversed(cortes.hojas[:-1]):
        if (datos := _sitio_de(lector, h, cortes)) is not None:
            yield datos


_CONOCIDOS = ("checkpoint", PUNTERO, "politica", LLAVE_INSTITUTO, PARCIAL)
_REVISADOS = ("tile/", "puntos/", "sellos/", "imagenes/", "documentos/")


def _sin_firmar(lector: Lector, cortes: Cortes, informe: "Verificado") -> None:
    """What a folder holds that nothing signed speaks of: nobody should take it for part of the publication."""
    if not isinstance(lector, Carpeta):
        return
    de_cortes = tuple(f"{h['ruta']}/" for h in cortes.hojas)
    conocidos = _CONOCIDOS if informe.delegacion is None else (*_CONOCIDOS, RUTA_PRUEBA, LLAVE_NODO)
    ajenos = [r for r in lector.rutas() if r not in conocidos and not r.startswith((*_REVISADOS, *de_cortes))]
    if ajenos:
        firmadas = _paginas_firmadas(lector, cortes, set(ajenos))
        ajenos = [r for r in ajenos if r not in firmadas]
    ajenos += lector.ajenos()
    if ajenos:
        nombres = ", ".join(ajenos[:4]) + ("…" if len(ajenos) > 4 else "")
        informe.aviso("sin firmar", f"{len(ajenos)} cosas que ningún corte firmado menciona: {nombres}")


def _paginas_firmadas(lector: Carpeta, cortes: Cortes, buscadas: set[str]) -> set[str]:
    """Those of the files at the root that the last corte lists, or an earlier one just as they are (share cards)."""
    firmadas: set[str] = set()
    listas = [_sitio_de(lector, h, cortes) for h in reversed(cortes.hojas)]
    for i, datos in enumerate(listas):
        with contextlib.suppress(ErrorEmision):
            for a in leer_sitio(datos) if datos else ():
                if a.ruta not in buscadas or a.ruta in firmadas:
                    continue
                suyo = None if i == 0 else lector.leer(a.ruta, MAXIMO_PAGINA)
                if i == 0 or (suyo is not None and sha256(suyo).hexdigest() == a.sha256):
                    firmadas.add(a.ruta)
        if buscadas <= firmadas:
            break
    return firmadas


def _sitio_de(lector: Lector, h: dict[str, Any], cortes: Cortes) -> bytes | None:
    m = cortes.manifiestos.get(h["corte"])
    for a in m.archivos if m else ():
        if a.ruta == "sitio.json":
            with contextlib.suppress(ErrorEmision):
                return leer_archivo(lector, h["ruta"], a)
    return None

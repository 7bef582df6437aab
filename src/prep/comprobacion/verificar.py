"""Check a publication from outside: signatures, history, closure, figures and images. Trusts nothing it reads.

The result is an `Informe`; nothing here raises for what a publication may contain. Before it accuses it looks again:
a site may be changing from one corte to the next.
"""

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from prep.comprobacion.actos import revisar_actos
from prep.comprobacion.corte_publicado import (
    Anterior,
    Archivos,
    Contexto,
    es_fijo,
    leer_archivo,
    leer_documento,
    revisar_archivos,
    revisar_cifras,
    revisar_imagenes,
    revisar_sitio,
)
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
from prep.comprobacion.sitio import MAXIMO_PAGINA, leer_sitio
from prep.transparencia import arbol
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico
from prep.transparencia.delegacion import LLAVE_NODO, RUTA_PRUEBA, Delegacion
from prep.transparencia.emisor import PUNTERO
from prep.transparencia.errores import ErrorEmision, FormatoInvalido, NoDisponible, causa
from prep.transparencia.hojas import instante, leer_hoja, modo_de_llave
from prep.transparencia.manifiesto import MAXIMO, Archivo, Manifiesto
from prep.transparencia.nota import FIRMA, LlavePublica, b64, de_b64
from prep.transparencia.politica import MAXIMO_BYTES, Politica, leer_politica
from prep.transparencia.punto import Punto, abrir_punto
from prep.transparencia.registro import (
    LLAVE_INSTITUTO,
    MAXIMO_ENTRADAS,
    MAXIMO_PUNTO,
    MAXIMO_TESELA,
    Historia,
    Teselas,
    desempacar,
    ruta_entradas,
    ruta_punto,
    ruta_tesela,
)
from prep.transparencia.sello import MAXIMO_RESPUESTA, ruta_sello, verificar_sello
from prep.transparencia.vigencia import cofirmas_vigentes, firmantes_de_siempre, leer_historia_vigente


@dataclass(frozen=True)
class Opciones:
    """What to look at. `politica`: keys and quorum obtained elsewhere; without it, those of the site itself."""

    politica: Politica | None = None
    recordar: Path | None = None
    imagenes: bool = True
    todo: bool = False  # every corte's files and figures, not only the last one's
    modo: str | None = None  # demand that the corte be of this mode
    espera: float = 2.0  # seconds before looking again at a site that may be changing
    redibujar: Redibujar | None = None  # draws the pages again, where the product is at hand
    nodos: Sequence[Lector] = ()  # publications of nodes, to be held against this one


@dataclass
class _Cortes:
    """The corte leaves of a log, in order, and the manifests that could be read."""

    hojas: list[dict[str, Any]] = field(default_factory=list)
    manifiestos: dict[int, Manifiesto] = field(default_factory=dict)
    todas: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True)
class Registro:
    """What a log says of the bitácora that its cortes come from. `llaves`: the institute's, now and before; `ceros`:
    the document of the puesta en ceros, if it is signed; `hojas`: every leaf, with its place."""

    llaves: frozenset[LlavePublica]
    manifiestos: Mapping[int, Manifiesto]
    ceros: Mapping[str, Any] | None
    hojas: Sequence[tuple[int, Mapping[str, Any]]]


def leer_registro(lector: Lector, politica: Politica | None, informe: Informe) -> Registro:
    """The log, its acts and the manifest of every corte, as signed; neither files nor figures. Raises `ErrorEmision`
    where nothing could be believed."""
    politica = _politica(lector, Opciones(politica), informe)
    historia = leer_historia_vigente(lector, politica.registros, politica.testigos.values())
    cortes = _hojas(historia, informe)
    _manifiestos(lector, cortes, informe)
    documentos = revisar_actos(lector, cortes.todas, cortes.manifiestos, informe)
    firmantes = firmantes_de_siempre(historia, politica.registros)
    return Registro(
        frozenset(ll for ll in firmantes if ll.nombre == historia.punto.origen),
        cortes.manifiestos,
        next((documentos.get(i) for i, h in cortes.todas if h["tipo"] == "puesta_en_ceros"), None),
        cortes.todas,
    )


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
        politica = _politica(lector, o, informe)
        instituto = politica.registros
        informe.delegacion = delegacion_de(lector, instituto)
        if informe.delegacion is not None:
            politica = Politica((informe.delegacion.llave,))
        informe.historia = historia = leer_historia_vigente(lector, politica.registros, politica.testigos.values())
        informe.bien("registro", f"{historia.punto.tamano} hojas bajo la raíz firmada por «{historia.punto.origen}»")
        if informe.delegacion is None:
            _llave_del_sitio(lector, historia, informe)
            instituto = tuple(firmantes_de_siempre(historia, instituto))
        informe.llaves = instituto
        _quorum(historia, politica, o, informe)
        recuerdo = _Recuerdo.leer(o.recordar)
        if recuerdo:
            recuerdo.comparar(historia, informe)
        _teselas(lector, historia, politica, informe)
        _sellos(lector, historia, informe)
        cortes = _hojas(historia, informe)
        _puntero(lector, cortes, o, informe)
        _manifiestos(lector, cortes, informe)
        es_parcial = informe.delegacion is not None
        informe.hojas, informe.manifiestos = cortes.todas, cortes.manifiestos
        informe.documentos = revisar_actos(lector, cortes.todas, cortes.manifiestos, informe, es_parcial)
        casillas = revisar_delegacion(informe)
        revisar_reconocidos(informe)
        _contenido(lector, cortes, o, casillas, informe)
        _sin_firmar(lector, cortes, informe)
        informe.recuerdo = _Recuerdo(historia.punto, _firman(historia))
    except ErrorEmision as e:
        informe.tropiezo("registro", e)
    except (RecursionError, MemoryError):
        informe.mal("registro", "un archivo está anidado sin fin o no cabe en este equipo")
    return informe


@dataclass
class Verificado(Informe):
    """What came of a publication, and what it takes to hold another one against it. `delegacion`: whose it is, where it
    is a node's; `llaves`: the institute's, now and before; `hojas` and `documentos`: the acts; `lecturas`: the actas
    that the last corte publishes, and of a node every corte computed."""

    recuerdo: "_Recuerdo | None" = None
    historia: Historia | None = None
    delegacion: Delegacion | None = None
    llaves: tuple[LlavePublica, ...] = ()
    hojas: Sequence[tuple[int, Mapping[str, Any]]] = ()
    documentos: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    manifiestos: Mapping[int, Manifiesto] = field(default_factory=dict)
    lecturas: dict[int, dict[str, Fila]] = field(default_factory=dict)


def _llave_del_sitio(lector: Lector, historia: Historia, informe: Informe) -> None:
    """The key that the site offers to whoever has no other, against the one that signs."""
    datos = lector.leer(LLAVE_INSTITUTO, 1000)
    firman = {f.llave.vkey for f in historia.firmado.firmas}
    if datos is not None and datos.decode("utf-8", "replace").strip() not in firman:
        informe.aviso("llaves", f"{LLAVE_INSTITUTO} no es la llave que firma este registro: no la use")


def _politica(lector: Lector, o: Opciones, informe: Informe) -> Politica:
    if o.politica is not None:
        if not o.politica.registros:
            raise NoDisponible("la política que se dio no nombra la llave de ningún registro (línea «log»)")
        return o.politica
    datos = lector.leer("politica", MAXIMO_BYTES)
    vkey = lector.leer(LLAVE_INSTITUTO, 1000)
    if vkey is not None and b"+" not in vkey:
        vkey = None  # some hosts answer something for whatever they do not have
    if datos is None and vkey is None:
        raise NoDisponible("no hay llave con qué comprobar: ni --politica, ni «politica» ni «llaves/instituto.vkey»")
    informe.aviso(
        "llaves",
        "las llaves se tomaron del propio sitio: compárelas con las que el instituto publicó por otro medio"
        " o use --politica",
    )
    propias = (_vkey(vkey),) if vkey is not None else ()
    if datos is None:
        return Politica(propias)
    politica = leer_politica(datos)
    return politica if politica.registros else Politica(propias, politica.testigos, politica.grupos, politica.quorum)


def _vkey(datos: bytes) -> LlavePublica:
    try:
        llave = LlavePublica.leer(datos.decode("utf-8"))
    except UnicodeDecodeError as e:
        raise FormatoInvalido(f"{LLAVE_INSTITUTO} no es una llave") from e
    if llave.tipo != FIRMA:
        raise FormatoInvalido(f"{LLAVE_INSTITUTO} no es una llave para firmar el registro")
    return llave


def _quorum(historia: Historia, politica: Politica, o: Opciones, informe: Informe) -> None:
    firmado = cofirmas_vigentes(historia.firmado, historia.hojas)
    for f in firmado.cofirmas:
        cuando = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(min(f.hora or 0, 253402300799)))
        informe.bien("cofirmas", f"{f.llave.nombre} cofirmó el {cuando}")
    if politica.cumple(firmado):
        informe.bien("política", politica.descripcion())
    elif o.politica is not None:
        informe.mal("política", f"faltan cofirmas: {politica.descripcion()}")
    else:
        informe.aviso("política", f"todavía faltan cofirmas: {politica.descripcion()}")


def _teselas(lector: Lector, historia: Historia, politica: Politica, informe: Informe) -> None:
    """The published tiles against the tree; in a folder, every file of the log, current or past."""
    n, antes = historia.punto.tamano, informe.tropiezos
    publicadas = Teselas(lector, n)
    for nivel, numero, _ in arbol.teselas(0, n):
        _comparar_tesela(historia, nivel, numero, publicadas.tesela(nivel, numero), informe)
    if isinstance(lector, Carpeta):
        llaves = firmantes_de_siempre(historia, politica.registros), politica.testigos.values()
        for ruta in (*lector.rutas("tile"), *lector.rutas("puntos")):
            _archivo_del_registro(lector, ruta, historia, llaves, informe)
    if informe.tropiezos == antes:
        informe.bien("teselas", "los archivos del registro son los de su árbol")


def _comparar_tesela(historia: Historia, nivel: int, numero: int, datos: bytes, informe: Informe) -> None:
    alto = arbol.ALTO * nivel
    for i in range(0, len(datos), 32):
        indice = numero * arbol.ANCHO + i // 32
        if (indice + 1) << alto > historia.punto.tamano:
            return  # a tile written for a checkpoint that is not signed yet
        if datos[i : i + 32] != historia.arbol.nodos(alto, indice):
            informe.mal("teselas", f"la tesela {nivel}/{numero} no corresponde al árbol firmado")
            return


def _archivo_del_registro(
    lector: Lector, ruta: str, historia: Historia, llaves: tuple[Iterable[LlavePublica], ...], informe: Informe
) -> None:
    partes = ruta.split("/")
    n = historia.punto.tamano
    try:
        datos = lector.leer(ruta, MAXIMO_PUNTO if partes[0] == "puntos" else MAXIMO_ENTRADAS) or b""
        if partes[0] == "puntos":
            firmado = abrir_punto(datos, *llaves)
            tamano = firmado.punto.tamano
            if ruta != ruta_punto(tamano):
                raise FormatoInvalido(f"{ruta} es de {tamano} hojas")
            if tamano <= historia.punto.tamano and historia.arbol.raiz(tamano) != firmado.punto.raiz:
                raise FormatoInvalido(f"{ruta} está firmado y es de otra historia: el instituto firmó dos")
            return
        ancho = int(partes.pop()) if partes[-2].endswith(".p") else arbol.ANCHO
        numero = int("".join(p.removeprefix("x").removesuffix(".p") for p in partes[2:]))
        nivel = 0 if partes[1] == "entries" else int(partes[1])
        debe = ruta_entradas(numero, ancho) if partes[1] == "entries" else ruta_tesela(nivel, numero, ancho)
        if ruta != debe or nivel > 7 or (numero * arbol.ANCHO + ancho) << (arbol.ALTO * nivel) > n + 1:
            raise FormatoInvalido(f"sobra {ruta}: el registro no tiene esas hojas")
        if partes[1] == "entries":
            hojas = desempacar(datos, ancho)
            firmadas = list(historia.hojas[numero * arbol.ANCHO :][:ancho])
            if hojas[: len(firmadas)] != firmadas or len(datos) < sum(len(h) + 2 for h in firmadas):
                raise FormatoInvalido(f"{ruta} no trae las hojas firmadas")
        elif len(datos) != 32 * ancho or len(datos) > MAXIMO_TESELA:
            raise FormatoInvalido(f"{ruta} no mide lo que debe")
        else:
            _comparar_tesela(historia, nivel, numero, datos, informe)
    except ErrorEmision as e:
        informe.tropiezo("teselas", e)
    except (ValueError, IndexError):
        informe.mal("teselas", f"{ruta} no es un archivo del registro")


def _sellos(lector: Lector, historia: Historia, informe: Informe) -> None:
    """Dated stamps, if there are any: each over the checkpoint its name says. Whose certificate signs it is for whoever
    knows the authority."""
    rutas = list(lector.rutas("sellos")) if isinstance(lector, Carpeta) else [ruta_sello(historia.punto.tamano)]
    for ruta in rutas:
        try:
            datos = lector.leer(ruta, MAXIMO_RESPUESTA)
            if datos is None or (datos[:1] != b"\x30" and not isinstance(lector, Carpeta)):
                continue  # it is optional: on the web, only what looks like a stamp is one
            numero = re.fullmatch(r"sellos/([0-9]{6,15})\.tsr", ruta)
            tamano = int(numero[1]) if numero else 0
            if not 1 <= tamano <= historia.punto.tamano or ruta != ruta_sello(tamano):
                raise FormatoInvalido(f"{ruta} no es de ningún punto de control firmado")
            texto = Punto(historia.punto.origen, tamano, historia.arbol.raiz(tamano)).texto()
            sello = verificar_sello(datos, texto)
        except NoDisponible as e:  # nothing hangs on it
            informe.aviso("sellos", str(e))
        except ErrorEmision as e:
            informe.mal("sellos", f"{ruta}: {e}")
        else:
            hora = f"{sello.hora:%Y-%m-%d %H:%M:%S} UTC"
            informe.aviso(
                "sellos",
                f"{tamano} hojas existían el {hora}, según «{sello.autoridad}»; su certificado no se comprobó: hágalo"
                " con openssl y el que esa autoridad publica",
            )


def _hojas(historia: Historia, informe: Informe) -> _Cortes:
    """Read the leaves: one process, time that does not go back, cortes one after another."""
    cortes, proceso, hora = _Cortes(), None, ""
    for i, dato in enumerate(historia.hojas):
        try:
            h = leer_hoja(dato)
        except ErrorEmision as e:
            informe.mal("hojas", f"hoja {i}: {e}")
            continue
        proceso = proceso or h["proceso"]
        if h["proceso"] != proceso:
            informe.mal("hojas", f"hoja {i}: es del proceso «{h['proceso']}» en el registro de «{proceso}»")
        cortes.todas.append((i, h))
        if cortes.hojas and h["modo"] != cortes.hojas[0]["modo"]:
            informe.mal("hojas", f"hoja {i}: es de {h['modo']} en un registro de {cortes.hojas[0]['modo']}")
        if h["tipo"] != "corte":
            continue
        if cortes.hojas and h["corte"] != cortes.hojas[-1]["corte"] + 1:
            informe.mal("hojas", f"después del corte {cortes.hojas[-1]['corte']} sigue el {h['corte']}: falta o sobra")
        if hora and instante(h["hora"]) < instante(hora):
            informe.mal("hojas", f"el corte {h['corte']} dice una hora anterior a la del previo")
        hora = h["hora"]
        cortes.hojas.append(h)
    if not cortes.hojas:
        informe.sin_comprobar("hojas", "el registro no tiene todavía ningún corte")
    else:
        u = cortes.hojas[-1]
        informe.proceso, informe.corte, informe.hora, informe.modo = u["proceso"], u["corte"], u["hora"], u["modo"]
        _llave_del_modo(historia.punto.origen, u["modo"], informe)
    return cortes


def _llave_del_modo(nombre: str, modo: str, informe: Informe) -> None:
    """The name of a key says what it signs; one of a drill or test signs nothing else."""
    suyo = modo_de_llave(nombre)
    if suyo not in ("jornada", modo):
        informe.mal("llaves", f"la llave «{nombre}» es de {suyo} y firma cortes de {modo}")
    elif suyo != modo:
        informe.aviso("llaves", f"la llave «{nombre}» tiene nombre de jornada y firma cortes de {modo}")


def _puntero(lector: Lector, cortes: _Cortes, o: Opciones, informe: Informe) -> None:
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


def _manifiestos(lector: Lector, cortes: _Cortes, informe: Informe) -> None:
    """Every corte's manifest: the one its leaf names, chained to the one before."""
    anterior: str | None = None
    previo: Manifiesto | None = None
    antes = informe.tropiezos
    for h in cortes.hojas:
        ruta = f"{h['ruta']}/corte.json"
        try:
            datos = lector.leer(ruta, MAXIMO)
            if datos is None:
                raise FormatoInvalido(f"falta {ruta}: el corte {h['corte']} fue retirado")
            if sha256(datos).hexdigest() != h["manifiesto"]:
                raise FormatoInvalido(f"{ruta} fue reescrito: no es el que se firmó")
            m = Manifiesto.leer(datos)
            if (m.proceso, m.corte, m.hora, m.modo) != (h["proceso"], h["corte"], h["hora"], h["modo"]):
                raise FormatoInvalido(f"{ruta} no dice el proceso, corte, hora y modo de su hoja")
            if m.anterior != anterior:
                raise FormatoInvalido(f"{ruta} no continúa al corte anterior")
            cortes.manifiestos[h["corte"]] = m
            if previo is not None and (distinta := _otra_bitacora(previo, m)):
                informe.mal("manifiestos", distinta)
            previo = m
        except ErrorEmision as e:
            informe.tropiezo("manifiestos", e)
        anterior = h["manifiesto"]
    if cortes.hojas and informe.tropiezos == antes:
        informe.bien("manifiestos", f"{len(cortes.hojas)} cortes encadenados, ninguno reescrito ni retirado")


def _otra_bitacora(previo: Manifiesto, m: Manifiesto) -> str | None:
    """The bitácora only grows: fewer facts than before, or other ones in as many, are another history."""
    if m.posicion < previo.posicion:
        return (
            f"el corte {m.corte} sale de {m.posicion:,} hechos y el {previo.corte} salió de {previo.posicion:,}: "
            "la bitácora perdió hechos ya firmados"
        )
    if m.posicion == previo.posicion and m.raiz != previo.raiz:
        return (
            f"los cortes {previo.corte} y {m.corte} salen de {m.posicion:,} hechos y no son los mismos: "
            "la bitácora cambió hechos ya firmados"
        )
    return None


def _contenido(lector: Lector, cortes: _Cortes, o: Opciones, casillas: Casillas, informe: "Verificado") -> None:
    """Files of every corte in a folder (of the last one on the web, unless `todo`); figures and images of the last."""
    parcial = isinstance(lector, Carpeta) and (lector.carpeta / PARCIAL).exists()
    todo = o.todo and not parcial
    entero = todo or (isinstance(lector, Carpeta) and not parcial)
    previo: _Firmados | None = None
    anteriores: list[Anterior] = []
    primero: Archivos | None = None
    imagenes: set[str] = set()
    sin_cifras = 0
    for h in cortes.hojas:
        m = cortes.manifiestos.get(h["corte"])
        if m is None:
            continue
        ultimo = h is cortes.hojas[-1]
        cifras = ultimo or todo
        firmados = _Firmados(lector, h["ruta"], m)
        if ultimo or entero:
            guardar = None if cifras else firmados.hacen_falta(primero is None)
            firmados.leidos = revisar_archivos(lector, h["ruta"], m, informe, guardar)
        if not cifras:
            sin_cifras += 1
        else:
            contexto = Contexto(primero, tuple(anteriores), previo.json("avance.json") if previo else None)
            revisado = revisar_cifras(firmados.leidos, m, contexto, informe)
            if ultimo:
                revisar_sitio(lector, firmados.leidos, m, lambda: _sitios(lector, cortes), informe)
            if revisado is not None:
                if ultimo or informe.delegacion is not None:
                    informe.lecturas[m.corte] = publicadas(revisado.bases.values(), informe.lecturas.get(m.corte - 1))
                revisar_alcance(m, revisado.bases.values(), casillas, informe)
                revisar_imagenes(lector, revisado, m, informe, o.imagenes, imagenes)
                revisar_paginas(firmados.leidos, m, o.redibujar, informe)
        if ultimo:
            break
        if primero is None:
            primero = _primero(firmados, informe)
        anteriores.append(Anterior(m, firmados.resumenes() if entero else None))
        previo = firmados
    como = "esta copia no los trae" if parcial else "con --todo, sí"
    if sin_cifras and not entero:
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


def _sitios(lector: Lector, cortes: _Cortes) -> Iterator[bytes]:
    """The signed lists of root pages of the cortes before the last, newest first."""
    for h in reversed(cortes.hojas[:-1]):
        if (datos := _sitio_de(lector, h, cortes)) is not None:
            yield datos


_CONOCIDOS = ("checkpoint", PUNTERO, "politica", LLAVE_INSTITUTO, PARCIAL)
_REVISADOS = ("tile/", "puntos/", "sellos/", "imagenes/", "documentos/")


def _sin_firmar(lector: Lector, cortes: _Cortes, informe: "Verificado") -> None:
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


def _paginas_firmadas(lector: Carpeta, cortes: _Cortes, buscadas: set[str]) -> set[str]:
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


def _sitio_de(lector: Lector, h: dict[str, Any], cortes: _Cortes) -> bytes | None:
    m = cortes.manifiestos.get(h["corte"])
    for a in m.archivos if m else ():
        if a.ruta == "sitio.json":
            with contextlib.suppress(ErrorEmision):
                return leer_archivo(lector, h["ruta"], a)
    return None


def _firman(historia: Historia) -> list[LlavePublica]:
    """The keys of the log, not of its witnesses, that sign its head."""
    return [f.llave for f in historia.firmado.firmas if f.hora is None]


@dataclass(frozen=True)
class _Recuerdo:
    """The checkpoint seen last time and the keys that signed it, kept by whoever verifies."""

    punto: Punto
    llaves: Sequence[LlavePublica]

    @classmethod
    def leer(cls, archivo: Path | None) -> "_Recuerdo | None":
        if archivo is None:
            return None
        try:
            d = leer_canonico(archivo.read_bytes())
            punto = Punto(d["origen"], d["tamano"], de_b64(d["raiz"]))
            return cls(punto, [LlavePublica.leer(v) for v in d["llaves"]])
        except FileNotFoundError:
            return None
        except OSError as e:
            raise NoDisponible(f"no se pudo leer {archivo}: {causa(e)}") from e
        except (ValueError, KeyError, TypeError) as e:
            raise NoDisponible(f"no se entiende {archivo}; bórrelo solo si sabe por qué está dañado") from e

    def comparar(self, historia: Historia, informe: Informe) -> None:
        historia.comprobar_continuacion(self.punto)
        informe.bien("memoria", f"continúa la historia vista antes, de {self.punto.tamano} hojas")
        if not set(_firman(historia)) & set(self.llaves):
            informe.aviso("memoria", "lo firma otra llave que la vez anterior")

    def escribir(self, archivo: Path) -> None:
        d = {
            "origen": self.punto.origen,
            "tamano": self.punto.tamano,
            "raiz": b64(self.punto.raiz),
            "llaves": [ll.vkey for ll in self.llaves],
        }
        temporal = archivo.with_name(archivo.name + ".nuevo")
        temporal.write_bytes(canonico(d))
        os.replace(temporal, archivo)  # noqa: PTH105

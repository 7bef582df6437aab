"""The judge of a drill: every published acta against what was written on the paper, and every corte against itself.

It reads the sealed truth and the published files, as anybody could; it imports neither the law (`dominio`) nor the
facts (`bitacora`), so what is wrong in them is not wrong here too. Its verdict is a document
(`prep/veredicto_simulacro/1`, in docs/simulacro.md): what the report is made of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from prep.comprobacion.cifras import SIN_FORMA
from prep.comprobacion.corte_publicado import HILOS, MAXIMO_IMAGEN, leer_archivo
from prep.comprobacion.documentos import ruta_de_imagen
from prep.comprobacion.informe import Informe, Nivel
from prep.comprobacion.redibujo import Redibujar
from prep.comprobacion.registro import Registro as RegistroLeido
from prep.comprobacion.registro import leer_registro
from prep.comprobacion.verificar import Opciones, verificar
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import cuantos
from prep.simulacro.publicado import Error, Lugar, Lugares, Vista, lugares
from prep.simulacro.verdad import TOTALES, EleccionVerdadera, Empate, Verdad, leer
from prep.simulacro.veredicto import FORMATO, Doc, decir
from prep.transparencia.almacen import Lector
from prep.transparencia.canonico import NoCanonico, leer_json
from prep.transparencia.errores import ErrorEmision, FormatoInvalido
from prep.transparencia.manifiesto import Manifiesto

FASES: Final = (("acopio", "captura"), ("captura", "verificacion"), ("verificacion", "publicacion"))
IMAGENES: Final = "imágenes"
PAGINAS: Final = "páginas"
"""What the check calls its findings on them."""
_EN_ESCRIBIRSE: Final = timedelta(seconds=10)
"""From the hour that a fact bears until whoever makes a corte sees it, on a machine that many ask for."""


ActasEn = Callable[[bytes, str], Collection[str]]
"""The actas that a published picture shows; none where that cannot be read in it."""


class NoSePuedeJuzgar(Impedimento):
    """There is nothing to compare, or it is of something else; the text says what."""


@dataclass(slots=True)
class _Noche:
    """What is seen as the cortes go by."""

    verdad: Verdad
    eleccion: Mapping[str, str]
    """Of each acta that the truth knows."""
    horas: dict[int, str] = field(default_factory=dict)
    primera: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By acta, the first corte that publishes it, and when it says that it was verified."""
    malas: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By acta, the cortes in which it is wrong."""
    al_salir: dict[str, Doc] = field(default_factory=dict)
    """By acta, what was wrong the first time, and who could have seen it."""
    llegaron: dict[str, int] = field(default_factory=dict)
    """By acta, the first corte that had it as its paper asks: published, or without acta."""
    retiradas: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    """By acta, the cortes after that one that had it so no more, and what they said of it."""
    avance: list[Doc] = field(default_factory=list)
    catds: list[Counter[str]] = field(default_factory=list)
    vistas: dict[str, Vista] = field(default_factory=dict)
    """The actas of the last corte that was seen."""
    repetidas: set[str] = field(default_factory=set)
    """Images that two of them show."""
    perdidas: set[str] = field(default_factory=set)
    """Images of them that are not there."""
    muestran: dict[str, Collection[str]] = field(default_factory=dict)
    """By image that is there, the actas that it shows."""
    fuera: dict[int, int] = field(default_factory=dict)
    """By corte, how many sheets out of catalogue it counts."""
    sobran: set[str] = field(default_factory=set)
    """Actas of any corte that the truth does not know."""
    ultimo: dict[str, dict[str, Lugar]] = field(default_factory=dict)
    """By election and demarcación, the last corte."""
    proceso: Doc = field(default_factory=dict)


def juzgar(datos: bytes, lector: Lector, redibujar: Redibujar, actas_en: ActasEn) -> Doc:
    """The verdict on a publication. `datos`: the truth, as it was sealed; `redibujar`: what draws again the pages that
    people look at; `actas_en`: what reads which acta a picture is of, knowing which it was published as. `Impedimento`:
    it cannot be given."""
    verdad = leer(datos)
    comprobada = verificar(lector, Opciones(todo=True, modo=verdad.modo, redibujar=redibujar))
    try:
        registro = leer_registro(lector, None, Informe())
        if not registro.manifiestos:
            raise NoSePuedeJuzgar("La publicación no tiene todavía ningún corte.")
        _exigir_la_misma(verdad, registro)
        noche = _recorrer(verdad, lector, registro, actas_en)
        noche.perdidas = _perdidas(noche, lector, comprobada)
        return _veredicto(noche, registro, comprobada)
    except (ErrorEmision, NoCanonico) as error:
        raise NoSePuedeJuzgar(f"La publicación no se puede leer: {error}") from None
    except SIN_FORMA:
        raise NoSePuedeJuzgar(
            "La publicación no se puede leer: algún archivo no tiene la forma que debe. «prep verificar» dice: "
            f"{comprobada.veredicto}."
        ) from None


def _exigir_la_misma(verdad: Verdad, registro: RegistroLeido) -> None:
    m = next(iter(registro.manifiestos.values()))
    dice, debe = (m.todo["proceso"], m.todo["modo"]), (verdad.proceso, verdad.modo)
    if dice != debe:
        raise NoSePuedeJuzgar(f"La verdad es de {debe[0]}, {debe[1]}, y la publicación de {dice[0]}, {dice[1]}.")


# --- the cortes, one after another ------------------------------------------------------------------------------------


def _recorrer(verdad: Verdad, lector: Lector, registro: RegistroLeido, actas_en: ActasEn) -> _Noche:
    noche = _Noche(verdad, {a: clave for clave, e in verdad.elecciones.items() for a in e.actas})
    leidos: Lugares = {}
    rutas = {h["corte"]: h["ruta"] for _, h in registro.hojas if h["tipo"] == "corte"}
    for numero, m in sorted(registro.manifiestos.items()):
        noche.horas[numero] = m.todo["hora"]
        leidos = lugares(verdad, lector, rutas[numero], m, leidos)
        noche.vistas = {acta: vista for lugar in leidos.values() for acta, vista in lugar.vistas.items()}
        noche.sobran |= noche.vistas.keys() - noche.eleccion.keys()
        imagenes = Counter(v.imagen for v in noche.vistas.values() if v.imagen)
        noche.repetidas = {i for i, n in imagenes.items() if n > 1}
        _mirar_imagenes(noche, lector, actas_en)
        noche.fuera[numero] = _fuera_de_catalogo(lector, rutas[numero], m)
        for acta, vista in noche.vistas.items():
            if vista.situacion == "publicada":
                noche.primera.setdefault(acta, (numero, vista.acta.get("verificacion", "")))
            if errores := list(_errores(noche, vista)):
                noche.malas[acta].append(numero)
                if acta in noche.eleccion and acta not in noche.al_salir:
                    noche.al_salir[acta] = _lo_malo(verdad.elecciones[noche.eleccion[acta]], vista, errores)
        _anotar_llegadas(noche, numero)
        _anotar_avance(noche, numero, leidos)
    for (ruta, _), lugar in leidos.items():
        eleccion, _, id_ = ruta.removesuffix(".json").split("/")
        noche.ultimo.setdefault(eleccion, {})[id_] = lugar
    proceso = {a.ruta: a for a in m.archivos}["proceso.json"]
    noche.proceso = leer_json(leer_archivo(lector, rutas[numero], proceso))
    return noche


def _ofrecidas(noche: _Noche) -> dict[str, str]:
    """By image that the corte that was seen last offers, the acta that it is published as."""
    return {v.imagen: a for a, v in noche.vistas.items() if v.imagen and "ruta" in v.acta["imagen"]}


def _mirar_imagenes(noche: _Noche, lector: Lector, actas_en: ActasEn) -> None:
    """Those that this corte is the first to show: which actas are in them."""
    ofrecidas = _ofrecidas(noche)
    nuevas = sorted(ofrecidas.keys() - noche.muestran.keys())

    def mirar(imagen: str) -> Collection[str] | None:
        datos = _leer_imagen(lector, imagen)
        return None if datos is None else actas_en(datos, ofrecidas[imagen])

    with ThreadPoolExecutor(HILOS) as hilos:
        for imagen, actas in zip(nuevas, hilos.map(mirar, nuevas), strict=True):
            if actas is not None:  # what is not there is said with the images
                noche.muestran[imagen] = actas


def _fuera_de_catalogo(lector: Lector, ruta: str, m: Manifiesto) -> int:
    cuantas = 0
    for a in m.archivos:
        if a.ruta.endswith("/resumen.json"):
            with suppress(FormatoInvalido):  # said with the files
                cuantas += leer_json(leer_archivo(lector, ruta, a))["estadistica"]["actas_fuera_catalogo"]
    return cuantas


def _anotar_llegadas(noche: _Noche, numero: int) -> None:
    """What a corte has as its paper asks stays so: whatever opens an acta again leaves published what was."""
    for e in noche.verdad.elecciones.values():
        for acta, debe in e.actas.items():
            situacion = _situacion(noche, acta)
            if _llego(debe, situacion):
                noche.llegaron.setdefault(acta, numero)
            elif acta in noche.llegaron and situacion != "publicada":  # which of one that does not exist is wrong
                noche.retiradas[acta].append((numero, situacion))


def _situacion(noche: _Noche, acta: str) -> str:
    vista = noche.vistas.get(acta)
    return vista.situacion if vista else "no_publicada"


def _llego(debe: Sequence[Any] | str, situacion: str) -> bool:
    """Whether what the paper says came out: that there is none, or the acta."""
    return situacion == ("sin_acta" if isinstance(debe, str) else "publicada")


def _anotar_avance(noche: _Noche, numero: int, leidos: Lugares) -> None:
    cuentas = {e: {"publicadas": 0, "sin_acta": 0} for e in noche.verdad.elecciones}
    catds: Counter[str] = Counter()
    for (ruta, _), lugar in leidos.items():
        if (suya := cuentas.get(ruta.split("/")[0])) is not None:
            suya["publicadas"] += lugar.publicadas
            suya["sin_acta"] += lugar.sin_acta
            catds += lugar.catds
    noche.avance.append({"corte": numero, "hora": noche.horas[numero], "elecciones": cuentas})
    noche.catds.append(catds)


def _perdidas(noche: _Noche, lector: Lector, comprobada: Informe) -> set[str]:
    """Images of the last corte that are not there, or are not the ones signed. The check has just read them all: they
    are looked for again only where it did not say that every one was right."""
    de_imagenes = [h.nivel for h in comprobada.hallazgos if h.asunto == IMAGENES]
    if all(nivel in (Nivel.BIEN, Nivel.AVISO) for nivel in de_imagenes):
        return set()
    return {i for i in _ofrecidas(noche) if _leer_imagen(lector, i) is None}


def _leer_imagen(lector: Lector, imagen: str) -> bytes | None:
    """Its bytes; none where it is not there, or is not the one signed."""
    try:
        datos = lector.leer(ruta_de_imagen(imagen), MAXIMO_IMAGEN)
    except FormatoInvalido:
        return None
    return datos if datos is not None and sha256(datos).hexdigest() == imagen else None


def _errores(noche: _Noche, vista: Vista) -> Iterator[Error]:
    """Everything that is wrong with an acta in the corte that was seen last."""
    yield from vista.errores
    if vista.imagen in noche.repetidas:
        yield "imagen", "la misma que otra acta", "una propia"
    if vista.imagen in noche.perdidas:
        yield "imagen", "no está o no es la firmada", "la suya"
    if (muestra := noche.muestran.get(vista.imagen)) and vista.acta["clave"] not in muestra:
        yield "imagen", f"la de {', '.join(sorted(muestra))}", "la suya"


# --- the verdict ------------------------------------------------------------------------------------------------------


def _veredicto(noche: _Noche, registro: RegistroLeido, comprobada: Informe) -> Doc:
    verdad = noche.verdad
    mal, faltan = _mal(noche), _faltan(noche)
    tarde, corregidas, retiradas = list(_tarde(noche)), list(_corregidas(noche, mal)), list(_retiradas(noche))
    empates = [_empate(noche, e) for e in verdad.empates]
    problemas = list(_problemas(noche, registro, comprobada))
    orden = [e["clave"] for e in noche.proceso["elecciones"]]
    elecciones = {c: _cuenta(noche, c, verdad.elecciones[c], mal, faltan) for c in orden if c in verdad.elecciones}
    ultimo = max(registro.manifiestos)
    doc: Doc = {
        "formato": FORMATO,
        "proceso": verdad.proceso,
        "nombre": noche.proceso["nombre"],
        "institucion": noche.proceso.get("institucion", {}).get("nombre", ""),
        "modo": verdad.modo,
        "verdad": verdad.sha256,
        "sello": _sello(verdad, registro),
        "corte": ultimo,
        "hora": noche.horas[ultimo],
        "cierre": registro.manifiestos[ultimo].cierre,
        "comprobacion": {"codigo": comprobada.codigo, "veredicto": comprobada.veredicto},
        "elecciones": elecciones,
        "mal": mal,
        "faltan": faltan,
        "tarde": tarde,
        "corregidas": corregidas,
        "retiradas": retiradas,
        "empates": empates,
        "problemas": problemas,
        "incidentes": list(_incidentes(registro)),
        "avance": noche.avance,
        "catds": _catds(noche, mal, faltan),
        "fases": list(_fases(noche)),
    }
    listas = (mal, faltan, tarde, corregidas, retiradas, problemas)
    fallas = any(listas) or not all(e["igual"] for e in empates)
    doc["codigo"] = 2 if comprobada.codigo == 2 else int(fallas)
    doc["veredicto"] = decir(doc)
    return doc


def _cuenta(noche: _Noche, clave: str, e: EleccionVerdadera, mal: list[Doc], faltan: list[Doc]) -> Doc:
    existen = [v for v in e.actas.values() if not isinstance(v, str)]
    votos = sum(_suma(e, v) for a, v in e.actas.items() if not isinstance(v, str) and a not in e.no_cuentan)
    suyos = noche.ultimo.get(clave, {}).values()
    publicadas = [v for lugar in suyos for v in lugar.vistas.values() if v.situacion == "publicada"]
    contadas = [v.acta for v in publicadas if v.acta["contabilizada"] == 1]
    return {
        "nombre": e.nombre,
        "esperadas": len(e.actas),
        "existen": len(existen),
        "bien": len(existen)
        - sum(m["eleccion"] == clave and m["existe"] for m in mal)
        - sum(f["eleccion"] == clave and f["existe"] for f in faltan),
        "mal": sum(m["eleccion"] == clave for m in mal),
        "faltan": sum(f["eleccion"] == clave for f in faltan),
        "contabilizadas": len(contadas),
        "deben_contar": len(existen) - len(e.no_cuentan),
        "votos_publicados": sum(v for a in contadas for v in a["valores"]["votos"].values() if type(v) is int),
        "votos_en_papel": votos,
    }


def _suma(e: EleccionVerdadera, valores: Sequence[Any]) -> int:
    """The votes that a paper has."""
    return sum(v for c, v in zip(e.campos, valores, strict=True) if c not in TOTALES and isinstance(v, int))


def _mal(noche: _Noche) -> list[Doc]:
    """The actas that the last corte publishes wrong, and who could have seen it."""
    mal = []
    for clave, e in noche.verdad.elecciones.items():
        for acta, debe in e.actas.items():
            if (vista := noche.vistas.get(acta)) is None:
                continue
            errores = list(_errores(noche, vista))
            if errores:
                mal.append(
                    {
                        "acta": acta,
                        "eleccion": clave,
                        "catd": noche.verdad.casillas[acta[:11]],
                        "existe": not isinstance(debe, str),
                        "desde": noche.malas.get(acta, [max(noche.horas)])[0],
                        **_lo_malo(e, vista, errores),
                    }
                )
    return mal


def _lo_malo(e: EleccionVerdadera, vista: Vista, errores: Sequence[Error]) -> Doc:
    """What of a published acta is wrong, and who could have seen it."""
    campos = [{"campo": c, "dice": d, "debe": s} for c, d, s in errores]
    return {"campos": campos, "pudo": _quien_pudo(e, e.actas[vista.acta["clave"]], vista, errores)}


def _quien_pudo(e: EleccionVerdadera, debe: Sequence[Any] | str, vista: Vista, errores: Sequence[Error]) -> list[str]:
    """Who had it before their eyes: whoever compares with the picture or with the paper, whoever adds, and whoever
    looks for it."""
    if all(campo == "imagen" for campo, _, _ in errores):
        return ["cualquiera"]
    pudo = ["verificacion"]
    valores = vista.acta.get("valores")
    if valores is not None and not isinstance(debe, str):
        pudo.append("cotejo")
        if "ruta" in vista.acta["imagen"]:
            pudo.append("cualquiera_con_la_imagen")
        asentado = dict(zip(e.campos, debe, strict=True)).get("total_asentado")
        if _suma(e, debe) == asentado and valores["total_calculado"] != valores.get("total_asentado", asentado):
            pudo.append("la_suma")
    return pudo


def _faltan(noche: _Noche) -> list[Doc]:
    """What the last corte still lacks, and where each stopped."""
    faltan = []
    for clave, e in noche.verdad.elecciones.items():
        for acta, debe in e.actas.items():
            situacion = _situacion(noche, acta)
            if not _llego(debe, situacion) and not (isinstance(debe, str) and situacion == "publicada"):
                faltan.append(
                    {
                        "acta": acta,
                        "eleccion": clave,
                        "catd": noche.verdad.casillas[acta[:11]],
                        "existe": not isinstance(debe, str),
                        "situacion": situacion,
                    }
                )
    return faltan


def _tarde(noche: _Noche) -> Iterator[Doc]:
    """Actas verified before a corte that did not carry them yet: long enough before to be written when it was made."""
    horas = [(n, datetime.fromisoformat(h)) for n, h in sorted(noche.horas.items())]
    for acta, (salio, verificada) in sorted(noche.primera.items()):
        if acta in noche.vistas and acta in noche.eleccion and verificada:
            desde = datetime.fromisoformat(verificada)
            debio = next((n for n, hora in horas if hora > desde + _EN_ESCRIBIRSE), salio)
            if debio < salio:
                yield {
                    "acta": acta,
                    "eleccion": noche.eleccion[acta],
                    "verificacion": verificada,
                    "debio": debio,
                    "salio": salio,
                }


def _corregidas(noche: _Noche, mal: list[Doc]) -> Iterator[Doc]:
    """Actas that some corte published wrong, and the last one does not."""
    siguen = {m["acta"] for m in mal}
    for acta, cortes in sorted(noche.malas.items()):
        if acta not in siguen and acta in noche.eleccion:
            cual = {"acta": acta, "eleccion": noche.eleccion[acta], "desde": cortes[0], "hasta": cortes[-1]}
            yield cual | noche.al_salir[acta]


def _retiradas(noche: _Noche) -> Iterator[Doc]:
    """Actas that some corte had as their paper asks, and a later one has not, be it for a while or to the end."""
    for acta, cortes in sorted(noche.retiradas.items()):
        (desde, situacion), (hasta, _) = cortes[0], cortes[-1]
        yield {
            "acta": acta,
            "eleccion": noche.eleccion[acta],
            "salio": noche.llegaron[acta],
            "desde": desde,
            "hasta": hasta,
            "situacion": situacion,
        }


def _empate(noche: _Noche, e: Empate) -> Doc:
    votos: Counter[str] = Counter()
    for id_, lugar in noche.ultimo.get(e.eleccion, {}).items():
        if e.demarcacion is None or int(id_) == e.demarcacion:
            votos.update(lugar.votos)
    mas = max(votos.values(), default=0)
    primeras = sorted(c for c, v in votos.items() if v == mas)
    return {
        "eleccion": e.eleccion,
        "nombre": e.nombre,
        "candidaturas": list(e.candidaturas),
        "debe": e.votos,
        "publicados": [votos.get(c, 0) for c in e.candidaturas],
        "igual": mas == e.votos and primeras == sorted(e.candidaturas),
    }


def _sello(verdad: Verdad, registro: RegistroLeido) -> Doc | None:
    """The leaf that sealed this truth: where, when, and whether it came before any acta."""

    def sin_actas(corte: int) -> bool:
        """Known to carry none; of a corte that was withdrawn or rewritten nothing is known."""
        m = registro.manifiestos.get(corte)
        return m is not None and not any(c["capturadas"] for c in m.todo["cuentas"].values())

    con_actas = (i for i, h in registro.hojas if h["tipo"] == "corte" and not sin_actas(h["corte"]))
    primera = next(con_actas, len(registro.hojas))
    for i, h in _selladas(registro):
        if h["compromiso"] == verdad.sha256:
            return {"posicion": i, "hora": h["hora"], "antes": i < primera}
    return None


def _selladas(registro: RegistroLeido) -> list[tuple[int, Mapping[str, Any]]]:
    """The truths sealed in a log, in order: whoever may choose among several proves nothing, and the first counts."""
    return [(i, h) for i, h in registro.hojas if h["tipo"] == "verdad_sellada"]


def _problemas(noche: _Noche, registro: RegistroLeido, comprobada: Informe) -> Iterator[str]:
    """What is wrong with the drill as a whole."""
    sello = _sello(noche.verdad, registro)
    if sello is None:
        yield "Esta verdad no está sellada en el registro de la publicación."
    elif not sello["antes"]:
        yield f"La verdad se selló a las {sello['hora']}, y no consta que fuera antes de publicarse la primera acta."
    if sello is not None and sello["posicion"] != (primera := _selladas(registro)[0])[0]:
        yield f"Antes que esta verdad se selló otra, a las {primera[1]['hora']}: la que cuenta es la primera."
    for h in comprobada.hallazgos:
        # Of a night that is over, a page of another corte, or that could not be compared with its figures, is a gap.
        if h.nivel in (Nivel.MAL, Nivel.SIN_COMPROBAR) or (h.asunto == PAGINAS and h.nivel is not Nivel.BIEN):
            yield f"{h.asunto}: {h.texto}"
    if sin := [n for n, m in sorted(registro.manifiestos.items()) if all(a.ruta != "sitio.json" for a in m.archivos)]:
        yield f"{PAGINAS}: {cuantos(len(sin), 'corte salió', 'cortes salieron')} sin páginas: {_pocos(sin)}."
    if sin_codigo := sorted(
        a for a, v in noche.vistas.items() if v.imagen in noche.muestran and not noche.muestran[v.imagen]
    ):
        yield f"En {cuantos(len(sin_codigo), 'imagen', 'imágenes')} no se lee de qué acta es: {_pocos(sin_codigo)}."
    if fuera := {n: hay for n, hay in noche.fuera.items() if hay}:
        hojas = cuantos(max(fuera.values()), "hoja", "hojas")
        yield f"Se publicaron {hojas} fuera de catálogo que la verdad no tiene, en los cortes {_pocos(sorted(fuera))}."
    if sobran := sorted(noche.sobran):
        yield f"La publicación trae {cuantos(len(sobran), 'acta')} que la verdad no conoce: {_pocos(sobran)}."


def _pocos(cuales: Sequence[Any]) -> str:
    """The first of them."""
    return ", ".join(f"{c}" for c in cuales[:5]) + ("…" if len(cuales) > 5 else "")


def _incidentes(registro: RegistroLeido) -> Iterator[Doc]:
    """What was declared on the night, as it was signed."""
    for _, h in registro.hojas:
        if h["tipo"] in ("contingencia", "correccion", "prorroga"):
            yield {"hora": h["hora"], "tipo": h["tipo"], "texto": h.get("texto", h.get("motivo", ""))}


# --- figures for the report -------------------------------------------------------------------------------------------


def _catds(noche: _Noche, mal: list[Doc], faltan: list[Doc]) -> list[Doc]:
    esperadas: Counter[str] = Counter()
    existen: Counter[str] = Counter()
    for e in noche.verdad.elecciones.values():
        for acta, v in e.actas.items():
            esperadas[noche.verdad.casillas[acta[:11]]] += 1
            existen[noche.verdad.casillas[acta[:11]]] += not isinstance(v, str)
    return [
        {
            "catd": c,
            "nombre": noche.verdad.catds.get(c, c or "Sin CATD"),
            "esperadas": n,
            "existen": existen[c],
            "mal": sum(m["catd"] == c for m in mal),
            "faltan": sum(f["catd"] == c for f in faltan),
            "llegada": [corte[c] for corte in noche.catds],
        }
        for c, n in sorted(esperadas.items())
    ]


def _fases(noche: _Noche) -> Iterator[Doc]:
    """Seconds that each phase took, by how the picture came: the tenth, half, nine tenths, all but a hundredth."""
    tiempos: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for acta, vista in noche.vistas.items():
        if vista.situacion != "publicada":
            continue
        horas = {k: vista.acta.get(k) for k in ("acopio", "captura", "verificacion")}
        horas["publicacion"] = noche.horas[noche.primera[acta][0]]
        for desde, hasta in (*FASES, ("acopio", "publicacion")):
            a, b = horas[desde], horas[hasta]
            if a and b:
                segundos = int((datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds())
                if segundos >= 0:
                    tiempos[desde, hasta, vista.acta["digitalizacion"]].append(segundos)
    for (desde, hasta, como), todos in sorted(tiempos.items()):
        todos.sort()
        yield {
            "desde": desde,
            "hasta": hasta,
            "como": como,
            "actas": len(todos),
            **{f"p{p}": todos[-(-len(todos) * p // 100) - 1] for p in (10, 50, 90, 99)},
        }

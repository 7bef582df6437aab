"""Check one published corte: files against the manifest, documents against the actas, images by their hash."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from prep.comprobacion import documentos
from prep.comprobacion.documentos import ruta_de_imagen
from prep.comprobacion.informe import Informe
from prep.comprobacion.recalculo import (
    VACIAS,
    Base,
    Calculo,
    NoCuadra,
    Paquete,
    Reglas,
    calcular,
    leer_base,
    leer_tabla,
    paquetes_de,
)
from prep.comprobacion.sitio import MAXIMO_PAGINA, leer_sitio
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.canonico import NoCanonico, leer_json
from prep.transparencia.emisor import raiz_de_imagenes
from prep.transparencia.errores import ErrorEmision, FormatoInvalido
from prep.transparencia.manifiesto import Archivo, Manifiesto

MAXIMO_IMAGEN = 64 * 2**20
HILOS = 8
Archivos = dict[str, bytes]
SIN_FORMA = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)
CAMBIA_EN_LA_NOCHE = ("institucion", "difusores", "textos")
"""What `proceso.json` may say otherwise from one corte to another: none of it decides a figure nor names a party."""


@dataclass(frozen=True)
class Anterior:
    """A corte before the one being checked: its manifest and, where they were read, the summaries of its elections."""

    manifiesto: Manifiesto
    resumenes: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Contexto:
    """What a corte is held against besides its own actas.

    `primero`: files of the first corte (`es_fijo`), which fixed the catalogue; None when this is
    the first. `anteriores`: every corte before this one, in order. `avance_previo`: the curve of the one before.
    """

    primero: Archivos | None = None
    anteriores: Sequence[Anterior] = ()
    avance_previo: Any = None


@dataclass
class Revisado:
    """What came of the figures of a corte. `nombradas`: sha256 of the images its actas name; `ofrecidas`: those among
    them that it says it publishes; `documentos`: its parsed JSON, by path; `bases`: its tables, by election."""

    nombradas: set[str] = field(default_factory=set)
    ofrecidas: set[str] = field(default_factory=set)
    documentos: dict[str, Any] = field(default_factory=dict)
    bases: dict[str, Base] = field(default_factory=dict)


def revisar_archivos(
    lector: Lector, ruta: str, m: Manifiesto, informe: Informe, guardar: Callable[[str], bool] | None = None
) -> Archivos:
    """Every file of the manifest, by size and sha256; in a folder, nothing that the manifest does not name.

    Returns the content of the files that were right: all, or those that `guardar` chooses.
    """
    asunto, leidos, malos = f"archivos del corte {m.corte}", {}, 0

    def revisar(a: Archivo) -> tuple[Archivo, bytes | None, str | ErrorEmision | None]:
        try:
            return a, leer_archivo(lector, ruta, a), None
        except ErrorEmision as e:
            return a, None, e

    for a, datos, problema in _en_paralelo(lector, revisar, m.archivos):
        if problema is None:
            if guardar is None or guardar(a.ruta):
                leidos[a.ruta] = datos
            continue
        malos += 1
        informe.tropiezo(asunto, problema)
    if isinstance(lector, Carpeta):
        de_mas = set(lector.rutas(ruta)) - {f"{ruta}/{a.ruta}" for a in m.archivos} - {f"{ruta}/corte.json"}
        for r in sorted(de_mas):
            malos += 1
            informe.mal(asunto, f"sobra {r}: no está en el manifiesto")
    if not malos:
        informe.bien(asunto, f"{len(m.archivos)} archivos con el tamaño y el sha256 del manifiesto")
    return leidos


def leer_archivo(lector: Lector, ruta: str, a: Archivo) -> bytes:
    """A file of a manifest, with the size and sha256 it says; raises `ErrorEmision`."""
    datos = lector.leer(f"{ruta}/{a.ruta}", a.bytes)
    if datos is None:
        raise FormatoInvalido(f"falta {ruta}/{a.ruta}")
    if len(datos) != a.bytes or sha256(datos).hexdigest() != a.sha256:
        raise FormatoInvalido(f"{ruta}/{a.ruta} fue alterado: no es el archivo que el manifiesto dice")
    return datos


def revisar_sitio(
    lector: Lector, archivos: Archivos, m: Manifiesto, previos: Callable[[], Iterable[bytes]], informe: Informe
) -> None:
    """The pages at the root, where the corte lists them. `previos`: the lists of earlier cortes, newest first."""
    asunto, malos = "páginas", 0
    if "sitio.json" not in archivos:
        if any(a.ruta == "sitio.json" for a in m.archivos):
            return  # said with the files
        informe.aviso(asunto, "las páginas de la raíz (index.html y demás) no están firmadas en este corte")
        return
    try:
        lista = leer_sitio(archivos["sitio.json"])
    except ErrorEmision as e:
        informe.mal(asunto, str(e))
        return
    pendientes: list[tuple[Archivo, str | None]] = []
    for a in lista:
        try:
            datos = lector.leer(a.ruta, MAXIMO_PAGINA)
        except ErrorEmision as e:
            malos += 1
            informe.tropiezo(asunto, e)
            continue
        huella = None if datos is None else sha256(datos).hexdigest()
        if huella != a.sha256:
            pendientes.append((a, huella))
    viejas = {(a.ruta, a.sha256) for datos in previos() for a in leer_sitio(datos)} if pendientes else set()
    for a, huella in pendientes:
        malos += 1
        if huella is not None and (a.ruta, huella) in viejas:
            informe.aviso(asunto, f"{a.ruta} es todavía la de un corte anterior, también firmada")
        else:
            informe.mal(asunto, f"{a.ruta} {'falta' if huella is None else 'fue alterada'}")
    if not malos:
        informe.bien(asunto, f"{len(lista)} páginas de la raíz son las firmadas")


def _en_paralelo(lector: Lector, f: Callable[[Any], Any], lista: Iterable[Any]) -> Iterable[Any]:
    if isinstance(lector, Carpeta):
        yield from map(f, lista)
    else:
        with ThreadPoolExecutor(HILOS) as hilos:
            yield from hilos.map(f, lista)


# --- figures ----------------------------------------------------------------------------------------------------------


def revisar_cifras(archivos: Archivos, m: Manifiesto, contexto: Contexto, informe: Informe) -> Revisado | None:
    """Compute everything again from the actas, and name what was not. None when it could not be."""
    asunto = "cifras"
    if faltan := [a.ruta for a in m.archivos if es_documento(a.ruta) and a.ruta not in archivos]:
        informe.sin_comprobar(asunto, f"sin {faltan[0]}, tal como se firmó, no se pueden volver a calcular")
        return None
    try:
        c = _Corte(archivos, m, contexto)
        antes = informe.tropiezos
        for d in c.distintos():
            informe.mal(asunto, d)
        if informe.tropiezos == antes:
            elecciones = len(c.proceso["elecciones"])
            informe.bien(
                asunto, f"todas las cifras salen de las {c.cuantas:,} actas del CSV, de {elecciones} elecciones"
            )
        for que, texto in c.sin_recalcular():
            informe.no_recalculado(que, texto)
        return c.revisado
    except NoCuadra as e:
        informe.mal(asunto, str(e))
    except SIN_FORMA as e:
        falta = f": le falta «{e.args[0]}»" if isinstance(e, KeyError) and e.args else ""
        informe.mal(asunto, f"un archivo del corte no tiene la forma que debe{falta}")
    return None


class _Corte:
    """One corte being computed again."""

    def __init__(self, archivos: Archivos, m: Manifiesto, contexto: Contexto) -> None:
        self.archivos, self.m, self.contexto = archivos, m, contexto
        self.revisado = Revisado()
        self.proceso = self.json("proceso.json")
        self.bases = self.revisado.bases
        self.paquetes: dict[str, Paquete] = {}
        self.mirados: set[str] = set()

    def json(self, ruta: str) -> Any:
        leidos = self.revisado.documentos
        if ruta not in leidos:
            leidos[ruta] = leer_documento(self.archivos, ruta)
        return leidos[ruta]

    @property
    def cuantas(self) -> int:
        return sum(len(b.filas) for b in self.bases.values())

    def distintos(self) -> Iterator[str]:
        m, proceso = self.m, self.proceso
        if proceso["clave"] != m.proceso:
            yield f"proceso.json es de «{proceso['clave']}» y no de «{m.proceso}»"
        self._leer_bases()
        reglas = Reglas.de(proceso)
        cuentas, detalles, calculos = {}, {}, {}
        for e in proceso["elecciones"]:
            clave = e["clave"]
            self.bases[clave] = base = leer_base(self.paquetes[clave].resultados, e, reglas)
            calculos[clave] = calculo = calcular(base, e)
            for defecto in base.defectos:
                yield f"{clave}: {defecto}"
            detalles[clave] = {d["id"]: self.json(f"{clave}/demarcacion/{d['id']}.json") for d in e["demarcaciones"]}
            pendiente = documentos.pendiente_de(base)
            actas = documentos.comparar_actas(proceso, e, base, detalles[clave], pendiente, self.revisado.ofrecidas)
            yield from _pocas(actas)
            yield from _pocas(self._documentos_de(e, base, calculo, detalles[clave]))
            self.revisado.nombradas |= base.imagenes
            c = calculo.entidad.conteo
            cuentas[clave] = {n: c[n] for n in ("esperadas", "capturadas", "contabilizadas")}
        yield from documentos.diferencias("corte.json, cuentas", m.todo["cuentas"], cuentas)
        distintas = []
        if "secciones.json" in self.archivos:
            distintas = list(documentos.secciones_distintas(proceso, self.json("secciones.json"), self.bases))
        yield from distintas or self._municipios(calculos)
        if "cabecera.json" in self.archivos:
            yield from documentos.diferencias("cabecera.json", self.json("cabecera.json"), documentos.cabecera(m.todo))
        if "avance.json" in self.archivos:
            yield from self._avance()
        yield from self._catalogo()

    def _leer_bases(self) -> None:
        abreviatura = self.proceso["entidad"]["abreviatura"]
        sello = f"{self.m.hora[:10].replace('-', '')}_{self.m.hora[11:16].replace(':', '')}_PREP"
        ruta = f"bd/{sello}_{abreviatura}.zip"
        paquetes = [r for r in self.archivos if r.startswith("bd/") and r.endswith(".zip")]
        if paquetes != [ruta]:
            raise NoCuadra(f"el corte debe traer la base de datos {ruta} y trae {', '.join(paquetes) or 'ninguna'}")
        self.paquetes = paquetes_de(self.archivos[ruta], abreviatura)
        claves = [e["clave"] for e in self.proceso["elecciones"]]
        if sorted(self.paquetes) != sorted(claves):
            trae, debe = ", ".join(sorted(self.paquetes)), ", ".join(sorted(claves))
            raise NoCuadra(f"la base de datos trae {trae} y el proceso {debe}")
        for clave, p in self.paquetes.items():
            if p.nombre != f"{sello}_{clave}_{abreviatura}.zip" or set(p.otros) - {"LEEME.txt"}:
                raise NoCuadra(f"la base de datos trae {p.nombre} con otro nombre o con archivos de más")

    def _documentos_de(self, e: Mapping[str, Any], base: Base, calculo: Any, detalles: dict[int, Any]) -> Iterator[str]:
        clave, cierre = e["clave"], self.m.cierre
        cabeza = documentos.cabeza(e, self.m.modo, self.m.hora, calculo.entidad.estadistica(cierre))
        yield from documentos.diferencias(f"{clave}, encabezado del CSV", base.cabeza, cabeza)
        debe = documentos.tabla_candidaturas(self.proceso, e)
        yield from documentos.diferencias(f"{clave}, CANDIDATURAS", leer_tabla(self.paquetes[clave].candidaturas), debe)
        resumen = self.json(f"{clave}/resumen.json")
        yield from documentos.diferencias(f"{clave}, entidad", resumen, documentos.resumen(e, calculo, cierre))
        for d in e["demarcaciones"]:
            donde, c = f"{clave}, {d['nombre']}", calculo.demarcaciones[d["id"]].conteo
            if c["esperadas"] != d["actas_esperadas"]:
                yield f"{donde}: el proceso espera {d['actas_esperadas']} actas y el CSV lista {c['esperadas']}"
            detalle = detalles[d["id"]]
            casillas = {s["seccion"]: s["casillas"] for s in detalle["secciones"]}
            debe_decir = documentos.demarcacion(e, d, calculo, cierre, casillas)
            yield from documentos.diferencias(donde, detalle, debe_decir)
        ruta = f"{clave}/especiales.json"
        if ruta in self.archivos:
            especiales = documentos.especiales(e, [detalles[d["id"]] for d in e["demarcaciones"]])
            yield from documentos.diferencias(ruta, self.json(ruta), especiales)
        listas: dict[int | None, int] = {}
        for f in base.filas:
            if f.cuenta != "2":
                listas[f.demarcacion] = listas.get(f.demarcacion, 0) + int(f.celdas["LISTA_NOMINAL"] or 0)
        for d in e["demarcaciones"]:
            if listas.get(d["id"], 0) != d["lista_nominal"]:
                yield f"{clave}, {d['nombre']}: la lista nominal del proceso no es la suma de la de sus casillas"

    def _municipios(self, calculos: Mapping[str, Calculo]) -> Iterator[str]:
        for e in self.proceso["elecciones"]:
            ruta = f"{e['clave']}/municipios.json"
            if ruta in self.archivos:
                debe = documentos.municipios(
                    self.proceso, self.json("secciones.json"), e, calculos[e["clave"]], self.m.cierre
                )
                yield from _pocas(documentos.diferencias(ruta, self.json(ruta), debe))

    def _avance(self) -> Iterator[str]:
        """Each point of the curve against its own corte; the last against this one."""
        avance, m = self.json("avance.json"), self.m
        claves = [e["clave"] for e in self.proceso["elecciones"]]
        documentos.forma_de_avance(avance, claves)
        hasta_aqui = [*(a.manifiesto for a in self.contexto.anteriores), m]
        yield from documentos.diferencias("avance.json, cortes", avance["cortes"], [x.corte for x in hasta_aqui])
        yield from documentos.diferencias("avance.json, horas", avance["horas"], [x.hora for x in hasta_aqui])
        if len(avance["cortes"]) != len(hasta_aqui):
            return
        esta = {c: self.json(f"{c}/resumen.json") for c in claves}
        puntos = [*self.contexto.anteriores, Anterior(m, esta)]
        for clave in claves:
            serie = avance["elecciones"][clave]
            for i, p in enumerate(puntos):
                donde, cuentas = (
                    f"avance.json, {clave}, corte {p.manifiesto.corte}",
                    p.manifiesto.todo["cuentas"][clave],
                )
                dicho = documentos.avance_en(serie, i)
                debe = (
                    documentos.punto_de_avance(p.resumenes[clave])
                    if p.resumenes
                    else {**dicho, "capturadas": cuentas["capturadas"], "contabilizadas": cuentas["contabilizadas"]}
                )
                yield from documentos.diferencias(
                    donde, {**dicho, "esperadas": serie["esperadas"]}, {**debe, "esperadas": cuentas["esperadas"]}
                )
        previo = self.contexto.avance_previo
        if previo is not None:
            for clave in claves:
                for i in range(len(previo["cortes"])):
                    donde = f"avance.json, {clave}, corte {previo['cortes'][i]}"
                    antes = documentos.avance_en(previo["elecciones"][clave], i)
                    yield from documentos.diferencias(
                        donde, documentos.avance_en(avance["elecciones"][clave], i), antes
                    )

    def _catalogo(self) -> Iterator[str]:
        """What the first corte fixed: names, parties, ballots, casillas, lista nominal, representatives."""
        primero = self.contexto.primero
        if primero is None:
            return
        antes = leer_documento(primero, "proceso.json")
        dichos = ({k: v for k, v in p.items() if k not in CAMBIA_EN_LA_NOCHE} for p in (self.proceso, antes))
        if distintas := list(documentos.diferencias("proceso.json", *dichos)):
            yield f"ya no es el catálogo del primer corte: {distintas[0]}"
            return
        if "secciones.json" in self.archivos:
            if "secciones.json" not in primero:
                yield "el primer corte no traía secciones.json"
            else:
                dichas = (self.json("secciones.json"), leer_documento(primero, "secciones.json"))
                yield from documentos.diferencias("secciones.json, del primer corte", *dichas)
        (ruta,) = [r for r in primero if r.startswith("bd/")]
        paquetes = paquetes_de(primero[ruta], antes["entidad"]["abreviatura"])
        for e in antes["elecciones"]:
            viejas = _fijas(leer_tabla(paquetes[e["clave"]].resultados))
            nuevas = _fijas([self.bases[e["clave"]].columnas, *(f.renglon for f in self.bases[e["clave"]].filas)])
            if viejas != nuevas:
                cual = next((a or b for a, b in zip(nuevas, viejas, strict=False) if a != b), ("una casilla",))
                yield f"{e['clave']}: las casillas ya no son las del primer corte: {cual[0]}"

    def sin_recalcular(self) -> Iterator[tuple[str, str]]:
        """What is signed and nobody computed here."""
        yield (
            "catálogo",
            ("nombres, partidos, candidaturas, casillas, lista nominal y representantes se toman del primer corte"),
        )
        if any(r.endswith(".xlsx") for r in self.archivos):
            yield "libro de Excel", "el .xlsx es el firmado; no se comparó celda por celda con el CSV"
        if any(p.otros for p in self.paquetes.values()):
            yield "LEEME", "el LEEME.txt de la base de datos es el firmado; no se leyó"
        if "mapa.json" in self.archivos:
            yield "mapa", "los contornos de mapa.json son los firmados"
        filas = [f for b in self.bases.values() for f in b.filas]
        if fuera := sum(f.cuenta == "2" for f in filas):
            yield "hojas fuera de catálogo", f"{fuera:,} hojas que ninguna imagen ni clave respalda; solo se contaron"
        if pendientes := sum(f.cuenta in VACIAS for f in filas):
            yield "situación de las actas", f"dónde va cada una de las {pendientes:,} que aún no se publican"
        if any(a.resumenes is None for a in self.contexto.anteriores) and "avance.json" in self.archivos:
            yield "curva de avance", "los votos de cortes anteriores se compararon con el corte previo, no con su corte"


def _fijas(lineas: list[list[str]]) -> list[tuple[str, ...]]:
    """The cells of each acta that the catalogue gives, out of a table with its header."""
    inicio = next(i for i, x in enumerate(lineas) if x and x[0] == "CLAVE_CASILLA")
    columnas = lineas[inicio]
    fijas = [columnas.index(c) for c in ("CLAVE_ACTA", "UBICACION_CASILLA", "LISTA_NOMINAL", "REPRESENTANTES_PP_CI")]
    marca = columnas.index("CONTABILIZADA")
    return [tuple([x[i] for i in fijas]) for x in lineas[inicio + 1 :] if x[marca] != "2"]


def _pocas(diferencias: Iterable[str]) -> Iterator[str]:
    """The first of them: a document that is all wrong does not need a line for each of its figures."""
    for i, d in enumerate(diferencias):
        if i == documentos.MAXIMO_DIFERENCIAS:
            return
        yield d


_DOCUMENTOS = ("proceso.json", "avance.json", "secciones.json", "mapa.json", "cabecera.json", "sitio.json")


def es_documento(ruta: str) -> bool:
    """Whether a file of a corte is one of its documents or tables; the rest are pages and exports drawn from them."""
    return (
        ruta in _DOCUMENTOS
        or ruta.startswith("bd/")
        or (
            ruta.endswith(".json")
            and ("/demarcacion/" in ruta or ruta.endswith(("/resumen.json", "/especiales.json", "/municipios.json")))
        )
    )


def es_fijo(ruta: str) -> bool:
    """Whether the first corte fixed a file: its `proceso.json`, where each sección belongs, and its databases."""
    return ruta in ("proceso.json", "secciones.json") or (ruta.startswith("bd/") and ruta.endswith(".zip"))


def leer_documento(archivos: Archivos, ruta: str) -> Any:
    """A JSON document of a corte; raises `NoCuadra`."""
    if ruta not in archivos:
        raise NoCuadra(f"el corte no trae {ruta} o no es el auténtico")
    try:
        return leer_json(archivos[ruta])
    except NoCanonico as e:
        raise NoCuadra(f"{ruta}: {e}") from e


# --- images -----------------------------------------------------------------------------------------------------------


def imagenes_firmadas(hashes: set[str], m: Manifiesto) -> bool:
    """Whether these are exactly the images whose root the manifest carries."""
    return len(hashes) == m.total_imagenes and raiz_de_imagenes(hashes) == m.raiz_imagenes


def revisar_imagenes(
    lector: Lector, imagenes: Revisado, m: Manifiesto, informe: Informe, leerlas: bool, vistas: set[str]
) -> None:
    """The list of images against the signed root, and each image by its own name. `vistas`: paths already looked at in
    other cortes, which grows."""
    asunto = "imágenes"
    hashes, todas = imagenes.ofrecidas, imagenes.nombradas
    if not imagenes_firmadas(todas, m):
        informe.mal(asunto, "los códigos de integridad del CSV no son los de las imágenes que el corte firmó")
    if sin_publicar := len(todas - hashes):
        informe.aviso(asunto, f"{sin_publicar:,} imágenes no se publican en este corte; solo está su código")
    rutas = set(map(ruta_de_imagen, hashes))
    presentes = set(lector.rutas("imagenes")) if isinstance(lector, Carpeta) else None
    if not leerlas or (hashes and presentes == set()):
        motivo = "se pidió omitirlas" if not leerlas else "esta copia no trae ninguna"
        informe.no_recalculado(asunto, f"{len(hashes):,} imágenes sin revisar una por una ({motivo})")
        return
    if presentes and (de_mas := len(presentes - rutas)):
        informe.aviso(
            asunto, f"{de_mas:,} imágenes que ningún acta de este corte nombra; pueden ser de otros anteriores"
        )
    rutas |= presentes or set()  # those of earlier cortes too: every image is named by its own hash
    rutas -= vistas
    vistas |= rutas
    if not rutas:
        return

    def revisar(ruta: str) -> str | ErrorEmision | None:
        try:
            datos = lector.leer(ruta, MAXIMO_IMAGEN)
        except ErrorEmision as e:
            return e
        if datos is None:
            return f"falta la imagen {ruta}"
        return (
            None if ruta_de_imagen(sha256(datos).hexdigest()) == ruta else f"la imagen {ruta} fue alterada o cambiada"
        )

    malas = 0
    for problema in _en_paralelo(lector, revisar, sorted(rutas)):
        if problema is not None:
            malas += 1
            informe.tropiezo(asunto, problema)
    if not malas:
        informe.bien(asunto, f"{len(rutas):,} imágenes, cada una con el hash que lleva por nombre en la base de datos")

"""Check one published corte: its files against the manifest, its figures against its CSV, its images by their hash."""

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from prep.comprobacion.cotejo_cifras import discrepancias, ruta_de_imagen
from prep.comprobacion.informe import Informe, Nivel
from prep.comprobacion.recalculo import NoCuadra, csv_de
from prep.comprobacion.sitio import leer_sitio
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.emisor import raiz_de_imagenes
from prep.transparencia.errores import ErrorEmision, NoDisponible
from prep.transparencia.manifiesto import Archivo, Manifiesto

MAXIMO_IMAGEN = 64 * 2**20
HILOS = 8
Archivos = dict[str, bytes]


@dataclass(frozen=True)
class Imagenes:
    """sha256 of the images that the actas name, and of those among them that the corte says it publishes."""

    nombradas: set[str]
    ofrecidas: set[str]


def revisar_archivos(lector: Lector, ruta: str, m: Manifiesto, informe: Informe, guardar: bool) -> Archivos:
    """Every file of the manifest, by size and sha256; in a folder, nothing that the manifest does not name.

    Returns the content of the files that were right, if asked to keep it.
    """
    asunto, leidos, malos = f"archivos del corte {m.corte}", {}, 0

    def revisar(a: Archivo) -> tuple[Archivo, bytes | None, str | ErrorEmision | None]:
        try:
            datos = lector.leer(f"{ruta}/{a.ruta}", a.bytes)
        except ErrorEmision as e:
            return a, None, e
        if datos is None:
            return a, None, f"falta {ruta}/{a.ruta}"
        if len(datos) != a.bytes or sha256(datos).hexdigest() != a.sha256:
            return a, None, f"{ruta}/{a.ruta} fue alterado: no es el archivo que el manifiesto dice"
        return a, datos if guardar else b"", None

    for a, datos, problema in _en_paralelo(lector, revisar, m.archivos):
        if problema is None and datos is not None:
            leidos[a.ruta] = datos
            continue
        malos += 1
        _anotar(informe, asunto, problema)
    if isinstance(lector, Carpeta):
        de_mas = set(lector.rutas(ruta)) - {f"{ruta}/{a.ruta}" for a in m.archivos} - {f"{ruta}/corte.json"}
        for r in sorted(de_mas):
            malos += 1
            informe.mal(asunto, f"sobra {r}: no está en el manifiesto")
    if not malos:
        informe.bien(asunto, f"{len(m.archivos)} archivos con el tamaño y el sha256 del manifiesto")
    return leidos


def revisar_sitio(lector: Lector, archivos: Archivos, informe: Informe) -> None:
    """The pages at the root, where the corte lists them."""
    asunto, malos = "páginas", 0
    if "sitio.json" not in archivos:
        informe.aviso(asunto, "las páginas de la raíz (index.html y demás) no están firmadas en este corte")
        return
    try:
        lista = leer_sitio(archivos["sitio.json"])
    except ErrorEmision as e:
        informe.mal(asunto, str(e))
        return
    for a in lista:
        try:
            datos = lector.leer(a.ruta, a.bytes)
        except ErrorEmision as e:
            malos += 1
            _anotar(informe, asunto, e)
            continue
        if datos is None or sha256(datos).hexdigest() != a.sha256:
            malos += 1
            informe.mal(asunto, f"{a.ruta} {'falta' if datos is None else 'fue alterada'}")
    if not malos:
        informe.bien(asunto, f"{len(lista)} páginas de la raíz son las firmadas")


def _en_paralelo(lector: Lector, f: Callable[[Any], Any], lista: Iterable[Any]) -> Iterable[Any]:
    if isinstance(lector, Carpeta):
        yield from map(f, lista)
    else:
        with ThreadPoolExecutor(HILOS) as hilos:
            yield from hilos.map(f, lista)


def _anotar(informe: Informe, asunto: str, problema: object) -> None:
    if isinstance(problema, NoDisponible):
        informe.sin_comprobar(asunto, str(problema))
    else:
        informe.mal(asunto, str(problema))


def revisar_cifras(archivos: Archivos, m: Manifiesto, informe: Informe) -> Imagenes | None:
    """Recompute everything from the CSV. Returns the images the actas name; None if it could not."""
    asunto = "cifras"
    nombradas: set[str] = set()
    ofrecidas: set[str] = set()
    try:
        proceso = _json(archivos, "proceso.json")
        if proceso["clave"] != m.proceso:
            informe.mal(asunto, f"proceso.json es de «{proceso['clave']}» y no de «{m.proceso}»")
        abreviatura = proceso["entidad"]["abreviatura"]
        paquetes = [r for r in archivos if r.startswith("bd/") and r.endswith(f"_PREP_{abreviatura}.zip")]
        if len(paquetes) != 1:
            raise NoCuadra(f"el corte debe traer una base de datos y trae {len(paquetes)}")
        bases = csv_de(archivos[paquetes[0]], abreviatura)
        claves = [e["clave"] for e in proceso["elecciones"]]
        if sorted(bases) != sorted(claves):
            raise NoCuadra(f"la base de datos trae {', '.join(sorted(bases))} y el proceso {', '.join(sorted(claves))}")
        antes = informe.hay(Nivel.MAL)
        actas = 0
        for clave in claves:
            base, calculo, diferencias = discrepancias(
                clave, bases[clave], proceso, m.cierre, lambda r: _json(archivos, r), ofrecidas
            )
            for d in diferencias:
                informe.mal(asunto, d)
            actas += len(base.filas)
            nombradas |= base.imagenes
            for d in _cuentas(clave, m, archivos, calculo.entidad):
                informe.mal(asunto, d)
        if informe.hay(Nivel.MAL) == antes:
            informe.bien(asunto, f"todas las cifras salen de las {actas:,} actas del CSV, de {len(claves)} elecciones")
    except NoCuadra as e:
        informe.mal(asunto, str(e))
        return None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as e:
        informe.mal(asunto, f"un archivo del corte no tiene la forma que debe ({type(e).__name__}: {str(e)[:100]})")
        return None
    return Imagenes(nombradas, ofrecidas)


def _cuentas(clave: str, m: Manifiesto, archivos: Archivos, entidad: Any) -> Iterable[str]:
    """Counts in the manifest, and this corte's entry of the progress curve."""
    c = entidad.conteo
    debe = {n: c[n] for n in ("esperadas", "capturadas", "contabilizadas")}
    if m.todo["cuentas"].get(clave) != debe:
        yield f"{clave}: las cuentas del manifiesto no son las que se calculan: {debe}"
    if "avance.json" in archivos:
        avance = _json(archivos, "avance.json")
        e = avance["elecciones"][clave]
        dicho = {n: e[n] if n == "esperadas" else e[n][-1] for n in debe}
        if avance["cortes"][-1] != m.corte or dicho != debe or e["total"][-1] != entidad.total:
            yield f"{clave}: avance.json no termina con las cifras de este corte"


def _json(archivos: Archivos, ruta: str) -> Any:
    if ruta not in archivos:
        raise NoCuadra(f"el corte no trae {ruta} o no es el auténtico")
    return json.loads(archivos[ruta])


def imagenes_firmadas(hashes: set[str], m: Manifiesto) -> bool:
    """Whether these are exactly the images whose root the manifest carries."""
    return len(hashes) == m.total_imagenes and raiz_de_imagenes(hashes) == m.raiz_imagenes


def revisar_imagenes(lector: Lector, imagenes: Imagenes, m: Manifiesto, informe: Informe, leerlas: bool) -> None:
    """The list of images against the signed root, and each image by its own name."""
    asunto = "imágenes"
    hashes, todas = imagenes.ofrecidas, imagenes.nombradas
    if not imagenes_firmadas(todas, m):
        informe.mal(asunto, "los códigos de integridad del CSV no son los de las imágenes que el corte firmó")
    if sin_publicar := len(todas - hashes):
        informe.aviso(asunto, f"{sin_publicar:,} imágenes no se publican en este corte; solo está su código")
    if not leerlas:
        informe.aviso(asunto, f"{len(hashes):,} imágenes sin revisar una por una (se pidió omitirlas)")
        return
    rutas = set(map(ruta_de_imagen, hashes))
    if isinstance(lector, Carpeta):
        rutas |= set(lector.rutas("imagenes"))  # those of earlier cortes too: every image is named by its own hash
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
            _anotar(informe, asunto, problema)
    if not malas:
        informe.bien(asunto, f"{len(rutas):,} imágenes, cada una con el hash que lleva por nombre en la base de datos")

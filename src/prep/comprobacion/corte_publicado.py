"""Check the files of one published corte against its manifest, the pages of the root, and images by their hash."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from prep.comprobacion.cifras import Archivos, Revisado
from prep.comprobacion.documentos import ruta_de_imagen
from prep.comprobacion.informe import Informe
from prep.comprobacion.sitio import MAXIMO_PAGINA, leer_sitio
from prep.transparencia.almacen import Carpeta, Lector
from prep.transparencia.emisor import raiz_de_imagenes
from prep.transparencia.errores import ErrorEmision, FormatoInvalido
from prep.transparencia.manifiesto import Archivo, Manifiesto

MAXIMO_IMAGEN = 64 * 2**20
HILOS = 8


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


# --- images -----------------------------------------------------------------------------------------------------------


def imagenes_firmadas(hashes: set[str], m: Manifiesto) -> bool:
    """Whether these are exactly the images whose root the manifest carries."""
    return len(hashes) == m.total_imagenes and raiz_de_imagenes(hashes) == m.raiz_imagenes


def revisar_imagenes(
    lector: Lector, imagenes: Revisado, m: Manifiesto, informe: Informe, leerlas: bool, vistas: set[str]
) -> bool:
    """The list of images against the signed root, and each image by its own name; whether these were looked at.
    `vistas`: paths already looked at, in other cortes or before, which grows."""
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
        return False
    if presentes and (de_mas := len(presentes - rutas)):
        informe.aviso(
            asunto, f"{de_mas:,} imágenes que ningún acta de este corte nombra; pueden ser de otros anteriores"
        )
    rutas |= presentes or set()  # those of earlier cortes too: every image is named by its own hash
    rutas -= vistas if presentes is None else vistas & presentes
    vistas |= rutas
    if not rutas:
        return True

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
    return True

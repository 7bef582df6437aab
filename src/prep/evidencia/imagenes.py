"""Images as evidence: originals kept byte by byte, hostile files refused, derivatives made from them.

An original is stored under its SHA-256 and never altered. What is published is made here from its pixels alone, so
nothing that hid in the file reaches anybody; its own SHA-256 is the *código de integridad* of the database.

    originales/<aa>/<sha256>            as received
    imagenes/<aa>/<sha256>.jpg          published image: upright, straightened, at most 300 kB; what holds nothing but
                                        pixels (a phone's), as it was received: who took it signed those very bytes
    miniaturas/<aa>/<sha256>.jpg        thumbnail, 320 pixels wide
    fichas/<aa>/<sha256 of original>.json   which derivatives came from it
"""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import pypdfium2
from PIL import Image, UnidentifiedImageError

from prep.evidencia import contorno
from prep.evidencia.aparte import Rechazo, paginas_aparte
from prep.evidencia.pagina import FUERA, Pagina, achicar
from prep.evidencia.renglones import Ajuste
from prep.papel.plantilla import Campo
from prep.plataforma.almacen import Almacen
from prep.plataforma.opencv import cv2

PESO_MAXIMO: Final = 40 * 2**20
PIXELES_MAXIMOS: Final = 80_000_000
LADO_MINIMO: Final = 320
LADO_MAXIMO: Final = 20_000
"""Pixels a side: what is longer is not a sheet of paper, and no picture library is sure beyond 32,767."""
PAGINAS_MAXIMAS: Final = 60
PIXELES_DE_DOCUMENTO: Final = 600_000_000
"""Of all the pages of one document together: sixty sheets of 17 × 11 inches at 200 dpi are 450 million."""
PUBLICADA_MAXIMA: Final = 300_000
PX_MM_PUBLICADA: Final = 5.0
LARGO_PUBLICADA: Final = 2160
"""Pixels of the longer side of a published image of unknown size on paper."""
PPP_PDF: Final = 200
TRAMOS_MAXIMOS: Final = 50
"""Scans of one JPEG. A progressive one has some ten; each is a turn over every pixel, however few bytes it takes."""
TROZOS_MAXIMOS: Final = 20_000
"""Chunks of one PNG: what writes the smallest ones makes one of every 8 KiB, and the largest file has 5,000."""
_FRANJA: Final = 512  # rows
_BOCADO: Final = 2**20  # bytes

Color = npt.NDArray[Any]


class ArchivoRechazado(ValueError):
    """A file that is not taken in; the message says what is wrong and what to do."""


_FIRMAS: Final = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF-", "PDF"),
)
_AJENO: Final = re.compile(
    rb"%PDF-|PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF|MZ\x90\x00|<\?php|<script|<html|<!DOCTYPE|#!/",
    re.IGNORECASE,
)
"""Beginnings of other kinds of file, looked for where a picture has no pixels."""
_AJENO_SEGURO: Final = tuple(
    map(
        re.compile,
        (
            *(rb"%PDF-1\.", rb"PK\x03\x04[\x0a\x14\x2d]\x00", rb"PK\x05\x06\x00\x00\x00\x00"),
            *(rb"Rar!\x1a\x07[\x00\x01]", rb"7z\xbc\xaf\x27\x1c", rb"\x7fELF[\x01\x02][\x01\x02]\x01"),
            rb"MZ\x90\x00\x03\x00",
            rb"<(?i:\?php\s|script[\s>]|html[\s>]|!doctype\s)",
        ),
    )
)
"""The same, long enough not to come up by chance among compressed pixels: looked for in the whole file. One by one,
since what begins with one letter is found many times faster than what may begin with any of several."""


_GRANDE: Final = (
    f"La imagen tiene más de {PIXELES_MAXIMOS // 10**6} millones de pixeles, que es lo más que se acepta: "
    "digitalice a 200 puntos por pulgada."
)


def tipo_de(datos: bytes) -> str:
    """JPEG, PNG, TIFF or PDF by the first bytes; raise `ArchivoRechazado`."""
    if not datos:
        raise ArchivoRechazado("El archivo está vacío: vuelva a enviarlo.")
    if len(datos) > PESO_MAXIMO:
        raise ArchivoRechazado(
            f"El archivo pesa {len(datos) / 2**20:.0f} MB y el máximo es {PESO_MAXIMO // 2**20} MB: "
            "digitalice a 200 puntos por pulgada o use la cámara del teléfono sin ampliar."
        )
    for firma, tipo in _FIRMAS:
        if datos.startswith(firma):
            return tipo
    raise ArchivoRechazado("El archivo no es una imagen JPEG, PNG o TIFF ni un PDF: expórtelo a uno de esos formatos.")


def _revisar_octetos(datos: bytes, tipo: str) -> None:
    """What is refused by the bytes alone, at every door, before any pixel is drawn."""
    _revisar_ocultos(datos, tipo)
    if tipo == "JPEG" and sum(1 for _ in _TRAMO_DICHO.finditer(datos)) > TRAMOS_MAXIMOS:
        raise ArchivoRechazado(
            f"La imagen está escrita en más de {TRAMOS_MAXIMOS} capas y pide demasiado para abrirse: "
            "expórtela como JPEG común o digitalice el acta otra vez."
        )
    if tipo == "PNG" and not _png_cabe(datos):
        raise ArchivoRechazado(
            "La imagen guarda más de lo que son sus pixeles y pide demasiado para abrirse: "
            "expórtela como JPEG común o digitalice el acta otra vez."
        )


_TRAMO_DICHO: Final = re.compile(rb"\xff\xda\x00(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
"""Every beginning of a scan that a decoder takes: its length is that of its components (ISO/IEC 10918-1, B.2.3). Looked
for in the whole file: what misses none need not walk the file as each decoder does."""


def _png_cabe(datos: bytes) -> bool:
    """Whether the pixels of a PNG are all that it holds compressed. A decoder reads its data to their end, and a
    megabyte may hold a gigabyte."""
    ancho, alto = (int.from_bytes(datos[i : i + 4]) for i in (16, 20))
    quedan = 8 * min(ancho * alto, PIXELES_MAXIMOS) + 2 * LADO_MAXIMO  # four samples of two bytes, and one for each row
    abierto, i = zlib.decompressobj(), 8
    for _ in range(TROZOS_MAXIMOS):
        mide, tipo = int.from_bytes(datos[i : i + 4]), datos[i + 4 : i + 8]
        entra = datos[i + 8 : i + 8 + mide] if tipo == b"IDAT" and not abierto.eof else b""
        while entra and quedan >= 0:
            try:
                quedan -= len(abierto.decompress(entra, _BOCADO))
            except zlib.error:  # broken, and said so when it is drawn
                return True
            entra = abierto.unconsumed_tail
        i += 12 + mide
        if quedan < 0 or i >= len(datos):
            return quedan >= 0
    return False


def _revisar_ocultos(datos: bytes, tipo: str) -> None:
    """Refuse a file that is also something else (a page, a program, a compressed folder)."""
    mensaje = (
        "El archivo contiene datos de otro tipo además de la imagen: vuelva a digitalizar o a fotografiar el acta."
    )
    if tipo == "JPEG":
        fin = datos.rfind(b"\xff\xd9")
        if fin < 0:
            raise ArchivoRechazado("La imagen está incompleta: vuelva a enviarla.")
        cola, primero = datos[fin + 2 :], datos.find(b"\xff\xda")
        cabeza = datos[: primero if primero > 0 else 65536]
    elif tipo == "PNG":
        fin = datos.rfind(b"IEND\xaeB`\x82")
        if fin < 0:
            raise ArchivoRechazado("La imagen está incompleta: vuelva a enviarla.")
        cola, pixeles = datos[fin + 8 :], datos.find(b"IDAT")
        cabeza = datos[: pixeles if pixeles > 0 else 65536]
    elif tipo == "PDF":
        fin = datos.rfind(b"%%EOF")
        if fin < 0:
            raise ArchivoRechazado("El PDF está incompleto: vuelva a enviarlo.")
        cola, cabeza = datos[fin + 5 :], b""
    else:
        cola, cabeza = datos[-1024:], b""
    resto = datos[5:] if tipo == "PDF" else datos
    if _AJENO.search(cola) or _AJENO.search(cabeza) or any(uno.search(resto) for uno in _AJENO_SEGURO):
        raise ArchivoRechazado(mensaje)


def _abrir(datos: bytes, tipo: str) -> Image.Image:
    try:
        imagen = Image.open(io.BytesIO(datos), formats=[tipo])
    except Image.DecompressionBombError as error:
        raise ArchivoRechazado(_GRANDE) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ArchivoRechazado("La imagen está dañada y no se puede abrir: vuelva a enviarla.") from error
    return imagen


def _medidas(ancho: int, alto: int, lado_minimo: int) -> None:
    if ancho * alto > PIXELES_MAXIMOS or max(ancho, alto) > LADO_MAXIMO:
        raise ArchivoRechazado(_GRANDE)
    if min(ancho, alto) < lado_minimo:
        raise ArchivoRechazado(
            f"La imagen mide {ancho} × {alto} pixeles: es demasiado chica; hacen falta {lado_minimo} por lado."
        )


def paginas(datos: bytes, lado_minimo: int = LADO_MINIMO) -> list[bytes]:
    """Pages of a file as received, each a JPEG or PNG the reader can decode; raise `ArchivoRechazado`.

    A JPEG or PNG comes back as it is; one with transparency, laid over white: what people see of it, and nothing of
    what it hides. Pages of a TIFF are re-encoded without loss; pages of a PDF are drawn at 200 dpi. TIFF and PDF are
    opened in a process of their own, with a limit of time and memory.
    """
    tipo = tipo_de(datos)
    _revisar_octetos(datos, tipo)
    if tipo in ("PDF", "TIFF"):
        try:
            return paginas_aparte(datos, lado_minimo)
        except Rechazo as error:
            raise ArchivoRechazado(str(error)) from None
    imagen = _abrir(datos, tipo)
    _medidas(*imagen.size, lado_minimo)
    try:
        if tipo == "JPEG":  # all its codes are read, which tells whether it is whole, and an eighth of it is drawn
            imagen.draft("L", (imagen.width // 8, imagen.height // 8))
        imagen.load()
        return [_png(_sobre_blanco(imagen)) if imagen.has_transparency_data else datos]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ArchivoRechazado("La imagen está dañada y no se puede abrir: vuelva a enviarla.") from error


def admitir_foto(datos: bytes, lado_minimo: int = LADO_MINIMO) -> None:
    """Raise `ArchivoRechazado` unless it is one JPEG of a size that is read and of its pixels alone. They are not
    decoded: whoever receives many by the second does that later, and apart."""
    if tipo_de(datos) != "JPEG":
        raise ArchivoRechazado("El archivo no es una fotografía JPEG.")
    _revisar_octetos(datos, "JPEG")
    _medidas(*_abrir(datos, "JPEG").size, lado_minimo)
    if not solo_pixeles(datos):
        raise ArchivoRechazado("La fotografía lleva algo más que la imagen: tómela con PREP Casilla.")


def _sobre_blanco(imagen: Image.Image) -> Color:
    """BGR pixels of a picture laid over white, strip by strip: a large one fits in memory."""
    ancho, alto = imagen.size
    salida = np.empty((alto, ancho, 3), np.uint8)
    for y in range(0, alto, _FRANJA):
        caja = (0, y, ancho, min(y + _FRANJA, alto))
        trozo = imagen.crop(caja)
        if imagen.has_transparency_data:
            trozo = Image.alpha_composite(Image.new("RGBA", trozo.size, "white"), trozo.convert("RGBA"))
        salida[y : caja[3]] = np.asarray(trozo.convert("RGB"))[:, :, ::-1]
    return salida


def abrir_documento(datos: bytes, lado_minimo: int) -> Iterator[bytes]:
    """Pages of a PDF or TIFF, in this very process: only `aparte` calls it."""
    tipo = tipo_de(datos)
    return _de_pdf(datos, lado_minimo) if tipo == "PDF" else _de_tiff(_abrir(datos, tipo), lado_minimo)


class _Gasto:
    """Pixels that the pages of a document have taken together."""

    def __init__(self) -> None:
        self.pixeles = 0

    def medir(self, ancho: int, alto: int, lado_minimo: int) -> None:
        _medidas(ancho, alto, lado_minimo)
        self.pixeles += ancho * alto
        if self.pixeles > PIXELES_DE_DOCUMENTO:
            raise ArchivoRechazado("Las páginas del archivo son demasiado grandes en conjunto: divídalo.")


def _png(imagen: Color) -> bytes:
    bien, png = cv2.imencode(".png", imagen, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    assert bien
    return png.tobytes()


def _de_tiff(imagen: Image.Image, lado_minimo: int) -> Iterator[bytes]:
    cuantas = getattr(imagen, "n_frames", 1)
    if cuantas > PAGINAS_MAXIMAS:
        raise ArchivoRechazado(f"El archivo tiene {cuantas} páginas y el máximo es {PAGINAS_MAXIMAS}: divídalo.")
    gasto = _Gasto()
    for k in range(cuantas):
        try:
            imagen.seek(k)
            gasto.medir(*imagen.size, lado_minimo)
            hoja = _sobre_blanco(imagen)
        except ArchivoRechazado:
            raise
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise ArchivoRechazado(f"La página {k + 1} del archivo está dañada: vuelva a digitalizar.") from error
        yield _png(hoja)


def _de_pdf(datos: bytes, lado_minimo: int) -> Iterator[bytes]:
    try:
        documento = pypdfium2.PdfDocument(datos)
    except pypdfium2.PdfiumError as error:
        raise ArchivoRechazado("El PDF está dañado o tiene contraseña: expórtelo de nuevo sin contraseña.") from error
    try:
        if len(documento) > PAGINAS_MAXIMAS:
            raise ArchivoRechazado(f"El PDF tiene {len(documento)} páginas y el máximo es {PAGINAS_MAXIMAS}: divídalo.")
        if len(documento) == 0:
            raise ArchivoRechazado("El PDF no tiene páginas.")
        gasto = _Gasto()
        for k in range(len(documento)):
            pagina = documento[k]
            ancho, alto = (round(v * PPP_PDF / 72) for v in pagina.get_size())
            gasto.medir(ancho, alto, lado_minimo)
            yield _png(pagina.render(scale=PPP_PDF / 72, may_draw_forms=False).to_numpy())
    except pypdfium2.PdfiumError as error:
        raise ArchivoRechazado("El PDF está dañado: vuelva a digitalizar.") from error
    finally:
        documento.close()


# Derivatives


@dataclass(frozen=True)
class Derivados:
    """JPEG bytes made from one original. `integridad`: SHA-256 of the published image, hexadecimal. `enderezada`: that
    image is a sheet of ours seen from straight above, each field where its form has it."""

    publicada: bytes
    miniatura: bytes
    enderezada: bool

    @cached_property
    def integridad(self) -> str:
        return sha256(self.publicada).hexdigest()


def _jpeg(imagen: Color, calidad: int) -> bytes:
    bien, jpeg = cv2.imencode(".jpg", imagen, [cv2.IMWRITE_JPEG_QUALITY, calidad, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
    assert bien
    return jpeg.tobytes()


def _aclarar(imagen: Color) -> Color:
    """Lift dark pictures so that paper looks like paper; well lit ones are left alone."""
    papel = float(np.quantile(imagen[::8, ::8].max(axis=2), 0.8))
    return imagen if papel > 170 else cv2.convertScaleAbs(imagen, alpha=200 / max(papel, 40))


def _enderezar(color: Color) -> Color:
    """A picture without marks of ours as straight as it can surely be made, `LARGO_PUBLICADA` at most."""
    gris = cv2.cvtColor(color, cv2.COLOR_BGR2GRAY)
    hoja = contorno.hallar(gris)
    if hoja is not None:
        return hoja.enderezar(color, min(LARGO_PUBLICADA, round(max(hoja.medidas))))
    alto, ancho = color.shape[:2]
    grados = contorno.inclinacion(gris)
    if grados is not None and abs(grados) > 0.2:
        giro = cv2.getRotationMatrix2D(((ancho - 1) / 2, (alto - 1) / 2), grados, 1.0)
        a, b = abs(giro[0, 0]), abs(giro[0, 1])
        talla = round(ancho * a + alto * b), round(ancho * b + alto * a)
        giro[:, 2] += (talla[0] - ancho) / 2, (talla[1] - alto) / 2
        color = cv2.warpAffine(color, giro, talla, flags=cv2.INTER_LINEAR, borderValue=FUERA)
    f = min(1.0, LARGO_PUBLICADA / max(color.shape[:2]))
    return cv2.resize(color, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)


def derivar(original: bytes, pagina: Pagina | None) -> Derivados:
    """Published image and thumbnail of an admitted JPEG or PNG.

    With its page found, the sheet seen from straight above. Without, the same by the contour of the paper when that is
    sure, the way up it was photographed; else a crooked scan turned level; else the picture upright as its camera says.
    No larger than it came.
    """
    color = cv2.imdecode(np.frombuffer(original, np.uint8), cv2.IMREAD_COLOR)
    if color is None:
        raise ArchivoRechazado("La imagen está dañada y no se puede abrir: vuelva a enviarla.")
    if pagina is None:
        imagen = _aclarar(_enderezar(color))
    else:
        imagen = _aclarar(pagina.rectificar(color, min(PX_MM_PUBLICADA, pagina.px_mm)))
    for calidad in (82, 74, 66, 58, 50, 42, 34, 26):
        publicada = _jpeg(imagen, calidad)
        if len(publicada) <= PUBLICADA_MAXIMA:
            break
    while len(publicada) > PUBLICADA_MAXIMA:
        imagen = cv2.resize(imagen, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
        publicada = _jpeg(imagen, 40)
    miniatura = _jpeg(achicar(imagen, 320, round(imagen.shape[0] * 320 / imagen.shape[1])), 70)
    return Derivados(publicada, miniatura, pagina is not None and pagina.segura)


def recorte(rectificada: Color, campo: Campo, ajuste: Ajuste, px_mm: float) -> bytes:
    """JPEG of one field, words and boxes, for the capture desk, from a rectified page at `px_mm`."""
    a, b = campo.letra, ajuste.caja(campo, len(campo.cajas) - 1)
    x0, y0 = a.x + ajuste.dx - 2, min(a.y + ajuste.dy, b.y) - 1.5
    x1, y1 = b.x + b.ancho + 2, max(a.y + a.alto + ajuste.dy, b.y + b.alto) + 1.5
    i0, i1 = max(0, round(y0 * px_mm)), min(rectificada.shape[0], round(y1 * px_mm))
    j0, j1 = max(0, round(x0 * px_mm)), min(rectificada.shape[1], round(x1 * px_mm))
    return _jpeg(rectificada[i0:i1, j0:j1], 85)


# Storing


def _ruta(clase: str, huella: str, sufijo: str = "") -> str:
    return f"{clase}/{huella[:2]}/{huella}{sufijo}"


def hay_original(almacen: Almacen, huella: str) -> bool:
    return almacen.existe(_ruta("originales", huella))


def rutas_de(huella: str) -> tuple[str, str]:
    """Where the picture that facts call so is once it is published, and once it arrives."""
    return _ruta("imagenes", huella, ".jpg"), _ruta("originales", huella)


def leer_nombrada(almacen: Almacen, huella: str) -> bytes | None:
    """The picture that facts call so, as it is published; or as it was received, where nothing was made of it."""
    publicada, original = rutas_de(huella)
    return almacen.leer(publicada) or almacen.leer(original)


def guardar_original(almacen: Almacen, datos: bytes) -> str:
    """Store a file as received; returns its SHA-256. Storing it twice is storing it once."""
    huella = sha256(datos).hexdigest()
    if not almacen.existe(_ruta("originales", huella)):
        almacen.escribir(_ruta("originales", huella), datos)
    return huella


def solo_pixeles(datos: bytes) -> bool:
    """Whether this is a JPEG that holds its picture and nothing else: no segment of an application but JFIF's own
    header, no comment, nothing after its end (ISO/IEC 10918-1, annex B)."""
    i = 2
    while datos[:2] == b"\xff\xd8" and datos[i : i + 1] == b"\xff" and i + 4 <= len(datos):
        marca, largo = datos[i + 1], int.from_bytes(datos[i + 2 : i + 4])
        jfif = marca == 0xE0 and largo == 16 and datos[i + 4 : i + 9] == b"JFIF\0"
        if marca not in _DE_LA_IMAGEN and not jfif:
            return False
        i += 2 + largo
        if marca == _TRAMO:
            fin = _FIN_DE_TRAMO.search(datos, i)
            if fin is None or fin[0] == b"\xff\xd9":
                return fin is not None and fin.end() == len(datos)
            i = fin.start()
    return False


_TRAMO: Final = 0xDA
_DE_LA_IMAGEN: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _TRAMO})
"""Frame, Huffman and quantization tables, restart interval, scan."""
_FIN_DE_TRAMO: Final = re.compile(rb"\xff[^\x00\xd0-\xd7]")


def guardar_como_llego(almacen: Almacen, datos: bytes) -> bool:
    """Publish the very bytes that were received, where they hold nothing but pixels; whether they did."""
    huella = sha256(datos).hexdigest()
    if not solo_pixeles(datos):
        return False
    if not almacen.existe(_ruta("imagenes", huella, ".jpg")):
        almacen.escribir(_ruta("imagenes", huella, ".jpg"), datos)
    return True


def guardar_derivados(almacen: Almacen, original: str, hoja: int, derivados: Derivados) -> str:
    """Store what was made from page `hoja` (from 1) of an original; returns the código de integridad."""
    publicada, miniatura = derivados.integridad, sha256(derivados.miniatura).hexdigest()
    for ruta, datos in (
        (_ruta("imagenes", publicada, ".jpg"), derivados.publicada),
        (_ruta("miniaturas", miniatura, ".jpg"), derivados.miniatura),
    ):
        if not almacen.existe(ruta):
            almacen.escribir(ruta, datos)
    ficha = {"original": original, "hoja": hoja, "publicada": publicada, "miniatura": miniatura}
    texto = json.dumps(ficha, sort_keys=True, separators=(",", ":")).encode()
    ruta = _ruta("fichas", original, f"-{hoja}-{publicada[:16]}.json")
    if not almacen.existe(ruta):
        almacen.escribir(ruta, texto)
    return publicada


@dataclass(frozen=True)
class Revision:
    """What re-hashing everything stored found. Each list holds paths of the store."""

    revisados: int
    alterados: tuple[str, ...]  # the content is not what its name says
    perdidos: tuple[str, ...]  # something refers to it and it is not there
    huerfanos: tuple[str, ...]  # it is of no picture that a fact names

    @property
    def bien(self) -> bool:
        return not (self.alterados or self.perdidos or self.huerfanos)


_NOMBRE: Final = re.compile(r"(originales|imagenes|miniaturas)/([0-9a-f]{2})/(\2[0-9a-f]{62})(\.jpg)?")


def revisar_almacen(almacen: Almacen, nombradas: Iterable[str] | None = None) -> Revision:
    """Hash everything again. `nombradas`: SHA-256 of the pictures that facts name; what is of no other is orphan.
    Without it, what the store itself relates is not."""
    alterados: list[str] = []
    vivas: set[str] = set()
    esperadas: set[str] = set()
    de_hechos = None if nombradas is None else set(nombradas)
    fichas = sorted(almacen.listar("fichas/"))
    for ruta in fichas:
        try:
            ficha = orjson.loads(almacen.leer(ruta) or b"")
            suyas = (
                _ruta("originales", ficha["original"]),
                _ruta("imagenes", ficha["publicada"], ".jpg"),
                _ruta("miniaturas", ficha["miniatura"], ".jpg"),
            )
            if ruta != _ruta("fichas", ficha["original"], f"-{ficha['hoja']}-{ficha['publicada'][:16]}.json"):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            alterados.append(ruta)
            continue
        esperadas.update(suyas)
        if de_hechos is None or ficha["publicada"] in de_hechos:
            vivas.update(suyas)
    nombres = {
        ruta: _NOMBRE.fullmatch(ruta)
        for clase in ("originales/", "imagenes/", "miniaturas/")
        for ruta in sorted(almacen.listar(clase))
    }
    if de_hechos is None:  # published as it was received: each speaks of the other
        llegadas, publicadas = ({n[3] for n in nombres.values() if n and n[1] == c} for c in ("originales", "imagenes"))
        de_hechos = llegadas & publicadas
    for huella in de_hechos:
        vivas.update((_ruta("originales", huella), _ruta("imagenes", huella, ".jpg")))
    huerfanos = []
    for ruta, nombre in nombres.items():
        datos = almacen.leer(ruta)
        if nombre is None or datos is None or sha256(datos).hexdigest() != nombre[3]:
            alterados.append(ruta)
        elif ruta not in vivas:
            huerfanos.append(ruta)
    return Revision(
        len(fichas) + len(nombres), tuple(alterados), tuple(sorted(esperadas - nombres.keys())), tuple(huerfanos)
    )

import io
import random
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from actas_de_prueba import foto, hoja
from prep.evidencia import aparte
from prep.evidencia import imagenes as evidencia
from prep.evidencia.imagenes import (
    ArchivoRechazado,
    admitir_foto,
    derivar,
    guardar_como_llego,
    guardar_derivados,
    guardar_original,
    paginas,
    recorte,
    revisar_almacen,
    solo_pixeles,
)
from prep.evidencia.pagina import afinar, hallar_marcas, situar
from prep.evidencia.renglones import ajustar
from prep.lectura.lector import descifrar
from prep.papel.pdf import pdf_actas
from prep.plataforma.almacen import AlmacenCarpeta


def imagen(tipo: str = "JPEG", medidas: tuple[int, int] = (640, 480), **opciones: object) -> bytes:
    rng = np.random.default_rng(1)
    salida = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, (medidas[1], medidas[0], 3), np.uint8)).save(salida, tipo, **opciones)
    return salida.getvalue()


def trozo(tipo: bytes, datos: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(datos)) + tipo + datos + struct.pack(">I", zlib.crc32(tipo + datos))


def png_bomba(ancho: int = 60_000, alto: int = 60_000, guarda: int = 100_000, antes: bytes = b"") -> bytes:
    """A small PNG that says it is 3.6 gigapixels. `guarda`: bytes of its pixels; `antes`: what comes before them."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + trozo(b"IHDR", struct.pack(">IIBBBBB", ancho, alto, 8, 0, 0, 0, 0))
        + antes
        + trozo(b"IDAT", zlib.compress(b"\0" * guarda))
        + trozo(b"IEND", b"")
    )


def en_capas(mas: int) -> bytes:
    """A progressive JPEG that paints its last scan so many times more."""
    datos = imagen(medidas=(400, 400), progressive=True)
    ultima = datos.rindex(b"\xff\xda")
    return datos[:-2] + datos[ultima:-2] * mas + datos[-2:]


JPEG = imagen()
PDF = pdf_actas([hoja()])
COMENTARIO = b"%PDF-1.4 1 0 obj"
HOSTILES = {
    "vacio": (b"", "vacío"),
    "texto": (b"hola", "no es una imagen"),
    "gif": (imagen("GIF"), "no es una imagen"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no es una imagen"),
    "ejecutable": (b"MZ\x90\x00" + b"\0" * 500, "no es una imagen"),
    "200 MB": (b"\xff\xd8\xff" + b"\0" * (200 * 2**20), "200 MB"),
    "bomba de pixeles": (png_bomba(), "millones de pixeles"),
    "jpeg con zip detras": (JPEG + b"PK\x03\x04" + b"\0" * 50, "otro tipo"),
    "jpeg con html detras": (JPEG + b"<html><script>x</script>", "otro tipo"),
    "jpeg con pdf en un comentario": (
        JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(COMENTARIO) + 2) + COMENTARIO + JPEG[2:],
        "otro tipo",
    ),
    "png con php en un comentario": (
        imagen("PNG").replace(b"IDAT", b"IDAT", 1)[:33]
        + struct.pack(">I", 9)
        + b"tEXt"
        + b"a\0<?php x "
        + struct.pack(">I", zlib.crc32(b"tEXta\0<?php x "))
        + imagen("PNG")[33:],
        "otro tipo",
    ),
    "pdf con programa detras": (PDF + b"\nMZ\x90\x00", "otro tipo"),
    "jpeg cortado": (JPEG[: len(JPEG) // 2], "incompleta"),
    "jpeg roto por dentro": (JPEG[:200] + b"\0" * 40 + b"\xff\xd9", "dañada"),
    "png cortado": (imagen("PNG")[:-20], "incompleta"),
    "pdf roto": (b"%PDF-1.7\nbasura\n%%EOF", "dañado"),
    "tiff roto": (b"II*\x00" + b"\xff" * 200, "dañada"),
    "chica": (imagen(medidas=(100, 80)), "demasiado chica"),
    "larga como ningún papel": (png_bomba(240_000, 330), "millones de pixeles"),
    "jpeg con zip en medio": (JPEG[:-2] + b"PK\x03\x04\x14\x00" + b"\0" * 50 + JPEG[-2:], "otro tipo"),
    "jpeg con zip tras un final falso": (JPEG + b"PK\x05\x06" + b"\0" * 4 + JPEG[-40:], "otro tipo"),
    "tiff con página en medio": (imagen("TIFF")[:9000] + b"<script>alert(1)" + imagen("TIFF")[9016:], "otro tipo"),
    "png con programa en medio": (
        imagen("PNG")[:5000] + b"\x7fELF\x02\x01\x01" + imagen("PNG")[5007:],
        "otro tipo",
    ),
}


def pdf_sin_fin(hondo: int = 9) -> bytes:
    """Two kilobytes: each form draws the one below ten times."""
    objetos = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    recursos = b"/Resources<</XObject<</F %d 0 R>>>>"
    objetos.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1200 800]/Contents 4 0 R" + recursos % 5 + b">>")
    dibujo = b"/F Do " * 10
    objetos.append(b"<</Length %d>>stream\n%s\nendstream" % (len(dibujo), dibujo))
    for i in range(hondo):
        que = dibujo if i < hondo - 1 else b"0 0 900 700 re f"
        cabeza = b"<</Type/XObject/Subtype/Form/BBox[0 0 1200 800]" + recursos % (6 + i) + b"/Length %d>>" % len(que)
        objetos.append(cabeza + b"stream\n" + que + b"\nendstream")
    salida = b"%PDF-1.4\n"
    lugares = []
    for i, o in enumerate(objetos, 1):
        lugares.append(len(salida))
        salida += b"%d 0 obj\n%s\nendobj\n" % (i, o)
    tabla = b"".join(b"%010d 00000 n \n" % x for x in lugares)
    n = len(objetos) + 1
    fin = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return salida + fin % (n, tabla, n, len(salida))


def test_a_document_that_never_finishes_drawing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aparte, "SEGUNDOS", 3)
    with pytest.raises(ArchivoRechazado, match="pide demasiado"):
        paginas(pdf_sin_fin())
    assert len(paginas(pdf_sin_fin(hondo=2))) == 1


def test_a_document_whose_pages_weigh_too_much_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the pages never holds more than the limit."""
    orden = [sys.executable, "-m", "prep.evidencia.aparte", "320", "30"]
    justo = subprocess.run([*orden, str(2**20)], input=pdf_sin_fin(hondo=2), capture_output=True, check=True)
    mide = len(justo.stdout)
    for caben, codigo, dice in ((mide, 0, mide), (mide - 1, 1, 0)):
        hecho = subprocess.run([*orden, str(caben)], input=pdf_sin_fin(hondo=2), capture_output=True)
        assert (hecho.returncode, len(hecho.stdout)) == (codigo, dice)
    monkeypatch.setattr(aparte, "SALIDA_MAXIMA", mide - 1)
    with pytest.raises(ArchivoRechazado, match="pide demasiado"):
        paginas(pdf_sin_fin(hondo=2))


def test_the_pages_of_a_document_have_one_limit_between_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    varias = io.BytesIO()
    hojas = [Image.new("1", (4000, 4000)) for _ in range(3)]
    hojas[0].save(varias, "TIFF", save_all=True, append_images=hojas[1:], compression="group4")
    assert len(varias.getvalue()) < 10_000
    monkeypatch.setattr(evidencia, "PIXELES_DE_DOCUMENTO", 40_000_000)
    with pytest.raises(ArchivoRechazado, match="en conjunto"):
        list(evidencia.abrir_documento(varias.getvalue(), 320))


@pytest.mark.parametrize("caso", HOSTILES)
def test_each_hostile_file_is_refused_with_its_reason(caso: str) -> None:
    datos, motivo = HOSTILES[caso]
    with pytest.raises(ArchivoRechazado, match=motivo):
        paginas(datos)


@pytest.mark.parametrize(
    "principio",
    [
        *(b"%PDF-1.4", b"PK\x03\x04\x14\x00", b"PK\x05\x06\0\0\0\0", b"Rar!\x1a\x07\x01", b"7z\xbc\xaf\x27\x1c"),
        *(b"\x7fELF\x01\x01\x01", b"MZ\x90\x00\x03\x00", b"<?PHP ", b"<Script>", b"<html\n", b"<!DocType "),
    ],
)
def test_no_other_kind_of_file_hides_among_the_pixels(principio: bytes) -> None:
    medio = len(JPEG) // 2
    with pytest.raises(ArchivoRechazado, match="otro tipo"):
        paginas(JPEG[:medio] + principio + JPEG[medio + len(principio) :])


def test_a_jpeg_that_is_broken_is_refused_as_if_all_of_it_were_drawn() -> None:
    azar, malos = random.Random(7), 0
    for _ in range(60):
        rota = bytearray(JPEG)
        if azar.random() < 0.5:
            del rota[azar.randrange(len(JPEG) // 4, len(JPEG)) :]
        else:
            for _ in range(azar.randrange(1, 20)):  # in its tables
                rota[azar.randrange(20, 600)] = azar.randrange(256)
        rota += b"\xff\xd9"
        try:
            Image.open(io.BytesIO(rota)).load()
        except (OSError, SyntaxError):
            malos += 1
            with pytest.raises(ArchivoRechazado):
                paginas(bytes(rota))
        else:
            assert paginas(bytes(rota)) == [bytes(rota)]
    assert 5 < malos < 55


def test_a_jpeg_that_is_painted_over_and_over_is_refused_at_every_door() -> None:
    """Each scan costs a turn over every pixel, however few bytes it takes."""
    for datos in (en_capas(0), en_capas(evidencia.TRAMOS_MAXIMOS - 10)):
        assert paginas(datos) == [datos]
        admitir_foto(datos)
    muchas = en_capas(evidencia.TRAMOS_MAXIMOS)
    assert solo_pixeles(muchas)
    for puerta in (paginas, admitir_foto):
        with pytest.raises(ArchivoRechazado, match="más de 50 capas"):
            puerta(muchas)


def test_a_png_holds_its_pixels_and_little_else() -> None:
    assert paginas(imagen("PNG")) and paginas(png_bomba(400, 400, 401 * 400))
    mucho = (png_bomba(400, 400, 4_000_000), png_bomba(400, 400, 401 * 400, trozo(b"prIv", b"") * 20_000))
    for datos in mucho:
        with pytest.raises(ArchivoRechazado, match="más de lo que son sus pixeles"):
            paginas(datos)


def test_what_is_good_passes_as_it_came() -> None:
    assert paginas(JPEG) == [JPEG]
    png = imagen("PNG")
    assert paginas(png) == [png]
    con_datos_del_telefono = JPEG + b"\0" * 64  # some cameras pad their files
    assert paginas(con_datos_del_telefono) == [con_datos_del_telefono]


def test_a_tiff_and_a_pdf_of_several_pages_are_split() -> None:
    hojas = [Image.fromarray(np.full((700, 900), 40 * k, np.uint8)) for k in (1, 3, 5)]
    salida = io.BytesIO()
    hojas[0].save(salida, "TIFF", save_all=True, append_images=hojas[1:], compression="tiff_lzw")
    separadas = [cv2.imdecode(np.frombuffer(p, np.uint8), cv2.IMREAD_GRAYSCALE) for p in paginas(salida.getvalue())]
    assert [(p.shape, int(p[0, 0])) for p in separadas] == [((700, 900), 40 * k) for k in (1, 3, 5)]

    pdf = paginas(pdf_actas([hoja(), hoja("141234B010005")]))
    assert len(pdf) == 2
    esperado = [round(v * 200 / 25.4) for v in (279.4, 431.8)]
    assert list(cv2.imdecode(np.frombuffer(pdf[1], np.uint8), cv2.IMREAD_GRAYSCALE).shape) == pytest.approx(
        esperado, abs=1
    )


def test_a_pdf_with_too_many_pages_is_refused() -> None:
    documento = pypdfium2.PdfDocument.new()
    for _ in range(61):
        documento.new_page(600, 800)
    salida = io.BytesIO()
    documento.save(salida)
    with pytest.raises(ArchivoRechazado, match="61 páginas"):
        paginas(salida.getvalue())


def test_a_giant_pdf_page_is_refused() -> None:
    documento = pypdfium2.PdfDocument.new()
    documento.new_page(14_000, 14_000)
    salida = io.BytesIO()
    documento.save(salida)
    with pytest.raises(ArchivoRechazado, match="millones de pixeles"):
        paginas(salida.getvalue())


def test_the_published_image_is_light_straight_and_always_the_same() -> None:
    f = foto("mild")
    gris = descifrar(f.jpeg)
    pagina = situar(afinar(gris, hallar_marcas(gris)))
    assert pagina is not None
    d = derivar(f.jpeg, pagina)
    assert d == derivar(f.jpeg, pagina)
    assert len(d.publicada) <= 300_000
    assert d.integridad == sha256(d.publicada).hexdigest()
    with Image.open(io.BytesIO(d.publicada)) as publicada:
        assert publicada.size == (2159, 1397)
        assert not publicada.getexif()
    with Image.open(io.BytesIO(d.miniatura)) as miniatura:
        assert miniatura.width == 320
    # Upright and straight, and it says so: the QR reads and the marks are where the form has them.
    assert d.enderezada
    recta = cv2.imdecode(np.frombuffer(d.publicada, np.uint8), cv2.IMREAD_GRAYSCALE)
    centros = {m.esquina: m.puntos.mean(0) / 5 for m in hallar_marcas(recta)}
    assert centros[0] == pytest.approx([13, 13], abs=0.5)
    assert centros[2] == pytest.approx([418.8, 266.4], abs=0.5)


def test_the_published_image_is_no_larger_than_it_came() -> None:
    gris = cv2.resize(descifrar(foto("mild").jpeg), None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    pagina = situar(afinar(gris, hallar_marcas(gris)))
    assert pagina is not None and pagina.px_mm < 5
    d = derivar(cv2.imencode(".jpg", gris)[1].tobytes(), pagina)
    with Image.open(io.BytesIO(d.publicada)) as publicada:
        assert publicada.size == (round(431.8 * pagina.px_mm), round(279.4 * pagina.px_mm))
        assert publicada.width < gris.shape[1] + 2
    assert d.enderezada


def test_what_no_marks_of_ours_say_is_not_told_as_straight() -> None:
    """By its contour, by two marks and the edge, on somebody else's form, or as it was photographed."""
    f = foto("mild")
    gris = descifrar(f.jpeg)
    marcas = afinar(gris, hallar_marcas(gris))
    pagina = situar(marcas)
    assert pagina is not None and derivar(f.jpeg, situar(marcas[:3])).enderezada
    ajena = replace(pagina, pliego=replace(pagina.pliego, ancho=pagina.pliego.ancho + 1))
    for otra in (None, replace(pagina, marcas=()), replace(pagina, marcas=pagina.marcas[:2]), ajena):
        assert not derivar(f.jpeg, otra).enderezada


def test_without_a_page_the_whole_photo_is_published() -> None:
    rng = np.random.default_rng(2)
    grande = rng.integers(0, 255, (3000, 4000, 3), np.uint8)  # noise is the hardest to compress
    jpeg = cv2.imencode(".jpg", grande)[1].tobytes()
    d = derivar(jpeg, None)
    assert len(d.publicada) <= 300_000


def test_the_crop_of_a_field_is_of_that_field() -> None:
    h = hoja()
    gris = descifrar(foto("scan").jpeg)
    pagina = situar(afinar(gris, hallar_marcas(gris)))
    assert pagina is not None
    rect = pagina.rectificar(gris)
    campo = h.plantilla.campo("RIO")
    ajuste = ajustar(rect, h.plantilla, pagina.anclas)["RIO"]
    chico = cv2.imdecode(np.frombuffer(recorte(rect, campo, ajuste, 8.0), np.uint8), cv2.IMREAD_GRAYSCALE)
    ancho = campo.numero.x + campo.numero.ancho - campo.letra.x + 4
    assert chico.shape[1] == pytest.approx(ancho * 8, abs=8)
    assert chico.shape[0] == pytest.approx((campo.letra.alto + 3) * 8, abs=8)


def test_evidence_is_kept_and_checked(tmp_path: Path) -> None:
    almacen = AlmacenCarpeta(tmp_path)
    f = foto("mild")
    original = guardar_original(almacen, f.jpeg)
    assert guardar_original(almacen, f.jpeg) == original == sha256(f.jpeg).hexdigest()
    assert almacen.leer(f"originales/{original[:2]}/{original}") == f.jpeg
    publicada = guardar_derivados(almacen, original, 1, derivar(f.jpeg, None))
    assert guardar_derivados(almacen, original, 1, derivar(f.jpeg, None)) == publicada
    r = revisar_almacen(almacen)
    assert r.bien and r.revisados == 4

    suelto = guardar_original(almacen, JPEG)  # nothing was made from it
    assert revisar_almacen(almacen).huerfanos == (f"originales/{suelto[:2]}/{suelto}",)
    assert revisar_almacen(almacen, [publicada, suelto]).bien
    assert revisar_almacen(almacen, [publicada]).huerfanos == (f"originales/{suelto[:2]}/{suelto}",)
    r = revisar_almacen(almacen, [suelto])  # no fact names what was made from the first: all of it is left over
    assert {h.partition("/")[0] for h in r.huerfanos} == {"originales", "imagenes", "miniaturas"} and not r.perdidos

    ruta = tmp_path / "imagenes" / publicada[:2] / f"{publicada}.jpg"
    bytes_buenos = ruta.read_bytes()
    ruta.write_bytes(bytes_buenos[:-1] + b"\0")
    assert revisar_almacen(almacen, [publicada, suelto]).alterados == (f"imagenes/{publicada[:2]}/{publicada}.jpg",)
    ruta.unlink()
    assert revisar_almacen(almacen, [publicada, suelto]).perdidos == (f"imagenes/{publicada[:2]}/{publicada}.jpg",)


def test_a_picture_published_as_it_was_received_refers_to_itself(tmp_path: Path) -> None:
    almacen = AlmacenCarpeta(tmp_path)
    datos = imagen()
    huella = guardar_original(almacen, datos)
    guardar_como_llego(almacen, datos)
    publicada, original = f"imagenes/{huella[:2]}/{huella}.jpg", f"originales/{huella[:2]}/{huella}"
    assert revisar_almacen(almacen).bien and revisar_almacen(almacen, [huella]).bien
    assert revisar_almacen(almacen, []).huerfanos == (original, publicada)
    (tmp_path / original).unlink()
    assert revisar_almacen(almacen, [huella]).bien and revisar_almacen(almacen).huerfanos == (publicada,)


@pytest.mark.parametrize("fin", [0, 1, 2, 3, 4, 5, 20, 21, 22, 23, 24, 200])
def test_a_picture_cut_anywhere_is_not_one_of_pixels_alone(fin: int) -> None:
    assert solo_pixeles(imagen()) and not solo_pixeles(imagen()[:fin])
    assert not solo_pixeles(b"\xff\xd8\xff\xc4\x00\x06\xff\xd9\x00\x00\xff")


def test_an_altered_record_is_named(tmp_path: Path) -> None:
    almacen = AlmacenCarpeta(tmp_path)
    original = guardar_original(almacen, JPEG)
    guardar_derivados(almacen, original, 1, derivar(JPEG, None))
    ficha = next((tmp_path / "fichas").rglob("*.json"))
    ficha.write_text("{}")
    r = revisar_almacen(almacen)
    assert r.alterados == (ficha.relative_to(tmp_path).as_posix(),)
    assert len(r.huerfanos) == 3


def test_the_limit_of_size_is_the_one_that_is_said() -> None:
    with pytest.raises(ArchivoRechazado, match=f"máximo es {evidencia.PESO_MAXIMO // 2**20} MB"):
        paginas(b"\xff\xd8\xff" + b"\0" * evidencia.PESO_MAXIMO)

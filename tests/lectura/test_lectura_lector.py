"""The reader whole: what it reads is right, and everything it cannot read is refused or flagged with its own reason."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from actas_de_prueba import ACTA, LLAVE, OTRA, PROCESO, foto, hoja, lector, llena
from prep.dominio.comun.valores import SIN_DATO
from prep.laboratorio.fotografiar import fotografiar, pantalla
from prep.laboratorio.llenar import Escrito, Imagen, llenar
from prep.lectura.lector import descifrar
from prep.lectura.resultado import MOTIVOS, Lectura
from prep.papel import qr
from prep.papel.numeros import en_letra
from prep.papel.plantilla import Hoja

Color = np.ndarray


def color(nivel: str = "mild", clave: str = ACTA) -> Color:
    return cv2.imdecode(np.frombuffer(foto(nivel, clave).jpeg, np.uint8), cv2.IMREAD_COLOR)


def jpeg(imagen: Color) -> bytes:
    return cv2.imencode(".jpg", imagen, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


def tomar(h: Hoja, nivel: str = "mild") -> bytes:
    plan = llena()[1]
    rng = np.random.default_rng(4)
    return fotografiar(llenar(h, plan, rng), nivel, rng).jpeg


@pytest.mark.parametrize("nivel", ["scan", "mild", "medium"])
def test_what_it_accepts_it_reads_well(nivel: str) -> None:
    plan = llena()[1]
    lectura = lector().leer(foto(nivel).jpeg)
    assert lectura.leida and lectura.acta == ACTA and lectura.marcas == 4
    aceptados = [c for c in lectura.campos if c.aceptado]
    assert len(aceptados) >= 0.8 * len(lectura.campos)
    assert {c.clave: c.valor for c in aceptados} == {c.clave: plan[c.clave].valor for c in aceptados}
    assert not lectura.avisos


def test_the_same_image_gives_the_same_bits() -> None:
    datos = foto("medium").jpeg
    a, b = lector().leer(datos), lector().leer(datos)
    assert a == b
    assert len(a.modelo) == 64 and a.plantilla == hoja().plantilla.id
    assert len({c.recorte for c in a.campos}) == len(a.campos)


def gato() -> Color:
    """An animal on a sofa, more or less: smooth shapes, no page."""
    rng = np.random.default_rng(1)
    lienzo = cv2.resize(
        rng.integers(60, 200, (12, 16, 3)).astype(np.uint8), (1600, 1200), interpolation=cv2.INTER_CUBIC
    )
    for centro, radio in (((800, 700), 300), ((800, 380), 170)):
        cv2.circle(lienzo, centro, radio, (40, 110, 190), -1)
    for x in (690, 910):
        cv2.fillPoly(lienzo, [np.array([[x - 60, 280], [x, 140], [x + 60, 280]])], (40, 110, 190))
        cv2.circle(lienzo, (x + (30 if x < 800 else -30), 360), 26, (60, 220, 120), -1)
    return lienzo


def dos_actas() -> Color:
    a, b = (cv2.resize(color("mild", c), (2000, 1500), interpolation=cv2.INTER_AREA) for c in (ACTA, OTRA))
    return np.hstack([a, b])


def ajena() -> Color:
    """A form of somebody else: a table, no marks, no QR."""
    lienzo = np.full((1600, 2400, 3), 245, np.uint8)
    for i in range(20):
        cv2.line(lienzo, (200, 200 + 60 * i), (2200, 200 + 60 * i), (30, 30, 30), 3)
        cv2.putText(lienzo, str(37 * i), (1900, 245 + 60 * i), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (80, 30, 20), 3)
    return lienzo


def sin_sus_marcas() -> Hoja:
    """A good QR of one acta on the paper of another: a sticker in the wrong place."""
    h = hoja(OTRA)
    return Hoja(h.plantilla, h.identificacion, hoja(ACTA).qr)


IMAGENES_MALAS: dict[str, tuple[Callable[[], bytes], str]] = {
    "un gato": (lambda: jpeg(gato()), "sin_pagina"),
    "nada": (lambda: b"", "no_es_imagen"),
    "basura": (lambda: b"\xff\xd8\xff basura", "no_es_imagen"),
    "formato ajeno": (lambda: jpeg(ajena()), "forma_desconocida"),
    "a oscuras": (lambda: jpeg((color() * 0.03).astype(np.uint8)), "oscura"),
    "con flash": (lambda: jpeg(np.full((1500, 2000, 3), 253, np.uint8)), "quemada"),
    "en espejo": (lambda: jpeg(np.ascontiguousarray(color()[:, ::-1])), "en_espejo"),
    "media acta": (lambda: jpeg(color()[:, :1900]), "media_acta"),
    "dos actas": (lambda: jpeg(dos_actas()), "varias_actas"),
    "otro QR": (lambda: tomar(Hoja(hoja().plantilla, hoja().identificacion, "HTTPS://EJEMPLO.MX/")), "qr_ajeno"),
    "llave falsa": (lambda: tomar(hoja(llave=b"otra llave que no es la buena")), "qr_falso"),
    "proceso pasado": (lambda: tomar(hoja(proceso="PRUEBA-2024")), "qr_otro_proceso"),
    "QR cambiado": (lambda: tomar(sin_sus_marcas()), "qr_cambiado"),
    "fuera de catalogo": (lambda: tomar(hoja("149999B010005")), "acta_desconocida"),
    "otra plantilla": (lambda: foto("mild", grande=True).jpeg, "plantilla_distinta"),
}


@pytest.mark.parametrize("caso", IMAGENES_MALAS)
def test_each_bad_image_is_refused_with_its_reason(caso: str) -> None:
    hacer, motivo = IMAGENES_MALAS[caso]
    lectura = lector().leer(hacer())
    assert (lectura.rechazo, lectura.campos) == (motivo, ())
    assert lectura.detalle and motivo in MOTIVOS


def test_the_acta_of_another_casilla_is_refused() -> None:
    lectura = lector().leer(foto("mild", OTRA).jpeg, esperada=ACTA)
    assert lectura.rechazo == "otra_acta"
    assert ACTA in lectura.detalle and OTRA in lectura.detalle
    assert lector().leer(foto("mild", OTRA).jpeg, esperada=OTRA).leida


def sin_qr(imagen: Color) -> Color:
    """Something lies on the QR: it cannot be read."""
    f = foto("mild")
    q = llena()[0].plantilla.qr
    esquinas = f.en_foto(np.array([[q.x, q.y], [q.x + 30, q.y], [q.x + 30, q.y + 30], [q.x, q.y + 30]]))
    tapada = imagen.copy()
    cv2.fillConvexPoly(tapada, esquinas.astype(np.int32), (90, 120, 160))
    return tapada


def test_with_its_qr_covered_it_must_be_identified_by_hand() -> None:
    datos = jpeg(sin_qr(color()))
    assert lector().leer(datos).rechazo == "sin_qr"
    lectura = lector().leer(datos, esperada=ACTA)
    assert lectura.leida and lectura.acta == ACTA
    assert lector().leer(datos, esperada=OTRA).rechazo == "qr_cambiado"  # the paper's marks are not that acta's


def test_upside_down_it_is_read_the_same_and_said() -> None:
    plan = llena()[1]
    lectura = lector().leer(jpeg(cv2.rotate(color(), cv2.ROTATE_180)))
    assert lectura.leida and lectura.giro == 2 and "girada" in lectura.avisos
    aceptados = [c for c in lectura.campos if c.aceptado]
    assert len(aceptados) >= 0.8 * len(lectura.campos)
    assert all(c.valor == plan[c.clave].valor for c in aceptados)


def test_a_covered_corner_is_tolerated_and_said() -> None:
    f = foto("mild")
    tapada = color()
    x, y = f.en_foto(np.array([[418.8, 266.4]]))[0]
    cv2.circle(tapada, (int(x), int(y)), 90, (140, 160, 200), -1)
    lectura = lector().leer(jpeg(tapada))
    assert lectura.leida and lectura.marcas == 3 and "marca_faltante" in lectura.avisos
    plan = llena()[1]
    assert all(c.valor == plan[c.clave].valor for c in lectura.campos if c.aceptado)


def test_a_photo_of_a_screen_is_said() -> None:
    rgb = np.ascontiguousarray(color()[:, :, ::-1])
    lectura = lector().leer(jpeg(np.ascontiguousarray(pantalla(rgb, np.random.default_rng(1))[:, :, ::-1])))
    assert lectura.leida and "pantalla" in lectura.avisos
    assert "pantalla" not in lector().leer(foto("mild").jpeg).avisos


def leer_con(plan: dict[str, Escrito], nivel: str = "mild") -> Lectura:
    rng = np.random.default_rng(6)
    imagen: Imagen = llenar(hoja(), plan, rng)
    return lector().leer(fotografiar(imagen, nivel, rng).jpeg)


def test_a_blank_acta_is_said() -> None:
    vacia = {c.clave: Escrito(" " * len(c.cajas), "", SIN_DATO) for c in hoja().plantilla.campos}
    lectura = leer_con(vacia)
    assert lectura.leida and "en_blanco" in lectura.avisos
    assert all(c.valor == SIN_DATO for c in lectura.campos)


def test_what_is_doubtful_is_not_accepted() -> None:
    h = hoja()
    claves = [c.clave for c in h.plantilla.campos if c.tipo != "total"]
    plan = dict(llena()[1])
    plan[claves[0]] = Escrito("117", en_letra(617), 617)  # letters and digits disagree
    plan[claves[1]] = Escrito("---", "", SIN_DATO)
    plan[claves[2]] = Escrito("???", "?", 0)
    campos = {c.clave: c for c in leer_con(plan).campos}
    assert not any(campos[k].aceptado for k in claves[:3])
    assert "letra_y_numero_difieren" in campos[claves[0]].motivos
    assert "rayado" in campos[claves[1]].motivos
    assert all(m in MOTIVOS for c in campos.values() for m in c.motivos)


def test_a_blurred_photo_is_of_poor_quality() -> None:
    gris = descifrar(foto("mild").jpeg)
    borrosa = lector().leer(jpeg(cv2.GaussianBlur(gris, (0, 0), 7)))
    buena = lector().leer(foto("mild").jpeg)
    assert buena.calidad is not None and not buena.calidad["motivos"]
    assert borrosa.calidad is None or "borrosa" in borrosa.calidad["motivos"]


def test_the_reader_does_not_accept_the_wrong_key() -> None:
    assert lector(llave=LLAVE + b"!").leer(foto("scan").jpeg).rechazo == "qr_falso"
    assert lector(proceso="OTRO").leer(foto("scan").jpeg).rechazo == "qr_otro_proceso"
    assert qr.clave_proceso(PROCESO) == PROCESO


@pytest.mark.parametrize(("clara", "solo"), [(0.9999, ()), (0.99, ("numero_solo",))])
def test_digits_without_words_need_every_box_sure(clara: float, solo: tuple[str, ...]) -> None:
    uno = lector()
    p = np.full((3, 13), 1e-5 / 12)
    p[[0, 1], [0, 5]] = 1 - 1e-5
    p[2] = (1 - clara) / 12
    p[2, 7] = clara
    sin_letra = np.full(33, -20.0)
    sin_letra[31] = 20.0
    juicio = uno._juzgar(np.log(p) * uno.calibracion.temperatura_cifra, sin_letra)
    assert (juicio.valor, juicio.caso) == (57, "numero")
    assert tuple(m for m in juicio.motivos if m == "numero_solo") == solo and (not solo) == (not juicio.motivos)

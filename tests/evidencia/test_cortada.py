"""A sheet cut by the edge of the picture: what is seen is read where it is, and what is not seen is never read."""

import cv2
import numpy as np
import pytest

from actas_de_prueba import ACTA, GRANDE, LLAVE, OTRA, PROCESO, foto, llena
from prep.evidencia.imagenes import derivar
from prep.evidencia.pagina import PX_MM, esquinas_mm
from prep.lectura.lector import Lector
from prep.papel.plantilla import ALTO, ANCHO, PROPIO, Campo, armar_plantilla

Color = np.ndarray
LADOS = {"izquierda": (24, 0, 0, 0), "derecha": (0, 0, 19.5, 0), "arriba": (0, 24, 0, 0), "abajo": (0, 0, 0, 24)}
"""Millimetres of the sheet left out: left, top, right, bottom. Enough for both marks of that side."""
MARCAS = {"izquierda": {1, 2}, "derecha": {0, 3}, "arriba": {2, 3}, "abajo": {0, 1}}


def lector() -> Lector:
    return Lector({ACTA: armar_plantilla(GRANDE), OTRA: armar_plantilla(GRANDE)}.get, PROCESO, LLAVE)


class Cortada:
    """A photograph of a filled acta without some millimetres of its sheet, and where things are in what is left."""

    def __init__(self, mm: tuple[float, float, float, float], nivel: str = "mild", semilla: int = 1) -> None:
        self.foto = foto(nivel, grande=True, semilla=semilla)
        entera = cv2.imdecode(np.frombuffer(self.foto.jpeg, np.uint8), cv2.IMREAD_COLOR)
        izquierda, arriba, derecha, abajo = mm
        a = self.foto.en_foto(np.array([[izquierda, ALTO / 2], [ANCHO - derecha, ALTO / 2]]))
        b = self.foto.en_foto(np.array([[ANCHO / 2, arriba], [ANCHO / 2, ALTO - abajo]]))
        x0, x1 = (int(a[0, 0]) if izquierda else 0), (int(a[1, 0]) if derecha else entera.shape[1])
        y0, y1 = (int(b[0, 1]) if arriba else 0), (int(b[1, 1]) if abajo else entera.shape[0])
        self.origen = np.array([x0, y0])
        self.color: Color = np.ascontiguousarray(entera[y0:y1, x0:x1])

    @property
    def jpeg(self) -> bytes:
        return cv2.imencode(".jpg", self.color, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()

    def en_foto(self, mm: np.ndarray) -> np.ndarray:
        return self.foto.en_foto(mm) - self.origen

    def se_ve(self, campo: Campo, holgura: float = 0.0) -> bool:
        p = np.vstack([self.en_foto(esquinas_mm(c.crecer(holgura))) for c in (campo.numero, campo.letra)])
        alto, ancho = self.color.shape[:2]
        return bool((p >= 0).all() and (p[:, 0] < ancho).all() and (p[:, 1] < alto).all())


@pytest.mark.parametrize("nivel", ["mild", "medium"])
@pytest.mark.parametrize("lado", LADOS)
def test_two_marks_hold_the_rows_in_the_picture(lado: str, nivel: str) -> None:
    corte = Cortada(LADOS[lado], nivel)
    _, plan, _ = llena(grande=True)
    lectura, vista = lector().leer_y_ver(corte.jpeg, ACTA)
    assert lectura.leida and vista is not None, lectura.detalle
    assert {m.esquina for m in vista.pagina.marcas} == MARCAS[lado]
    assert "marca_faltante" in lectura.avisos and "cortada" in lectura.calidad["motivos"]
    visibles = [c for c in vista.plantilla.campos if corte.se_ve(c, 1.0)]
    hallados = [c for c in vista.plantilla.campos if vista.ajustes[c.clave].claridad > 0]
    assert len(visibles) >= 20 and len(set(visibles) & set(hallados)) >= 0.95 * len(visibles)
    px_mm = np.linalg.norm(np.diff(corte.en_foto(np.array([[100.0, 140.0], [300.0, 140.0]])), axis=0)) / 200
    for campo in hallados:
        cajas = [vista.ajustes[campo.clave].caja(campo, k).centro for k in range(len(campo.cajas))]
        lejos = vista.pagina.en_foto(np.array(cajas)) - corte.en_foto(np.array([c.centro for c in campo.cajas]))
        assert np.hypot(*lejos.T).max() < 0.5 * px_mm, campo.clave
    aceptados = [c for c in lectura.campos if c.aceptado]
    assert len(aceptados) >= 0.75 * len(visibles)
    assert {c.clave: c.valor for c in aceptados} == {c.clave: plan[c.clave].valor for c in aceptados}


@pytest.mark.parametrize("mm", [(50, 0, 0, 0), (0, 0, 23, 0), (0, 0, 26, 0), (0, 0, 30, 0), (0, 0, 37, 0)])
def test_what_the_edge_cuts_is_never_read(mm: tuple[float, float, float, float]) -> None:
    """Without its units, 125 looks like 12; without its beginning, *ciento dos* is *dos*."""
    corte = Cortada(mm)
    lectura = lector().leer(corte.jpeg, ACTA)
    assert lectura.leida
    ocultos = [c.clave for c in armar_plantilla(GRANDE).campos if not corte.se_ve(c)]
    assert len(ocultos) >= 5
    campos = {c.clave: c for c in lectura.campos}
    assert all(campos[k].valor is None and campos[k].motivos == ("renglon_no_hallado",) for k in ocultos)


def test_half_an_acta_is_refused() -> None:
    for mm in ((0, 0, ANCHO / 2, 0), (0, 0, 0, ALTO / 2), (0, ALTO * 0.6, 0, 0)):
        lectura = lector().leer(Cortada(mm).jpeg, ACTA)
        assert lectura.rechazo == "media_acta" and "2 de sus 4 marcas" in lectura.detalle


def test_without_its_qr_two_marks_must_be_that_actas() -> None:
    corte = Cortada((58, 0, 0, 0))
    assert lector().leer(corte.jpeg).rechazo == "sin_qr"
    lectura = lector().leer(corte.jpeg, ACTA)
    assert lectura.leida and "identidad_por_marcas" in lectura.avisos
    assert lector().leer(corte.jpeg, OTRA).rechazo == "qr_cambiado"


@pytest.mark.parametrize("tapadas", [(0, 2), (1, 3)])
def test_two_opposite_marks_are_enough(tapadas: tuple[int, int]) -> None:
    corte = Cortada((0, 0, 0, 0))
    for esquina in tapadas:
        x, y = corte.en_foto(esquinas_mm(PROPIO.marcas[esquina])).mean(0)
        cv2.circle(corte.color, (int(x), int(y)), 80, (140, 160, 200), -1)
    lectura = lector().leer(corte.jpeg, ACTA)
    assert lectura.leida and lectura.marcas == 2
    _, plan, _ = llena(grande=True)
    aceptados = [c for c in lectura.campos if c.aceptado]
    assert len(aceptados) >= 0.75 * len(lectura.campos)
    assert all(c.valor == plan[c.clave].valor for c in aceptados)


def test_one_mark_is_not_enough() -> None:
    assert lector().leer(Cortada((24, 24, 0, 0)).jpeg, ACTA).rechazo == "media_acta"


def test_what_the_published_image_does_not_show_is_white() -> None:
    corte = Cortada(LADOS["izquierda"])
    _, vista = lector().leer_y_ver(corte.jpeg, ACTA)
    assert vista is not None
    fuera = vista.rectificada[:, : round(15 * PX_MM)]
    assert (fuera == 255).all()
    publicada = cv2.imdecode(np.frombuffer(derivar(corte.jpeg, vista.pagina).publicada, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert publicada[:, : publicada.shape[1] // 30].min() > 245

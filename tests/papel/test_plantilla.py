import io
from itertools import combinations

import cv2
import numpy as np
import pikepdf
import pytest

from actas_de_prueba import CHICA, GRANDE, OTRA, hoja
from prep.dominio.tabulacion.boleta import Boleta, armar_boleta
from prep.laboratorio.llenar import rasterizar
from prep.papel import qr
from prep.papel.marcas import marcas_de
from prep.papel.pdf import pdf_actas, pdf_etiquetas
from prep.papel.plantilla import ALTO, ANCHO, LADO_MARCA, MARCAS, Caja, armar_plantilla


def cruzan(a: Caja, b: Caja) -> bool:
    e = 1e-6
    return a.x + e < b.x + b.ancho and b.x + e < a.x + a.ancho and a.y + e < b.y + b.alto and b.y + e < a.y + a.alto


def boleta_de(n: int) -> Boleta:
    return armar_boleta([f"P{i}" for i in range(n - 2)])


@pytest.mark.parametrize(
    "boleta", [CHICA, GRANDE, boleta_de(17), boleta_de(18), boleta_de(51)], ids=lambda b: str(len(b.recuadros))
)
def test_nothing_overlaps_nor_sticks_out(boleta: Boleta) -> None:
    p = armar_plantilla(boleta)
    assert [c.clave for c in p.campos if c.captura and c.tipo != "total"] == list(boleta.claves)
    cajas = [c for campo in p.campos for c in (*campo.cajas, campo.letra)]
    cajas += [p.qr.crecer(4.2), p.identificacion, p.sello, p.firmas, p.incidentes]
    cajas += [Caja(x, y, LADO_MARCA, LADO_MARCA).crecer(1.5) for x, y in MARCAS]
    for a, b in combinations(cajas, 2):
        assert not cruzan(a, b), (a, b)
    for c in cajas:
        assert c.x >= 0 and c.y >= 0 and c.x + c.ancho <= ANCHO and c.y + c.alto <= ALTO
    for campo in p.campos:
        assert len(campo.cajas) == (4 if campo.tipo == "total" else 3)
        assert min(c.alto for c in campo.cajas) >= 5.5


def test_52_boxes_do_not_fit() -> None:
    with pytest.raises(ValueError, match="caben 51"):
        armar_plantilla(boleta_de(52))


def test_another_boleta_is_another_template() -> None:
    assert len({armar_plantilla(b).id for b in (CHICA, GRANDE, boleta_de(17))}) == 3
    assert armar_plantilla(CHICA) == armar_plantilla(CHICA)


def test_the_marks_say_corner_and_acta() -> None:
    vistas = {marcas_de(f"14{s:04d}B010005") for s in range(2000)}
    assert len(vistas) > 1850
    assert all(ids[e] // 12 == e for ids in vistas for e in range(4))


def test_the_pdf_measures_what_it_says_and_repeats() -> None:
    pdf = pdf_actas([hoja(), hoja(OTRA)])
    with pikepdf.open(io.BytesIO(pdf)) as documento:
        assert len(documento.pages) == 2
        caja = [float(v) * 25.4 / 72 for v in documento.pages[0].mediabox]
        assert caja == pytest.approx([0, 0, ANCHO, ALTO], abs=0.01)
    assert pdf == pdf_actas([hoja(), hoja(OTRA)])


def test_what_is_drawn_is_where_the_template_says() -> None:
    h = hoja(grande=True)
    gris = cv2.cvtColor(rasterizar(pdf_actas([h])), cv2.COLOR_RGB2GRAY)
    assert qr.hallar(gris) == [h.qr]
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    esquinas, ids, _ = detector.detectMarkers(gris)
    halladas = {int(i): e[0] / 10 for e, i in zip(esquinas, ids.ravel(), strict=True)}
    assert set(halladas) == set(h.marcas)
    for i, (x, y) in zip(h.marcas, MARCAS, strict=True):
        assert halladas[i][0] == pytest.approx([x, y], abs=0.15)
    # Each box is drawn: dark along its edges, white inside.
    for campo in h.plantilla.campos:
        for c in campo.cajas:
            i, j = round(c.y * 10), round(c.x * 10)
            k, m = round((c.y + c.alto) * 10), round((c.x + c.ancho) * 10)
            dentro = gris[i + 5 : k - 5, j + 5 : m - 5]
            assert dentro.min() == 255
            borde = [gris[i - 2 : i + 3, j + 5 : m - 5].min(0), gris[k - 2 : k + 3, j + 5 : m - 5].min(0)]
            assert np.concatenate(borde).max() < 160


def test_loose_labels_are_all_printed() -> None:
    hojas = [hoja(f"14{s:04d}B010005") for s in range(1, 23)]
    pdf = pdf_etiquetas(hojas)
    with pikepdf.open(io.BytesIO(pdf)) as documento:
        assert len(documento.pages) == 2
    leidas = [t for k in range(2) for t in qr.hallar(cv2.cvtColor(rasterizar(pdf, k), cv2.COLOR_RGB2GRAY))]
    assert sorted(leidas) == sorted(h.qr for h in hojas)

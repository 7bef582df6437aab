import cv2
import numpy as np
import pytest
from actas_de_prueba import ACTA, foto, llena

from prep.lectura.bench import tomas
from prep.lectura.lector import descifrar
from prep.lectura.pagina import Marca, Pagina, afinar, ajustar, hallar_marcas, situar
from prep.lectura.plantilla import ALTO, ANCHO


def hallar(gris: np.ndarray, sin: int | None = None) -> Pagina | None:
    return situar(afinar(gris, [m for m in hallar_marcas(gris) if m.esquina != sin]))


def lejos_mm(pagina: Pagina, nivel: str, grande: bool, gris: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance in mm of each box's centre, as registered, from where the photographer knows it is; and the clarity."""
    h = llena(ACTA, grande)[0]
    f = foto(nivel, grande=grande)
    ajustes = ajustar(pagina.rectificar(gris), h.plantilla)
    hoja = f.en_foto(np.array([[0, 0], [ANCHO, 0], [ANCHO, ALTO], [0, ALTO]]))
    px_mm = np.sqrt(cv2.contourArea(hoja.astype(np.float32)) / (ANCHO * ALTO))
    lejos, claridad = [], []
    for campo in h.plantilla.campos:
        a = ajustes[campo.clave]
        hallados = pagina.en_foto(np.array([a.caja(campo, k).centro for k in range(len(campo.cajas))]))
        lejos += list(np.linalg.norm(hallados - f.en_foto(np.array([c.centro for c in campo.cajas])), axis=1) / px_mm)
        claridad += [a.claridad] * len(campo.cajas)
    return np.array(lejos), np.array(claridad)


@pytest.mark.parametrize("grande", [False, True])
@pytest.mark.parametrize("nivel", ["scan", "mild", "medium"])
def test_los_recuadros_a_menos_de_medio_milimetro(nivel: str, grande: bool) -> None:
    gris = descifrar(foto(nivel, grande=grande).jpeg)
    pagina = hallar(gris)
    assert pagina is not None
    lejos, claridad = lejos_mm(pagina, nivel, grande, gris)
    assert (claridad > 0).all()
    assert lejos.max() <= 0.5


@pytest.mark.parametrize("falta", range(4))
def test_basta_con_tres_marcas(falta: int) -> None:
    gris = descifrar(foto("mild").jpeg)
    pagina = hallar(gris, sin=falta)
    assert pagina is not None
    lejos, claridad = lejos_mm(pagina, "mild", False, gris)
    assert (claridad > 0).mean() > 0.95
    assert lejos[claridad > 0].max() <= 0.5


def test_con_dos_no_hay_pagina() -> None:
    gris = descifrar(foto("mild").jpeg)
    marcas = hallar_marcas(gris)
    assert len(marcas) == 4
    assert situar(marcas[:2]) is None
    assert situar([*marcas[:3], marcas[0]]) is None  # the same corner twice


@pytest.mark.parametrize("cuartos", range(4))
def test_la_orientacion_la_dan_las_marcas(cuartos: int) -> None:
    gris = np.ascontiguousarray(np.rot90(descifrar(foto("scan").jpeg), -cuartos))
    pagina = hallar(gris)
    assert pagina is not None
    assert pagina.giro == cuartos
    recta = pagina.rectificar(gris)
    assert [m.esquina for m in sorted(hallar_marcas(recta), key=lambda m: m.esquina)] == [0, 1, 2, 3]


def test_una_forma_imposible_no_es_una_pagina() -> None:
    gris = descifrar(foto("mild").jpeg)
    marcas = {m.esquina: m for m in hallar_marcas(gris)}
    cambiadas = [Marca(marcas[e].id, otra, marcas[e].puntos) for e, otra in ((0, 1), (1, 0), (2, 2), (3, 3))]
    assert situar(cambiadas) is None


def test_donde_no_hay_recuadros_no_se_inventan() -> None:
    h = llena()[0]
    blanca = np.full((round(ALTO * 8), round(ANCHO * 8)), 230, np.uint8)
    ruido = np.clip(np.random.default_rng(1).normal(200, 12, blanca.shape), 0, 255).astype(np.uint8)
    for rect in (blanca, ruido):
        assert all(a.claridad == 0 for a in ajustar(rect, h.plantilla).values())


def test_en_una_hoja_muy_doblada_ningun_renglon_se_toma_por_su_vecino(monkeypatch: pytest.MonkeyPatch) -> None:
    """A photograph where some rows are nearer to their neighbours' places than to their own."""
    (toma,) = (t for t in tomas(888000, range(29, 30), None, ("medium", "hard")) if t.nivel == "hard")
    gris = descifrar(toma.foto.jpeg)
    pagina = hallar(gris)
    assert pagina is not None
    rect, forma = pagina.rectificar(gris), toma.hoja.plantilla

    def confundidos() -> int:
        ajustes = ajustar(rect, forma)
        vistos = [c for c in forma.campos if ajustes[c.clave].claridad > 0]
        assert vistos
        centros = np.array([c.numero.centro for c in vistos])
        reales = cv2.perspectiveTransform(toma.foto.en_foto(centros)[None], np.linalg.inv(pagina.homografia))[0]
        lejos = centros[:, 1] + [ajustes[c.clave].dy for c in vistos] - reales[:, 1]
        return int((np.abs(lejos) > forma.paso / 2).sum())

    assert confundidos() == 0
    monkeypatch.setattr("prep.lectura.pagina.DUDA", 1.0)
    assert confundidos() > 0

"""Faint but legible ink is read or abstained from; it is never an empty field."""

import cv2
import numpy as np
import pytest

from actas_de_prueba import ACTA, foto, hoja, lector, llena
from prep.dominio.comun.valores import SIN_DATO
from prep.laboratorio.fotografiar import fotografiar
from prep.laboratorio.llenar import TINTAS, Escrito, Imagen, Tinta, desvanecer, en_blanco, llenar
from prep.lectura.lector import descifrar
from prep.lectura.resultado import Lectura
from prep.papel.numeros import en_letra


def png(gris: np.ndarray) -> bytes:
    return cv2.imencode(".png", gris)[1].tobytes()


def wrong(lectura: Lectura, plan: dict[str, Escrito]) -> list[str]:
    return [c.clave for c in lectura.campos if c.aceptado and c.valor != plan[c.clave].valor]


def accepted(lectura: Lectura) -> float:
    return sum(c.aceptado for c in lectura.campos) / len(lectura.campos)


@pytest.mark.parametrize(("contrast", "base"), [(0.35, 140), (0.15, 190), (0.12, 200)])
def test_a_washed_out_picture_is_read(contrast: float, base: int) -> None:
    plan = llena()[1]
    gris = np.clip(np.rint(descifrar(foto("mild").jpeg) * contrast + base), 0, 255).astype(np.uint8)
    lectura = lector().leer(png(gris))
    assert lectura.leida and not wrong(lectura, plan)
    assert "en_blanco" not in lectura.avisos
    assert accepted(lectura) > 0.7
    assert lectura.calidad is not None and ("deslavada" in lectura.calidad["motivos"]) == (contrast < 0.3)


@pytest.mark.parametrize("tinta", ["tenue", "lapiz", "copia"])
@pytest.mark.parametrize("nivel", ["mild", "medium"])
def test_a_faint_hand_is_read_or_abstained_from(tinta: str, nivel: str) -> None:
    h, plan, pagina = llena()
    rng = np.random.default_rng(8)
    gastada = desvanecer(pagina, en_blanco(h), TINTAS[tinta], rng)
    lectura = lector().leer(fotografiar(gastada, nivel, rng).jpeg, ACTA)
    assert lectura.leida and not wrong(lectura, plan)
    assert accepted(lectura) > 0.5
    assert lectura.calidad is not None and lectura.calidad["tinta"] < 0.5


def one_faint_field(opacidad: float, escrito: Escrito) -> tuple[str, Imagen, dict[str, Escrito]]:
    """A page in good ink where one field was written with a pen that was running dry."""
    h = hoja()
    clave = next(c.clave for c in h.plantilla.campos if c.clave == "MAR")
    plan = llena()[1] | {clave: escrito}
    solo = {c.clave: Escrito(" " * len(c.cajas), "", SIN_DATO) for c in h.plantilla.campos} | {clave: escrito}
    todos_menos = plan | {clave: solo["SOL"]}
    fuerte = llenar(h, todos_menos, np.random.default_rng(1))
    vacia = en_blanco(h)
    escrita = llenar(h, solo, np.random.default_rng(1))
    campo = next(c for c in h.plantilla.campos if c.clave == clave)
    debil = desvanecer(escrita, vacia, Tinta((opacidad, opacidad)), np.random.default_rng(1))
    y0, y1 = round(campo.numero.y * 10) - 15, round((campo.numero.y + campo.numero.alto) * 10) + 15
    x0, x1 = round(min(campo.letra.x, campo.numero.x) * 10) - 15, round((campo.numero.x + campo.numero.ancho) * 10) + 15
    fuerte[y0:y1, x0:x1] = debil[y0:y1, x0:x1]
    return clave, fuerte, plan


@pytest.mark.parametrize("opacidad", [0.06, 0.1, 0.15, 0.25])
def test_what_is_there_and_cannot_be_read_is_not_an_empty_field(opacidad: float) -> None:
    clave, pagina, plan = one_faint_field(opacidad, Escrito("057", en_letra(57), 57))
    lectura = lector().leer(fotografiar(pagina, "mild", np.random.default_rng(3)).jpeg)
    (campo,) = (c for c in lectura.campos if c.clave == clave)
    assert not wrong(lectura, plan)
    assert campo.valor != SIN_DATO
    assert campo.aceptado or campo.motivos
    assert accepted(lectura) > 0.7  # the others are


def test_a_page_too_faint_to_be_read_is_not_blank() -> None:
    h, plan, pagina = llena()
    nada = desvanecer(pagina, en_blanco(h), Tinta((0.045, 0.045)), np.random.default_rng(1))
    lectura = lector().leer(fotografiar(nada, "medium", np.random.default_rng(5)).jpeg, ACTA)
    assert "en_blanco" not in lectura.avisos
    assert not wrong(lectura, plan)


def test_an_empty_field_is_still_empty() -> None:
    h = hoja()
    plan = {c.clave: Escrito(" " * len(c.cajas), "", SIN_DATO) for c in h.plantilla.campos}
    pagina = llenar(h, plan, np.random.default_rng(1))
    lectura = lector().leer(fotografiar(pagina, "mild", np.random.default_rng(1)).jpeg)
    assert "en_blanco" in lectura.avisos and lectura.calidad is not None and lectura.calidad["tinta"] is None
    assert not any("tinta_tenue" in c.motivos for c in lectura.campos)

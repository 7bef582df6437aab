import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from prep.papel import qr

LLAVE = b"0123456789abcdef"
ETIQUETA = qr.Etiqueta("JALISCO-2027", "140024C010005", "A1B2")


def test_it_fits_in_version_3m_and_comes_back() -> None:
    contenido = qr.codificar(ETIQUETA, LLAVE)
    assert len(contenido) <= 61
    simbolo = segno.make_qr(contenido, version=3, error="m", boost_error=False)
    assert simbolo.mode == "alphanumeric"
    assert qr.descodificar(contenido, "JALISCO-2027", LLAVE) == ETIQUETA


def test_another_reader_reads_it() -> None:
    contenido = qr.codificar(ETIQUETA, LLAVE)
    celdas = np.array([list(f) for f in segno.make_qr(contenido, version=3, error="m").matrix], np.uint8)
    imagen = np.kron(np.pad(1 - celdas, 4, constant_values=1) * 255, np.ones((6, 6))).astype(np.uint8)
    assert qr.hallar(imagen) == [contenido]
    import cv2

    assert cv2.QRCodeDetector().detectAndDecode(imagen)[0] == contenido


def test_a_micro_qr_is_no_second_acta() -> None:
    """Good photographs of one acta give one at times, read out of an eye of its own QR."""
    contenido = qr.codificar(ETIQUETA, LLAVE)
    imagen = np.full((300, 600), 255, np.uint8)
    for simbolo, x in ((segno.make_qr(contenido), 20), (segno.make_micro("6818"), 400)):
        celdas = np.kron(1 - np.array([list(f) for f in simbolo.matrix], np.uint8), np.full((6, 6), 255, np.uint8))
        imagen[20 : 20 + len(celdas), x : x + len(celdas)] = celdas
    assert qr.hallar(imagen) == [contenido]


@pytest.mark.parametrize(
    ("contenido", "motivo"),
    [
        ("https://ejemplo.mx/acta", "qr_ajeno"),
        ("PREP1:JALISCO-2027:140024C010005:A1B2", "qr_ajeno"),
        ("", "qr_ajeno"),
        (qr.codificar(qr.Etiqueta("JALISCO-2024", "140024C010005", "A1B2"), LLAVE), "qr_otro_proceso"),
        (qr.codificar(ETIQUETA, b"otra llave de 16 bytes"), "qr_falso"),
        (qr.codificar(ETIQUETA, LLAVE).replace("0024", "0025"), "qr_falso"),
        (qr.codificar(ETIQUETA, LLAVE)[:-1] + "é", "qr_falso"),
    ],
)
def test_each_bad_qr_with_its_reason(contenido: str, motivo: str) -> None:
    with pytest.raises(qr.QRInvalido) as error:
        qr.descodificar(contenido, "JALISCO-2027", LLAVE)
    assert error.value.motivo == motivo


@given(st.integers(0, 41), st.characters(codec="ascii"))
def test_changing_one_character_is_always_noticed(i: int, c: str) -> None:
    contenido = qr.codificar(ETIQUETA, LLAVE)
    alterado = contenido[:i] + c + contenido[i + 1 :]
    if alterado == contenido:
        return
    with pytest.raises(qr.QRInvalido):
        qr.descodificar(alterado, "JALISCO-2027", LLAVE)


@pytest.mark.parametrize(
    ("etiqueta", "llave"),
    [
        (ETIQUETA, b"corta"),
        (qr.Etiqueta("proceso con espacios", "140024C010005", "A1B2"), LLAVE),
        (qr.Etiqueta("JALISCO-2027", "acta", "A1B2"), LLAVE),
        (qr.Etiqueta("X" * 24, "140024C010005001", "A1B2CC"), LLAVE),
    ],
)
def test_what_does_not_fit_is_said_when_printing(etiqueta: qr.Etiqueta, llave: bytes) -> None:
    with pytest.raises(ValueError):
        qr.codificar(etiqueta, llave)


def test_the_key_of_a_process_is_made_printable() -> None:
    assert qr.clave_proceso("demo_jal 2027") == "DEMO-JAL-2027"

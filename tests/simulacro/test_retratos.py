"""The pictures of a drill: small where a machine typed them, each its own, on the disk, and good for a scanner."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from prep.catalogo.ejemplo import ejemplo
from prep.lectura.lector import Lector, descifrar
from prep.papel.formas import Formas
from prep.simulacro.correr import Cadencia
from prep.simulacro.diseno import disenar
from prep.simulacro.retratos import ESCANER, MOVIL, Retrato, retratar
from prep.simulacro.votos import Suerte

SECRETO = b"x" * 32


def test_typed_pictures_are_small_and_the_scanner_knows_whose_each_is(tmp_path: Path) -> None:
    proceso, informativo = ejemplo(60)
    formas = Formas(proceso, informativo, SECRETO, "SIMULACRO")
    papeles = [p for p in disenar(proceso, informativo, 7).votos.papeles() if p.suerte is not Suerte.SIN_ACTA]
    retratos = [Retrato(p, como, False, 7) for p in papeles[::40] for como in (MOVIL, ESCANER)]
    fotos = list(retratar(formas, retratos, tmp_path / "fotos"))
    lector = Lector(formas.plantilla_de, formas.clave, SECRETO)
    for retrato, foto in zip(retratos, fotos, strict=True):
        jpeg = foto.archivo.read_bytes()
        assert (sha256(jpeg).hexdigest(), len(jpeg)) == (foto.huella, foto.bytes_)
        assert foto.bytes_ < 150_000
        vista, acta, _ = lector.ubicar(descifrar(jpeg), None)
        assert acta == retrato.papel.esperada.clave and vista.hallados == len(vista.plantilla.campos)
    assert len({f.huella for f in fotos}) == len(fotos)


def test_cortes_come_by_the_hours_of_the_night_and_after_them_by_what_was_verified() -> None:
    cadencia = Cadencia(hasta=300, cuantos=11, actas=1_000)
    assert not cadencia.toca(29, 500, 1) and cadencia.toca(30, 0, 1)
    cadencia.hizo(30, 0, 2, 3)
    assert not cadencia.toca(59, 500, 100) and cadencia.toca(60, 0, 100)  # somebody waits: the hours say when
    assert not cadencia.toca(290, 900, 20) and cadencia.toca(290, 0, 21)  # never more than a tenth of the time
    assert not cadencia.toca(5_000, 99, 100) and cadencia.toca(5_000, 100, 100)  # nobody does: the work says
    cadencia.hizo(5_000, 130, 2, 100)
    assert not cadencia.toca(9_000, 229, 200) and cadencia.toca(9_000, 230, 200)
    assert not cadencia.toca(9_000, 230, 117)

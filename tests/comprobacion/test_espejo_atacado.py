"""Whatever is done to a publication, what a mirror of it serves is right: it refuses what the command calls wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ataques import ATAQUES

from emision_fabrica import AUDITOR, INSTITUTO, Noche
from prep.comprobacion.verificar import Opciones, verificar
from prep.difusion.espejo import Espejo
from prep.transparencia.almacen import Carpeta
from prep.transparencia.politica import Politica, leer_politica

POLITICA = leer_politica(f"log {INSTITUTO.llave.vkey}\nwitness uni {AUDITOR.llave.vkey}\nquorum none\n".encode())


@pytest.fixture(scope="module")
def modelo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Noche, Path]:
    """A night of three cortes, the first in ceros, and the mirror that has them."""
    noche = Noche(tmp_path_factory.mktemp("modelo"))
    for _ in range(2):
        noche.publicar(0.5)
    espejo = espejo_de(noche, tmp_path_factory.mktemp("espejo"))
    assert espejo.sincronizar().problema is None
    return noche, espejo.sitio.carpeta


def espejo_de(noche: Noche, carpeta: Path, politica: Politica = POLITICA) -> Espejo:
    return Espejo(Carpeta(noche.carpeta), carpeta, politica, lambda: 1_717_380_000)


@pytest.mark.parametrize("nombre", ATAQUES)
def test_what_it_serves_is_right_whatever_the_source_does(
    modelo: tuple[Noche, Path], nombre: str, tmp_path: Path
) -> None:
    original, al_dia = modelo
    noche = original.copia(tmp_path / "fuente")
    shutil.copytree(al_dia, tmp_path / "conocia")
    vivo = espejo_de(noche, tmp_path / "vivo")
    assert vivo.sincronizar().problema is None
    ATAQUES[nombre][1](noche)
    # One that had the night before, one that begins now, and one that computed the last corte and goes on from there.
    for carpeta in ("conocia", "nuevo", "vivo"):
        (tmp_path / carpeta).mkdir(exist_ok=True)
        espejo = vivo if carpeta == "vivo" else espejo_de(noche, tmp_path / carpeta)
        espejo.sincronizar()
        informe = verificar(espejo.sitio, Opciones(POLITICA, espera=0))
        dicho = [h.texto for h in informe.hallazgos]
        assert informe.codigo == 0 or (carpeta == "nuevo" and espejo.estado.corte is None), (carpeta, dicho)

"""An acta whose boxes are some illegible and the rest empty: the institute decides whether it counts."""

from __future__ import annotations

import pytest

from prep.dominio.acta.asentado import Asentado
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Valor
from prep.dominio.tabulacion.boleta import armar_boleta
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.contabilidad import Observacion, contabilizar
from prep.dominio.tabulacion.proceso import ActaEsperada, Casilla

BOLETA = armar_boleta(["PAN", "PRI"])
ESPERADA = ActaEsperada("140001B010001", Casilla(ClaveCasilla.leer("140001B0100"), 1, 1, 500), 1)


@pytest.mark.parametrize(
    ("valores", "mezcla_cuenta", "cuenta", "observaciones"),
    [
        ((ILEGIBLE, SIN_DATO), False, False, (Observacion.TODOS_ILEGIBLES,)),
        ((ILEGIBLE, SIN_DATO), True, True, (Observacion.ILEGIBLE, Observacion.SIN_DATO)),
        ((ILEGIBLE, ILEGIBLE), True, False, (Observacion.TODOS_ILEGIBLES,)),
        ((SIN_DATO, SIN_DATO), True, False, (Observacion.TODOS_VACIOS,)),
        ((ILEGIBLE, 7), True, True, (Observacion.ILEGIBLE,)),
    ],
)
def test_illegible_and_blank_together_count_only_where_the_institute_says_so(
    valores: tuple[Valor, Valor], mezcla_cuenta: bool, cuenta: bool, observaciones: tuple[Observacion, ...]
) -> None:
    uno, otro = valores
    votos = {"PAN": uno, "PRI": uno, "NO_REGISTRADAS": uno, "NULOS": otro}
    veredicto = contabilizar(Asentado({}, votos), BOLETA, ESPERADA, 750, mezcla_cuenta=mezcla_cuenta)
    assert (veredicto.contabilizada, veredicto.observaciones) == (cuenta, observaciones)
    assert veredicto.inconsistente

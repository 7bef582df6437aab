"""The actas of a process as sheets: found by what people ask them by."""

from __future__ import annotations

import pytest

from prep.catalogo.ejemplo import ejemplo
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.papel.formas import Formas


def test_those_of_a_casilla_are_found_without_going_through_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever receives a package asks for them, in a process of thirty thousand as in one of a hundred."""
    proceso, informativo = ejemplo(60)
    todas = Formas(proceso, informativo, b"x" * 32)
    actas = [a for e in proceso.elecciones for a in e.actas]
    casilla, de_ella = str(actas[7].casilla.clave), [a for a in actas if a.casilla.clave == actas[7].casilla.clave]
    miradas: list[ClaveCasilla] = []
    decir = ClaveCasilla.__str__

    def mirar(clave: ClaveCasilla) -> str:
        miradas.append(clave)
        return decir(clave)

    monkeypatch.setattr(ClaveCasilla, "__str__", mirar)
    assert list(todas.actas(casilla=casilla)) == de_ella and len(de_ella) == 3
    assert list(todas.actas(proceso.elecciones[1].clave, casilla=casilla)) == de_ella[1:2]
    assert list(todas.actas(catd="otro", casilla=casilla)) == list(todas.actas(casilla="140024C9900")) == []
    assert miradas == []
    assert list(todas.actas()) == actas

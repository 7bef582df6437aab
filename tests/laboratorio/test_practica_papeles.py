"""The actas to practise with: each teaches what it says, and none can be taken for one that arrived."""

from __future__ import annotations

import pytest

from prep.catalogo.ejemplo import ejemplo
from prep.ccv.ejercicio import DIFERENCIAS, MUESTRAN, Leccion
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, votos
from prep.evidencia.imagenes import Derivados
from prep.laboratorio.practica import AVISO, papeles
from prep.papel.plantilla import TOTAL_ASENTADO

AJENAS = (Leccion.OTRA_CASILLA, Leccion.COINCIDE_AJENA, Leccion.ES_AJENA)
DISTINTAS = (Leccion.NO_COINCIDE, Leccion.DISTINTA_DEL_PAPEL)
MARCADAS = (Leccion.MARCAS, Leccion.DIFIEREN_MARCAS)


def test_each_acta_teaches_one_thing() -> None:
    proceso, informativo = ejemplo(60)
    todos = {p.leccion: p for p in papeles(proceso, informativo, 1)}
    assert list(todos) == list(Leccion)
    for leccion, papel in todos.items():
        assert (papel.hoja.qr, papel.hoja.identificacion.aviso) == ("", AVISO)
        de_otra = papel.hoja.identificacion.clave_acta != papel.clave
        assert de_otra is (leccion in AJENAS)
        marcas = [e.valor for e in papel.plan.values() if e.valor in (ILEGIBLE, SIN_DATO)]
        assert sorted(marcas) == ([ILEGIBLE, SIN_DATO] if leccion in MARCADAS else [])
        suma = sum(votos(papel.plan[c.clave].valor) for c in papel.hoja.plantilla.campos if c.tipo != "total")
        if leccion not in MARCADAS:
            assert (papel.plan[TOTAL_ASENTADO].valor == suma) is (leccion is not Leccion.NO_CUADRA)
        e = papel.ejercicio(Derivados(b"una imagen", b"", enderezada=True))
        assert list(e.valores) == [c.clave for c in papel.hoja.plantilla.campos if c.captura]
        assert list(e.mostrados) == (list(e.valores) if e.mesa in MUESTRAN else [])
        mal = [c for c, v in e.mostrados.items() if v != e.valores[c]]
        assert len(mal) == (2 if leccion in DISTINTAS else 0)
        assert bool(e.pedidos) is (e.mesa == DIFERENCIAS) and {*e.pedidos} < {*e.valores}
    ajena = todos[Leccion.OTRA_CASILLA]
    assert ajena.hoja.identificacion.seccion != int(ajena.clave[2:6])


def test_a_process_of_one_casilla_has_nothing_to_tell_apart() -> None:
    from dataclasses import replace

    proceso, informativo = ejemplo(60)
    sola = replace(proceso, elecciones=tuple(replace(e, actas=e.actas[:1]) for e in proceso.elecciones))
    with pytest.raises(ValueError, match="dos casillas con la misma forma"):
        list(papeles(sola, informativo, 1))

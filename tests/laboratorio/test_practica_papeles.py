"""The actas to practise with: each teaches what it says, and none can be taken for one that arrived."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, votos
from prep.evidencia.calidad import medir
from prep.evidencia.imagenes import Derivados
from prep.evidencia.pagina import PX_MM, afinar, hallar_marcas, situar
from prep.laboratorio.practica import AVISO, papeles, preparar, sobres
from prep.lectura.lector import descifrar
from prep.papel.formas import Formas
from prep.papel.plantilla import TOTAL_ASENTADO
from prep.practica.ejercicio import ACOPIO, DIFERENCIAS, DIGITALIZACION, MESA_DE, MUESTRAN, SIRVE, Leccion, leer

AJENAS = (Leccion.OTRA_CASILLA, Leccion.COINCIDE_AJENA, Leccion.ES_AJENA, Leccion.DE_OTRO_SOBRE)
DISTINTAS = (Leccion.NO_COINCIDE, Leccion.DISTINTA_DEL_PAPEL)
MARCADAS = (Leccion.MARCAS, Leccion.DIFIEREN_MARCAS)


def test_each_acta_teaches_one_thing() -> None:
    proceso, informativo = ejemplo(60)
    todos = {p.leccion: p for p in papeles(proceso, informativo, 1)}
    assert list(todos) == [leccion for leccion in Leccion if MESA_DE[leccion] != ACOPIO]
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
    proceso, informativo = ejemplo(60)
    sola = replace(proceso, elecciones=tuple(replace(e, actas=e.actas[:1]) for e in proceso.elecciones))
    with pytest.raises(ValueError, match="dos casillas con la misma forma"):
        list(papeles(sola, informativo, 1))


def test_what_arrives_is_a_package_those_of_a_casilla_that_of_another_centre_and_none() -> None:
    formas = Formas(*ejemplo(60), b"")
    llegan = {e.leccion: e for e in sobres(formas)}
    assert list(llegan) == [leccion for leccion in Leccion if MESA_DE[leccion] == ACOPIO]
    (aqui,) = {e.catd for e in llegan.values()}
    for leccion, e in llegan.items():
        assert e.llegada is not None and (e.cuantos, e.imagen) == (3, "")
        casilla = formas.casilla_de(e.clave)
        assert (casilla.catd == aqui) is (leccion is not Leccion.SOBRE_AJENO)
        todas = tuple(a.clave for a in formas.actas(casilla=str(casilla.clave)))
        enteras = leccion in (Leccion.CON_SELLO, Leccion.SIN_SOBRE)
        assert len(todas) > 1 and e.llegada.claves == (todas if enteras else todas[:1])
        assert bool(e.llegada.sello) is (leccion is Leccion.CON_SELLO)
        assert e.llegada.motivo == (MotivoSinActa.SIN_SOBRE if leccion is Leccion.SIN_SOBRE else "")


def test_where_there_is_one_centre_no_package_is_of_another_and_where_there_is_none_nothing_arrives() -> None:
    proceso, informativo = ejemplo(60)
    for catds, cuantos in ((informativo.catds[:1], 3), ((), 0)):
        assert len(list(sobres(Formas(proceso, replace(informativo, catds=catds), b"")))) == cuantos


def test_each_scan_shows_what_it_teaches(tmp_path: Path) -> None:
    """By what the desk measures of a picture, and by eye what it does not."""
    suyas = tuple(leccion for leccion in Leccion if MESA_DE[leccion] == DIGITALIZACION)
    assert preparar(*ejemplo(60), tmp_path, 1, suyas) == len(suyas)
    juego = leer(tmp_path)
    assert juego is not None
    vistos = {e.leccion: (e, _medido((tmp_path / f"{e.imagen}.jpg").read_bytes())) for e in juego.ejercicios}
    assert {leccion: e.respuesta for leccion, (e, _) in vistos.items()} == {
        Leccion.NITIDA: SIRVE,
        Leccion.BORROSA: "borrosa",
        Leccion.CORTADA: "cortada",
        Leccion.OSCURA: "oscura",
        Leccion.DE_OTRO_SOBRE: "otra_casilla",
    }
    assert {leccion: motivos for leccion, (_, motivos) in vistos.items()} == {
        Leccion.NITIDA: (),
        Leccion.BORROSA: ("borrosa",),
        Leccion.CORTADA: None,  # its marks are not all there
        Leccion.OSCURA: ("oscura",),
        Leccion.DE_OTRO_SOBRE: (),
    }


def _medido(datos: bytes) -> tuple[str, ...] | None:
    gris = descifrar(datos)
    pagina = situar(afinar(gris, hallar_marcas(gris)))
    return None if pagina is None else medir(gris, pagina, pagina.rectificar(gris, PX_MM)).motivos

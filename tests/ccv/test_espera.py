"""What waits at the desks: rows that follow from the facts, and that are noticed when they do not."""

from __future__ import annotations

from typing import Any

import pytest
from centro import Centro

from noche import enrolar
from prep.bitacora.proyecciones import diferencias, reproyectar
from prep.ccv.models import Espera
from prep.ccv.pasos import Paso
from prep.dominio.acta.hechos import Tipo

HOJA = "hoja:0197f3c2-0000-7000-8000-000000000001"


def pasos_de(clave: str) -> set[str]:
    return set(Espera.objects.filter(clave=clave).values_list("paso", flat=True))


def salvo(clave: str, paso: Paso) -> set[str]:
    return set(Espera.objects.get(clave=clave, paso=paso).salvo)


@pytest.fixture
def variada(centro: Centro) -> tuple[Centro, list[str]]:
    """One acta for each thing that an acta may wait for."""
    claves = centro.claves[:8]
    _, segunda, distinta, igual, dudosa, publicada, abierta, nada = claves
    noche = centro.noche
    for c in claves[:-1]:
        huella = centro.llega(c)
        if c == dudosa:
            dudada = noche.hecho(Tipo.OTRA_IMAGEN_PEDIDA, c, "ajena-1", imagen=huella, motivo="Borrosa.")
    centro.anota(dudada)
    centro.captura(segunda, "ajena-1")
    centro.captura(distinta, "ajena-1")
    centro.captura(distinta, "ajena-2", NULOS=999)
    for c in (igual, publicada, abierta):
        base = centro.coinciden(c)
        if c != igual:
            centro.hace(Tipo.VERIFICADA, c, "campo", base=base)
    centro.hace(Tipo.REAPERTURA_PEDIDA, abierta, "ajena-1", motivo="Se lee otra cosa.")
    centro.hace(Tipo.SIN_ACTA, nada, "ajena-2", motivo="3")
    centro.hace(Tipo.DIGITALIZADA, HOJA, "campo", imagen="a" * 64)
    return centro, claves


def test_each_acta_waits_for_its_own_steps_and_for_others_than_who_took_part(variada: Any) -> None:
    _, (primera, segunda, distinta, igual, dudosa, publicada, abierta, nada) = variada
    esperan = {
        primera: {Paso.CAPTURA},
        segunda: {Paso.CAPTURA},
        distinta: {Paso.DIFERENCIAS},
        igual: {Paso.VERIFICACION},
        dudosa: {Paso.OTRA_IMAGEN},
        publicada: {Paso.COTEJO},
        abierta: {Paso.COTEJO, Paso.REAPERTURA},
        nada: {Paso.SIN_ACTA},
        HOJA: {Paso.IDENTIFICACION},
    }
    assert {c: pasos_de(c) for c in esperan} == esperan
    assert salvo(primera, Paso.CAPTURA) == set()
    assert salvo(segunda, Paso.CAPTURA) == {"ajena-1"}
    assert salvo(dudosa, Paso.OTRA_IMAGEN) == {"ajena-1"}
    assert salvo(abierta, Paso.REAPERTURA) == {"ajena-1"}
    assert salvo(abierta, Paso.COTEJO) == {"ajena-1", "ajena-2"}
    assert salvo(nada, Paso.SIN_ACTA) == {"ajena-2"}


def test_an_acta_in_correction_waits_for_its_collation_once_it_is_verified_again(variada: Any) -> None:
    centro, claves = variada
    clave = claves[6]
    centro.hace(Tipo.COTEJADA, clave, "campo", resultado="3")
    assert pasos_de(clave) == {Paso.REAPERTURA, Paso.COTEJO}
    assert Espera.objects.get(clave=clave, paso=Paso.COTEJO).a_pedido
    peticion = centro.acta(clave).reapertura[0]
    centro.hace(Tipo.REABIERTA, clave, "campo", peticion=peticion)
    assert pasos_de(clave) == {Paso.CAPTURA}
    base = centro.coinciden(clave)
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=base)
    assert pasos_de(clave) == {Paso.COTEJO}
    assert not Espera.objects.get(clave=clave, paso=Paso.COTEJO).a_pedido


def test_folding_again_gives_the_same_rows_and_what_is_not_so_is_named(variada: Any) -> None:
    _, claves = variada
    antes = sorted(Espera.objects.values_list())
    assert antes
    assert list(diferencias()) == []
    reproyectar()
    assert sorted(Espera.objects.values_list()) == antes
    Espera.objects.filter(clave=claves[0]).update(salvo=["alguien"])
    Espera.objects.filter(clave=claves[1]).delete()
    ajena = "149999B0100GUB"
    sola = {"eleccion": "GUB", "casilla": ajena[:11], "imagen": "", "desde": 1, "salvo": [], "lugares": []}
    Espera.objects.create(clave=ajena, paso="captura", **sola)
    dichas = list(diferencias())
    assert [d.split(":")[0] for d in dichas] == [*sorted(claves[:2]), ajena]
    reproyectar()
    assert sorted(Espera.objects.values_list()) == antes


def test_away_from_the_sede_only_what_is_there_is_read_and_the_paper_is_collated_anyway(
    centro: Centro, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The centre's facts come down to a node, and their pictures do not."""
    catd = enrolar("catd-9")
    monkeypatch.setattr("prep.ccv.espera.nodo_de_aqui", lambda: catd)
    ajena, propia, verificada = centro.claves[:3]
    centro.llega(ajena, huella="a" * 64)
    centro.llega(propia)
    centro.llega(verificada, huella="b" * 64)
    centro.hace(Tipo.VERIFICADA, verificada, "campo", base=centro.coinciden(verificada))
    assert [pasos_de(c) for c in (ajena, propia, verificada)] == [set(), {Paso.CAPTURA}, {Paso.COTEJO}]
    assert not list(diferencias())

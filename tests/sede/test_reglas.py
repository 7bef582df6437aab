"""The rules of a process: said in its folder, signed when it is founded, told in the puesta en ceros, kept by desks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from instalada import CIERRE, Sede, importar_con, poner_en_ceros, quien

from prep.bitacora.actas import acta_de
from prep.bitacora.autoridad import autoridad
from prep.bitacora.services import HechoRechazado, escribir
from prep.bitacora.services.altas import alta_de_persona
from prep.bitacora.services.anotar import anotar
from prep.catalogo.services import cargar, informativo
from prep.ccv import cola, hoja
from prep.ccv.pasos import Paso
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.autoridad import TODO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.dominio.comun.rechazos import Rechazo
from prep.sede import actos, informes

LATER = CIERRE + timedelta(hours=1)
PICTURE = "ab" * 32


@pytest.fixture
def apart(sede: Sede, tmp_path: Path) -> Sede:
    """Its folder was corrected after it was founded: whoever types an acta is in another place."""
    importar_con(tmp_path / "corregida", lugares_distintos=True)
    sede.publicador = replace(sede.publicador, proceso=cargar(), informativo=informativo())
    return sede


def test_the_puesta_en_ceros_asks_that_the_rules_of_the_process_be_signed_and_tells_them(apart: Sede) -> None:
    with pytest.raises(actos.ActoImposible, match="repita «prep operacion fundar»"):
        poner_en_ceros(apart)
    actos.fundar(apart.publicador, apart.nodo, CIERRE)
    doc = apart.documento(poner_en_ceros(apart))
    assert doc["reglas"] == {"lugares_distintos": True, "alcance_estricto": False}
    pages = [p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(informes.pdf("puesta_en_ceros", doc))]
    told = " ".join(" ".join(pages).split())
    assert "capturan un acta están en lugares distintos: sí" in told and "casillas de su alcance: no" in told


def test_where_acts_are_typed_in_two_places_there_is_no_puesta_en_ceros_with_people_in_one(apart: Sede) -> None:
    actos.fundar(apart.publicador, apart.nodo, CIERRE)
    central, de = quien(apart, "administrador"), autoridad()
    away = [p for p in de.personas for c in de.cargos_vigentes(p) if (c.rol, c.lugar == "CCV") == ("capturista", False)]
    leave = {"rol": "capturista", "desde": {TODO: 1}, "motivo": "No vino."}
    anotar([nuevo_hecho("baja", f"persona:{p}", central, CIERRE, leave) for p in away], apart.nodo, CIERRE)
    with pytest.raises(actos.ActoImposible, match="solo hay quien capture en «CCV»"):
        poner_en_ceros(apart)
    anotar([alta_de_persona(("caro", "capturista", "CATD-001"), CIERRE, central)], apart.nodo, CIERRE)
    poner_en_ceros(apart)


def test_a_rule_that_the_process_takes_back_before_the_night_is_taken_back(apart: Sede, tmp_path: Path) -> None:
    actos.fundar(apart.publicador, apart.nodo, CIERRE)
    assert autoridad().reglas.lugares_distintos
    importar_con(tmp_path / "otra", alcance_estricto=True)
    taken = replace(apart.publicador, proceso=cargar(), informativo=informativo())
    actos.fundar(taken, apart.nodo, CIERRE)
    assert (autoridad().reglas.lugares_distintos, autoridad().reglas.alcance_estricto) == (False, True)


def test_a_second_capture_from_the_same_place_is_neither_given_nor_settles_and_from_another_does(apart: Sede) -> None:
    actos.fundar(apart.publicador, apart.nodo, CIERRE)
    poner_en_ceros(apart)
    people = {"ana": "CCV", "beto": "CCV", "caro": "CATD-001"}
    central = quien(apart, "administrador")
    anotar(
        [alta_de_persona((p, "capturista", lugar), CIERRE, central) for p, lugar in people.items()], apart.nodo, LATER
    )
    acta = apart.publicador.proceso.elecciones[0].actas[0].clave

    def do(tipo: Tipo, who: str, **content: Any) -> None:
        escribir(tipo, acta, who, lambda: content, LATER, apart.nodo, f"{tipo}-{who}")

    def given(who: str) -> bool:
        turno = cola.tomar(Paso.CAPTURA, cola.Quien(who, people[who]), LATER)
        cola.dejar(who)
        return turno is not None

    def typed(who: str) -> None:
        values = hoja.asentar({r.clave: 10 for r in hoja.renglones(acta)})
        do(Tipo.CAPTURADA, who, imagen=PICTURE, valores=values, lugar=people[who])

    do(Tipo.DIGITALIZADA, quien(apart, "digitalizador"), imagen=PICTURE)
    do(Tipo.IDENTIFICADA, quien(apart, "digitalizador"), imagen=PICTURE, por="qr")
    assert given("ana") and given("beto")
    typed("ana")
    assert (given("ana"), given("beto"), given("caro")) == (False, False, True)
    with pytest.raises(HechoRechazado) as refused:
        typed("beto")
    assert refused.value.rechazo is Rechazo.MISMO_LUGAR and acta_de(acta).captura is Captura.PRIMERA
    typed("caro")
    assert acta_de(acta).captura is Captura.COINCIDE

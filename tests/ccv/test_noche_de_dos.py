"""What two people do between them, in a real Chromium and by keyboard alone: requests, sheets, the paper."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from test_noche import Teclado, foto, noche  # noqa: F401 - a fixture

from navegador import con_foco, revisar
from noche import INICIO
from prep.dominio.acta.hechos import HOJA, Tipo
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.comun.facultades import Rol

pytestmark = pytest.mark.navegador


def mirar(teclado: Teclado, nombre: str) -> None:
    """axe and a picture, on a desk and on a phone."""
    revisar(teclado.pagina)
    foto(teclado.pagina, nombre)
    teclado.pagina.set_viewport_size({"width": 360, "height": 740})
    revisar(teclado.pagina)
    foto(teclado.pagina, f"{nombre}_angosta")
    teclado.pagina.set_viewport_size({"width": 1280, "height": 800})


def test_another_casilla_is_confirmed_identified_by_two_and_its_acta_typed(noche: Any) -> None:  # noqa: F811
    escritorios, centro, dicen = noche
    primera = next(iter(dicen))
    ana = Teclado(escritorios, centro.persona(Rol.CAPTURISTA), "/ccv/captura/")
    ana.pulsa_y_sigue("Enter")
    ana.pulsa("F4")
    with ana.recibe():
        ana.pulsa("2")
    assert ana.pagina.locator("dialog[open]").count() == 0
    manda = Teclado(escritorios, centro.persona(Rol.SUPERVISOR), "/ccv/peticiones/")
    revisar(manda.pagina)
    manda.pulsa_y_sigue("Enter")
    assert "otra casilla" in manda.pagina.inner_text(".motivo")
    mirar(manda, "peticion")
    manda.pulsa_y_sigue("s")
    assert centro.acta(primera).custodia is Custodia.REDIGITALIZAR

    nueva = next(c for c in centro.claves if c not in dicen)
    for tema, rol in (("light", Rol.DIGITALIZADOR), ("dark", Rol.COORDINADOR)):
        dice = Teclado(escritorios, centro.persona(rol), "/ccv/identificacion/", tema=tema)
        dice.pulsa_y_sigue("Enter")
        con_foco(dice.pagina, "busca")
        dice.pagina.keyboard.type(nueva.lower())
        dice.pagina.wait_for_selector("#halladas .hallada")
        if tema == "light":
            mirar(dice, "identificacion")
        dice.pulsa("ArrowDown", "Enter")
        con_foco(dice.pagina, "es-esta")
        if tema == "dark":
            mirar(dice, "identificacion_elegida")
        dice.pulsa("Escape")
        con_foco(dice.pagina, "busca")
        dice.pulsa("Enter")
        if rol is Rol.COORDINADOR:
            dice.pulsa("F6")
            con_foco(dice.pagina, "f-eleccion")
            mirar(dice, "fuera")
            dice.pulsa("Escape")
            dice.pagina.focus("#es-esta")
        dice.pulsa_y_sigue("Enter")
    assert centro.acta(nueva).captura is Captura.POR_CAPTURAR
    assert centro.acta(nueva).imagen is not None


def test_the_paper_differs_it_is_asked_to_be_opened_and_somebody_else_does(noche: Any) -> None:  # noqa: F811
    escritorios, centro, dicen = noche
    clave = next(iter(dicen))
    mal = dicen[clave] | {"NULOS": dicen[clave]["NULOS"] + 90}
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=centro.coinciden(clave, **mal))
    catd = next(a.casilla.catd for e in centro.proceso.elecciones for a in e.actas if a.clave == clave)
    coteja = Teclado(escritorios, centro.persona(Rol.ACOPIADOR, lugar=catd), "/ccv/cotejo/")
    mirar(coteja, "cotejo_espera")
    coteja.pulsa("F2")
    coteja.pagina.keyboard.type(f"{int(clave[2:6])}")
    coteja.pagina.wait_for_selector("#halladas .hallada")
    coteja.pulsa_y_sigue("Enter")
    coteja.pulsa("ArrowDown", "ArrowDown", "ArrowDown")
    mirar(coteja, "cotejo")
    coteja.pulsa("3")
    revisar(coteja.pagina)
    foto(coteja.pagina, "cotejo_motivo")
    coteja.pagina.keyboard.type("Nulos")
    coteja.pulsa_y_sigue("Enter")
    assert centro.acta(clave).cotejo == 3

    pide = Teclado(escritorios, centro.persona(Rol.VERIFICADOR), "/ccv/reapertura/", tema="dark")
    mirar(pide, "reapertura")
    pide.pagina.keyboard.type(clave)
    pide.pagina.wait_for_selector("#halladas .hallada")
    pide.pulsa_y_sigue("Enter")
    mirar(pide, "reabrir")
    pide.pulsa("F2")
    pide.pagina.keyboard.type("El papel dice otra cosa en nulos")
    pide.pulsa_y_sigue("Enter")
    assert "quedó pedida" in pide.pagina.inner_text("main")

    manda = Teclado(escritorios, centro.persona(Rol.SUPERVISOR), "/ccv/peticiones/", tema="dark")
    manda.pulsa_y_sigue("Enter")
    manda.pulsa("ArrowDown")
    mirar(manda, "peticion_reapertura")
    manda.pulsa_y_sigue("s")
    assert centro.acta(clave).captura is Captura.DEVUELTA


def test_no_acta_is_answered_without_a_picture_and_no_is_a_key_too(noche: Any) -> None:  # noqa: F811
    escritorios, centro, dicen = noche
    nada = next(c for c in centro.claves if c not in dicen)
    centro.hace(Tipo.SIN_ACTA, nada, "campo", motivo="1")
    hoja, huella = f"{HOJA}{uuid4()}", centro.acta(next(iter(dicen))).imagen.sha256
    centro.hace(Tipo.DIGITALIZADA, hoja, "campo", imagen=huella)
    centro.hace(Tipo.OTRA_IMAGEN_PEDIDA, hoja, "campo", imagen=huella, motivo="La imagen está incompleta.")
    coordina = Teclado(escritorios, centro.persona(Rol.COORDINADOR), "/ccv/peticiones/")
    coordina.pulsa_y_sigue("Enter")
    assert "No se entregó" in coordina.pagina.inner_text(".motivo")
    mirar(coordina, "peticion_sin_acta")
    coordina.pulsa_y_sigue("s")
    assert centro.acta(nada).custodia is Custodia.SIN_ACTA
    assert "incompleta" in coordina.pagina.inner_text(".motivo")
    coordina.pulsa_y_sigue("n")
    assert centro.acta(hoja).en_duda is None


def test_a_photograph_beside_what_is_read_is_looked_at_and_one_of_another_acta_goes_on(noche: Any) -> None:  # noqa: F811
    escritorios, centro, dicen = noche
    una, otra = list(dicen)[:2]
    suya, ajena = (centro.acta(c).imagen.sha256 for c in (una, otra))
    como = {"medio": "Móvil", "hora": INICIO.isoformat()}
    centro.hace(Tipo.DIGITALIZADA, otra, "campo", imagen=suya, **como)  # named by mistake
    mira = Teclado(escritorios, centro.persona(Rol.SUPERVISOR), "/ccv/identificacion/")
    mira.pulsa_y_sigue("Enter")
    assert "ya se lee otra imagen" in mira.pagina.inner_text("main")
    con_foco(mira.pagina, "es-esta")
    mirar(mira, "copia")
    mira.pulsa("F4")
    mirar(mira, "copia_problema")
    mira.pulsa_y_sigue("2")
    assert [i.sha256 for i in centro.acta(otra).imagenes] == [ajena]
    assert "Hoja sin identificar" in mira.pagina.inner_text("main")  # the next: that picture, with no name
    mira.pulsa("F6")
    con_foco(mira.pagina, "f-eleccion")
    mira.pagina.select_option("#f-eleccion", centro.proceso.elecciones[0].clave)
    mira.pagina.fill("#f-seccion", "9999")
    mira.pulsa_y_sigue("Enter")
    mirar(mira, "fuera_lista")

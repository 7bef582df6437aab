"""A night at the desks, in a real Chromium and by keyboard alone, over photographs of real sheets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from centro import Centro

from gente import dentro
from navegador import con_foco, navegando, revisar
from noche import INICIO
from prep.catalogo.ejemplo import ejemplo
from prep.ccv import hoja, oficina
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.facultades import Rol
from prep.papel.formas import Formas
from prep.plataforma.lugares import dir_evidencia
from prep.simulacro.noche import Noche as NocheSimulada
from prep.simulacro.noche import Suerte
from prep.simulacro.papel import retratar_todas

pytestmark = pytest.mark.navegador
TECLA = {"Ilegible": "*", "Sin dato": "-"}
CUANTAS = 2


class Teclado:
    """Somebody's keyboard, and how many keys they pressed."""

    def __init__(self, escritorios: Any, cuenta: Any, ruta: str, **otros: Any) -> None:
        self.pagina = escritorios.persona(alto=860, **otros)
        cliente = dentro(cuenta)
        dominio = {"domain": "localhost", "path": "/"}
        self.pagina.context.add_cookies([{"name": n, "value": c.value, **dominio} for n, c in cliente.cookies.items()])
        self.teclas = 0
        escritorios.ir(self.pagina, ruta)

    def pulsa(self, *teclas: str) -> None:
        for tecla in teclas:
            self.pagina.keyboard.press(tecla)
            self.teclas += 1

    def pulsa_y_sigue(self, tecla: str) -> None:
        """A key after which another page comes."""
        with navegando(self.pagina):
            self.pulsa(tecla)

    @contextmanager
    def recibe(self) -> Iterator[None]:
        """What is done inside brings the next acta to this same page, with its picture."""
        antes = self.pagina.get_attribute("#mesa", "data-orden")
        self.pagina.evaluate("window.esLaMisma = true")
        yield
        self.pagina.wait_for_function(
            "antes => window.esLaMisma && document.getElementById('mesa').dataset.orden !== antes"
            " && !document.querySelector('.vista img').hidden",
            arg=antes,
        )
        assert self.pagina.get_attribute("#mesa", "data-en-manos") == self.pagina.get_attribute("#mesa", "data-orden")

    def escribe(self, dichos: dict[str, Any]) -> None:
        """Each value as a person types it; fields in the order in which the page asks for them."""
        for dicho in dichos.values():
            if dicho in TECLA:
                self.pulsa(TECLA[dicho])
            else:
                self.pulsa(*str(dicho), "Enter")


@cache
def retratadas() -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Actas filled by hand and photographed, once: the picture of each, and what it says."""
    proceso, info = ejemplo(60)
    todas = NocheSimulada(proceso, info, INICIO, 5).papeles()
    actas = [a for a in todas if a.suerte is Suerte.NORMAL][:CUANTAS]
    formas = Formas(proceso, info, b"secreto de los qr de las pruebas", "SIMULACRO")
    imagenes = dict(retratar_todas(formas, actas, dir_evidencia(), 5))
    return imagenes, {a.esperada.clave: {**a.valores, **a.valores["votos"]} for a in actas}


@pytest.fixture
def noche(escritorios: Any) -> Iterator[tuple[Any, Centro, dict[str, dict[str, Any]]]]:
    """A centre where those actas arrived; what each of them says, field by field."""
    centro = Centro()
    centro.reloj = oficina.reloj  # type: ignore[assignment]
    imagenes, valores = retratadas()
    for clave, huella in imagenes.items():
        centro.llega(clave, huella=huella, enderezada=True)
    dicen = {clave: {c: valores[clave][c] for c in centro.campos(clave)} for clave in imagenes}
    yield escritorios, centro, dicen


def foto(pagina: Any, nombre: str) -> None:
    if carpeta := os.environ.get("PREP_FOTOS"):
        pagina.screenshot(path=str(Path(carpeta) / f"{nombre}.png"))


def test_two_captures_a_difference_its_ruling_and_the_verification_by_keyboard(noche: Any) -> None:
    escritorios, centro, dicen = noche
    primera, segunda = dicen
    ana, beto = (Teclado(escritorios, centro.persona(Rol.CAPTURISTA), "/ccv/captura/") for _ in range(2))
    assert "sin saber una de la otra" in ana.pagina.inner_text("main")
    revisar(ana.pagina)
    foto(ana.pagina, "espera")

    for teclado, cambios in ((ana, {}), (beto, {"NULOS": dicen[primera]["NULOS"] + 90})):
        antes = teclado.teclas
        teclado.pulsa_y_sigue("Enter")
        con_foco(teclado.pagina, "es-esta")
        if teclado is ana:
            revisar(ana.pagina)
            foto(ana.pagina, "encabezado")
        teclado.pulsa("Enter")
        dichos = dicen[primera] | cambios
        campos = teclado.pagina.eval_on_selector_all(".renglones input", "e => e.map(i => i.name.slice(2))")
        assert campos == list(dichos)
        mitad = dict(list(dichos.items())[:8])
        teclado.escribe(mitad)
        if teclado is ana:
            revisar(ana.pagina)
            foto(ana.pagina, "captura")
        teclado.escribe({c: v for c, v in dichos.items() if c not in mitad})
        con_foco(teclado.pagina, "terminar")
        with teclado.recibe() if teclado is ana else navegando(teclado.pagina):  # who comes after finds no other one
            teclado.pulsa("Enter")
        cifras = sum(len(str(v)) for v in dichos.values() if v not in TECLA)
        usadas = teclado.teclas - antes
        print(f"{usadas} teclas: {cifras} dígitos + {len(dichos)} campos + {usadas - cifras - len(dichos)}")
        assert usadas <= cifras + len(dichos) + 3
    assert centro.acta(primera).captura is Captura.DISCREPANTE
    # The second acta is in their hands already: nobody asked for it.
    suya = ana.pagina.inner_text("#quien-es")
    campos = ana.pagina.eval_on_selector_all(".renglones input", "e => e.map(i => [i.name.slice(2), i.value])")
    assert campos == [[campo, ""] for campo in dicen[segunda]]
    revisar(ana.pagina)
    foto(ana.pagina, "siguiente")
    escritorios.ir(ana.pagina, "/ccv/captura/")  # what its own page shows
    assert ana.pagina.inner_text("#quien-es") == suya

    tercera = Teclado(escritorios, centro.persona(Rol.VERIFICADOR), "/ccv/diferencias/", tema="dark")
    tercera.pulsa_y_sigue("Enter")
    assert tercera.pagina.eval_on_selector_all(".renglones input", "e => e.map(i => i.name)") == ["v.NULOS"]
    revisar(tercera.pagina)
    foto(tercera.pagina, "diferencias")
    tercera.escribe({"NULOS": dicen[primera]["NULOS"]})
    tercera.pulsa_y_sigue("Enter")
    assert centro.acta(primera).captura is Captura.DICTAMINADA

    verifica = Teclado(escritorios, centro.persona(Rol.VERIFICADOR), "/ccv/verificacion/", tema="dark")
    revisar(verifica.pagina)
    verifica.pulsa_y_sigue("Enter")
    verifica.pagina.wait_for_selector(".revision canvas:visible")
    revisar(verifica.pagina)
    foto(verifica.pagina, "verificacion")
    assert verifica.pagina.is_disabled("#terminar")
    verifica.pulsa(*["Enter"] * len(dicen[primera]))
    verifica.pulsa_y_sigue("Enter")
    acta = centro.acta(primera)
    assert acta.captura is Captura.VERIFICADA
    assert hoja.campos_de(acta.publicada.asentado) == dicen[primera]


def test_what_was_typed_without_connection_is_sent_once_when_it_comes_back(noche: Any) -> None:
    escritorios, centro, dicen = noche
    ana = Teclado(escritorios, centro.persona(Rol.CAPTURISTA), "/ccv/captura/")
    ana.pulsa_y_sigue("Enter")
    ana.pulsa("Enter")
    (clave, *_), dichos = dicen, next(iter(dicen.values()))
    mitad = dict(list(dichos.items())[:6])
    ana.escribe(mitad)
    with navegando(ana.pagina):
        ana.pagina.reload()
    valores = ana.pagina.eval_on_selector_all(".renglones input", "e => e.map(i => i.value)")
    assert valores[:7] == [*map(str, mitad.values()), ""]  # and the heading is not asked again
    ana.escribe({c: v for c, v in dichos.items() if c not in mitad})
    ana.pagina.context.set_offline(True)
    ana.pulsa("Enter")
    ana.pagina.wait_for_selector("#dice.mal")
    assert "Sin conexión" in ana.pagina.inner_text("#dice")
    revisar(ana.pagina)
    foto(ana.pagina, "sin_conexion")
    assert centro.acta(clave).capturas == []
    with ana.recibe():
        ana.pagina.context.set_offline(False)
    (captura,) = centro.acta(clave).capturas
    assert hoja.campos_de(captura.asentado) == dichos
    assert ana.pagina.evaluate("sessionStorage.getItem('prep-ccv')") is None
    escritorios.quejas[:] = [q for q in escritorios.quejas if "ERR_INTERNET_DISCONNECTED" not in q]


def test_a_mistake_is_mended_a_problem_told_and_an_acta_returned_without_a_mouse(noche: Any) -> None:
    escritorios, centro, dicen = noche
    primera, segunda = dicen
    ana = Teclado(escritorios, centro.persona(Rol.CAPTURISTA), "/ccv/captura/")
    ana.pulsa_y_sigue("Enter")
    ana.pulsa("Enter", "1", "a", "2", "Enter", "*", "ArrowUp", "ArrowUp", "7", "Enter")
    valores = ana.pagina.eval_on_selector_all(".renglones input", "e => e.map(i => i.value)")
    assert valores[:3] == ["7", "Ilegible", ""]
    ana.pulsa("ArrowDown", "Enter")
    assert "Falta este campo" in ana.pagina.inner_text("#dice")
    antes = ana.pagina.eval_on_selector(".vista img", "e => e.style.transform")
    ana.pulsa("PageUp", "Ctrl+ArrowDown".replace("Ctrl", "Control"), "i", "g")
    assert ana.pagina.eval_on_selector(".vista img", "e => e.style.transform") != antes
    assert "invert" in ana.pagina.eval_on_selector(".vista img", "e => e.style.filter")
    ana.pulsa("F4")
    revisar(ana.pagina)
    foto(ana.pagina, "problema")
    ana.pagina.set_viewport_size({"width": 360, "height": 740})  # no desk is one, and nothing is out of reach
    revisar(ana.pagina)
    foto(ana.pagina, "angosta")
    ana.pagina.set_viewport_size({"width": 1440, "height": 860})
    with ana.recibe():
        ana.pulsa("1")
    visor = ana.pagina.eval_on_selector(".vista img", "e => [e.style.filter, e.style.transform.split(' ').at(-1)]")
    assert visor == ["", "rotate(0deg)"]  # another picture is seen as it is
    assert centro.acta(primera).en_duda is not None
    ana.pulsa_y_sigue("F8")
    assert "descanso" in ana.pagina.inner_text("main")

    centro.coinciden(segunda)
    verifica = Teclado(escritorios, centro.persona(Rol.VERIFICADOR), "/ccv/verificacion/")
    verifica.pulsa_y_sigue("Enter")
    verifica.pulsa("-", *["Enter"] * len(dicen[segunda]))
    assert "Devolver" in verifica.pagina.inner_text("#terminar")
    verifica.pulsa("Enter")
    con_foco(verifica.pagina, "el-motivo")
    revisar(verifica.pagina)
    verifica.pagina.keyboard.type("No es ese número")
    verifica.pulsa_y_sigue("Enter")
    assert centro.acta(segunda).captura is Captura.DEVUELTA


def test_a_supervisor_decides_what_three_people_read_differently_and_says_why(noche: Any) -> None:
    escritorios, centro, dicen = noche
    clave = next(iter(dicen))
    centro.captura(clave, "ajena-1", NULOS=1)
    centro.captura(clave, "ajena-2", NULOS=2)
    valores = hoja.asentar({**centro.valores(clave), "NULOS": 3})
    imagen = centro.acta(clave).imagen.sha256
    centro.anota(centro.noche.hecho(Tipo.DICTAMINADA, clave, "campo", imagen=imagen, valores=valores))
    manda = Teclado(escritorios, centro.persona(Rol.SUPERVISOR), "/ccv/decision/")
    manda.pulsa_y_sigue("Enter")
    manda.pulsa("8", "Enter", "Enter")
    con_foco(manda.pagina, "el-motivo")
    revisar(manda.pagina)
    manda.pagina.keyboard.type("Se lee un ocho")
    manda.pulsa_y_sigue("Enter")
    (decision,) = centro.acta(clave).decisiones
    assert decision.asentado.votos["NULOS"] == 8
    assert centro.acta(clave).captura is Captura.DICTAMINADA

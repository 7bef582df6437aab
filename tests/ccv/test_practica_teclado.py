"""Practice in a real Chromium, by keyboard alone, over the actas that the command makes."""

from __future__ import annotations

import os
from typing import Any

import pytest
from centro import Centro
from test_noche import TECLA, Teclado, foto

from gente import dentro
from navegador import navegando, revisar
from prep.bitacora.models import Hecho
from prep.bitacora.practicas import practicas_de
from prep.catalogo.ejemplo import ejemplo
from prep.dominio.comun.facultades import Rol
from prep.dominio.practica import PRACTICA
from prep.laboratorio.practica import preparar
from prep.practica.ejercicio import Leccion, leer

pytestmark = pytest.mark.navegador
DIA, NOCHE = ("light", 1280), ("dark", 360)


def mirar(pagina: Any, nombre: str, *vistas: tuple[str, int]) -> None:
    """axe and a picture: by day on a desk, or by night on a phone."""
    for tema, ancho in vistas:
        pagina.emulate_media(color_scheme=tema)
        pagina.set_viewport_size({"width": ancho, "height": 860})
        revisar(pagina)
        foto(pagina, f"practica_{nombre}_{ancho}")
    pagina.emulate_media(color_scheme="light")
    pagina.set_viewport_size({"width": 1280, "height": 860})


def test_a_whole_exercise_by_keyboard_with_one_slip_admits(
    escritorios: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("prep.practica.services.dir_practica", lambda: tmp_path)
    centro = Centro()
    cuenta = centro.persona(Rol.CAPTURISTA)
    antes = Hecho.objects.count()
    ana = Teclado(escritorios, cuenta, "/ccv/practica/captura/")
    assert "Todavía no hay actas de ejercicio" in ana.pagina.inner_text("main")

    assert preparar(*ejemplo(60), tmp_path, 1, (Leccion.LIMPIA, Leccion.OTRA_CASILLA)) == 2
    juego = leer(tmp_path)
    assert juego is not None
    escritorios.ir(ana.pagina, "/ccv/captura/")
    assert "¿Es su primera vez?" in ana.pagina.inner_text("main")
    escritorios.ir(ana.pagina, "/ccv/practica/captura/")
    mirar(ana.pagina, "inicio", DIA)
    for n, e in enumerate(juego.ejercicios, 1):
        ana.pulsa_y_sigue("Enter")
        assert f"ejercicio {n} de {len(juego.ejercicios)}" in ana.pagina.inner_text(".ensayo")
        if e.problema:
            ana.pulsa("F4")
            ana.pulsa_y_sigue("2")
        else:
            dichos = dict(e.valores)
            if n == 1:
                dichos["NULOS"] = 999
            ana.pulsa("Enter")
            assert ana.pagina.locator(".guia").is_visible()  # the view goes to the row by itself
            ana.escribe(dichos)
            if n == 1:
                foto(ana.pagina, "practica_captura")
            ana.pulsa_y_sigue("Enter")
        dicho = ana.pagina.inner_text("main")
        if n == 1:
            ana.pagina.wait_for_selector(".diferencias canvas:visible")
            assert ana.pagina.locator(".diferencias li").count() == 1
            assert f"{len(e.valores) - 1} de {len(e.valores)} campos bien" in dicho
            usadas = sum(1 if v in TECLA else len(str(v)) + 1 for v in dichos.values()) + 2
            assert f"{usadas} teclas" in dicho
            mirar(ana.pagina, "un_error", NOCHE, *([DIA] if os.environ.get("PREP_FOTOS") else []))
        else:
            assert "Muy bien" in dicho
    assert "Práctica aprobada" in dicho
    mirar(ana.pagina, "final", DIA)
    suya = practicas_de([cuenta.persona])[cuenta.persona].en["captura"]
    assert (suya.veces, suya.admitida is not None) == (1, True)
    assert suya.ultima is not None and suya.ultima.contenido["errores"] == 1
    assert [h.clase for h in Hecho.objects.order_by("posicion")[antes:]] == [PRACTICA.nombre]
    with navegando(ana.pagina):
        ana.pulsa("Enter")
    assert ana.pagina.url.endswith("/ccv/captura/")


def test_who_came_in_again_beside_it_need_not_send_again(
    escritorios: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Another session of theirs has another token: the page renews its own and what was sent goes by itself."""
    monkeypatch.setattr("prep.practica.services.dir_practica", lambda: tmp_path)
    preparar(*ejemplo(60), tmp_path, 1, (Leccion.OTRA_CASILLA,))
    cuenta = Centro().persona(Rol.CAPTURISTA)
    ana = Teclado(escritorios, cuenta, "/ccv/practica/captura/")
    ana.pulsa_y_sigue("Enter")
    suyas = {n: c.value for n, c in dentro(cuenta).cookies.items()} | {"csrftoken": "b" * 32}
    ana.pagina.context.clear_cookies()
    ana.pagina.context.add_cookies([{"name": n, "value": v, "url": escritorios.url} for n, v in suyas.items()])
    ana.pulsa("F4")
    ana.pulsa_y_sigue("2")
    assert "Práctica aprobada" in ana.pagina.inner_text("main")
    escritorios.quejas[:] = [q for q in escritorios.quejas if "401" not in q]  # the browser's own line


def test_the_other_desks_are_practised_by_keyboard(
    escritorios: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr("prep.practica.services.dir_practica", lambda: tmp_path)
    suyas = (Leccion.COINCIDE, Leccion.NO_COINCIDE, Leccion.HOJA, Leccion.ES_AJENA, Leccion.DISTINTA_DEL_PAPEL)
    preparar(*ejemplo(60), tmp_path, 1, suyas)
    juego, centro = leer(tmp_path), Centro()
    assert juego is not None
    cuenta = centro.persona(Rol.VERIFICADOR)
    vera = Teclado(escritorios, cuenta, "/ccv/practica/verificacion/")
    mirar(vera.pagina, "verificacion_inicio", DIA)
    for dejan_pasar in (1, 0):
        for e in juego.de("verificacion").ejercicios:
            vera.pulsa_y_sigue("Enter")
            mal = [c for c, v in e.valores.items() if e.mostrados[c] != v]
            for campo in e.valores:
                vera.pulsa(*["-"] * (campo in mal[dejan_pasar:]), "Enter")
            if len(mal) > dejan_pasar:
                vera.pulsa("Enter")
                vera.pagina.keyboard.type("No es lo que dice.")
            vera.pulsa_y_sigue("Enter")
        if dejan_pasar:
            vera.pagina.wait_for_selector(".diferencias canvas:visible")
            assert "Todavía no" in vera.pagina.inner_text("main")
            assert vera.pagina.locator(".diferencias li").count() == 1
            mirar(vera.pagina, "verificacion_final", DIA, NOCHE)
    assert "Práctica aprobada" in vera.pagina.inner_text("main")
    assert practicas_de([cuenta.persona])[cuenta.persona].en["verificacion"].veces == 2

    cuenta = centro.persona(Rol.COORDINADOR, lugar="CATD-001")
    dice = Teclado(escritorios, cuenta, "/ccv/practica/")
    assert "Práctica: Peticiones" in dice.pagina.inner_text("main")
    dice.pulsa_y_sigue("Enter")
    mirar(dice.pagina, "peticion", DIA)
    dice.pulsa_y_sigue("s")
    assert "así se contesta" in dice.pagina.inner_text("main")

    escritorios.ir(dice.pagina, "/ccv/practica/")
    (e,) = juego.de("identificacion").ejercicios
    dice.pulsa_y_sigue("Enter")
    dice.pagina.keyboard.type(e.clave.lower())
    dice.pagina.wait_for_selector("#halladas .hallada")
    dice.pulsa("ArrowDown", "Enter")
    mirar(dice.pagina, "identificacion", DIA)
    dice.pulsa_y_sigue("Enter")
    assert "es de esa acta" in dice.pagina.inner_text("main")

    escritorios.ir(dice.pagina, "/ccv/practica/")
    mirar(dice.pagina, "cotejo_inicio", NOCHE)
    dice.pulsa_y_sigue("Enter")
    mirar(dice.pagina, "cotejo", DIA)
    dice.pulsa("ArrowDown", "3")
    dice.pagina.keyboard.type("Personas que votaron")
    dice.pulsa_y_sigue("Enter")
    assert "eso dice el papel" in dice.pagina.inner_text("main")
    mirar(dice.pagina, "cotejo_final", DIA, NOCHE)
    en = practicas_de([cuenta.persona])[cuenta.persona].en
    assert [m for m in ("peticiones", "identificacion", "cotejo") if en[m].admitida] == list(en)[3:6]
    with navegando(dice.pagina):
        dice.pulsa("Enter")
    assert dice.pagina.url.endswith("/ccv/cotejo/")

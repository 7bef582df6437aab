"""The gallery in a real browser: every component, both themes, high contrast, desk and phone, keys and toasts."""

from __future__ import annotations

from typing import Any

import pytest

from navegador import revisar

pytestmark = pytest.mark.navegador


@pytest.mark.parametrize("tema", ["light", "dark"])
@pytest.mark.parametrize("ancho", [360, 1280])
def test_axe_finds_nothing_in_the_gallery(escritorios: Any, tema: str, ancho: int) -> None:
    pagina = escritorios.persona(ancho=ancho, tema=tema)
    for ruta in ("/diseno/", "/diseno/telefono/", "/diseno/puerta/"):
        escritorios.ir(pagina, ruta)
        revisar(pagina)
        pagina.click("button[data-contraste]")
        assert pagina.get_attribute("html", "data-contraste") == "alto"
        revisar(pagina)
        pagina.click("button[data-contraste]")


def test_axe_finds_nothing_in_dialogs_and_toasts(escritorios: Any) -> None:
    pagina = escritorios.persona()
    escritorios.ir(pagina, "/diseno/")
    pagina.click("text=Mostrar un aviso")
    pagina.click("text=Mostrar un error")
    assert pagina.locator("#avisos > div").count() == 2
    revisar(pagina)
    pagina.click("#avisos .mal button")
    assert pagina.locator("#avisos .mal").count() == 0
    pagina.click("text=Abrir un diálogo")
    revisar(pagina)
    pagina.keyboard.press("Escape")
    assert not pagina.locator("#muestra").is_visible()


def test_the_theme_is_remembered_and_shared_with_the_results_site(escritorios: Any) -> None:
    pagina = escritorios.persona()
    escritorios.ir(pagina, "/diseno/")
    claro = pagina.evaluate("getComputedStyle(document.body).backgroundColor")
    pagina.click("button[data-tema]")
    assert pagina.evaluate("getComputedStyle(document.body).backgroundColor") != claro
    assert pagina.evaluate("localStorage.getItem('prep-tema')") == "oscuro"
    escritorios.ir(pagina, "/diseno/puerta/")
    assert pagina.get_attribute("html", "data-tema") == "oscuro"


def test_keys_press_what_declares_them_and_the_help_lists_them(escritorios: Any) -> None:
    pagina = escritorios.persona()
    escritorios.ir(pagina, "/diseno/")
    pagina.evaluate("""async () => {
        window.pulsadas = []
        for (const b of document.querySelectorAll('[data-tecla]')) b.addEventListener('click', () => pulsadas.push(b.dataset.tecla))
        const { declarar } = await import('/estaticos/diseno/teclas.js')
        declarar({ tecla: 'd', dice: 'Descanso', hacer: () => pulsadas.push('d') })
        try { declarar({ tecla: 'd', dice: 'Otra', hacer: () => {} }) } catch { pulsadas.push('repetida') }
    }""")  # noqa: E501
    pagina.keyboard.press("F2")
    pagina.keyboard.press("/")
    pagina.keyboard.press("D")
    assert pagina.evaluate("pulsadas") == ["repetida", "F2", "/", "d"]
    pagina.focus("#id_usuario")
    pagina.keyboard.type("d/?")
    assert pagina.input_value("#id_usuario") == "d/?"
    pagina.keyboard.press("F4")  # function keys work while one writes
    assert pagina.evaluate("pulsadas.slice(4)") == ["F4"]
    pagina.locator("#id_usuario").blur()
    pagina.keyboard.press("?")
    ayuda = pagina.inner_text("#atajos")
    for linea in ("F2", "Siguiente acta", "Descanso", "Buscar", "Ver estas teclas"):
        assert linea in ayuda
    pagina.keyboard.press("F2")  # what is behind a dialog is not pressed
    assert pagina.evaluate("pulsadas.length") == 5

"""The tags: what they write, whatever they are given."""

from __future__ import annotations

import importlib
import logging
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import path
from django.utils.safestring import mark_safe

import prep.urls
from prep.acceso.permisos import abierta
from prep.diseno import views

MALO = "<script>alert('x')</script>\" onload=\""


def dibujar(plantilla: str, **datos: object) -> str:
    return Template("{% load diseno %}" + plantilla).render(Context(datos))


class Etiquetas(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.todas: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.todas.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "plantilla",
    [
        "{% boton malo malo tecla=malo title=malo %}",
        "{% boton malo solo=True icono='lupa' %}",
        "{% cifra malo 'v' malo error=malo ayuda=malo %}",
        "{% progreso malo 1 2 %}",
        "{% vacio malo malo %}",
        "{% mensaje 'mal' %}{{ malo }}{% endmensaje %}",
        "{% tabla malo %}<tbody><tr><td>{{ malo }}</td></tr></tbody>{% endtabla %}",
        "{% dialogo 'd' malo %}{{ malo }}{% enddialogo %}",
        "{% tecla malo %}",
    ],
)
def test_what_people_write_is_never_markup(plantilla: str) -> None:
    etiquetas = Etiquetas(dibujar(plantilla, malo=MALO)).todas
    assert etiquetas
    assert "script" not in [e for e, _ in etiquetas]
    assert not any("onload" in atributos for _, atributos in etiquetas)


def test_a_button_that_was_drawn_before_is_not_taken_for_one_of_the_same_letters() -> None:
    """What is safe already and what is to be escaped are told apart, whichever was drawn first."""
    letras = "<b>1</b>"
    for _ in range(2):
        assert "<b>1</b></button>" in dibujar("{% boton r %}", r=mark_safe(letras))
        assert "&lt;b&gt;1&lt;/b&gt;</button>" in dibujar("{% boton r %}", r=letras)


def test_a_number_of_votes_is_text_that_the_wheel_cannot_change() -> None:
    ((_, entrada),) = [e for e in Etiquetas(dibujar("{% cifra 'PAN' 'v1' '12' %}")).todas if e[0] == "input"]
    assert (entrada["type"], entrada["inputmode"], entrada["value"]) == ("text", "numeric", "12")


def test_a_field_is_tied_to_its_help_and_its_error() -> None:
    class Forma(forms.Form):
        clave = forms.CharField(label="Clave", help_text="Está en su pase.")

    html = dibujar("{% campo f.clave %}", f=Forma({"clave": ""}))
    entrada = next(a for e, a in Etiquetas(html).todas if e == "input")
    ids = {a["id"] for _, a in Etiquetas(html).todas if "id" in a}
    assert entrada["aria-invalid"] == "true"
    assert set((entrada["aria-describedby"] or "").split()) == {"id_clave-ayuda", "id_clave-error"} < ids
    sana = dibujar("{% campo f.clave %}", f=Forma())
    assert "aria-invalid" not in sana


def test_a_button_says_its_key_and_a_link_is_a_link() -> None:
    assert Etiquetas(dibujar("{% boton 'Ver' ir='/x/' tecla='F2' %}")).todas[0] == (
        "a",
        {"class": "boton", "href": "/x/", "data-tecla": "F2", "aria-keyshortcuts": "F2"},
    )
    assert Etiquetas(dibujar("{% boton 'Va' 'principal' hx_get='/y/' disabled=False %}")).todas[0] == (
        "button",
        {"class": "boton principal", "hx-get": "/y/", "type": "submit"},
    )


def test_a_state_that_nobody_named_is_an_error() -> None:
    with pytest.raises(KeyError):
        dibujar("{% estado 'inventado' %}")


# pages of error


def falla(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("detalle que nadie debe ver")


def _que(error: Exception) -> Any:
    def vista(request: HttpRequest) -> HttpResponse:
        raise error

    return abierta(vista)


urlpatterns = [
    path("falla/", abierta(falla)),
    path("no-esta/", _que(Http404())),
    path("no-se-puede/", _que(PermissionDenied())),
    path("mal-pedida/", _que(BadRequest())),
    path("sin-base/", _que(OperationalError("server closed the connection"))),
]
handler400 = views.error_400
handler403 = views.error_403
handler500 = views.error_500
handler404 = views.error_404


@override_settings(ROOT_URLCONF=__name__)
def test_a_failure_shows_a_code_that_is_in_the_log_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    cliente = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR):
        respuesta = cliente.get("/falla/")
    assert respuesta.status_code == 500
    codigo = respuesta.headers["X-Codigo"]
    assert codigo in respuesta.content.decode()
    assert "detalle" not in respuesta.content.decode()
    (linea,) = [r for r in caplog.records if r.name == "prep.codigo"]
    assert codigo in linea.getMessage()
    assert linea.exc_info
    assert cliente.get("/falla/").headers["X-Codigo"] != codigo


@override_settings(ROOT_URLCONF=__name__)
def test_that_the_database_is_away_passes_and_whoever_asked_is_told_when_to_ask_again() -> None:
    respuesta = Client(raise_request_exception=False).get("/sin-base/")
    assert (respuesta.status_code, respuesta.headers["Retry-After"]) == (503, "5")
    dicho = respuesta.content.decode()
    assert respuesta.headers["X-Codigo"] in dicho and "base de datos" in dicho and "closed" not in dicho


def test_what_is_not_there_is_said_in_spanish(client: Client) -> None:
    respuesta = client.get("/no-existe/")
    assert respuesta.status_code == 404
    assert "Aquí no hay nada" in respuesta.content.decode()


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("ruta", ["no-esta", "no-se-puede", "mal-pedida"])
def test_who_asks_for_what_is_not_there_or_not_theirs_writes_no_failure(
    ruta: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert Client().get(f"/{ruta}/").status_code in (400, 403, 404)
    assert [r for r in caplog.records if r.name == "prep.codigo"] == []


def test_the_gallery_is_served_in_a_demonstration_only() -> None:
    def rutas() -> list[str]:
        return [str(r.pattern) for r in importlib.reload(prep.urls).urlpatterns]

    try:
        with override_settings(DEMOSTRACION=False):
            assert "diseno/" not in rutas()
    finally:
        assert "diseno/" in rutas()

"""An acta whose page was closed goes back to the queue at once; one that is only loaded again does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from centro import Centro, envio
from django.core.signals import request_started

from gente import dentro
from navegador import con_foco, navegando, quieta, vigilada
from prep.acceso.models import Cuenta
from prep.ccv import oficina
from prep.ccv.cola import VIGENCIA
from prep.ccv.models import Turno
from prep.dominio.comun.facultades import Rol

CAPTURA, MARCHA = "/ccv/captura/", "/coordinacion/marcha/"


def suelta(cliente: Any, ruta: str, pagina: Any) -> int:
    """What the page's script sends as it goes away."""
    datos = {"accion": "soltar", "ficha": pagina.context["ficha"], "pagina": pagina.context["pagina"]}
    return int(cliente.post(ruta, datos).status_code)


def toma(cliente: Any, ruta: str) -> Any:
    cliente.post(ruta, {"accion": "tomar"})
    return cliente.get(ruta)


def test_what_is_closed_waits_for_whoever_is_next(centro: Centro) -> None:
    centro.llega(centro.claves[0])
    (ana, _), (beto, _) = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.CAPTURISTA)
    pagina = toma(ana, CAPTURA)
    assert beto.get(CAPTURA).context["hay"] is False
    assert suelta(ana, CAPTURA, pagina) == 204
    assert beto.get(CAPTURA).context["hay"] is True
    assert suelta(ana, CAPTURA, pagina) == 204  # twice is once
    assert toma(beto, CAPTURA).context["ficha"]
    assert suelta(ana, CAPTURA, pagina) == 204 and Turno.objects.count() == 1  # it is of somebody else now


def test_a_page_that_was_loaded_again_keeps_it_for_as_long_as_any(centro: Centro) -> None:
    """What the closed one sends may come after."""
    centro.llega(centro.claves[0])
    ana, _ = centro.entra(Rol.CAPTURISTA)
    antes = toma(ana, CAPTURA)
    centro.reloj.poner(centro.reloj.ahora() + timedelta(minutes=9))
    otra = ana.get(CAPTURA)
    assert suelta(ana, CAPTURA, antes) == 204
    (turno,) = Turno.objects.all()
    assert turno.vence == centro.reloj.ahora() + VIGENCIA
    assert suelta(ana, CAPTURA, otra) == 204 and not Turno.objects.exists()


def test_of_two_windows_the_one_that_is_closed_takes_nothing_from_the_other(centro: Centro) -> None:
    for clave in centro.claves[:2]:
        centro.llega(clave)
    ana, _ = centro.entra(Rol.CAPTURISTA)
    una, otra = toma(ana, CAPTURA), toma(ana, CAPTURA)
    assert una.context["orden"] == otra.context["orden"]
    for _ in range(2):
        assert suelta(ana, CAPTURA, otra) == 204 and Turno.objects.count() == 1  # they type in the first one
    (turno,) = Turno.objects.all()
    sigue = ana.post(CAPTURA, envio(una, centro.valores(turno.acta), accion="enviar")).json()["acta"]
    (turno,) = Turno.objects.all()
    assert turno.orden == sigue["orden"]
    assert suelta(ana, CAPTURA, una) == 204  # of an acta that was sent
    ana.post(CAPTURA, {"accion": "dejar", "orden": una.context["orden"]})
    assert Turno.objects.get() == turno
    ana.post(CAPTURA, {"accion": "dejar", "orden": sigue["orden"]})
    assert not Turno.objects.exists()


def test_the_acta_that_comes_with_an_answer_is_given_back_too(centro: Centro) -> None:
    for clave in centro.claves[:2]:
        centro.llega(clave)
    ana, _ = centro.entra(Rol.CAPTURISTA)
    pagina = toma(ana, CAPTURA)
    sigue = ana.post(CAPTURA, envio(pagina, centro.valores(centro.claves[0]), accion="enviar")).json()["acta"]
    dichos = {"accion": "soltar", "ficha": sigue["ficha"], "pagina": sigue["pagina"]}
    assert ana.post(CAPTURA, dichos).status_code == 204 and not Turno.objects.exists()


def test_loaded_again_and_again_it_costs_no_more(centro: Centro) -> None:
    centro.llega(centro.claves[0])
    ana, _ = centro.entra(Rol.CAPTURISTA)
    paginas = [toma(ana, CAPTURA), *(ana.get(CAPTURA) for _ in range(24))]
    (turno,) = Turno.objects.all()
    assert turno.paginas == [p.context["pagina"] for p in paginas[-20:]]
    for pagina in paginas[5:-1]:
        suelta(ana, CAPTURA, pagina)
    assert Turno.objects.count() == 1
    assert suelta(ana, CAPTURA, paginas[-1]) == 204 and not Turno.objects.exists()


@pytest.mark.parametrize("cual", ["", "{}", "a\\,b"])
def test_what_no_page_says_gives_nothing_back(centro: Centro, cual: str) -> None:
    centro.llega(centro.claves[0])
    (ana, _), (beto, _) = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.CAPTURISTA)
    pagina = toma(ana, CAPTURA)
    datos = {"accion": "soltar", "ficha": pagina.context["ficha"], "pagina": cual}
    assert ana.post(CAPTURA, datos).status_code == 204
    assert suelta(beto, CAPTURA, pagina) == 400  # a slip is of one person
    assert Turno.objects.count() == 1


def test_whoever_leaves_gives_back_what_they_held_and_a_session_that_ends_does_not(centro: Centro) -> None:
    for clave in centro.claves[:2]:
        centro.llega(clave)
    (ana, _), (beto, quien) = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.CAPTURISTA)
    toma(ana, CAPTURA), toma(beto, CAPTURA)
    sesion = beto.session
    sesion["terminal"] = str(uuid4())
    sesion.save()
    assert beto.get(CAPTURA).status_code == 302  # it is of no terminal any more
    assert ana.post("/cuenta/salir/").status_code == 302
    assert [t.persona for t in Turno.objects.all()] == [quien.persona]


def test_who_holds_an_acta_is_seen_in_marcha_and_never_which(centro: Centro, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever sees those desks; which acta it is would say who typed it."""
    from prep.acceso.models import Registro
    from prep.coordinacion import oficina as sala

    monkeypatch.setattr(sala, "reloj", centro.reloj)
    centro.llega(centro.claves[0])
    de_aqui, de_otro_lugar = (centro.persona(Rol.SUPERVISOR, lugar=lugar) for lugar in ("CCV", "CCV-2"))
    ana, quien = centro.entra(Rol.CAPTURISTA)
    suya = Cuenta.objects.get(persona=quien.persona)
    toma(ana, CAPTURA)
    ve, no_ve = (dentro(s).get(MARCHA) for s in (de_aqui, de_otro_lugar))
    (fila,) = ve.context["tabla"].filas
    vence = centro.reloj.ahora() + VIGENCIA
    assert fila == {"nombre": suya.nombre, "lugar": "CCV", "escritorio": "Captura", "vence": vence}
    assert centro.claves[0] not in ve.content.decode()
    assert no_ve.context["tabla"].filas == []
    assert Registro.objects.filter(que="leyo", objeto="manos").count() == 2
    assert "Captura" in dentro(de_aqui).get(MARCHA, {"csv": "manos"}).content.decode()
    centro.reloj.poner(vence)
    assert dentro(de_aqui).get(MARCHA).context["tabla"].filas == []


@pytest.mark.navegador
def test_a_browser_that_is_closed_gives_back_what_nobody_typed_in(escritorios: Any) -> None:
    """Loaded again it stays, and so does what somebody began to type, which waits in that window."""
    centro = Centro()
    centro.reloj = oficina.reloj  # type: ignore[assignment]
    centro.llega(centro.claves[0])
    cliente = dentro(centro.persona(Rol.CAPTURISTA))
    pagina = escritorios.persona()
    dominio = {"domain": "localhost", "path": "/"}
    pagina.context.add_cookies([{"name": n, "value": c.value, **dominio} for n, c in cliente.cookies.items()])
    enviados: list[str] = []

    def anotar(environ: dict[str, Any], **_: Any) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            enviados.append(environ["PATH_INFO"])

    otra = vigilada(pagina.context.new_page())  # the browser goes on

    def hasta(cierto: Callable[[], bool]) -> None:
        limite = time.monotonic() + 20
        while not cierto() and time.monotonic() < limite:
            otra.wait_for_timeout(50)
        assert cierto(), (enviados, Turno.objects.count())

    def tomar() -> None:
        escritorios.ir(pagina, CAPTURA)
        pagina.keyboard.press("Enter")
        con_foco(pagina, "es-esta")

    request_started.connect(anotar)
    try:
        tomar()
        pagina.reload()
        quieta(pagina)
        hasta(lambda: len(enviados) == len(["take", "let go"]))
        assert pagina.locator(".vista img").is_visible() and Turno.objects.count() == 1
        escritorios.ir(pagina, "/cuenta/")
        hasta(lambda: not Turno.objects.exists())

        tomar()
        pagina.keyboard.press("Enter")
        pagina.keyboard.press("7")
        escritorios.ir(pagina, "/cuenta/")
        escritorios.ir(pagina, CAPTURA)
        assert pagina.locator(".renglones input").first.input_value() == "7"
        with navegando(pagina):
            pagina.keyboard.press("F8")
        assert not Turno.objects.exists() and set(enviados) == {CAPTURA}
        assert len(enviados) == len(["take", "let go", "let go", "take", "give back"])  # nobody let go what was typed

        tomar()
        pagina.close(run_before_unload=True)  # as whoever closes it does
        hasta(lambda: not Turno.objects.exists())
    finally:
        request_started.disconnect(anotar)
        otra.close()

"""The phones of a drill. One that is the app itself: enrolled by its paper, it photographs what it is shown, and sends
it. One that speaks as the app does."""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from typing import Any

import pytest
from oficina_casilla import fotografia

from noche import raiz
from prep.plataforma.errores import Impedimento
from prep.simulacro.puertas.aplicacion import Aplicacion, Chromium, exigir
from prep.simulacro.puertas.navegador import Navegador, PuertaCerrada
from prep.simulacro.puertas.telefono import Telefono
from telefono import foto


@pytest.mark.navegador
def test_a_phone_of_a_drill_is_the_app(oficina: Any) -> None:
    try:
        exigir()
    except Impedimento as falta:
        pytest.skip(str(falta))
    pedidas: Counter[str] = Counter()
    foto = io.BytesIO()
    fotografia(0).save(foto, "JPEG", quality=88)
    with Chromium() as chromium:
        nav = Navegador(oficina.url, lambda: None, lambda que: pedidas.update([que]), "telefono")
        codigo, _, huella = oficina.papel().removeprefix("#alta=").partition(".")
        telefono = Aplicacion(chromium, nav, huella)
        telefono.alta(codigo, b"")
        telefono.fotografiar(oficina.actas[0], foto.getvalue())
        assert telefono.por_enviar == 1
        assert telefono.entregar() == 1 and telefono.por_enviar == 0
    (hecho,) = oficina.hechos()
    contenido = json.loads(bytes(hecho.cuerpo))["hecho"]["contenido"]
    assert hecho.sujeto == f"acta:{oficina.actas[0]}" and oficina.objetos() == [contenido["imagen"]]
    assert "motivo" not in contenido  # it can be read, and its code is of that acta
    assert pedidas["telefono"] >= 3  # enrolled, sent the picture, sent the fact


def test_however_many_a_phone_keeps_each_picture_is_sent_once(oficina: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a node takes in one delivery; and the answer to one of them is lost."""
    pedidas: Counter[str] = Counter()
    acusados: list[str] = []
    nav = Navegador(oficina.url, lambda: None, lambda que: pedidas.update([que]), "telefono", acuso=acusados.append)
    telefono = Telefono(nav)
    telefono.alta(oficina.codigo(), raiz().publica)
    for i in range(130):
        telefono.fotografiar(oficina.actas[i % len(oficina.actas)], foto(i))
    recibo, perdido = telefono._recibo, iter([True])

    def sin_respuesta(self: Telefono, dicho: dict[str, Any]) -> dict[str, Any]:
        if "id" in dicho["recibo"] and next(perdido, False):
            raise PuertaCerrada("se perdió la respuesta")
        return recibo(dicho)

    monkeypatch.setattr(Telefono, "_recibo", sin_respuesta)
    antes = pedidas["telefono"]
    with pytest.raises(PuertaCerrada):
        telefono.entregar()
    while telefono.por_enviar:
        telefono.entregar()
    assert len(oficina.hechos()) == len(oficina.objetos()) == 130
    assert sorted(acusados) == sorted(h.id for h in oficina.hechos())
    assert pedidas["telefono"] - antes == 130 + 7 + 1  # seven deliveries, and one of them twice


@pytest.mark.parametrize("falta", ["Chromium", "playwright"])
def test_without_what_it_takes_it_is_said_before_anything_begins(falta: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREP_CHROMIUM", os.devnull)
    if falta == "Chromium":
        monkeypatch.delenv("PREP_CHROMIUM")
        monkeypatch.setenv("PATH", "")
    else:
        monkeypatch.setattr("prep.simulacro.puertas.aplicacion.find_spec", lambda nombre: None)
    with pytest.raises(Impedimento, match=rf"falta {falta}\. .*make entorno.*telefonos_reales = 0"):
        exigir()

"""The phone of a drill that is the app itself: enrolled by its paper, it photographs what it is shown, and sends it."""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from typing import Any

import pytest
from oficina_casilla import fotografia

from prep.plataforma.errores import Impedimento
from prep.simulacro.puertas.aplicacion import Aplicacion, Chromium, exigir
from prep.simulacro.puertas.navegador import Navegador


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

"""A centre that cannot count on others: both who type are there, each capture says so, and another place verifies."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from centro import Centro, envio
from test_detenidos import acta_en
from test_escritorios import CAPTURA, VERIFICACION, toma

from prep.bitacora.actas import hechos_de
from prep.catd import oficina as de_catd
from prep.ccv import oficina
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.facultades import Rol

CATD = "CATD-020"
ESTE = f"/catd/centros/{CATD}/"


def declara(que: str, motivo: str = "") -> dict[str, str]:
    return {"orden": uuid4().hex, "que": f"contingencia_{que}", "motivo": motivo}


def test_under_a_declared_contingency_one_place_types_twice_and_another_verifies(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    centro = Centro(lugares_distintos=True)
    for sala in (oficina, de_catd):
        monkeypatch.setattr(sala, "reloj", centro.reloj)
    una, otra = centro.claves[:2]
    coordina = centro.entra(Rol.COORDINADOR, lugar=CATD)[0]
    ana, beto = (centro.entra(Rol.CAPTURISTA, lugar=CATD)[0] for _ in range(2))
    verifica_aqui, verifica = (centro.entra(Rol.VERIFICADOR, lugar=lugar)[0] for lugar in (CATD, "CCV"))

    def teclea(persona: Any, clave: str) -> None:
        pagina = toma(persona, CAPTURA)
        assert acta_en(pagina) == clave
        assert persona.post(CAPTURA, envio(pagina, centro.valores(clave), accion="enviar")).status_code == 200

    def dichas(clave: str) -> list[str | None]:
        capturas = [e.hecho for e in hechos_de([clave])[clave] if e.hecho.tipo == Tipo.CAPTURADA]
        return [h.contenido.get("contingencia") for h in sorted(capturas, key=lambda h: len(h.conocidos))]

    centro.llega(una)
    teclea(ana, una)
    assert not beto.get(CAPTURA).context["hay"]

    assert "Escriba qué pasa" in coordina.post(ESTE, declara("declarada")).context["frase"]
    assert coordina.post("/catd/centros/CATD-012/", declara("declarada", "No es mío.")).status_code == 404
    assert coordina.post(ESTE, declara("declarada", "Se cayó el enlace.")).status_code == 302
    assert "«Se cayó el enlace.»" in coordina.get(ESTE).content.decode()
    teclea(beto, una)
    assert centro.acta(una).captura is Captura.COINCIDE
    assert sorted(dichas(una), key=str) == [None, "Se cayó el enlace."]
    assert not verifica_aqui.get(VERIFICACION).context["hay"] and verifica.get(VERIFICACION).context["hay"]

    assert coordina.post(ESTE, declara("terminada")).status_code == 302
    centro.llega(otra)
    teclea(ana, otra)
    assert not beto.get(CAPTURA).context["hay"] and dichas(otra) == [None]


def test_only_a_centre_is_under_contingency(centro: Centro) -> None:
    supervisa = centro.entra(Rol.SUPERVISOR)[0]
    assert supervisa.post("/coordinacion/marcha/captura/", declara("declarada", "No.")).status_code == 400

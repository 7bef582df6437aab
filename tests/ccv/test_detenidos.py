"""Capture, or the whole night, paused for everybody: what is in somebody's hands is finished, and nothing begins."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from centro import Centro, envio
from test_escritorios import CAPTURA, VERIFICACION, toma

from gente import dentro
from prep.bitacora.marcha import la_noche, servicio_de
from prep.ccv.models import Turno
from prep.coordinacion import oficina as de_coordinacion
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.facultades import Rol
from prep.dominio.operacion import Marcha

CAPTURAS, NOCHE = "/coordinacion/marcha/captura/", "/coordinacion/marcha/noche/"


def pide(que: str, motivo: str = "") -> dict[str, str]:
    return {"orden": uuid4().hex, "que": que, "motivo": motivo}


def acta_en(pagina: Any) -> str:
    """The acta that a page puts in one's hands."""
    return str(Turno.objects.get(orden=pagina.context["orden"]).acta)


def test_capture_is_paused_for_everybody_and_nobody_is_stranded(
    centro: Centro, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(de_coordinacion, "reloj", centro.reloj)
    una, otra, lista = centro.claves[:3]
    centro.llega(una)
    quien_manda = centro.persona(Rol.SUPERVISOR)
    supervisa, central = dentro(quien_manda), centro.entra(Rol.ADMINISTRADOR)[0]
    (captura, _), (verifica, _) = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.VERIFICADOR)
    for persona in (centro.entra(Rol.CAPTURISTA)[0], centro.entra(Rol.CAPTURISTA)[0]):  # one acta is ready to verify
        persona.post(CAPTURA, envio(toma(persona, CAPTURA), centro.valores(una), accion="enviar"))
    assert centro.acta(una).captura is Captura.COINCIDE
    for clave in (otra, lista):
        centro.llega(clave)
    en_manos = toma(captura, CAPTURA)

    assert "Escriba el motivo" in supervisa.post(CAPTURAS, pide("pausado")).context["frase"]
    assert supervisa.post(CAPTURAS, pide("pausado", "Cambia una instrucción.")).status_code == 302
    assert supervisa.post(NOCHE, pide("pausado", "No es mía.")).status_code == 404

    # what was in hand is finished; no other is given, there or at any place, and each is told who said so, when and why
    dicho = acta_en(en_manos)
    assert captura.post(CAPTURA, envio(en_manos, centro.valores(dicho), accion="enviar")).status_code == 200
    assert centro.acta(dicho).captura is Captura.PRIMERA
    for persona in (captura, centro.entra(Rol.CAPTURISTA, lugar="CATD-020")[0]):
        pagina = " ".join(toma(persona, CAPTURA).content.decode().split())
        assert "Este escritorio está en pausa" in pagina and quien_manda.nombre in pagina
        assert "«Cambia una instrucción.»" in pagina
    assert not captura.get(CAPTURA).context["hay"]
    assert acta_en(toma(verifica, VERIFICACION)) == una  # other desks go on
    assert "Cambia una instrucción." in central.get("/coordinacion/").content.decode()
    assert central.get("/coordinacion/marcha/").context["filas"][0][0] == CAPTURAS  # what does not work, first

    assert central.post(CAPTURAS, pide("abierto")).status_code == 302
    assert captura.get(CAPTURA).context["hay"]
    assert acta_en(toma(captura, CAPTURA)) in {otra, lista} - {dicho}

    # the night, by central operation: every desk
    assert central.post(NOCHE, pide("pausado", "Simulacro de sismo.")).status_code == 302
    assert servicio_de(la_noche()).marcha is Marcha.PAUSADO
    assert servicio_de(la_noche()) is servicio_de(la_noche())  # every desk asks at every turn: it is folded once
    for rol, ruta in ((Rol.CAPTURISTA, CAPTURA), (Rol.VERIFICADOR, VERIFICACION), (Rol.SUPERVISOR, "/ccv/decision/")):
        assert "La noche está en pausa" in toma(centro.entra(rol)[0], ruta).content.decode()
    # the board says it once, whatever else is stopped; with the night on again, what still is
    assert central.post(CAPTURAS, pide("cerrado", "Se acabó.")).status_code == 302
    assert [nombre for nombre, _ in central.get("/coordinacion/").context["detenidos"]] == ["La noche"]
    assert central.post(NOCHE, pide("abierto")).status_code == 302
    assert servicio_de(la_noche()).marcha is Marcha.ABIERTO
    assert [nombre for nombre, _ in central.get("/coordinacion/").context["detenidos"]] == ["Captura"]
    assert central.post(CAPTURAS, pide("abierto")).status_code == 302
    assert "en pausa" not in captura.get(CAPTURA).content.decode()

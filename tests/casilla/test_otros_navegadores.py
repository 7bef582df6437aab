"""PREP Casilla in Firefox and in WebKitGTK as Debian ships them: what they can run without being installed as an
application, and then all the way, once the page is told what iPhones tell one that is."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oficina_casilla import SACAR_LLAVE, SIN_LIMITES, sin_codigo
from otros_navegadores import Firefox, Navegador, WebKit
from PIL import Image

from prep.bitacora.verificacion import verificar
from prep.plataforma.lugares import dir_evidencia

pytestmark = pytest.mark.navegador

INSTALADA = """async () => {
    Object.defineProperty(Navigator.prototype, 'standalone', { value: true, configurable: true })
    dispatchEvent(new Event('hashchange'))
}"""
SIN_PERMISO = """async () => {
    MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
}"""


@pytest.fixture(params=[Firefox, WebKit], ids=lambda cual: cual.nombre)
def navegador(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Navegador]:
    uno = request.param(tmp_path)
    try:
        uno.encender()
        yield uno
    finally:
        uno.apagar()


FALLAS = ".requisitos .mal + span"


def vista(navegador: Navegador, que: str) -> None:
    navegador.hacer("async a => { location.hash = a }", que)


def test_it_lacks_only_to_be_installed_and_then_loses_nothing(
    oficina: Any, navegador: Navegador, tmp_path: Path
) -> None:
    """A tab is not enrolled, and says what to do. Enrolled, it keeps what its camera sees and what is chosen from a
    file while the server attends nobody; it dies, it comes back, it sends, and believes a signed receipt."""
    navegador.ir(f"{oficina.url}/casilla/{oficina.papel()}")
    navegador.ver("h1", "Este teléfono todavía no sirve")
    (falta,) = navegador.leer(FALLAS)
    assert falta.startswith("Aplicación instalada")
    navegador.hacer(INSTALADA)
    navegador.oprimir("button", "Dar de alta")
    navegador.ver("h1", "Mis casillas")
    assert navegador.hacer(f"() => {SACAR_LLAVE}") == "InvalidAccessError"
    navegador.hacer("() => navigator.serviceWorker.ready.then(() => true)")

    una, otra, ninguna = oficina.actas[:3]
    with oficina.puerta.cerrada():
        vista(navegador, f"#/camara/{una}")
        navegador.oprimir("button", "Tomar")
        navegador.ver("h1", "Tal vez no se lea")
        navegador.oprimir("button", "enviarla así")
        navegador.oprimir("input[value=otro]")
        navegador.oprimir("button", "Guardar")
        navegador.ver("ul.tomas")
        navegador.hacer(SIN_PERMISO)
        vista(navegador, f"#/camara/{otra}")
        foto = tmp_path / "foto.jpg"
        exif = Image.Exif()
        exif[0x010F] = "TELEFONO-DE-PRUEBA"
        sin_codigo().save(foto, exif=exif)
        navegador.escoger("#archivo", foto)
        navegador.ver("h1", "¿Se lee bien?")
        navegador.oprimir("button", "Guardar")
        navegador.ver("ul.tomas")
        vista(navegador, f"#/sin-acta/{ninguna}")
        navegador.oprimir("input[value='3']")
        navegador.oprimir("button", "Avisar")
        navegador.ver("#por-enviar", "3 por enviar")
        navegador.morir()
        navegador.ir(f"{oficina.url}/casilla/")
        navegador.ver("h1", "Mis casillas")
        navegador.ver("#por-enviar", "3 por enviar")
    navegador.hacer("async () => { dispatchEvent(new Event('online')) }")
    navegador.ver("#por-enviar", "Todo entregado")

    cuerpos = (json.loads(bytes(h.cuerpo)) for h in oficina.hechos())
    hechos = [c["hecho"] for c in sorted(cuerpos, key=lambda c: c["dispositivo"]["secuencia"])]
    assert [(h["tipo"], h["sujeto"]) for h in hechos] == [
        ("fotografiada", f"acta:{una}"),
        ("fotografiada", f"acta:{otra}"),
        ("sin_acta", f"acta:{ninguna}"),
    ]
    assert list(verificar()) == []  # what that browser signed is what everybody checks
    imagenes = [h["contenido"]["imagen"] for h in hechos[:2]]
    assert sorted(oficina.objetos()) == sorted(imagenes)
    for huella in imagenes:
        (original,) = dir_evidencia().rglob(huella)
        datos = original.read_bytes()
        assert hashlib.sha256(datos).hexdigest() == huella and len(datos) <= 600_000
        assert not Image.open(io.BytesIO(datos)).getexif()
        (publicada,) = dir_evidencia().rglob(f"{huella}.jpg")  # nothing but pixels: the bytes that were signed
        assert publicada.read_bytes() == datos


def test_it_says_of_itself_whether_it_will_do(oficina: Any, navegador: Navegador) -> None:
    """The whole of the rehearsal runs in it; here any time will do."""
    navegador.ir(f"{oficina.url}/casilla/#/prueba")
    navegador.ver("h1", "Probar este teléfono")
    navegador.hacer(f"() => {SIN_LIMITES}")
    navegador.oprimir("button", "Empezar la prueba")
    navegador.ver(".mensaje", "Este teléfono sirve.")
    assert len(navegador.leer(".requisitos > li")) == 9

"""PREP Casilla in a real Chromium, installed, with a camera that sees an acta: nothing is lost, nothing is doubled."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.urls import reverse
from linea_lenta import linea
from oficina_casilla import SACAR_LLAVE, SIN_LIMITES, Disco, procesos, sin_codigo
from PIL import Image

from gente import dentro, persona
from navegador import revisar
from noche import enrolar
from prep.acceso.roles import Rol
from prep.bitacora import nodos
from prep.bitacora.actas import acta_de
from prep.bitacora.nodos import NodoLocal, nodo_de_aqui
from prep.bitacora.verificacion import verificar
from prep.casilla import armazon
from prep.catalogo.informativo import EnCasilla
from prep.catalogo.services import cargar, informativo
from prep.ccv.models import Espera
from prep.dominio.acta.transiciones import Custodia, Situacion
from prep.intercambio import altas, lotes, nodo, objetos
from prep.intercambio.models import Contacto
from prep.plataforma.lugares import dir_evidencia

pytestmark = pytest.mark.navegador


def dar_de_alta(oficina: Any, abierto: Any, con_armazon: bool = True) -> Any:
    """From the paper to the list of casillas; the page. `con_armazon`: its shell is kept too."""
    pagina = abierto.pages[0]
    pagina.goto(f"{oficina.url}/casilla/{oficina.papel()}")
    pagina.reload()
    pagina.click("button:has-text('Dar de alta')")
    pagina.wait_for_selector("h1:has-text('Mis casillas')")
    if con_armazon:
        pagina.evaluate("navigator.serviceWorker.ready.then(r => 1)")
    return pagina


def vista(pagina: Any, que: str) -> None:
    pagina.evaluate("a => { location.hash = a }", que)


def tomar(pagina: Any, acta: str, titulo: str = "¿Se lee bien?") -> None:
    """Photograph an acta, up to the picture that is looked at."""
    vista(pagina, f"#/camara/{acta}")
    pagina.click("button:text-is('Tomar'):not([disabled])")
    pagina.wait_for_selector(f"h1:has-text('{titulo}')")


def guardar(pagina: Any) -> None:
    pagina.click("button:has-text('Guardar')")
    pagina.wait_for_selector("ul.tomas")


def sin_acta(pagina: Any, acta: str, motivo: str = "3") -> None:
    vista(pagina, f"#/sin-acta/{acta}")
    pagina.check(f"input[value='{motivo}']")
    pagina.click("button:has-text('Avisar')")
    pagina.wait_for_selector("ul.tomas")


def espera(pagina: Any, dice: str) -> None:
    """What is always in sight says that."""
    pagina.wait_for_function("d => document.querySelector('#por-enviar')?.textContent === d", arg=dice)


def otra_vez(oficina: Any, abierto: Any, pagina: Any) -> Any:
    """The page is killed as it is, and opened again."""
    nueva = abierto.new_page()
    pagina.close()
    nueva.goto(f"{oficina.url}/casilla/")
    nueva.wait_for_selector("h1")
    return nueva


def enviar(pagina: Any) -> None:
    """Without waiting for the queue's own turn."""
    pagina.evaluate("dispatchEvent(new Event('online'))")


CONTAR_IMAGENES = """() => {
    const abrir = createImageBitmap
    globalThis.imagenes = []
    globalThis.createImageBitmap = async (...de) => {
        const imagen = await abrir(...de)
        imagenes.push(imagen)
        return imagen
    }
}"""


def test_from_the_paper_to_a_signed_receipt(oficina: Any, abrir: Any) -> None:
    abierto = abrir()
    pestana = abierto.new_page()
    pestana.goto(f"{oficina.url}/casilla/{oficina.papel()}")
    pestana.wait_for_selector("h1:has-text('todavía no sirve')")
    assert "Agregar a la pantalla principal" in pestana.inner_text("main")
    revisar(pestana)
    pestana.close()

    pagina = dar_de_alta(oficina, abierto)
    assert "Faltan 6 actas" in pagina.inner_text("main")
    assert pagina.inner_text("#por-enviar") == "Nada por enviar"
    una, otra = oficina.actas[:2]
    pagina.evaluate(CONTAR_IMAGENES)
    tomar(pagina, una)
    guardar(pagina)
    espera(pagina, "Todo entregado")
    assert pagina.evaluate("imagenes.length > 1 && imagenes.every(i => i.width === 0)")  # none is held any more
    sin_acta(pagina, otra)
    espera(pagina, "Todo entregado")
    tomar(pagina, otra)  # it did appear
    guardar(pagina)
    espera(pagina, "Todo entregado")
    foto, aviso, despues = oficina.hechos()
    assert [h.tipo for h in (foto, aviso, despues)] == ["fotografiada", "sin_acta", "fotografiada"]
    for acta in (una, otra):
        assert acta_de(acta).custodia is Custodia.FOTOGRAFIADA and acta_de(acta).anomalias == []
    assert list(verificar()) == []  # what the browser signed is what everybody checks
    hasta(pagina, lambda: Contacto.objects.filter(por_enviar=0).exists())
    (dicho,) = Contacto.objects.all()
    version = pagina.get_attribute("meta[name=prep-version]", "content")
    assert (dicho.dispositivo, dicho.version, dicho.por_enviar, dicho.rechazados) == (foto.dispositivo, version, 0, 0)
    assert abs(dicho.desfase) < 60
    guardada = json.loads(bytes(foto.cuerpo))["hecho"]["contenido"]["imagen"]
    (original,) = dir_evidencia().rglob(guardada)
    datos = original.read_bytes()
    imagen = Image.open(io.BytesIO(datos))
    assert len(datos) <= 600_000 and min(imagen.size) >= 1400 and not imagen.getexif()
    assert pagina.evaluate(SACAR_LLAVE) == "InvalidAccessError"


def test_every_view_is_for_everybody(oficina: Any, abrir: Any) -> None:
    """axe, 360 pixels, light and dark; and a picture that is not good is explained, and is the person's to decide."""
    abierto = abrir(como="borrosa")
    pagina = abierto.pages[0]
    pagina.goto(f"{oficina.url}/casilla/")
    pagina.wait_for_selector("#codigo")
    revisar(pagina)
    pagina.fill("#codigo", "222")
    pagina.click("button:has-text('Dar de alta')")
    pagina.wait_for_selector("text=diez letras y números. Revíselo")
    pagina.fill("#codigo", "22222-22222")
    pagina.click("button:has-text('Dar de alta')")
    pagina.wait_for_selector("text=Ese código no sirve")
    revisar(pagina)
    pagina = dar_de_alta(oficina, abierto)
    acta = oficina.actas[0]
    abierto.set_offline(True)
    for tema in ("light", "dark"):
        pagina.emulate_media(color_scheme=tema)
        vista(pagina, f"#/sin-acta/{acta}")
        pagina.click("button:has-text('Avisar')")
        pagina.wait_for_selector("text=Elija el motivo")
        revisar(pagina)
        vista(pagina, f"#/camara/{acta}")
        pagina.wait_for_selector("button:text-is('Tomar'):not([disabled])")
        revisar(pagina)
        vista(pagina, "#/")
        tomar(pagina, acta, "Tal vez no se lea")
        assert "salió borrosa" in pagina.inner_text("main")
        revisar(pagina)
        pagina.click("button:has-text('enviarla así')")
        pagina.click("button:has-text('Guardar')")
        pagina.wait_for_selector("text=Elija una respuesta")
        revisar(pagina)
        pagina.check("input[value=no_se_puede]")
        guardar(pagina)
        for que in ("#/", f"#/acta/{acta}", "#/envios"):
            vista(pagina, que)
            pagina.wait_for_selector("h1")
            revisar(pagina)
    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "Todo entregado")
    motivo = json.loads(bytes(oficina.hechos()[0].cuerpo))["hecho"]["contenido"]["motivo"]
    assert motivo.startswith("borrosa: ")


def test_a_sheet_that_the_picture_cuts_is_seen_and_the_person_decides(oficina: Any, abrir: Any) -> None:
    pagina = dar_de_alta(oficina, abrir(como="cortada"))
    tomar(pagina, oficina.actas[0], "Tal vez no se lea")
    assert pagina.locator("main .mensaje").all_inner_texts() == [
        "No se ven las cuatro esquinas de la hoja. Aléjese un poco, o póngala sobre algo más oscuro que ella."
    ]
    revisar(pagina)
    pagina.click("button:has-text('enviarla así')")
    pagina.check("input[value=otro]")
    guardar(pagina)
    espera(pagina, "Todo entregado")
    contenido = json.loads(bytes(oficina.hechos()[0].cuerpo))["hecho"]["contenido"]
    assert contenido["motivo"] == "esquinas: Yo la leo bien"


def test_the_code_of_the_sheet_says_of_which_acta_it_is(oficina: Any, abrir: Any) -> None:
    """Read on the phone, without network: it finds the acta, it doubts of another one, and the person decides."""
    mia, otra = oficina.actas[:2]
    abierto = abrir(codigo=0)
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    pagina.click("a:has-text('Tomar fotografía')")
    pagina.click("button:text-is('Tomar'):not([disabled])")
    pagina.wait_for_selector("text=El código de la hoja es el de esta acta")
    revisar(pagina)
    guardar(pagina)
    assert pagina.evaluate("location.hash") == f"#/acta/{mia}"

    tomar(pagina, otra, "¿Es de otra acta?")
    assert "es de otra acta suya" in pagina.inner_text("main")
    revisar(pagina)
    pagina.click("button:has-text('Guardarla en')")
    pagina.wait_for_selector("text=El código de la hoja es el de esta acta")
    vista(pagina, "#/")
    tomar(pagina, otra, "¿Es de otra acta?")
    pagina.click("button:has-text('enviarla así')")
    pagina.check("input[value=es_esta]")
    guardar(pagina)
    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "Todo entregado")
    dichos = [json.loads(bytes(h.cuerpo))["hecho"] for h in oficina.hechos()]
    assert [d["sujeto"] for d in dichos] == [f"acta:{mia}", f"acta:{otra}"]
    assert "motivo" not in dichos[0]["contenido"]
    assert dichos[1]["contenido"]["motivo"].startswith("otra_casilla: La hoja sí es de esta casilla")
    abierto.close()

    ajena = next(i for i, a in enumerate(cargar().elecciones[0].actas) if a.clave not in oficina.actas)
    for codigo, dice in ((ajena, "no es de sus casillas"), (None, "No se leyó el código")):
        abierto = abrir(codigo=codigo)
        pagina = otra_vez(oficina, abierto, abierto.pages[0])
        vista(pagina, "#/camara")
        pagina.click("button:text-is('Tomar'):not([disabled])")
        pagina.wait_for_selector("h1:has-text('¿De qué acta es?')")
        assert dice in pagina.inner_text("main")
        revisar(pagina)
        pagina.click("button:has-text('Seguir')")
        pagina.wait_for_selector("text=Elija una acta")
        pagina.check(f"input[value='{otra}']")
        pagina.click("button:has-text('Seguir')")
        pagina.wait_for_selector(f"h1:has-text('{'¿Es de otra acta?' if codigo else '¿Se lee bien?'}')")
        abierto.close()


def matar(perfil: Path) -> None:
    """Every process of the browser that keeps this profile, as when a battery dies."""
    for proceso in procesos(perfil):
        with suppress(ProcessLookupError):
            os.kill(int(proceso.name), signal.SIGKILL)


MARCA = """() => {
    const comprimir = OffscreenCanvas.prototype.convertToBlob
    const color = Math.floor(Math.random() * 2 ** 24).toString(16).padStart(6, '0')
    OffscreenCanvas.prototype.convertToBlob = function (como) {
        const pincel = this.getContext('2d')
        pincel.fillStyle = `#${color}`
        pincel.fillRect(0, 0, 64, 64)
        return comprimir.call(this, como)
    }
}"""
"""The camera sees the same always: a mark of its own in a corner makes each picture another one."""

GUARDADO = """async () => {
    const a = await import('/estaticos/casilla/almacen.js')
    const { fotoSana } = await import('/estaticos/casilla/hechos.js')
    const [envios, fotos, cadena] = [await a.todos('envios'), await a.todos('fotos'), await a.leer('ajustes', 'cadena')]
    const sanas = (await Promise.all(envios.map(e => fotoSana(e.foto)))).filter(Boolean).length
    return { ids: envios.map(e => e.id), fotos: fotos.length, secuencia: cadena.secuencia, sanas }
}"""
INSTANTES = ("mirando", "guardando", "guardada", "subiendo", "subida", "entregando", "entregada", "recibida")
SIN_RED = INSTANTES[:3]
"""Where a phone is killed: before it keeps a picture, while, after; its picture on the way, there without a receipt;
its fact on the way, there without a receipt; while it notes what it was told. It comes back without network of those
before it sends anything."""


class Victima:
    """A phone that is killed, its page or its whole browser, and comes back. `prometidas`: facts said to be kept."""

    def __init__(self, oficina: Any, abrir: Any, perfil: Path) -> None:
        self.oficina, self.abrir, self.perfil = oficina, abrir, perfil
        self.prometidas: set[str] = set()
        self.muertes = self.sin_decir = 0
        self._encender()

    def _encender(self) -> None:
        self.abierto = self.abrir()
        self.abierto.add_init_script(f"({MARCA})()")
        self.pagina = self.abierto.pages[0]

    def morir(self, entera: bool) -> None:
        self.muertes += 1
        if entera:
            matar(self.perfil)
            self._encender()
        else:
            nueva = self.abierto.new_page()
            self.pagina.close()
            self.pagina = nueva

    def volver(self, con_red: bool) -> None:
        """Opened again, nothing of what was promised is missing, and what is kept is whole."""
        self.abierto.set_offline(not con_red)
        self.pagina.goto(f"{self.oficina.url}/casilla/")
        self.pagina.wait_for_selector("h1:has-text('Mis casillas')")
        hay = self.pagina.evaluate(GUARDADO)
        assert self.prometidas <= set(hay["ids"])
        assert len(hay["ids"]) == hay["fotos"] == hay["sanas"] == hay["secuencia"]
        self.sin_decir += len(set(hay["ids"]) - self.prometidas)  # all of it was kept, and there was no time to say so
        self.prometidas = set(hay["ids"])
        if not con_red and self.pagina.inner_text("#por-enviar") == "1 por enviar":
            self.pagina.wait_for_selector("#aviso >> text=Sin conexión")  # painted after how many wait
        self.abierto.set_offline(False)
        enviar(self.pagina)
        espera(self.pagina, "Todo entregado" if self.prometidas else "Nada por enviar")

    def al_enviar(self, metodo: str, ruta: str, llega: bool, entera: bool) -> None:
        """Killed while a request is on its way, or once it arrived and before its answer comes."""
        with self.oficina.puerta.detener(metodo, ruta, llega) as detenida:
            self.abierto.set_offline(False)
            enviar(self.pagina)
            assert detenida.wait(30)
            self.morir(entera)

    def una(self, instante: str, acta: str, entera: bool, tras: int) -> None:
        """One picture, and one death at that instant of its path; `tras`: milliseconds, where the instant is long."""
        self.abierto.set_offline(True)
        tomar(self.pagina, acta)
        if instante == "guardando":
            self.pagina.evaluate("document.querySelector('#abajo .principal').click()")
            self.pagina.wait_for_timeout(tras)
        elif instante != "mirando":
            guardar(self.pagina)
            self.prometidas = set(self.pagina.evaluate(GUARDADO)["ids"])
        if instante in ("subiendo", "subida"):
            self.al_enviar("PUT", "/v1/objetos/", instante == "subida", entera)
        elif instante in ("entregando", "entregada"):
            self.al_enviar("POST", "/v1/hechos", instante == "entregada", entera)
        else:
            if instante == "recibida":
                self.abierto.set_offline(False)
                with self.pagina.expect_response("**/v1/hechos"):
                    enviar(self.pagina)
                self.pagina.wait_for_timeout(tras)
            self.morir(entera)
        self.volver(con_red=instante not in SIN_RED)


@pytest.mark.parametrize("vueltas", [1, pytest.param(26, marks=[pytest.mark.largo, pytest.mark.timeout(5400)])])
def test_killed_at_every_instant_one_picture_one_fact(oficina: Any, abrir: Any, tmp_path: Path, vueltas: int) -> None:
    """A death at each instant of the path, in turn of the page and of the whole browser; the long one, 208."""
    uno = Victima(oficina, abrir, tmp_path / "perfil")
    dar_de_alta(oficina, uno.abierto)
    for vuelta in range(vueltas):
        for lugar, instante in enumerate(INSTANTES):
            acta = oficina.actas[(vuelta + lugar) % len(oficina.actas)]
            uno.una(instante, acta, entera=(vuelta + lugar) % 4 == 1, tras=vuelta * 9 % 120)
    hechos = [json.loads(bytes(h.cuerpo)) for h in oficina.hechos()]
    assert {h.id for h in oficina.hechos()} == uno.prometidas and len(hechos) == len(uno.prometidas)
    assert [h["dispositivo"]["secuencia"] for h in hechos] == list(range(1, len(hechos) + 1))
    imagenes = [h["hecho"]["contenido"]["imagen"] for h in hechos]
    assert len(set(imagenes)) == len(imagenes) and sorted(oficina.objetos()) == sorted(imagenes)
    for huella in imagenes:
        (original,) = dir_evidencia().rglob(huella)
        assert hashlib.sha256(original.read_bytes()).hexdigest() == huella
        (publicada,) = dir_evidencia().rglob(f"{huella}.jpg")  # nothing but pixels: the bytes that the phone signed
        assert publicada.read_bytes() == original.read_bytes()
    esperan = {e.clave for e in Espera.objects.filter(paso="identificacion")}
    assert esperan == {h["hecho"]["sujeto"].removeprefix("acta:") for h in hechos}
    assert list(verificar()) == []
    assert uno.muertes == vueltas * len(INSTANTES) and len(hechos) >= vueltas * (len(INSTANTES) - 2)
    print(
        f"{uno.muertes} muertes, {len(hechos)} fotografías y hechos, {uno.sin_decir} guardadas sin alcanzar a decirlo"
    )


@pytest.mark.largo
def test_a_picture_leaves_by_a_line_as_of_2g(oficina: Any, abrir: Any) -> None:
    """It takes longer than a minute, and is not given up and begun again."""
    with linea(urlsplit(oficina.url).port, bajada=10**8) as puerto:
        oficina.url = f"http://localhost:{puerto}"
        abierto = abrir()
        abierto.set_default_timeout(200_000)
        pagina = dar_de_alta(oficina, abierto)
        tomar(pagina, oficina.actas[0])
        guardar(pagina)
        espera(pagina, "Todo entregado")
    (foto,) = oficina.objetos()
    assert [p for p in oficina.puerta.pedidas if "/v1/objetos/" in p] == [f"PUT /v1/objetos/sha256/{foto}"]
    assert len(oficina.hechos()) == 1


def test_a_phone_is_measured_before_it_is_bought(oficina: Any, abrir: Any) -> None:
    """Without enrolling it: what it measures is that phone's, and nothing of it stays. Here any time will do."""
    pagina = abrir().pages[0]
    pagina.goto(f"{oficina.url}/casilla/")
    vista(pagina, "#/prueba")
    pagina.evaluate(SIN_LIMITES)
    pagina.click("button:has-text('Empezar la prueba')")
    pagina.wait_for_selector("text=Este teléfono sirve.")
    assert pagina.locator(".requisitos > li").count() == 9
    assert "1500 puntos; se piden 1200" in pagina.inner_text(".requisitos")
    revisar(pagina)
    pagina.evaluate("import('/estaticos/casilla/prueba.js').then(p => { p.LIMITES.lado = 1501 })")
    pagina.click("button:has-text('Probar otra vez')")
    pagina.wait_for_selector("text=Este teléfono no sirve así.")
    assert pagina.locator(".requisitos .mal").count() == 1
    quedo = (
        "import('/estaticos/casilla/almacen.js').then(a => Promise.all(['ajustes', 'fotos', 'envios'].map(a.todos)))"
    )
    assert pagina.evaluate(quedo) == [[], [], []]
    pagina.click("text=Regresar")
    pagina.wait_for_selector("h1:has-text('Dar de alta')")


def test_a_phone_that_does_not_let_its_camera_be_used_is_told_so(oficina: Any, abrir: Any) -> None:
    pagina = abrir(permissions=[]).pages[0]
    pagina.goto(f"{oficina.url}/casilla/#/prueba")
    pagina.click("button:has-text('Empezar la prueba')")
    pagina.wait_for_selector("text=Este teléfono no sirve así.")
    assert "Permita la cámara en los ajustes del sitio" in pagina.inner_text(".requisitos")


@pytest.mark.parametrize(
    ("falla", "paso", "dice"),
    [
        ("createImageBitmap = () => Promise.reject(new Error('sin cuadro'))", "Tomar una fotografía", "sin cuadro"),
        (
            "OffscreenCanvas.prototype.convertToBlob = () => Promise.reject(new Error('sin memoria'))",
            "Revisarla",
            "memoria",
        ),
        ("crypto.subtle.sign = () => Promise.reject(new Error('sin firma'))", "Guardarla y firmarla", "sin firma"),
    ],
)
def test_a_phone_that_cannot_do_it_says_which_step_and_why(
    oficina: Any, abrir: Any, falla: str, paso: str, dice: str
) -> None:
    pagina = abrir().pages[0]
    pagina.goto(f"{oficina.url}/casilla/#/prueba")
    pagina.evaluate(f"() => {{ {falla} }}")
    pagina.click("button:has-text('Empezar la prueba')")
    pagina.wait_for_selector("text=Este teléfono no sirve así.")
    (mal,) = pagina.locator(".requisitos .mal + span").all_inner_texts()
    assert mal.startswith(paso)
    assert dice in mal


def test_the_whole_phone_dies_and_a_file_takes_out_what_it_kept(oficina: Any, abrir: Any, tmp_path: Path) -> None:
    """The browser's process, not the page: what was said to be kept waits in no memory. Then, no network at all."""
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    for acta in oficina.actas[:2]:
        tomar(pagina, acta)
        guardar(pagina)
    matar(tmp_path / "perfil")
    abierto = abrir(offline=True)
    pagina = abierto.pages[0]
    pagina.goto(f"{oficina.url}/casilla/")
    espera(pagina, "2 por enviar")
    vista(pagina, "#/envios")
    pagina.click("summary:has-text('No hay señal')")
    with pagina.expect_download() as bajada:
        pagina.click("button:has-text('Sacar en un archivo')")
    hecho = lotes.importar(Path(bajada.value.path()).read_bytes())
    assert (hecho.fotos, hecho.hechos, hecho.problemas) == (len(set(oficina.objetos())), 2, [])
    espera(pagina, "2 por enviar")  # no receipt came: it keeps them
    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "Todo entregado")
    assert len(oficina.hechos()) == 2


def test_a_refused_one_is_put_aside_and_the_rest_goes_on(oficina: Any, abrir: Any) -> None:
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    buena, mala, otra = oficina.actas[:3]
    for acta in (buena, mala):
        tomar(pagina, acta)
        guardar(pagina)
    sin_acta(pagina, otra)
    espera(pagina, "3 por enviar")
    # The disk of the phone changes a fact that it had signed.
    pagina.evaluate(
        """async acta => {
            const a = await import('/estaticos/casilla/almacen.js')
            const e = (await a.todos('envios')).find(e => e.acta === acta)
            e.firmado.hecho.contenido.hora = '2020-01-01T00:00:00.000Z'
            await a.escribir([['envios', e.id, e]])
        }""",
        mala,
    )
    # What answers on the way is not the node: it puts nothing aside.
    pagina.route("**/v1/objetos/**", lambda r: r.fulfill(status=413, body="<h1>413 Too Large</h1>"), times=1)
    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "1 sin recibir")
    assert {h.sujeto for h in oficina.hechos()} == {f"acta:{buena}", f"acta:{otra}"}
    vista(pagina, f"#/acta/{mala}")
    pagina.wait_for_selector("text=se dañó en el teléfono")
    revisar(pagina)
    tomar(pagina, mala)  # and it can be taken again
    guardar(pagina)
    pagina.wait_for_selector(".estado.bien")
    assert len(oficina.hechos()) == 3 and acta_de(mala).custodia is Custodia.FOTOGRAFIADA


def test_another_sheet_of_the_casilla_goes_beside_the_acta_and_is_never_one_of_its_pictures(
    oficina: Any, abrir: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the process asks; at the centre, with every acta of that casilla."""
    con_hojas = replace(informativo(), casilla=EnCasilla(("Reverso del acta", "Hoja de incidentes")))
    monkeypatch.setattr(altas, "sin_gente", lambda: con_hojas)
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    una, hermana = [a for a in oficina.actas if a[:11] == oficina.actas[0][:11]][:2]
    vista(pagina, f"#/acta/{una}")
    pagina.click("a:has-text('Otro documento')")
    pagina.click("button:has-text('Tomar fotografía')")
    pagina.wait_for_selector("text=Elija un documento")
    pagina.check("label:has-text('Hoja de incidentes') >> input")
    revisar(pagina)
    pagina.click("button:has-text('Tomar fotografía')")
    pagina.wait_for_selector("h1:has-text('Hoja de incidentes')")
    pagina.click("button:text-is('Tomar'):not([disabled])")
    pagina.wait_for_selector("h1:has-text('¿Se lee bien?')")
    assert "Hoja de incidentes" in pagina.inner_text(".sobre")
    guardar(pagina)
    assert "Todavía no toma la fotografía de esta acta" in pagina.inner_text("main")
    assert "Hoja de incidentes" in pagina.inner_text("ul.tomas")
    revisar(pagina)
    vista(pagina, "#/")
    pagina.wait_for_selector("text=Faltan 6 actas")
    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "Todo entregado")

    (hecho,) = oficina.hechos()
    assert (hecho.tipo, hecho.sujeto) == ("anexada", f"acta:{una}")
    acta = acta_de(una)
    assert (acta.custodia, acta.imagenes, acta.anomalias) == (Custodia.ESPERADA, [], [])
    assert acta.situacion is Situacion.NO_RECIBIDA and not Espera.objects.exists()
    tomar(pagina, una)  # the same picture as of the acta is another fact
    guardar(pagina)
    espera(pagina, "Todo entregado")
    assert len(oficina.hechos()) == 2 and acta_de(una).custodia is Custodia.FOTOGRAFIADA

    centro = dentro(persona(Rol.ADMINISTRADOR, lugar="SEDE"))
    (imagen,) = oficina.objetos()
    for clave in (una, hermana):
        dicho = centro.get(reverse("coordinacion-acta", args=[clave])).content.decode()
        assert "Otros documentos de la casilla" in dicho and "Hoja de incidentes" in dicho
        assert reverse("coordinacion-imagen", args=[una, imagen]) in dicho
    assert centro.get(reverse("coordinacion-imagen", args=[una, imagen])).content.startswith(b"\xff\xd8")
    assert list(verificar()) == []


SIN_ESCRIBIR = """() => {
    const abrir = IDBDatabase.prototype.transaction
    globalThis.dejar = () => { IDBDatabase.prototype.transaction = abrir }
    IDBDatabase.prototype.transaction = function (cuales, modo, como) {
        if (modo === 'readwrite') throw new DOMException('sin espacio', 'QuotaExceededError')
        return abrir.call(this, cuales, modo, como)
    }
}"""
"""A phone that reads and writes nothing more, until `dejar()`."""


@contextmanager
def nada_cabe(pagina: Any) -> Iterator[None]:
    pagina.evaluate(SIN_ESCRIBIR)
    try:
        yield
    finally:
        pagina.evaluate("dejar()")


def test_a_full_phone_says_so_keeps_what_it_had_and_goes_on(oficina: Any, abrir: Any) -> None:
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    se_llena(oficina, abierto, pagina, lambda: nada_cabe(pagina))


@pytest.mark.largo
def test_a_phone_whose_disk_is_full_says_so_keeps_what_it_had_and_goes_on(
    oficina: Any, abrir: Any, tmp_path: Path
) -> None:
    """Of a browser that is really on that disk: at enrolment, at a picture, and while it sends."""
    disco = Disco(tmp_path, "200m")
    abierto = abrir(disco=disco)
    pagina = abierto.pages[0]
    pagina.goto(f"{oficina.url}/casilla/{oficina.papel()}")
    with disco.lleno(menos=30 * 2**20):
        pagina.reload()
        pagina.click("button:has-text('Dar de alta')")
        pagina.wait_for_selector("text=no cabe una noche de fotografías")
    pagina.click("button:has-text('Dar de alta')")
    pagina.wait_for_selector("h1:has-text('Mis casillas')")
    pagina.evaluate("navigator.serviceWorker.ready.then(r => 1)")
    se_llena(oficina, abierto, pagina, disco.lleno)


def se_llena(oficina: Any, abierto: Any, pagina: Any, sin_lugar: Callable[[], AbstractContextManager[Any]]) -> None:
    abierto.set_offline(True)
    una, otra, tercera = oficina.actas[:3]
    tomar(pagina, una)
    guardar(pagina)

    tomar(pagina, otra)
    with sin_lugar():
        for _ in range(2):
            pagina.click("button:has-text('Guardar')")
            pagina.wait_for_selector(".mensaje.mal:has-text('está lleno')")
            pagina.wait_for_selector("button:has-text('Guardar'):not([disabled])")
        assert pagina.locator(".mensaje.mal").count() == 1
        revisar(pagina)
    assert pagina.evaluate(GUARDADO).items() >= {"fotos": 1, "secuencia": 1, "sanas": 1}.items()  # all or nothing
    guardar(pagina)  # there is room: the same picture, from where it was
    espera(pagina, "2 por enviar")

    puestas: list[str] = []
    abierto.on("request", lambda r: puestas.append(r.url) if r.method == "PUT" and "/objetos/" in r.url else None)
    pagina.evaluate(SIN_ESCRIBIR)  # it delivers what it has, though it cannot note it
    abierto.set_offline(False)
    for _ in range(2):
        enviar(pagina)
        pagina.wait_for_selector("#aviso >> text=El teléfono está lleno")
    assert len(oficina.hechos()) == 2
    espera(pagina, "2 por enviar")
    pagina.evaluate("dejar()")
    enviar(pagina)
    espera(pagina, "Todo entregado")
    assert len(puestas) == len(set(oficina.objetos()))  # what was delivered is not sent again

    sin_acta(pagina, tercera)
    espera(pagina, "Todo entregado")
    assert [json.loads(bytes(h.cuerpo))["dispositivo"]["secuencia"] for h in oficina.hechos()] == [1, 2, 3]
    assert list(verificar()) == []


DANAR = """async ([foto, como]) => {
    const a = await import('/estaticos/casilla/almacen.js')
    globalThis.eran = (await a.leer('fotos', foto)).datos
    const mal = eran.slice(0)
    new Uint8Array(mal)[mal.byteLength >> 1] ^= 255
    await a.escribir([['fotos', foto, como === 'perdida' ? undefined : { datos: mal, recibo: null }]])
}"""
"""The disk of the phone changes a picture, or loses it; the page remembers what it was, as `eran`."""
FOTO_DE = """acta => import('/estaticos/casilla/almacen.js').then(a => a.todos('envios'))
    .then(todos => todos.find(e => e.acta === acta).foto)"""


@pytest.mark.parametrize("como", ["cambiada", "perdida"])
def test_a_picture_damaged_in_the_phone_stops_nothing_and_is_not_said_to_be_kept(
    oficina: Any, abrir: Any, como: str
) -> None:
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    mala, otra = oficina.actas[:2]
    tomar(pagina, mala)
    guardar(pagina)
    huella = pagina.evaluate(FOTO_DE, mala)
    pagina.evaluate(DANAR, [huella, como])
    guardadas = pagina.evaluate(
        """async ([acta, foto]) => {
            const [a, hechos, { sha256 }] = await Promise.all(
                ['almacen', 'hechos', 'canonico'].map(m => import(`/estaticos/casilla/${m}.js`)))
            await hechos.fotografia(acta, eran, '')
            return [await sha256((await a.leer('fotos', foto)).datos), (await a.todos('envios')).length]
        }""",
        [mala, huella],
    )
    assert guardadas == [huella, 1]  # the same picture, kept again: it is what it was
    pagina.evaluate(DANAR, [huella, como])
    sin_acta(pagina, otra)
    lleva = json.loads(pagina.evaluate("import('/estaticos/casilla/envio.js').then(e => e.lote()).then(f => f.text())"))
    assert (len(lleva["hechos"]), lleva["fotos"]) == (2, {})
    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "1 sin recibir")
    assert [h.sujeto for h in oficina.hechos()] == [f"acta:{otra}"]
    vista(pagina, f"#/acta/{mala}")
    pagina.wait_for_selector("text=La fotografía se dañó en el teléfono")
    revisar(pagina)
    tomar(pagina, mala)  # and it can be taken again
    guardar(pagina)
    pagina.wait_for_selector(".estado.bien")
    assert acta_de(mala).custodia is Custodia.FOTOGRAFIADA


VARIAS = """async actas => {
    const [{ fotografia }, { comprimir }] = await Promise.all(
        ['hechos', 'camara'].map(m => import(`/estaticos/casilla/${m}.js`)))
    for (const acta of actas) {
        const lienzo = new OffscreenCanvas(1000, 1400)
        const grano = new ImageData(400, 400)
        for (let i = 0; i < grano.data.length; i += 65536) crypto.getRandomValues(grano.data.subarray(i, i + 65536))
        lienzo.getContext('2d').putImageData(grano, 0, 0)
        await fotografia(acta, await comprimir(await createImageBitmap(lienzo)), '')
    }
}"""
"""A picture of each of these actas is kept, no two alike and all large enough to lie beside the database."""
NO_SE_LEE = """huella => {
    const leer = IDBObjectStore.prototype.get
    globalThis.yaSeLee = () => { IDBObjectStore.prototype.get = leer }
    IDBObjectStore.prototype.get = function (clave) {
        if (clave === huella) throw new DOMException('', 'NotReadableError')
        return leer.call(this, clave)
    }
}"""
SIN_LISTAR = """() => {
    const todos = IDBObjectStore.prototype.getAll
    globalThis.yaLista = () => { IDBObjectStore.prototype.getAll = todos }
    IDBObjectStore.prototype.getAll = () => { throw new DOMException('', 'UnknownError') }
}"""
LEER_FOTO = """huella => import('/estaticos/casilla/almacen.js').then(a => a.leer('fotos', huella))
    .then(foto => foto.datos.byteLength > 0, error => error.name)"""


def hasta(pagina: Any, que: Callable[[], bool]) -> None:
    """What is seen at the centre and not on the page."""
    limite = time.monotonic() + 120
    while not que() and time.monotonic() < limite:
        pagina.wait_for_timeout(100)
    assert que()


def en_reposo(pagina: Any) -> None:
    """The turn of the queue that was going on has ended: it asks for nothing else."""
    pagina.evaluate("navigator.locks.request('prep-envio', () => {})")


def entregados(oficina: Any, pagina: Any, cuantos: int) -> list[Any]:
    """What the centre has, as soon as it is so many."""
    hasta(pagina, lambda: len(oficina.hechos()) == cuantos)
    return oficina.hechos()


def test_a_picture_whose_file_the_browser_lost_stops_neither_the_rest_nor_the_file(
    oficina: Any, abrir: Any, tmp_path: Path
) -> None:
    """Large values lie in files of their own: reading one whose file is gone fails for ever."""
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    mala, buena, otra = oficina.actas[:3]
    pagina.evaluate(VARIAS, [mala])
    huella = pagina.evaluate(FOTO_DE, mala)
    abierto.close()
    for archivo in (p for p in (tmp_path / "perfil").glob("**/*.indexeddb.blob/**/*") if p.is_file()):
        archivo.unlink()
    abierto = abrir(offline=True)
    pagina = abierto.pages[0]
    pagina.goto(f"{oficina.url}/casilla/")
    espera(pagina, "1 por enviar")
    assert pagina.evaluate(LEER_FOTO, huella) in ("DataError", "NotReadableError")
    pagina.evaluate(VARIAS, [buena])
    sin_acta(pagina, otra)
    espera(pagina, "3 por enviar")

    vista(pagina, "#/envios")
    pagina.click("summary:has-text('No hay señal')")
    with pagina.expect_download() as bajada:
        pagina.click("button:has-text('Sacar en un archivo')")
    lleva = json.loads(Path(bajada.value.path()).read_bytes())
    assert len(lleva["hechos"]) == 3 and list(lleva["fotos"]) == [pagina.evaluate(FOTO_DE, buena)]
    assert pagina.locator(".mensaje.mal li").count() == 1
    assert "no pudo leer" in pagina.inner_text(".mensaje.mal")
    revisar(pagina)

    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "1 sin recibir")
    assert {h.sujeto for h in oficina.hechos()} == {f"acta:{buena}", f"acta:{otra}"}
    vista(pagina, f"#/acta/{mala}")
    pagina.wait_for_selector("text=La fotografía se dañó en el teléfono")
    pagina.evaluate(VARIAS, [mala])  # and it can be taken again
    enviar(pagina)
    pagina.wait_for_selector(".estado.bien")
    assert acta_de(mala).custodia is Custodia.FOTOGRAFIADA


def test_what_a_full_phone_cannot_read_for_now_is_not_taken_for_damaged(oficina: Any, abrir: Any) -> None:
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    mala, buena, otra = oficina.actas[:3]
    pagina.evaluate(VARIAS, [mala, buena])
    sin_acta(pagina, otra)
    pagina.evaluate(NO_SE_LEE, pagina.evaluate(FOTO_DE, mala))
    pagina.evaluate(SIN_ESCRIBIR)
    vista(pagina, "#/envios")
    pagina.click("summary:has-text('No hay señal')")
    pagina.evaluate(SIN_LISTAR)
    pagina.click("button:has-text('Sacar en un archivo')")
    pagina.wait_for_selector(".mensaje.mal:has-text('No se pudo hacer el archivo')")
    pagina.evaluate("yaLista()")
    with pagina.expect_download() as bajada:
        pagina.click("button:has-text('Sacar en un archivo')")
    assert len(json.loads(Path(bajada.value.path()).read_bytes())["fotos"]) == 1
    abierto.set_offline(False)
    enviar(pagina)
    assert {h.sujeto for h in entregados(oficina, pagina, 2)} == {f"acta:{buena}", f"acta:{otra}"}
    pagina.wait_for_selector("#aviso >> text=El teléfono está lleno")
    pagina.evaluate("dejar(); yaSeLee()")
    enviar(pagina)
    espera(pagina, "Todo entregado")
    assert acta_de(mala).custodia is Custodia.FOTOGRAFIADA


def test_what_a_restored_centre_lacks_is_sent_again_or_carried(oficina: Any, abrir: Any, bases: Any) -> None:
    """Facts and pictures that came after the copy, whether the phone reaches the centre or somebody brings its file."""
    with ExitStack() as pila:
        abierto = abrir()
        pagina = dar_de_alta(oficina, abierto)
        una, otra, tercera = oficina.actas[:3]
        pagina.evaluate(VARIAS, [una])
        enviar(pagina)
        espera(pagina, "Todo entregado")
        en_reposo(pagina)
        with oficina.puerta.cerrada():
            copias = [copia_del_centro(bases, pila) for _ in range(2)]
        copiadas = set(oficina.objetos())
        pagina.evaluate(VARIAS, [otra])
        sin_acta(pagina, tercera)
        espera(pagina, "Todo entregado")
        en_reposo(pagina)
        tenia = {h.id for h in oficina.hechos()}
        assert len(tenia) == 3

        abierto.set_offline(True)
        restaurar(bases, copias[0], copiadas)
        assert len(oficina.hechos()) == 1
        vista(pagina, "#/envios")
        pagina.click("summary:has-text('No hay señal')")
        with pagina.expect_download() as bajada:
            pagina.click("button:has-text('Sacar en un archivo')")
        archivo = Path(bajada.value.path()).read_bytes()
        hecho = lotes.importar(archivo)
        assert (hecho.fotos, hecho.hechos, hecho.ya_estaban, hecho.problemas) == (1, 2, 1, [])
        assert {h.id for h in oficina.hechos()} == tenia

        restaurar(bases, copias[1], copiadas)
        assert len(oficina.hechos()) == 1
        pagina.evaluate(
            "import('/estaticos/casilla/almacen.js').then(a => a.cambiar('ajustes', 'reloj', { local: 0 }))"
        )
        abierto.set_offline(False)  # its next contact, ten minutes later
        enviar(pagina)
        assert {h.id for h in entregados(oficina, pagina, 3)} == tenia
        espera(pagina, "Todo entregado")
        assert list(verificar()) == []

        with oficina.puerta.cerrada():  # and of a picture alone, whose fact the centre has
            quedarse(copiadas)
            assert not objetos.hay(pagina.evaluate(FOTO_DE, otra))
            hecho = lotes.importar(archivo)
        assert (hecho.fotos, hecho.hechos, hecho.ya_estaban, hecho.problemas) == (1, 0, 3, [])


def copia_del_centro(bases: Any, pila: ExitStack) -> str:
    base = connection.settings_dict["NAME"]
    desocupar(bases, base)
    return str(bases.copia(base, pila))


def restaurar(bases: Any, copia: str, fotos: set[str]) -> None:
    """The centre goes on from that copy of its database, and with those pictures alone."""
    desocupar(bases, connection.settings_dict["NAME"])
    connection.settings_dict["NAME"] = copia
    quedarse(fotos)


def quedarse(fotos: set[str]) -> None:
    for original in (p for p in dir_evidencia().rglob("*") if p.is_file() and p.name.partition(".")[0] not in fotos):
        original.unlink()


def desocupar(bases: Any, base: str) -> None:
    """The server opens it again when it is next asked for something."""
    connection.close()
    with psycopg.connect(bases.url, autocommit=True) as c:
        c.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [base])


def test_a_full_node_still_takes_facts_and_is_not_sent_every_picture_in_vain(
    oficina: Any, abrir: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reserve of disk is for facts: those without a picture, and those whose picture it has."""
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    subida, sin = oficina.actas[0], oficina.actas[5]
    pagina.route("**/v1/hechos", lambda r: r.abort())
    pagina.evaluate(VARIAS, [subida])
    enviar(pagina)
    pagina.wait_for_selector("#aviso >> text=Sin conexión")  # its picture got there, its fact did not
    abierto.set_offline(True)
    pagina.evaluate(VARIAS, oficina.actas[1:5])
    sin_acta(pagina, sin)
    espera(pagina, "6 por enviar")
    pagina.unroute("**/v1/hechos")
    oficina.puerta.pedidas.clear()
    hay_lugar = objetos.hay_lugar
    monkeypatch.setattr(objetos, "hay_lugar", lambda mide: False)

    def enviadas(vuelta: int) -> list[str]:
        """Pictures of that turn, which begins by greeting the node."""
        vueltas = "\n".join(oficina.puerta.pedidas).split("GET /v1/dispositivo")[1:]
        return re.findall("PUT /v1/objetos/.*", vueltas[vuelta]) if vuelta < len(vueltas) else []

    abierto.set_offline(False)
    enviar(pagina)
    pagina.wait_for_selector("#aviso >> text=no tiene espacio")
    assert {h.sujeto for h in oficina.hechos()} == {f"acta:{subida}", f"acta:{sin}"}
    en_reposo(pagina)
    enviar(pagina)
    hasta(pagina, lambda: len(enviadas(1)) == 3)
    assert len(enviadas(0)) == 3 and len({*enviadas(0), *enviadas(1)}) == 4  # it began by the one that was not tried
    monkeypatch.setattr(objetos, "hay_lugar", hay_lugar)
    en_reposo(pagina)
    enviar(pagina)
    espera(pagina, "Todo entregado")
    assert len(oficina.hechos()) == 6


@pytest.mark.parametrize("como", ["negada", "cortada"])
def test_a_picture_that_never_arrives_holds_back_no_other(oficina: Any, abrir: Any, como: str) -> None:
    """Something on the way refuses it each time, or its line is cut each time."""
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    abierto.set_offline(True)
    mala, *buenas = oficina.actas[:3]
    pagina.evaluate(VARIAS, [mala, *buenas])
    huella = pagina.evaluate(FOTO_DE, mala)
    negar = (lambda r: r.abort()) if como == "cortada" else lambda r: r.fulfill(status=413, body="<h1>413</h1>")
    pagina.route(f"**/v1/objetos/sha256/{huella}", lambda r: negar(r) if r.request.method == "PUT" else r.fallback())
    abierto.set_offline(False)
    enviar(pagina)
    espera(pagina, "1 por enviar")
    assert {h.sujeto for h in oficina.hechos()} == {f"acta:{b}" for b in buenas}
    pagina.unroute(f"**/v1/objetos/sha256/{huella}")
    en_reposo(pagina)
    enviar(pagina)
    espera(pagina, "Todo entregado")


def test_what_fails_in_the_page_stops_neither_the_queue_nor_the_camera(oficina: Any, abrir: Any) -> None:
    pagina = dar_de_alta(oficina, abrir())
    pagina.evaluate(
        """() => {
            const comprimir = OffscreenCanvas.prototype.convertToBlob
            const fallas = [
                () => { throw new DOMException('sin memoria', 'EncodingError') },
                () => new Blob([new Uint8Array([255, 216])]),
            ]
            OffscreenCanvas.prototype.convertToBlob = async function (como) {
                return fallas.length ? fallas.shift()() : comprimir.call(this, como)
            }
            caches.open = () => Promise.reject(new DOMException('sin espacio', 'QuotaExceededError'))
        }"""
    )
    vista(pagina, f"#/camara/{oficina.actas[0]}")
    for _ in range(2):  # no memory, and half a JPEG
        pagina.click("button:text-is('Tomar'):not([disabled])")
        pagina.wait_for_function("() => document.querySelector('#dicho').textContent.startsWith('No se pudo tomar')")
        pagina.evaluate("document.querySelector('#dicho').textContent = ''")
    pagina.click("button:text-is('Tomar'):not([disabled])")
    pagina.wait_for_selector("h1:has-text('¿Se lee bien?')")
    guardar(pagina)
    espera(pagina, "Todo entregado")
    assert len(oficina.hechos()) == 1


@contextmanager
def responde(otro: NodoLocal) -> Iterator[None]:
    """The server works as another node, whoever of it asks which one it is."""
    try:
        with pytest.MonkeyPatch.context() as en_lugar:
            en_lugar.setattr(nodos, "nodo_local", lambda carpeta, nombre: otro)
            nodos.olvidar()
            yield
    finally:
        nodos.olvidar()


def test_only_a_node_of_the_institute_is_believed(oficina: Any, abrir: Any) -> None:
    """An impostor says that it has everything, in vain; a node that replaces another is known by its enrolment; one
    that lacks the picture asks for it; a phone that was revoked sends no more and keeps what it has."""
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    impostor = NodoLocal(nodo_de_aqui().nodo, Ed25519PrivateKey.generate())
    with responde(impostor):
        tomar(pagina, oficina.actas[0])
        guardar(pagina)
        pagina.wait_for_selector("text=no es el servidor del instituto")
        espera(pagina, "1 por enviar")
    with responde(enrolar("catd-7")):
        enviar(pagina)
        espera(pagina, "Todo entregado")
    assert {h.nodo for h in oficina.hechos()} == {"catd-7"}

    abierto.set_offline(True)
    tomar(pagina, oficina.actas[1])
    guardar(pagina)
    (ident,) = {h.dispositivo for h in oficina.hechos()}
    altas.dar_de_baja(ident, "Se extravió.", "admin-1", nodo.reloj.ahora())
    abierto.set_offline(False)
    enviar(pagina)
    pagina.wait_for_selector("#aviso >> text=se dio de baja")
    revisar(pagina)
    espera(pagina, "1 por enviar")
    assert len(oficina.hechos()) == 1


def test_a_clock_a_year_off_is_said_in_plain_words_and_loses_nothing(oficina: Any, abrir: Any) -> None:
    abierto = abrir()
    pagina = abierto.pages[0]
    hoy = nodo.reloj.ahora()
    pagina.clock.set_system_time(hoy - timedelta(days=365))
    dar_de_alta(oficina, abierto)
    pagina.wait_for_selector("#aviso >> text=está atrasado 1 año")
    tomar(pagina, oficina.actas[0])
    guardar(pagina)
    espera(pagina, "Todo entregado")
    (hecho,) = oficina.hechos()
    escrito = json.loads(bytes(hecho.cuerpo))["hecho"]
    del_telefono, corregida = (datetime.fromisoformat(h) for h in (escrito["hora"], escrito["contenido"]["hora"]))
    assert abs(hoy - timedelta(days=365) - del_telefono) < timedelta(minutes=10)
    assert abs(hoy - corregida) < timedelta(minutes=10)
    pagina.clock.set_system_time(hoy + timedelta(hours=30))  # it jumps while in use: the node says the hour again
    sin_acta(pagina, oficina.actas[1])
    espera(pagina, "Todo entregado")
    pagina.wait_for_selector("#aviso >> text=está adelantado 1 día")
    abierto.set_offline(True)
    pagina.clock.set_system_time(hoy + timedelta(days=400))
    sin_acta(pagina, oficina.actas[2])
    pagina.wait_for_selector("#aviso >> text=adelantado")
    assert len(oficina.hechos()) == 2


def test_the_version_of_the_day_does_not_change_under_anybody(
    oficina: Any, abrir: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    version = "document.querySelector('meta[name=prep-version]').content"
    primera = pagina.evaluate(version)
    assert primera == armazon.armazon().version
    nuevos = armazon._textos() + b" "
    monkeypatch.setattr(armazon, "_textos", lambda: nuevos)
    armazon.armazon.cache_clear()
    try:
        actualizar = """navigator.serviceWorker.getRegistration().then(r => r.update()).then(r => new Promise(si => {
            if (!r.installing) si(Boolean(r.waiting))
            else r.installing.onstatechange = e => si(e.target.state === 'installed')
        }))"""
        sin_acta(pagina, oficina.actas[0])  # the phone is at work today
        espera(pagina, "Todo entregado")
        assert pagina.evaluate(actualizar) is False
        pagina = otra_vez(oficina, abierto, pagina)
        assert pagina.evaluate(version) == primera != armazon.armazon().version
        # another day, nothing to send: it may, and only whole
        pagina.evaluate("caches.delete('prep-casilla-congelada')")
        assert pagina.evaluate(actualizar) is True
    finally:
        monkeypatch.undo()
        armazon.armazon.cache_clear()


def test_a_browser_that_threw_everything_away_is_found_at_once(oficina: Any, abrir: Any) -> None:
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    pagina.goto("about:blank")
    sesion = abierto.new_cdp_session(pagina)
    sesion.send("Storage.clearDataForOrigin", {"origin": oficina.url, "storageTypes": "indexeddb"})
    pagina.goto(f"{oficina.url}/casilla/")
    pagina.wait_for_selector("h1:has-text('Se borró lo que guardaba')")
    revisar(pagina)


def test_without_the_cameras_permission_there_is_a_last_way(oficina: Any, abrir: Any, tmp_path: Path) -> None:
    """The phone's own camera gives a file; what it wrote beside the pixels does not leave the phone."""
    abierto = abrir()
    pagina = dar_de_alta(oficina, abierto)
    otra = oficina.actas[1]
    cdp = abierto.new_cdp_session(pagina)
    cdp.send("Browser.setPermission", {"origin": oficina.url, "permission": {"name": "camera"}, "setting": "denied"})
    vista(pagina, f"#/camara/{otra}")
    pagina.wait_for_selector("text=no puede usar la cámara")
    revisar(pagina)
    exif = Image.Exif()
    exif[0x010F] = "TELEFONO-DE-PRUEBA"
    foto = tmp_path / "foto.jpg"
    sin_codigo().save(foto, exif=exif)
    pagina.set_input_files("#archivo", foto)
    pagina.wait_for_selector("h1:has-text('¿Se lee bien?')")
    guardar(pagina)
    espera(pagina, "Todo entregado")
    assert len(oficina.hechos()) == len(oficina.objetos()) == 1
    for original in (p for p in dir_evidencia().rglob("*") if p.is_file()):
        assert b"TELEFONO-DE-PRUEBA" not in original.read_bytes()


def test_a_newer_version_of_what_it_keeps_finds_the_queue_whole(oficina: Any, abrir: Any) -> None:
    """The tables of the phone are brought up to date with pictures waiting, and with a page of the old ones open."""
    abierto = abrir(service_workers="block")
    pagina = dar_de_alta(oficina, abierto, con_armazon=False)
    abierto.route("**/v1/**", lambda r: r.abort())
    for acta in oficina.actas[:2]:
        tomar(pagina, acta)
        guardar(pagina)
    sin_acta(pagina, oficina.actas[2])
    espera(pagina, "3 por enviar")

    def mejorar(ruta: Any) -> None:
        respuesta = ruta.fetch()
        despues = respuesta.text().replace(
            "const MEJORAS = {", "const MEJORAS = {\n  2(base) { base.createObjectStore('x') },"
        )
        ruta.fulfill(response=respuesta, body=despues)

    abierto.route("**/casilla/almacen.js", mejorar)
    nueva = abierto.new_page()
    nueva.goto(f"{oficina.url}/casilla/")
    espera(nueva, "3 por enviar")
    versiones = "indexedDB.databases().then(b => b.map(d => d.version))"
    assert nueva.evaluate(versiones) == [2]
    abierto.unroute("**/v1/**")
    enviar(nueva)
    espera(nueva, "Todo entregado")
    assert sorted(h.tipo for h in oficina.hechos()) == ["fotografiada", "fotografiada", "sin_acta"]

"""Scanning: what becomes of each page, once, and what a file may not do."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from centro_catd import AQUI, Centro, hoja_digitalizada, otra_vez, pdf, sin_qr, tipos
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gente import telefono
from noche import INICIO
from prep.bitacora.actas import imagenes_nombradas
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import escribir
from prep.catalogo.services import cargar
from prep.catd import acopio, centro, digitalizacion
from prep.catd.digitalizacion import Que, digitalizar
from prep.catd.oficina import NoProcede
from prep.diseno.textos import LENGUA, catalogo
from prep.dominio.acta.hechos import HOJA, Tipo
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.comun.facultades import Rol
from prep.evidencia.imagenes import revisar_almacen
from prep.plataforma.almacen import evidencia
from prep.plataforma.lugares import archivo_qr

RUTA = "/catd/digitalizacion/"
DOCUMENTO = "Acta PREP"


def hojas() -> list[str]:
    return sorted({h.sujeto for h in Hecho.objects.filter(clase="hoja")})


def test_a_scanned_acta_goes_to_capture_with_its_picture_and_its_centre(catd: Centro) -> None:
    clave, cliente = catd.claves[0], catd.entra(Rol.DIGITALIZADOR)
    acopio.recibir(catd.quien(Rol.ACOPIADOR), [clave], acopio.Lectura("catd-1", catd.reloj.ahora()))
    datos = hoja_digitalizada(clave)
    for veces in (1, 2):
        archivo = SimpleUploadedFile("a.jpg", datos, "image/jpeg")
        ((una, ident),) = cliente.post(RUTA, {"archivo": archivo, "documento": DOCUMENTO}).context["resultados"]
        assert (una.que, una.clave, una.notas) == (Que.ENTRA if veces == 1 else Que.REPETIDA, clave, ())
        assert ident.clave_acta == clave
    assert tipos(clave) == [Tipo.ACOPIADA, Tipo.DIGITALIZADA, Tipo.IDENTIFICADA]
    acta = catd.acta(clave)
    assert (acta.custodia, acta.captura) == (Custodia.IDENTIFICADA, Captura.POR_CAPTURAR)
    assert acta.imagen is not None
    assert (acta.imagen.digitalizacion, acta.imagen.documento, acta.imagen.origen) == ("Escáner", DOCUMENTO, "CATD")
    assert acta.imagen.enderezada
    publicada = evidencia().leer(f"imagenes/{acta.imagen.sha256[:2]}/{acta.imagen.sha256}.jpg")
    assert publicada is not None
    assert hashlib.sha256(publicada).hexdigest() == acta.imagen.sha256
    original = hashlib.sha256(datos).hexdigest()
    assert evidencia().leer(f"originales/{original[:2]}/{original}") == datos
    assert revisar_almacen(evidencia(), imagenes_nombradas()).bien
    assert [f.clave for f in centro.digitalizadas(AQUI, 12)[0]] == [clave]


def test_pages_of_one_file_are_each_an_acta_or_a_sheet_and_blanks_are_left_out(catd: Centro) -> None:
    una, otra = catd.claves[:2]
    quien = catd.quien(Rol.DIGITALIZADOR)
    blanca = io.BytesIO()
    Image.fromarray(np.full((1700, 2600, 3), 254, np.uint8)).save(blanca, "JPEG")
    archivo = pdf(hoja_digitalizada(una), blanca.getvalue(), sin_qr(hoja_digitalizada(otra)))
    hechas = digitalizar(quien, "lote.pdf", archivo, DOCUMENTO)
    assert [(r.que, r.pagina, r.de) for r in hechas] == [(Que.ENTRA, 1, 3), (Que.NO, 2, 3), (Que.HOJA, 3, 3)]
    assert "Falta registrar su sobre" in hechas[0].notas[0]
    assert "en blanco" in hechas[1].notas[0]
    assert "dos personas dirán" in hechas[2].notas[0]
    (hoja,) = hojas()
    assert hoja.startswith(HOJA)
    assert [r.que for r in digitalizar(quien, "otra vez.pdf", archivo, DOCUMENTO)] == [
        Que.REPETIDA,
        Que.NO,
        Que.REPETIDA,
    ]
    assert (hojas(), tipos(una)) == ([hoja], [Tipo.DIGITALIZADA, Tipo.IDENTIFICADA])
    jefe = catd.entra(Rol.SUPERVISOR, lugar="CCV")  # the desk of identification has the sheet
    assert jefe.post("/ccv/identificacion/", {"accion": "tomar"}).headers["Location"] == "/ccv/identificacion/"
    ficha = jefe.get("/ccv/identificacion/").context["ficha"]
    fuera = {"accion": "fuera", "ficha": ficha, "eleccion": cargar().elecciones[0].clave}
    assert jefe.post("/ccv/identificacion/", fuera).status_code == 200
    *_, repetida = digitalizar(quien, "y otra.pdf", archivo, DOCUMENTO)
    assert repetida.que is Que.REPETIDA and "en Identificación se toma otra vez" in repetida.notas[0]


def test_an_acta_that_came_by_phone_keeps_the_phones_picture_and_both_are_kept(catd: Centro) -> None:
    clave, cae = catd.claves[0], catd.persona(Rol.CAE)
    foto = digitalizacion.derivar(otra_vez(hoja_digitalizada(clave), 40), None).integridad
    contenido = {"imagen": foto, "hora": INICIO.isoformat()}
    aparato = {cae.persona: telefono(cae)}
    for tipo, que in ((Tipo.FOTOGRAFIADA, contenido), (Tipo.IDENTIFICADA, {"imagen": foto, "por": "qr"})):
        escribir(tipo, clave, cae.persona, que, INICIO, nodo_de_aqui(), "", aparato)
    quien = catd.quien(Rol.DIGITALIZADOR)
    (una,) = digitalizar(quien, "a.jpg", hoja_digitalizada(clave), DOCUMENTO)
    assert una.que is Que.SEGUNDA
    assert "no se duplica" in una.notas[0]
    acta = catd.acta(clave)
    assert (acta.imagen and acta.imagen.sha256, len(acta.imagenes)) == (foto, 2)
    (otra,) = digitalizar(quien, "b.jpg", otra_vez(hoja_digitalizada(clave)), "Copia PE")
    assert (otra.que, len(catd.acta(clave).imagenes)) == (Que.SEGUNDA, 3)
    assert Tipo.IDENTIFICADA not in tipos(clave)[2:]


def test_a_sheet_of_another_process_never_comes_in_and_a_forged_code_says_nothing(catd: Centro) -> None:
    clave, quien = catd.claves[0], catd.quien(Rol.DIGITALIZADOR)
    archivo_qr().write_text("otra llave, que no es la que imprimió")
    (falsa,) = digitalizar(quien, "f.jpg", hoja_digitalizada(clave), DOCUMENTO)
    assert (falsa.que, falsa.clave) == (Que.HOJA, "")
    assert "no lleva la autenticación" in falsa.notas[0]
    digitalizacion._lector.cache_clear()
    lector = digitalizacion._lector("otro", archivo_qr().read_bytes())
    lector.proceso = "OTRO-2027"
    mirada = digitalizacion._mirar(hoja_digitalizada(clave), lector)
    assert (mirada.acta, mirada.motivo) == ("", "qr_otro_proceso")
    assert mirada.motivo in digitalizacion._IMPIDEN
    digitalizacion._lector.cache_clear()
    assert tipos(clave) == []


@pytest.mark.parametrize(
    ("nombre", "datos", "dice"),
    [
        ("vacio.jpg", b"", "vacío"),
        ("programa.exe", b"MZ\x90\x00" + b"\0" * 4000, "JPEG"),
        ("cortada.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 4000, "incompleta"),
        ("malo.pdf", b"%PDF-1.7\n" + b"x" * 3000, "PDF"),
    ],
)
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(
    catd: Centro, nombre: str, datos: bytes, dice: str
) -> None:
    (una,) = digitalizar(catd.quien(Rol.DIGITALIZADOR), f"../../{nombre}", datos, DOCUMENTO)
    assert (una.que, una.archivo) == (Que.NO, nombre)
    assert dice in una.notas[0]
    assert not Hecho.objects.filter(clase__in=["acta", "hoja"]).exists()
    assert list(evidencia().listar("originales/")) == []


def test_what_this_installation_cannot_do_is_said_before_anything_is_read(
    catd: Centro, monkeypatch: pytest.MonkeyPatch
) -> None:
    clave, cliente = catd.claves[0], catd.entra(Rol.DIGITALIZADOR)

    def envia(**otros: Any) -> Any:
        archivo = SimpleUploadedFile("a.jpg", hoja_digitalizada(clave), "image/jpeg")
        return cliente.post(RUTA, {"archivo": archivo, "documento": DOCUMENTO} | otros)

    assert "Elija al menos un archivo" in cliente.post(RUTA, {"documento": DOCUMENTO}).context["frase"]
    assert "tipo de documento" in envia(documento="Boleta").context["frase"]
    with monkeypatch.context() as uno:
        uno.setattr(digitalizacion, "_cabida", threading.BoundedSemaphore(1))
        with digitalizacion._cabida:
            assert envia().status_code == 503
    archivo_qr().unlink()
    assert "no tiene el secreto" in envia().context["frase"]
    with pytest.raises(NoProcede):
        digitalizar(catd.quien(Rol.DIGITALIZADOR), "a.jpg", hoja_digitalizada(clave), DOCUMENTO)
    assert tipos(clave) == []


def test_a_picture_that_was_thrown_away_asks_for_another_one(catd: Centro) -> None:
    clave, quien = catd.claves[0], catd.quien(Rol.DIGITALIZADOR)
    (una,) = digitalizar(quien, "a.jpg", hoja_digitalizada(clave), DOCUMENTO)
    pide, concede = catd.quien(Rol.DIGITALIZADOR), catd.quien(Rol.SUPERVISOR, lugar="CCV")
    contenido = {"imagen": una.imagen, "motivo": "No se lee."}
    pedida, _ = escribir(Tipo.OTRA_IMAGEN_PEDIDA, clave, pide.persona, contenido, catd.reloj.ahora(), nodo_de_aqui())
    contenido = {"peticion": pedida.id}
    escribir(Tipo.OTRA_IMAGEN_CONFIRMADA, clave, concede.persona, contenido, catd.reloj.ahora(), nodo_de_aqui())
    (otra,) = digitalizar(quien, "a.jpg", hoja_digitalizada(clave), DOCUMENTO)
    assert otra.que is Que.NO
    assert "ya se desechó" in otra.notas[0]
    (nueva,) = digitalizar(quien, "b.jpg", otra_vez(hoja_digitalizada(clave)), DOCUMENTO)
    assert nueva.que is Que.ENTRA


def test_every_sentence_of_the_room_is_written() -> None:
    fuentes = "".join(f.read_text("utf-8") for f in Path(digitalizacion.__file__).parent.glob("*.py"))
    claves = set(re.findall(r'NoProcede\("([\w.]+)"', fuentes))
    claves |= {f"motivo.{m}" for m in digitalizacion._DICHOS}
    claves |= {f"calidad.{m}" for m in digitalizacion.CONSEJOS}
    claves |= {f"qr.{m}" for m in ("qr_ajeno", "qr_otro_proceso", "qr_falso")}
    assert {c for c in claves if f"catd.{c}" not in catalogo(LENGUA)} == set()
    assert {str(d) for d in digitalizacion._IMPIDEN} <= set(digitalizacion._DICHOS)

"""Pictures by their hash: the table of answers, what is read before it is known who asks, and what never leaves."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from PIL import Image
from typer.testing import CliRunner

from noche import INICIO, nodo_de, raiz
from prep.bitacora.nodos import NodoLocal, nodo_de_aqui
from prep.bitacora.services import anotar
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.evidencia.cli import imagenes
from prep.evidencia.imagenes import revisar_almacen
from prep.intercambio import firmas, objetos
from prep.intercambio.errores import Negado
from prep.intercambio.recibos import recibo
from prep.plataforma import almacen, pases
from prep.plataforma.almacen import abrir
from prep.plataforma.lugares import dir_evidencia
from telefono import ACTAS, AHORA, Telefono, es_buena, foto, revisado


@pytest.fixture(autouse=True)
def _(central: NodoLocal) -> None: ...


def guardados() -> list[str]:
    return [p.name for p in dir_evidencia().rglob("*") if p.is_file()]


def test_new_is_201_known_is_200_and_both_give_a_signed_receipt() -> None:
    tel, datos = Telefono(), foto()
    r = tel.poner(datos)
    assert r.status_code == 201
    dicho = revisado(r.json())
    assert (dicho["de"], dicho["sha256"], dicho["bytes"]) == ("objeto", sha256(datos).hexdigest(), len(datos))
    assert dicho["dispositivo"] == tel.aparato.id
    antes = [(p, p.stat().st_mtime_ns) for p in dir_evidencia().rglob("*") if p.is_file()]
    otra = tel.poner(datos)
    assert otra.status_code == 200 and revisado(otra.json())["sha256"] == dicho["sha256"]
    assert Telefono("cae-2").poner(datos).status_code == 200  # of whoever it was
    assert [(p, p.stat().st_mtime_ns) for p in dir_evidencia().rglob("*") if p.is_file()] == antes
    assert sorted(guardados()) == [dicho["sha256"], f"{dicho['sha256']}.jpg"]
    assert pases.leer(r.cookies[pases.galleta()].value)


def _con(segmento: bytes) -> bytes:
    return foto()[:20] + segmento + foto()[20:]  # after JFIF's own header


def png() -> bytes:
    salida = io.BytesIO()
    Image.new("RGB", (400, 400)).save(salida, "PNG")
    return salida.getvalue()


@pytest.mark.parametrize("datos", [foto(), foto(progressive=True)])
def test_what_is_published_is_what_the_phone_signed(datos: bytes) -> None:
    assert Telefono().poner(datos).status_code == 201
    huella = sha256(datos).hexdigest()
    assert (dir_evidencia() / "imagenes" / huella[:2] / f"{huella}.jpg").read_bytes() == datos
    assert revisar_almacen(abrir(str(dir_evidencia()), privado=True), [huella]).bien


def test_a_picture_whose_fact_did_not_come_is_an_orphan() -> None:
    tel, datos, sola = Telefono(), foto(), foto(2)
    tel.poner(datos)
    tel.poner(sola)
    tel.entregar([tel.fotografiada(ACTAS[0], datos)])
    salida = CliRunner().invoke(imagenes, ["revisar", "--json"])
    huella = sha256(sola).hexdigest()
    assert salida.exit_code == 1
    dicho = json.loads(salida.stdout)
    assert dicho == {
        "revisados": 4,
        "alterados": [],
        "perdidos": [],
        "huerfanos": [f"originales/{huella[:2]}/{huella}", f"imagenes/{huella[:2]}/{huella}.jpg"],
    }
    tel.entregar([tel.fotografiada(ACTAS[1], sola)])
    assert CliRunner().invoke(imagenes, ["revisar"]).exit_code == 0


def test_a_receipt_of_another_node_or_changed_is_no_receipt() -> None:
    dicho = Telefono().poner(foto()).json()
    assert es_buena(dicho)
    assert not es_buena({**dicho, "recibo": {**dicho["recibo"], "bytes": 1}})
    impostor = NodoLocal(nodo_de_aqui().nodo, nodo_de("impostor").llave)
    assert not es_buena(recibo(impostor, "tel-1", AHORA, "objeto", sha256="0" * 64, bytes=1))


@pytest.mark.parametrize(
    ("datos", "huella", "estado", "codigo"),
    [
        (foto(2), "0" * 64, 422, "huella"),
        (foto(2)[:-300], sha256(foto(2)).hexdigest(), 422, "huella"),  # truncated on the way
        (b"\xff\xd8\xff" + bytes(objetos.MAXIMO_BYTES), "", 413, "grande"),
        (b"%PDF-1.7 " + bytes(900), "", 415, "no_es_foto"),
        (b"GIF89a" + bytes(900), "", 415, "no_es_foto"),
        (foto(2)[:400], "", 415, "no_es_foto"),  # whole as sent, and no whole picture
        (foto(2) + b"PK\x03\x04\x14\x00" + bytes(99), "", 415, "no_es_foto"),  # also something else
        (b"", "", 415, "no_es_foto"),
        (png(), "", 415, "no_es_foto"),
        (foto(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"), "", 415, "no_es_foto"),
        (_con(b"\xff\xfe\x00\x06hola"), "", 415, "no_es_foto"),
        (_con(b"\xff\xe2\x00\x12ICC_PROFILE\0\1\1de"), "", 415, "no_es_foto"),
        (_con(b"\xff\xe0\x00\x06JFXX"), "", 415, "no_es_foto"),
        (foto() + b"\0", "", 415, "no_es_foto"),
    ],
)
def test_what_is_not_one_whole_picture_alone_is_refused_and_leaves_nothing(
    datos: bytes, huella: str, estado: int, codigo: str
) -> None:
    r = Telefono().poner(datos, huella)
    assert (r.status_code, r.json()["codigo"]) == (estado, codigo)
    assert guardados() == []


def test_a_picture_too_small_to_be_read_is_refused() -> None:
    salida = io.BytesIO()
    Image.new("RGB", (300, 900)).save(salida, "JPEG")
    r = Telefono().poner(salida.getvalue())
    assert r.status_code == 415 and "demasiado chica" in r.json()["detalle"]


def test_no_more_than_the_limit_is_read_whatever_the_request_says_it_is() -> None:
    pedidos: list[int] = []

    def leer(n: int) -> bytes:
        pedidos.append(n)
        return (b"\xff\xd8\xff" + bytes(n))[:n]

    with pytest.raises(Negado) as no:
        objetos.recibir("tel-1", "0" * 64, 1000, leer)
    assert no.value.estado == 413 and sum(pedidos) == objetos.MAXIMO_BYTES + 1
    pedidos.clear()
    with pytest.raises(Negado):
        objetos.recibir("tel-1", "0" * 64, objetos.MAXIMO_BYTES + 1, leer)
    assert pedidos == []  # said to be too large: nothing is read
    with pytest.raises(Negado) as no:
        objetos.recibir("tel-1", "0" * 64, 1000, lambda n: pedidos.append(n) or b"<html>")  # type: ignore[func-returns-value]
    assert no.value.estado == 415 and len(pedidos) == 1


def test_a_store_that_is_away_is_said_as_a_database_that_is_and_nothing_is_lost() -> None:
    """Each of its names leads to itself, which stops root too."""
    tel, datos = Telefono(), foto()
    assert tel.poner(datos).status_code == 201
    evidencia, aparte = dir_evidencia(), dir_evidencia().with_name("evidencia-aparte")
    evidencia.rename(aparte)
    evidencia.symlink_to(evidencia.name)
    try:
        r = tel.poner(datos)
    finally:
        evidencia.unlink()
        aparte.rename(evidencia)
    assert (r.status_code, r.json()["codigo"], r.headers["Retry-After"]) == (503, "ocupado", "5")
    assert tel.poner(datos).status_code == 200


def test_with_the_disk_almost_full_nothing_is_taken_and_it_says_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    tel = Telefono()
    with monkeypatch.context() as lleno:
        lleno.setattr(almacen, "RESERVA_BYTES", 2**62)
        r = tel.poner(foto())
    assert (r.status_code, r.json()["codigo"], r.headers["Retry-After"]) == (507, "lleno", "60")
    assert guardados() == []
    assert tel.poner(foto()).status_code == 201


def test_who_asks_is_known_before_the_body_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    leidos: list[int] = []
    monkeypatch.setattr(objetos, "recibir", lambda *_: leidos.append(1))
    datos = foto()
    huella = sha256(datos).hexdigest()
    tel, ajeno = Telefono(), Telefono(alta=False)
    ruta = f"/v1/objetos/sha256/{huella}"
    negadas = [
        tel.cliente.put(ruta, datos, content_type="image/jpeg"),
        tel.cliente.put(ruta, datos, content_type="image/jpeg", headers={"Authorization": "PREP1 a b c d"}),
        ajeno.poner(datos),
        tel.pedir("PUT", ruta, datos, firma_metodo="POST"),
        tel.pedir("PUT", ruta, datos, firma_ruta="/v1/hechos"),
        tel.pedir("PUT", ruta, datos, hora=AHORA + timedelta(days=365)),
        tel.pedir("PUT", ruta, datos, hora=AHORA - firmas.VENTANA - timedelta(seconds=1)),
    ]
    codigos = ["sin_firma", "sin_firma", "desconocido", "firma", "firma", "reloj", "reloj"]
    assert [(r.status_code, r.json()["codigo"]) for r in negadas] == [(401, c) for c in codigos]
    assert negadas[-1].json()["hora"] == AHORA.isoformat()  # a phone whose clock is wrong learns the hour
    r = tel.pedir("PUT", f"/v1/objetos/sha256/{'1' * 64}", datos, huella=huella)  # signed for another picture
    assert r.status_code == 422
    assert leidos == []


def test_a_revoked_phone_sends_nothing_more() -> None:
    tel = Telefono()
    assert tel.poner(foto()).status_code == 201
    baja = {"desde": 1, "motivo": "Se extravió."}
    anotar([nuevo_hecho("baja", f"dispositivo:{tel.aparato.id}", INSTITUTO, INICIO, baja)], raiz(), INICIO)
    for r in (tel.poner(foto(5)), tel.entregar([]), tel.pedir("GET", "/v1/dispositivo")):
        assert (r.status_code, r.json()["codigo"]) == (403, "baja")
    assert "de baja" in r.json()["detalle"]


def test_a_phone_that_asks_without_end_is_told_to_wait_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firmas, "_TELEFONO", replace(firmas._TELEFONO, ritmo=firmas.Cubetas(0.001, 3)))
    tel, otro = Telefono(), Telefono("cae-2")
    estados = [tel.pedir("GET", "/v1/dispositivo") for _ in range(4)]
    assert [r.status_code for r in estados] == [200, 200, 200, 429]
    assert estados[-1].headers["Retry-After"] == "5"
    assert otro.pedir("GET", "/v1/dispositivo").status_code == 200


def test_a_phone_has_a_quota_and_what_it_sent_already_is_still_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objetos, "CUOTA_OBJETOS", 2)
    tel = Telefono()
    assert [tel.poner(foto(i)).status_code for i in (1, 2, 3, 1)] == [201, 201, 429, 200]
    assert Telefono("cae-2").poner(foto(3)).status_code == 201


def test_a_lost_receipt_is_given_again_without_sending_the_picture() -> None:
    tel, datos = Telefono(), foto()
    ruta = f"/v1/objetos/sha256/{sha256(datos).hexdigest()}"
    assert tel.pedir("GET", ruta).status_code == 404
    tel.poner(datos)
    r = tel.pedir("GET", ruta)
    assert r.status_code == 200 and revisado(r.json())["bytes"] == len(datos)
    assert Telefono("cae-2").pedir("GET", ruta).status_code == 404  # of no other one


def test_where_it_was_taken_never_comes_in() -> None:
    exif = Image.Exif()
    exif[0x010F] = "TELEFONO-DE-PRUEBA"  # Make
    exif.get_ifd(0x8825).update({1: "N", 2: (20.0, 40.0, 12.0)})  # GPS
    datos = foto(3, exif=exif)
    assert b"TELEFONO-DE-PRUEBA" in datos
    tel = Telefono()
    r = tel.poner(datos)
    assert r.status_code == 415 and "algo más que la imagen" in r.json()["detalle"] and guardados() == []


def test_an_original_is_for_nobody_else_to_read() -> None:
    tel, datos = Telefono(), foto(3)
    huella = sha256(datos).hexdigest()
    tel.poner(datos)
    original = dir_evidencia() / "originales" / huella[:2] / huella
    assert original.read_bytes() == datos and original.stat().st_mode & 0o077 == 0
    dado = tel.pedir("GET", f"/v1/objetos/sha256/{huella}")
    assert dado.headers["Content-Type"].startswith("application/json")

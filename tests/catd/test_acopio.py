"""Receiving packages: what is read, what is written, once, and what is refused in words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from centro_catd import AHORA, ALLA, AQUI, Centro, impresas, tipos
from django.db import connection
from django.test.utils import CaptureQueriesContext

from noche import PROCESO, raiz
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import anotar, escribir, fundar_instalacion
from prep.catalogo.services import cargar, informativo
from prep.catd import acopio, centro
from prep.catd.acopio import Lectura, Que
from prep.catd.oficina import NoProcede, Quien
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Custodia
from prep.dominio.comun.facultades import Rol
from prep.papel.qr import Etiqueta, codificar
from prep.papel.vigente import formas
from prep.plataforma.lugares import archivo_qr
from prep.simulacro.noche import Noche

ACOPIO, SIN_ACTA = "/catd/acopio/", "/catd/sin-acta/"


def lee(cliente: Any, dicho: str, **otros: str) -> Any:
    respuesta = cliente.post(ACOPIO, {"q": dicho, "orden": uuid4().hex, **otros})
    assert respuesta.status_code == 200
    return respuesta


def test_a_code_read_twice_is_one_fact_and_says_when_it_came(catd: Centro) -> None:
    clave, cliente = catd.claves[0], catd.entra(Rol.ACOPIADOR)
    (hecha,) = lee(cliente, catd.qr(clave)).context["hechas"]
    assert (hecha["clave"], hecha["nueva"]) == (clave, True)
    assert catd.acta(clave).acopio == AHORA
    catd.reloj.avanzar(timedelta(minutes=9))
    respuesta = lee(cliente, catd.qr(clave))
    assert respuesta.context["hechas"][0]["hora"] == AHORA
    assert "Ya se había recibido <span>21:00</span>" in respuesta.content.decode()
    catd.reloj.avanzar(timedelta(hours=4))
    pagina = lee(cliente, catd.qr(clave)).content.decode()
    assert "Ya se había recibido <span>ayer 21:00</span>" in pagina and "<td>ayer 21:00</td>" in pagina
    assert tipos(clave) == [Tipo.ACOPIADA]
    assert Hecho.objects.get(tipo=Tipo.ACOPIADA).persona.startswith("p-")


def test_a_form_that_is_sent_again_says_the_same_and_writes_nothing(catd: Centro) -> None:
    clave, cliente, orden = catd.claves[0], catd.entra(Rol.ACOPIADOR), uuid4().hex
    primera = lee(cliente, clave, orden=orden)
    catd.reloj.avanzar(timedelta(minutes=3))
    otra = lee(cliente, clave, orden=orden)
    assert primera.context["hechas"] == otra.context["hechas"]
    assert tipos(clave) == [Tipo.ACOPIADA]


def test_a_reader_set_for_another_keyboard_is_understood(catd: Centro) -> None:
    clave = catd.claves[0]
    leido = catd.qr(clave).replace(":", "Ñ").replace("-", "'").lower()
    assert acopio.entender(leido, AQUI, {"*"}) == ([clave], True)
    assert acopio.entender(f" {clave.lower()} ", AQUI, {"*"}) == ([clave], True)


def test_what_cannot_be_received_is_said_and_nothing_is_written(catd: Centro) -> None:
    clave, cliente = catd.claves[0], catd.entra(Rol.ACOPIADOR)
    etiqueta = impresas().hoja(clave).qr.split(":")
    ajeno = codificar(Etiqueta("OTRO-2027", clave, etiqueta[3]), archivo_qr().read_bytes())
    falso = catd.qr(clave)[:-1] + ("A" if catd.qr(clave)[-1] != "A" else "B")
    fuera = codificar(Etiqueta(etiqueta[1], "149999B010005", etiqueta[3]), archivo_qr().read_bytes())
    for dicho, parte in {
        ajeno: "es de otro proceso (OTRO-2027)",
        falso: "no lleva la autenticación",
        fuera: "no está en el catálogo",
        "149999B010005": "no está en el catálogo",
        "https://example.com/xyz": "No se encontró",
        "zzzz": "No se encontró",
    }.items():
        assert parte in lee(cliente, dicho).context["frase"], dicho
    assert not Hecho.objects.filter(clase="acta").exists()
    archivo_qr().unlink()
    assert "no tiene el secreto" in lee(cliente, catd.qr(clave)).context["frase"]
    assert lee(cliente, clave).context["hechas"]  # by its key, work goes on


def test_the_hour_of_a_stamp_is_of_tonight_and_never_before_the_casillas_closed(catd: Centro) -> None:
    quien, (una, otra, tercera) = catd.quien(Rol.ACOPIADOR), catd.claves[:3]

    def recibe(clave: str, sello: str) -> Any:
        return acopio.recibir(quien, [clave], Lectura(f"catd-{uuid4()}", catd.reloj.ahora(), sello))[0].hora

    assert recibe(una, "20:15") == AHORA - timedelta(minutes=45)
    for sello in ("17:59", "9:00", "21:40"):  # the last 21:40 was that of the day before
        with pytest.raises(NoProcede, match="anterior al cierre"):
            recibe(otra, sello)
    for sello in ("25:00", "ayer", "12", "20:61"):
        with pytest.raises(NoProcede, match="No se entiende"):
            recibe(otra, sello)
    catd.reloj.avanzar(timedelta(hours=4))
    assert recibe(otra, "23:50") == AHORA + timedelta(hours=2, minutes=50)
    catd.reloj.poner(AHORA - timedelta(days=200))  # a drill of another day knows no window
    assert recibe(tercera, "9:00") is not None
    assert tipos(otra) == [Tipo.ACOPIADA]


def test_what_its_page_kept_came_when_it_was_read(catd: Centro) -> None:
    cliente, (una, otra, tercera) = catd.entra(Rol.ACOPIADOR), catd.claves[:3]
    lee(cliente, una, espera="6300")
    lee(cliente, otra, espera="600", sello="20:40")
    assert catd.acta(una).acopio == AHORA - timedelta(minutes=105)
    assert catd.acta(otra).acopio == AHORA - timedelta(minutes=20)
    for espera, sello, dice in (
        ("14400", "", "anterior al cierre"),  # read at 17:00
        ("3600", "20:30", "anterior al cierre"),  # what was not yet that hour when it was typed
        ("43201", "", "Léalo otra vez y escriba la hora de su sello"),
    ):
        assert dice in lee(cliente, tercera, espera=espera, sello=sello).context["frase"]
    assert tipos(tercera) == []
    for mal in ("-60", "hace rato", ""):
        assert "Se leyó" not in lee(cliente, tercera, espera=mal).content.decode()
    assert catd.acta(tercera).acopio == AHORA


def test_what_was_received_is_said_however_long_the_answer_was_lost(catd: Centro) -> None:
    clave, cliente, orden = catd.claves[0], catd.entra(Rol.ACOPIADOR), uuid4().hex
    primera = lee(cliente, clave, orden=orden, espera="60")
    catd.reloj.avanzar(timedelta(days=1))
    assert lee(cliente, clave, orden=orden, espera="86460").context["hechas"] == primera.context["hechas"]
    assert not lee(cliente, clave, espera="86460").context["hechas"][0]["nueva"]


def test_a_page_of_another_session_is_told_to_wait_as_one_whose_session_ended(catd: Centro) -> None:
    """Whoever comes in again has another token: pages that stay send what they keep again, once they have it."""
    clave, cliente = catd.claves[0], catd.entra(Rol.ACOPIADOR)
    cliente.handler.enforce_csrf_checks = True
    envio = {"q": clave, "orden": uuid4().hex}
    for vieja in ({}, {"csrfmiddlewaretoken": "a" * 32}):
        respuesta = cliente.post(ACOPIO, envio | vieja)
        assert respuesta.status_code == 401 and "era de otra sesión" in respuesta.content.decode()
    assert tipos(clave) == []
    ficha = cliente.get("/cuenta/sesion/").json()["csrf"]
    assert cliente.post(ACOPIO, envio | {"csrfmiddlewaretoken": ficha}).status_code == 200
    assert tipos(clave) == [Tipo.ACOPIADA]


def test_a_package_of_another_centre_waits_until_somebody_says_that_it_is_here(catd: Centro) -> None:
    cliente = catd.entra(Rol.ACOPIADOR)
    respuesta = lee(cliente, catd.qr(catd.de_otro))
    assert [a["centros"] for a in respuesta.context["ajenas"]] == ["CATD-012 Ocotlán"]
    assert tipos(catd.de_otro) == []
    envio = {"clave": catd.de_otro, "confirma": "1", "orden": uuid4().hex}
    assert cliente.post(ACOPIO, envio).context["hechas"][0]["nueva"]
    assert tipos(catd.de_otro) == [Tipo.ACOPIADA]
    aqui, alla = centro.ver(AQUI), centro.ver(ALLA)
    assert (aqui.cuenta.recibidas, aqui.cuenta.ajenas, aqui.cuenta.esperadas) == (0, 1, len(catd.claves))
    assert [f.clave for f in aqui.recibidas()] == [catd.de_otro]
    assert alla.recibidas() == []
    esperadas = alla.cuenta.esperadas  # one is expected there and somebody else has it: it is not on its way
    assert (alla.cuenta.recibidas, alla.cuenta.en_otro, alla.cuenta.faltan) == (0, 1, esperadas - 1)


def test_the_count_the_list_and_the_receipt_say_the_same_whoever_received(catd: Centro) -> None:
    """Facts of a simulated night, whose people are of other centres, or of none, and facts that name no centre."""
    noche = Noche(cargar(), informativo(), AHORA - timedelta(hours=3), 5, movil=0.5)
    fundar_instalacion(PROCESO, "prueba", raiz(), nodo_de_aqui(), noche.cargos, AHORA, telefonos=noche.telefonos)
    for acta in (a for a in noche.papeles() if a.esperada.casilla.catd == AQUI):
        noche.vivir(acta, sha256(acta.esperada.clave.encode()).hexdigest())
        anotar(acta.hechos, nodo_de_aqui(), AHORA, noche.telefonos)
    una, otra = [c for c in catd.claves if Tipo.FOTOGRAFIADA in tipos(c)][:2]
    de_alla, hora = catd.quien(Rol.ACOPIADOR, lugar=ALLA).persona, AHORA.isoformat()
    for clave, dicho in ((una, {}), (otra, {"catd": ALLA})):
        escribir(Tipo.ACOPIADA, clave, de_alla, {"hora": hora, **dicho}, AHORA, nodo_de_aqui())
    cliente = catd.entra(Rol.ACOPIADOR)
    pagina, acuse = cliente.get(ACOPIO), cliente.get("/catd/acopio/acuse/")
    cuenta, filas = pagina.context["cuenta"], acuse.context["filas"]
    assert 0 < cuenta.recibidas == len(filas) == len(pagina.context["ultimas"])
    assert cuenta.en_otro == 2
    assert cuenta.recibidas + cuenta.en_otro + cuenta.sin_acta + cuenta.faltan == cuenta.esperadas
    assert f"Recibidos aquí: {len(filas)} de los {cuenta.esperadas}" in acuse.content.decode()


def test_a_page_reads_only_what_came_since_the_last_and_nobody_of_the_process(catd: Centro) -> None:
    cliente, uno = catd.entra(Rol.ACOPIADOR, Rol.DIGITALIZADOR), catd.quien(Rol.ACOPIADOR)
    acopio.recibir(uno, catd.claves[:3], Lectura("acopio-1", catd.reloj.ahora(), confirma=True))
    for ruta in ("/catd/acopio/", "/catd/digitalizacion/"):
        assert cliente.get(ruta).status_code == 200
        with CaptureQueriesContext(connection) as consultas:
            cliente.get(ruta)
        dichas = [c["sql"] for c in consultas.captured_queries]
        assert not any("catalogo_persona" in d for d in dichas)
        with connection.cursor() as cursor:
            for leer in (d for d in dichas if "contenido,catd" in d):
                cursor.execute(leer)
                assert cursor.fetchall() == []
    acopio.recibir(uno, catd.claves[3:4], Lectura("acopio-2", catd.reloj.ahora(), confirma=True))
    assert cliente.get("/catd/acopio/").context["cuenta"].recibidas == 4


def test_the_others_of_a_casilla_are_offered_and_received_together(catd: Centro) -> None:
    clave, cliente = catd.claves[0], catd.entra(Rol.ACOPIADOR)
    suyas = {a.clave for a in formas().actas(casilla=clave[:11])}
    otras = [c for c, _ in lee(cliente, clave).context["otras"]]
    assert set(otras) == suyas - {clave}
    assert len(cliente.post(ACOPIO, {"clave": otras, "orden": uuid4().hex}).context["hechas"]) == len(otras)
    assert all(catd.acta(c).custodia is Custodia.ACOPIADA for c in suyas)
    assert all(c in cliente.get("/catd/acopio/acuse/").content.decode() for c in suyas)


def test_what_is_typed_by_hand_is_chosen_before_it_is_written(catd: Centro) -> None:
    clave, cliente = catd.claves[0], catd.entra(Rol.ACOPIADOR)
    elegir = lee(cliente, clave[:11]).context["elegir"]
    assert [e["clave"] for e in elegir if e["marcada"]] == [a.clave for a in formas().actas(casilla=clave[:11])]
    por_seccion = lee(cliente, f"seccion {clave[2:6]}").context["elegir"]
    assert clave in {e["clave"] for e in por_seccion}
    assert not Hecho.objects.filter(clase="acta").exists()


def test_no_acta_is_said_with_its_reason_and_a_package_that_turns_up_is_received(catd: Centro) -> None:
    clave, cliente, orden = catd.claves[0], catd.entra(Rol.ACOPIADOR), uuid4().hex
    assert "Elija el motivo" in cliente.post(SIN_ACTA, {"clave": clave, "orden": orden}).context["frase"]
    for _ in range(2):
        assert cliente.post(SIN_ACTA, {"clave": clave, "motivo": "3", "orden": orden}).context["dichas"]
    assert tipos(clave) == [Tipo.SIN_ACTA]
    assert [f.clave for f in centro.ver(AQUI).sin_acta()] == [clave]
    jefa = catd.entra(Rol.COORDINADOR)  # the desk where it is confirmed has it
    assert jefa.post("/ccv/peticiones/", {"accion": "tomar"}).status_code == 302
    assert jefa.get("/ccv/peticiones/").context["ident"].clave_acta == clave
    assert lee(cliente, clave).context["hechas"][0]["aparecio"]
    assert catd.acta(clave).custodia is Custodia.ACOPIADA


def test_only_who_coordinates_corrects_an_hour_and_both_stay(catd: Centro) -> None:
    clave, cliente, jefa = catd.claves[0], catd.entra(Rol.ACOPIADOR), catd.entra(Rol.COORDINADOR)
    ruta = f"/catd/acopio/{clave}/corregir/"
    assert jefa.get(ruta).status_code == 404
    lee(cliente, clave)
    assert cliente.get(ruta).status_code == 403
    assert jefa.get(ruta).context["dicha"] == "2027-06-06T21:00"
    orden = uuid4().hex
    mal = {"hora": "2026-06-06T20:10", "motivo": "Se tecleó mal.", "orden": orden}
    assert "anterior al cierre" in jefa.post(ruta, mal).context["frase"]
    assert "Escriba el motivo" in jefa.post(ruta, mal | {"hora": "2027-06-06T20:10", "motivo": " "}).context["frase"]
    for _ in range(2):
        assert jefa.post(ruta, mal | {"hora": "2027-06-06T20:10"}).status_code == 302
    assert tipos(clave) == [Tipo.ACOPIADA, Tipo.ACOPIO_CORREGIDO]
    assert catd.acta(clave).acopio == AHORA - timedelta(minutes=50)


def test_an_account_of_no_centre_is_told_so(catd: Centro) -> None:
    cliente = catd.entra(Rol.ACOPIADOR, lugar="CCV")
    assert "no es un CATD" in cliente.get(ACOPIO).context["frase"]
    respuesta = cliente.post(ACOPIO, {"q": catd.claves[0]})  # whoever sent it keeps it
    assert respuesta.status_code == 409 and "no es un CATD" in respuesta.context["frase"]
    assert not Hecho.objects.filter(clase="acta").exists()


def test_the_desks_of_a_centre_are_offered_where_they_open(catd: Centro) -> None:
    for rol, lugar, suyas in (
        (Rol.COORDINADOR, AQUI, {"/catd/acopio/", "/catd/digitalizacion/", "/catd/centros/"}),
        (Rol.COORDINADOR, "CCV", set()),
        (Rol.ADMINISTRADOR, "SEDE", {"/catd/centros/"}),
    ):
        cliente = catd.entra(rol, lugar=lugar)
        ofrecidas = {d["ruta"] for d in cliente.get("/cuenta/").context["destinos"]}
        assert {r for r in ofrecidas if r.startswith("/catd/")} == suyas, (rol, lugar)
        pestanas = {p["ruta"] for p in cliente.get("/catd/centros/", follow=True).context["pestanas"]}
        assert {r for r in pestanas if r.startswith("/catd/")} - {"/catd/sin-acta/", "/catd/practica/"} == suyas, (
            rol,
            lugar,
        )


def test_read_at_three_desks_at_once_is_one_fact_and_the_others_are_told(
    bitacora_nueva: Any, datos_propios: Path
) -> None:
    catd = Centro()
    quienes, claves = [catd.quien(Rol.ACOPIADOR) for _ in range(3)], catd.claves[:2]

    def recibe(quien: Quien) -> list[Que]:
        try:
            return [r.que for r in acopio.recibir(quien, claves, Lectura(f"catd-{uuid4()}", AHORA))]
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as hilos:
        todas = sorted(hilos.map(recibe, quienes))
    assert todas == [[Que.NUEVA] * 2, [Que.REPETIDA] * 2, [Que.REPETIDA] * 2]
    assert [tipos(c) for c in claves] == [[Tipo.ACOPIADA]] * 2


def test_labels_are_of_what_nobody_received_and_what_they_say_is_received(catd: Centro) -> None:
    cliente, (una, otra, *_) = catd.entra(Rol.ACOPIADOR), catd.claves
    lee(cliente, una)
    cliente.post(SIN_ACTA, {"clave": otra, "motivo": "3", "orden": uuid4().hex})
    respuesta = cliente.get("/catd/acopio/etiquetas/")
    assert respuesta["Content-Type"] == "application/pdf"
    dichos = [c for pagina in pypdfium2.PdfDocument(respuesta.content) for c in codigos(pagina)]
    assert sorted(dichos) == sorted(catd.qr(c) for c in catd.claves if c not in (una, otra))
    assert lee(cliente, dichos[0]).context["hechas"][0]["nueva"]
    de_una = cliente.get(f"/catd/acopio/etiquetas/?casilla={una[:11]}").content  # of that casilla, all: to print again
    assert catd.qr(una) in codigos(pypdfium2.PdfDocument(de_una)[0])
    assert "No hay ninguna etiqueta" in cliente.get("/catd/acopio/etiquetas/?casilla=x", follow=True).content.decode()
    archivo_qr().unlink()
    assert "no tiene el secreto" in cliente.get("/catd/acopio/etiquetas/", follow=True).content.decode()


def codigos(pagina: pypdfium2.PdfPage) -> list[str]:
    return [c.text for c in zxingcpp.read_barcodes(pagina.render(scale=300 / 72).to_pil())]

"""What each desk shows, what it writes, and what it never shows."""

from __future__ import annotations

import hashlib
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from centro import Centro, envio, foto
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from prep.bitacora.models import Hecho
from prep.ccv import hoja, oficina, services
from prep.ccv.models import Turno
from prep.ccv.services import CamposInvalidos
from prep.dominio.acta.hechos import ProblemaDeImagen, Tipo, sujeto_de
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.papel import vigente
from prep.plataforma.almacen import evidencia

CAPTURA, DIFERENCIAS, DECISION, VERIFICACION = (
    f"/ccv/{p}/" for p in ("captura", "diferencias", "decision", "verificacion")
)
ENVIAR, MIRAR = 20, 4
"""Queries of a send with the next acta, and of its picture."""


def toma(cliente: Any, ruta: str) -> Any:
    """The page of the next acta."""
    assert cliente.post(ruta, {"accion": "tomar"}).status_code == 302
    return cliente.get(ruta)


def tipos(clave: str) -> list[str]:
    return list(Hecho.objects.filter(sujeto=sujeto_de(clave)).order_by("posicion").values_list("tipo", flat=True))


def test_a_whole_acta_typed_twice_compared_and_verified(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    dichos = centro.valores(clave)
    for estado in (Captura.PRIMERA, Captura.COINCIDE):
        cliente, _ = centro.entra(Rol.CAPTURISTA)
        pagina = toma(cliente, CAPTURA)
        respuesta = cliente.post(CAPTURA, envio(pagina, dichos, accion="enviar"))
        assert respuesta.json() == {"ir": CAPTURA}
        assert centro.acta(clave).captura is estado
    cliente, _ = centro.entra(Rol.VERIFICADOR)
    pagina = toma(cliente, VERIFICACION)
    assert re.findall('<output class="valor"[^>]*>(.*?)</output>', pagina.content.decode()) == [
        str(v) for v in dichos.values()
    ]
    assert cliente.post(VERIFICACION, envio(pagina, {}, accion="enviar")).json() == {"ir": VERIFICACION}
    acta = centro.acta(clave)
    assert acta.captura is Captura.VERIFICADA
    assert acta.publicada is not None
    assert hoja.campos_de(acta.publicada.asentado) == dichos
    assert Turno.objects.count() == 0


def test_fields_come_in_the_order_of_the_paper_and_marks_take_one_key(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = toma(cliente, CAPTURA)
    plantilla = vigente.formas().plantilla_de(clave)
    assert plantilla is not None
    debidos = [c.clave for c in plantilla.campos if c.captura]
    assert re.findall(r'name="v\.(\w+)"', pagina.content.decode()) == debidos
    assert "type=number" not in pagina.content.decode()
    dichos = centro.valores(clave) | {debidos[0]: "-", debidos[-1]: "*"}
    assert cliente.post(CAPTURA, envio(pagina, dichos, accion="enviar")).status_code == 200
    (captura,) = centro.acta(clave).capturas
    leidos = hoja.campos_de(captura.asentado)
    assert (leidos[debidos[0]], leidos[debidos[-1]]) == (SIN_DATO, ILEGIBLE)
    assert captura.lugar == "CCV"


@pytest.mark.parametrize("dicho", ["", " ", "-1", "12345", "1.0", "²", "٣", "Sin dato", "**", "1e3"])
def test_what_no_acta_can_say_is_named_and_writes_nothing(centro: Centro, dicho: str) -> None:
    with pytest.raises(CamposInvalidos) as error:
        services.leer_campos({"a": "1", "b": dicho}, ["a", "b"])
    assert error.value.campos == ["b"]


@pytest.mark.parametrize(
    ("rol", "destino"),
    [
        (Rol.CAPTURISTA, CAPTURA),
        (Rol.VERIFICADOR, DIFERENCIAS),
        (Rol.SUPERVISOR, DIFERENCIAS),
        (Rol.AUDITOR, "/cuenta/"),
    ],
)
def test_everybody_goes_to_their_own_desk(db: Any, rol: Rol, destino: str) -> None:
    from gente import dentro, persona

    assert dentro(persona(rol)).get("/ccv/").headers["Location"] == destino


def test_a_page_sent_incomplete_keeps_the_acta_in_ones_hands(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    cliente, quien = centro.entra(Rol.CAPTURISTA)
    pagina = toma(cliente, CAPTURA)
    dichos = centro.valores(clave)
    falta = dichos.popitem()[0]
    respuesta = cliente.post(CAPTURA, envio(pagina, dichos, accion="enviar"))
    assert (respuesta.status_code, respuesta.json()["campos"]) == (400, [falta])
    assert Turno.objects.get().persona == quien.persona
    assert Tipo.CAPTURADA not in tipos(clave)


def test_differences_are_typed_by_a_third_person_who_is_shown_nothing_of_them(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    dichos = centro.valores(clave)
    centro.captura(clave, "ajena-1", NULOS=7531)
    centro.captura(clave, "ajena-2", NULOS=8642)
    cliente, _ = centro.entra(Rol.VERIFICADOR)
    pagina = toma(cliente, DIFERENCIAS)
    texto = pagina.content.decode()
    assert re.findall(r'name="v\.(\w+)"', texto) == ["NULOS"]
    assert not re.search("7531|8642|ajena", texto)
    assert cliente.post(DIFERENCIAS, envio(pagina, {"NULOS": 8642}, accion="enviar")).status_code == 200
    acta = centro.acta(clave)
    assert acta.captura is Captura.DICTAMINADA
    assert acta.acordado is not None
    assert hoja.campos_de(acta.acordado.asentado) == dichos | {"NULOS": 8642}


def test_equal_to_neither_goes_to_a_supervisor_with_every_reading_kept(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    centro.captura(clave, "ajena-1", NULOS=7531)
    centro.captura(clave, "ajena-2", NULOS=8642)
    cliente, _ = centro.entra(Rol.VERIFICADOR)
    pagina = toma(cliente, DIFERENCIAS)
    cliente.post(DIFERENCIAS, envio(pagina, {"NULOS": "*"}, accion="enviar"))
    assert centro.acta(clave).captura is Captura.ESCALADA
    manda, _ = centro.entra(Rol.SUPERVISOR)
    pagina = toma(manda, DECISION)
    assert re.findall(r'name="v\.(\w+)"', pagina.content.decode()) == ["NULOS"]
    sin_motivo = manda.post(DECISION, envio(pagina, {"NULOS": 7531}, accion="enviar", motivo=" "))
    assert (sin_motivo.status_code, sin_motivo.json()["frase"]) == (409, "Escriba el motivo.")
    assert "ir" not in sin_motivo.json()  # what was typed stays on the page
    assert manda.post(DECISION, envio(pagina, {"NULOS": 7531}, accion="enviar", motivo="Se lee bien.")).json() == {
        "ir": DECISION
    }
    acta = centro.acta(clave)
    assert acta.captura is Captura.DICTAMINADA
    assert acta.acordado is not None
    assert hoja.campos_de(acta.acordado.asentado) == centro.valores(clave) | {"NULOS": 7531}
    assert (len(acta.capturas), len(acta.dictamenes)) == (2, 1)


def test_who_decides_never_settles_what_they_were_not_asked(centro: Centro) -> None:
    """A capture of elsewhere came meanwhile, and differs in another field."""
    clave = centro.claves[0]
    centro.llega(clave)
    antes = list(centro.acta(clave).cabezas)
    for quien, nulos in (("ajena-1", 7531), ("ajena-2", 8642)):
        centro.captura(clave, quien, conoce=antes, NULOS=nulos)
    centro.captura(clave, "campo", conoce=antes)
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    vieja = toma(cliente, DECISION)
    assert re.findall(r'name="v\.(\w+)"', vieja.content.decode()) == ["NULOS"]
    otro = centro.campos(clave)[0]
    otra = centro.persona(Rol.CAPTURISTA)
    centro.captura(clave, otra.persona, conoce=antes, **{otro: 777})
    respuesta = cliente.post(DECISION, envio(vieja, {"NULOS": 7531}, accion="enviar", motivo="Se lee."))
    assert (respuesta.status_code, respuesta.json()["ir"]) == (409, DECISION)
    assert "Los datos de esta acta cambiaron" in respuesta.json()["frase"]
    assert Tipo.DECIDIDA not in tipos(clave)
    assert Turno.objects.count() == 0
    nueva = toma(cliente, DECISION)
    assert set(re.findall(r'name="v\.(\w+)"', nueva.content.decode())) == {"NULOS", otro}
    dichos = {"NULOS": 7531, otro: 777}
    assert cliente.post(DECISION, envio(nueva, dichos, accion="enviar", motivo="Se lee.")).status_code == 200
    assert centro.acta(clave).captura is Captura.DICTAMINADA


def test_what_the_reader_sends_back_is_typed_whole(centro: Centro) -> None:
    from prep.bitacora.services import LECTOR

    clave = centro.claves[0]
    centro.llega(clave)
    base = centro.coinciden(clave)
    centro.anota(centro.noche.hecho(Tipo.REVISADA, clave, LECTOR, base=base, opinion="devuelve"))
    cliente, _ = centro.entra(Rol.VERIFICADOR)
    pagina = toma(cliente, DIFERENCIAS)
    assert re.findall('name="v[.]([^"]+)"', pagina.content.decode()) == centro.campos(clave)
    respuesta = cliente.post(DIFERENCIAS, envio(pagina, centro.valores(clave), accion="enviar"))
    assert respuesta.status_code == 200
    assert centro.acta(clave).captura is Captura.DICTAMINADA


def test_an_acta_is_returned_with_its_fields_and_why(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    centro.coinciden(clave)
    cliente, _ = centro.entra(Rol.VERIFICADOR)
    pagina = toma(cliente, VERIFICACION)
    malos = {"accion": "devolver", "motivo": "Dice otra cosa.", "campo": ["NULOS", "otro"]}
    assert cliente.post(VERIFICACION, envio(pagina, {}) | malos).status_code == 200
    devuelta = centro.acta(clave)
    assert (devuelta.captura, devuelta.ronda) == (Captura.DEVUELTA, 2)
    assert tipos(clave)[-1] == Tipo.DEVUELTA


@pytest.mark.parametrize("problema", list(ProblemaDeImagen))
def test_each_problem_takes_its_route_and_the_acta_leaves_these_hands(centro: Centro, problema: str) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = toma(cliente, CAPTURA)
    respuesta = cliente.post(CAPTURA, envio(pagina, {}, accion="problema", problema=problema))
    assert respuesta.json() == {"ir": CAPTURA}
    acta = centro.acta(clave)
    assert acta.en_duda is not None and acta.incidentes == []
    assert Turno.objects.count() == 0
    otra, _ = centro.entra(Rol.CAPTURISTA)
    assert toma(otra, CAPTURA).templates[0].name == "ccv/espera.html"  # nobody else types it meanwhile
    assert centro.entra(Rol.SUPERVISOR)[0].get("/ccv/peticiones/").context["hay"]  # it waits for somebody to answer


def test_one_command_sent_again_writes_once_whatever_was_answered(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = toma(cliente, CAPTURA)
    datos = envio(pagina, centro.valores(clave), accion="enviar")
    respuestas = [cliente.post(CAPTURA, datos) for _ in range(3)]
    assert {(r.status_code, r.content) for r in respuestas} == {(200, respuestas[0].content)}
    assert tipos(clave).count(Tipo.CAPTURADA) == 1


def test_what_is_sent_after_the_lease_expired_still_counts(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    (ana, _), (beto, _) = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.CAPTURISTA)
    pagina = toma(ana, CAPTURA)
    Turno.objects.update(vence=centro.reloj.ahora())
    assert toma(beto, CAPTURA).context["ficha"]
    assert ana.post(CAPTURA, envio(pagina, centro.valores(clave), accion="enviar")).status_code == 200
    assert len(centro.acta(clave).capturas) == 1
    assert Turno.objects.count() == 1  # the other person goes on


def test_a_step_that_somebody_did_meanwhile_says_so_and_its_code_is_in_the_log(
    centro: Centro, caplog: pytest.LogCaptureFixture
) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = toma(cliente, CAPTURA)
    centro.coinciden(clave)
    with caplog.at_level(logging.INFO, "prep.ccv"):
        respuesta = cliente.post(CAPTURA, envio(pagina, centro.valores(clave), accion="enviar"))
    assert respuesta.status_code == 409
    dicho = respuesta.json()
    assert "Tome otra acta" in dicho["frase"]
    assert dicho["codigo"] == respuesta.headers["X-Codigo"]
    assert dicho["codigo"] in caplog.text
    assert cliente.get(CAPTURA).templates[0].name == "ccv/espera.html"


def test_what_was_given_to_another_person_or_step_serves_nobody_else(centro: Centro) -> None:
    clave = centro.claves[0]
    centro.llega(clave)
    (ana, _), (beto, _) = centro.entra(Rol.CAPTURISTA, Rol.VERIFICADOR), centro.entra(Rol.CAPTURISTA)
    datos = envio(toma(ana, CAPTURA), centro.valores(clave), accion="enviar")
    assert beto.post(CAPTURA, datos).status_code == 400
    assert ana.post(DIFERENCIAS, datos).status_code == 400
    assert ana.post(CAPTURA, datos | {"ficha": datos["ficha"][:-2]}).status_code == 400
    assert Tipo.CAPTURADA not in tipos(clave)


def test_the_picture_is_for_whoever_holds_the_acta_and_nobody_keeps_it(centro: Centro) -> None:
    from prep.acceso.models import Registro

    clave = centro.claves[0]
    huella = centro.llega(clave)
    (ana, _), (beto, _) = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.CAPTURISTA)
    ruta = f"/ccv/imagen/{clave}/"
    assert ana.get(ruta).status_code == 404
    toma(ana, CAPTURA)
    respuesta = ana.get(ruta)
    assert respuesta.content == hoja.imagen(huella)
    assert respuesta.headers["Cache-Control"] == "private, no-store"
    assert Registro.objects.filter(que="leyo", objeto=clave).count() == 1
    assert beto.get(ruta).status_code == 404
    ana.post(CAPTURA, {"accion": "dejar", "orden": Turno.objects.get().orden})
    assert ana.get(ruta).status_code == 404
    assert "descanso" in ana.get(CAPTURA + "?descanso").content.decode()


MASCARAS = (
    (rb'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]*"', rb"\1"),
    (rb'(name="(?:ficha|orden)" value=|data-(?:orden|pagina|en-manos)=|"(?:orden|pagina|ficha)": )"[^"]*"', rb"\1"),
)


def sin_lo_propio(datos: bytes) -> bytes:
    for patron, por in MASCARAS:
        datos = re.sub(patron, por, datos)
    return datos


def test_nothing_of_the_first_capture_reaches_the_second_captor(centro: Centro) -> None:
    """Pages and answers, byte for byte, over nights that differ only in what the first captor typed, or if they did."""
    clave, siguiente = centro.claves[:2]
    huella = centro.llega(clave)
    centro.llega(siguiente)
    cliente, quien = centro.entra(Rol.CAPTURISTA)
    dichos = centro.valores(clave)
    vistos = []
    for cambios in (None, {}, {"NULOS": 9999}, dict.fromkeys(dichos, "Ilegible")):
        with transaction.atomic():
            if cambios is not None:
                centro.captura(clave, "ajena-1", **cambios)
                centro.captura(siguiente, "ajena-1", **cambios)
            espera = cliente.get(CAPTURA)
            pagina = toma(cliente, CAPTURA)
            foto = cliente.get(f"/ccv/imagen/{clave}/")
            mal = cliente.post(CAPTURA, envio(pagina, {}, accion="enviar"))
            fin = cliente.post(CAPTURA, envio(pagina, dichos, accion="enviar"))
            todas = (espera, pagina, foto, mal, fin, cliente.get(CAPTURA))
            propias = {"X-Codigo"}
            vistos.append(
                [
                    (r.status_code, sin_lo_propio(r.content), {k: v for k, v in r.items() if k not in propias})
                    for r in todas
                ]
            )
            ficha = services.Ficha.leer(pagina.context["ficha"], services.Paso.CAPTURA, quien.persona)
            assert (ficha.base, ficha.imagen, ficha.campos) == ("", huella, tuple(dichos))
            assert fin.json()["acta"]["imagen"] == f"/ccv/imagen/{siguiente}/"
            transaction.set_rollback(True)
        centro.noche.conoce.clear()
    for visto in vistos[1:]:
        for uno, otro in zip(vistos[0], visto, strict=True):
            assert re.sub(rb'"codigo": ?"\w+"', b"", uno[1]) == re.sub(rb'"codigo": ?"\w+"', b"", otro[1])
            assert (uno[0], uno[2]) == (otro[0], otro[2])


def test_three_at_once_are_one_effect_and_one_answer(bitacora_nueva: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.test import Client

    centro = Centro()
    monkeypatch.setattr(oficina, "reloj", centro.reloj)
    clave, otra = centro.claves[:2]
    centro.llega(clave)
    centro.llega(otra)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    datos = envio(toma(cliente, CAPTURA), centro.valores(clave), accion="enviar")

    def mandar(_: int) -> tuple[int, bytes]:
        suyo = Client()
        suyo.cookies = cliente.cookies
        try:
            respuesta = suyo.post(CAPTURA, datos)
            return respuesta.status_code, respuesta.content
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as hilos:
        respuestas = list(hilos.map(mandar, range(3)))
    assert set(respuestas) == {(200, respuestas[0][1])}
    assert tipos(clave).count(Tipo.CAPTURADA) == 1
    assert Turno.objects.get().acta == otra  # and the next one, once


def test_a_picture_that_comes_later_is_seen_when_it_comes() -> None:
    datos = foto(4_242)
    huella = hashlib.sha256(datos).hexdigest()
    assert (hoja.se_ve(huella), hoja.imagen(huella)) == (False, None)
    evidencia().escribir(f"imagenes/{huella[:2]}/{huella}.jpg", datos)
    assert (hoja.se_ve(huella), hoja.imagen(huella)) == (True, datos)


@pytest.mark.parametrize("enderezada", [True, False])
def test_the_view_goes_to_each_row_where_the_picture_is_said_to_be_straight(
    centro: Centro, *, enderezada: bool
) -> None:
    """In the page, and in what comes with the answer of the one before."""
    una, otra = centro.claves[:2]
    for clave in (una, otra):
        centro.llega(clave, enderezada=enderezada)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = toma(cliente, CAPTURA)
    assert ("data-enderezada" in pagina.content.decode()) == enderezada
    sigue = cliente.post(CAPTURA, envio(pagina, centro.valores(una), accion="enviar")).json()
    assert sigue["acta"]["enderezada"] == enderezada


def test_a_page_that_waits_says_where_something_waits_for_whoever_sits_there(centro: Centro) -> None:
    """What it asks by itself is answered only when it changed, and extends no session."""
    una, otra = centro.claves[:2]
    quien, _ = centro.entra(Rol.CAPTURISTA)
    ajena, _ = centro.entra(Rol.CAPTURISTA)
    verifica, _ = centro.entra(Rol.VERIFICADOR)

    def pregunta(cliente: Any, ruta: str, visto: str) -> Any:
        return cliente.get(f"{ruta}?visto={visto}", headers={"X-Sondeo": "1", "HX-Request": "true"})

    def dice(cliente: Any, ruta: str) -> tuple[bool, str]:
        espera = cliente.get(ruta).context
        assert pregunta(cliente, ruta, espera["visto"]).status_code == 204
        return espera["hay"], espera["visto"]

    assert dice(quien, CAPTURA) == (False, "")
    centro.llega(una)
    cambio = pregunta(quien, CAPTURA, "")
    assert cambio.context["hay"] and b"<html" not in cambio.content
    assert dice(quien, CAPTURA) == dice(ajena, CAPTURA) == (True, "captura")
    pagina = toma(quien, CAPTURA)
    assert dice(ajena, CAPTURA) == (False, "")  # it is in somebody's hands
    quien.post(CAPTURA, envio(pagina, centro.valores(una), accion="enviar"))
    assert (dice(quien, CAPTURA), dice(ajena, CAPTURA)) == ((False, ""), (True, "captura"))  # nobody types it twice
    centro.llega(otra)
    centro.captura(otra, "ajena-1")
    centro.captura(otra, "ajena-2", NULOS=999)
    assert dice(verifica, VERIFICACION) == (False, "diferencias")  # and the page leads there
    assert 'href="/ccv/diferencias/"' in pregunta(verifica, VERIFICACION, "").content.decode()


@pytest.mark.parametrize(("ruta", "rol"), [(CAPTURA, Rol.CAPTURISTA), (VERIFICACION, Rol.VERIFICADOR)])
def test_the_next_acta_comes_with_the_answer_and_costs_so_many_queries(centro: Centro, ruta: str, rol: Rol) -> None:
    """Of each acta a send and a picture are asked for, and nothing else. What comes is what its page shows."""
    claves = centro.claves[:3]
    for clave in claves:
        centro.llega(clave)
        if ruta == VERIFICACION:
            centro.coinciden(clave)
    cliente, _ = centro.entra(rol)
    pagina = toma(cliente, ruta)
    ficha, renglones = pagina.context["ficha"], pagina.content.decode()
    for clave in claves[1:]:
        campos = re.findall('name="v[.]([^"]+)"', renglones)
        with CaptureQueriesContext(connection) as enviar:
            respuesta = cliente.post(ruta, {"ficha": ficha, "accion": "enviar", **{f"v.{c}": "7" for c in campos}})
        sigue = respuesta.json()["acta"]
        with CaptureQueriesContext(connection) as mirar:
            assert cliente.get(sigue["imagen"]).status_code == 200
        preguntas = [[q["sql"] for q in vistas if "SAVEPOINT" not in q["sql"]] for vistas in (enviar, mirar)]
        assert len(preguntas[0]) <= ENVIAR and len(preguntas[1]) <= MIRAR, preguntas
        ficha, renglones = sigue["ficha"], sigue["renglones"]
        suya, de_cada_vez = cliente.get(ruta), {"quien", "pagina"}
        assert sigue["imagen"] == f"/ccv/imagen/{clave}/"
        assert {c: suya.context.get(c, "") for c in sigue.keys() - de_cada_vez} == {
            c: sigue[c] for c in sigue.keys() - de_cada_vez
        }
        assert renglones in suya.content.decode() and sigue["quien"] in suya.content.decode()

"""What one person asks for and another answers: another picture, a reopening, sin acta."""

from __future__ import annotations

import re
from typing import Any

import pytest
from centro import Centro, envio

from gente import dentro, persona
from prep.acceso.models import Registro
from prep.bitacora.models import Acta as FilaActa
from prep.bitacora.models import Hecho
from prep.ccv.models import Turno
from prep.dominio.acta.hechos import HOJA, Tipo, sujeto_de
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.comun.facultades import Rol

PETICIONES, CAPTURA = "/ccv/peticiones/", "/ccv/captura/"


def toma(cliente: Any, ruta: str = PETICIONES) -> Any:
    assert cliente.post(ruta, {"accion": "tomar"}).status_code == 302
    return cliente.get(ruta)


def tipos(clave: str) -> list[str]:
    return list(Hecho.objects.filter(sujeto=sujeto_de(clave)).order_by("posicion").values_list("tipo", flat=True))


def pide_otra(centro: Centro, clave: str, problema: str = "ilegible") -> None:
    centro.llega(clave)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = toma(cliente, CAPTURA)
    assert cliente.post(CAPTURA, envio(pagina, {}, accion="problema", problema=problema)).status_code == 200


def publica(centro: Centro, clave: str) -> None:
    centro.llega(clave)
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=centro.coinciden(clave))


def pide_reabrir(centro: Centro, clave: str, quien: str = "ajena-1") -> None:
    publica(centro, clave)
    centro.hace(Tipo.REAPERTURA_PEDIDA, clave, quien, motivo="El cuarto renglón dice otra cosa.")


@pytest.mark.parametrize("rol", [Rol.SUPERVISOR, Rol.COORDINADOR])
@pytest.mark.parametrize("si", [True, False])
def test_another_picture_is_confirmed_or_denied_by_somebody_else(centro: Centro, rol: Rol, si: bool) -> None:
    clave = centro.claves[0]
    pide_otra(centro, clave)
    cliente, _ = centro.entra(rol)
    pagina = toma(cliente)
    assert "La imagen no se distingue" in pagina.content.decode()
    assert cliente.get(f"/ccv/imagen/{clave}/").status_code == 200
    assert cliente.post(PETICIONES, envio(pagina, {}, accion="si" if si else "no")).json() == {"ir": PETICIONES}
    acta = centro.acta(clave)
    assert acta.en_duda is None
    assert acta.custodia is (Custodia.REDIGITALIZAR if si else Custodia.IDENTIFICADA)
    assert Turno.objects.count() == 0


def test_what_is_of_another_casilla_becomes_a_sheet_to_identify(centro: Centro) -> None:
    clave = centro.claves[0]
    pide_otra(centro, clave, "otra_casilla")
    imagen = centro.acta(clave).en_duda[0]
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    datos = envio(toma(cliente), {}, accion="si")
    assert [cliente.post(PETICIONES, datos).status_code for _ in range(3)] == [200] * 3
    (hoja,) = FilaActa.objects.filter(clave__startswith=HOJA).values_list("clave", flat=True)
    assert [i.sha256 for i in centro.acta(hoja).imagenes] == [imagen]
    assert centro.acta(clave).custodia is Custodia.REDIGITALIZAR


def test_nobody_answers_what_they_asked_for(centro: Centro) -> None:
    clave = centro.claves[0]
    huella = centro.llega(clave)
    cliente, quien = centro.entra(Rol.SUPERVISOR)
    pedida = {"imagen": huella, "motivo": "Borrosa."}
    centro.hace(Tipo.OTRA_IMAGEN_PEDIDA, clave, quien.persona, **pedida)
    assert toma(cliente).templates[0].name == "ccv/espera.html"
    otra, _ = centro.entra(Rol.SUPERVISOR)
    assert "Borrosa." in toma(otra).content.decode()


def test_each_answers_what_their_role_may(centro: Centro) -> None:
    abierta, nada = centro.claves[:2]
    pide_reabrir(centro, abierta)
    centro.hace(Tipo.SIN_ACTA, nada, "campo", motivo="3")
    coordina, _ = centro.entra(Rol.COORDINADOR)
    pagina = toma(coordina)
    assert "sin sobre PREP" in pagina.content.decode()
    assert coordina.post(PETICIONES, envio(pagina, {}, accion="si")).status_code == 200
    assert centro.acta(nada).custodia is Custodia.SIN_ACTA
    assert toma(coordina).templates[0].name == "ccv/espera.html"  # no coordinator opens an acta again
    supervisa, _ = centro.entra(Rol.SUPERVISOR)
    datos = envio(toma(supervisa), {}, accion="si")
    assert coordina.post(PETICIONES, datos).status_code == 400
    assert supervisa.post(PETICIONES, datos).status_code == 200
    assert centro.acta(abierta).captura is Captura.DEVUELTA


def test_a_reopening_shows_what_is_published_and_never_who_typed_it(centro: Centro) -> None:
    clave = centro.claves[0]
    pide_reabrir(centro, clave)
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    texto = toma(cliente).content.decode()
    assert "El cuarto renglón dice otra cosa." in texto
    assert [int(v) for v in re.findall(r'class="valor">(\d+)<', texto)] == list(centro.valores(clave).values())
    assert not re.search("ajena|campo-|persona-", texto)


def test_who_does_not_confirm_says_so_and_it_stays_asked_for_somebody_else(centro: Centro) -> None:
    clave = centro.claves[0]
    pide_reabrir(centro, clave)
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    assert cliente.post(PETICIONES, envio(toma(cliente), {}, accion="no")).status_code == 200
    acta = centro.acta(clave)
    assert (acta.captura, acta.reapertura is None, len(acta.incidentes)) == (Captura.VERIFICADA, False, 1)
    assert toma(cliente).templates[0].name == "ccv/espera.html"
    otro, _ = centro.entra(Rol.SUPERVISOR)
    assert otro.post(PETICIONES, envio(toma(otro), {}, accion="si")).status_code == 200
    assert centro.acta(clave).captura is Captura.DEVUELTA


def test_what_somebody_answered_meanwhile_says_so(centro: Centro) -> None:
    clave = centro.claves[0]
    pide_otra(centro, clave)
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    pagina = toma(cliente)
    peticion = centro.acta(clave).en_duda[1]
    centro.hace(Tipo.OTRA_IMAGEN_NEGADA, clave, "campo", peticion=peticion)
    respuesta = cliente.post(PETICIONES, envio(pagina, {}, accion="si"))
    assert (respuesta.status_code, respuesta.json()["ir"]) == (409, PETICIONES)
    assert Tipo.OTRA_IMAGEN_CONFIRMADA not in tipos(clave)


def test_the_other_pictures_are_shown_beside_the_one_in_doubt_to_whoever_answers(centro: Centro) -> None:
    clave = centro.claves[0]
    pide_otra(centro, clave)
    otra = centro.llega(centro.claves[1])
    centro.hace(Tipo.DIGITALIZADA, clave, "campo", imagen=otra)
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    ruta = f"/ccv/imagen/{clave}/{otra}/"
    assert cliente.get(ruta).status_code == 404
    assert ruta in toma(cliente).content.decode()
    assert cliente.get(ruta).status_code == 200
    assert cliente.get(f"/ccv/imagen/{clave}/{'0' * 64}/").status_code == 404
    captura, _ = centro.entra(Rol.CAPTURISTA)
    toma(captura, CAPTURA)
    assert captura.get(f"/ccv/imagen/{centro.claves[1]}/{otra}/").status_code == 404


# asking to open a published acta again


def test_a_published_acta_is_found_by_its_key_and_asked_to_be_opened_again_once(centro: Centro) -> None:
    clave, otra = centro.claves[:2]
    publica(centro, clave)
    centro.llega(otra)
    cliente, quien = centro.entra(Rol.VERIFICADOR)
    halladas = cliente.get("/ccv/reapertura/buscar/", {"q": clave}).content.decode()
    assert f"/ccv/reapertura/{clave}/" in halladas
    assert "Ninguna acta" in cliente.get("/ccv/reapertura/buscar/", {"q": otra}).content.decode()
    ruta = f"/ccv/reapertura/{clave}/"
    pagina = cliente.get(ruta)
    assert cliente.get(ruta + "imagen/").status_code == 200
    assert Registro.objects.filter(que="leyo", objeto=clave, persona=quien.persona).count() == 2
    vacio = cliente.post(ruta, envio(pagina, {}, accion="pedir", motivo="  "))
    assert (vacio.status_code, vacio.json()["frase"]) == (409, "Escriba el motivo.")
    datos = envio(pagina, {}, accion="pedir", motivo="Nulos dice otra cosa.")
    respuestas = [cliente.post(ruta, datos).json() for _ in range(3)]
    assert respuestas == [{"ir": "/ccv/reapertura/?pedida"}] * 3
    assert tipos(clave).count(Tipo.REAPERTURA_PEDIDA) == 1
    assert "ya está pedida" in cliente.get(ruta).content.decode()
    for nadie in (otra, "999999B0100GUB"):  # not published; of no process of ours
        assert cliente.get(f"/ccv/reapertura/{nadie}/").status_code == 404
    assert cliente.post(f"/ccv/reapertura/{otra}/", datos).status_code == 404


def test_a_second_request_takes_the_place_of_none_and_says_so(centro: Centro) -> None:
    clave = centro.claves[0]
    publica(centro, clave)
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    datos = envio(cliente.get(f"/ccv/reapertura/{clave}/"), {}, accion="pedir", motivo="Otra cosa.")
    primera = centro.hace(Tipo.REAPERTURA_PEDIDA, clave, "ajena-1", motivo="Nulos.")
    respuesta = cliente.post(f"/ccv/reapertura/{clave}/", datos)
    assert (respuesta.status_code, respuesta.json()["ir"]) == (409, "/ccv/reapertura/")  # not «quedó pedida»
    acta = centro.acta(clave)
    assert acta.reapertura is not None and acta.reapertura[0] == primera.id


def test_what_everybody_refused_is_asked_for_again_and_opened(centro: Centro) -> None:
    """The only one who may answer would not: the acta is not closed for ever."""
    clave = centro.claves[0]
    publica(centro, clave)
    (verifica, _), (supervisa, _) = centro.entra(Rol.VERIFICADOR), centro.entra(Rol.SUPERVISOR)
    ruta = f"/ccv/reapertura/{clave}/"

    def pide(motivo: str) -> Any:
        return verifica.post(ruta, envio(verifica.get(ruta), {}, accion="pedir", motivo=motivo))

    assert pide("Nulos.").status_code == 200
    assert pide("Nulos, otra vez.").status_code == 409  # nobody has answered yet
    assert supervisa.post(PETICIONES, envio(toma(supervisa), {}, accion="no")).status_code == 200
    assert toma(supervisa).templates[0].name == "ccv/espera.html"
    assert 'data-abre="motivo"' in verifica.get(ruta).content.decode()
    assert pide("El renglón de nulos dice 3, no 30: vea la letra.").status_code == 200
    assert supervisa.post(PETICIONES, envio(toma(supervisa), {}, accion="si")).status_code == 200
    assert centro.acta(clave).captura is Captura.DEVUELTA


def test_what_is_noted_of_an_acta_meanwhile_refuses_nothing(centro: Centro) -> None:
    clave = centro.claves[0]
    pide_reabrir(centro, clave)
    cliente, quien = centro.entra(Rol.SUPERVISOR)
    centro.hace(Tipo.INCIDENTE, clave, quien.persona, texto="Se fue la luz.")
    assert toma(cliente).context["ficha"]


def test_a_slip_of_one_acta_asks_for_no_other(centro: Centro) -> None:
    una, otra = centro.claves[:2]
    publica(centro, una)
    publica(centro, otra)
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    datos = envio(cliente.get(f"/ccv/reapertura/{una}/"), {}, accion="pedir", motivo="Otra cosa.")
    assert cliente.post(f"/ccv/reapertura/{otra}/", datos).status_code == 400
    assert Tipo.REAPERTURA_PEDIDA not in [*tipos(una), *tipos(otra)]


def test_nobody_sees_asks_nor_answers_for_an_acta_out_of_their_reach(centro: Centro) -> None:
    clave, ajena = centro.claves[0], next(c for c in centro.claves if c[:11] != centro.claves[0][:11])
    publica(centro, clave)
    for rol in (Rol.VERIFICADOR, Rol.SUPERVISOR):
        cliente = dentro(persona(rol, alcance=(ajena[:11],)))
        for ruta in (f"/ccv/reapertura/{clave}/", f"/ccv/reapertura/{clave}/imagen/"):
            assert cliente.get(ruta).status_code == 403
        assert cliente.post(f"/ccv/reapertura/{clave}/", {"motivo": "x"}).status_code == 403
        assert "Ninguna acta" in cliente.get("/ccv/reapertura/buscar/", {"q": clave}).content.decode()
        assert clave not in cliente.get("/ccv/reapertura/").content.decode()
    centro.hace(Tipo.REAPERTURA_PEDIDA, clave, "ajena-1", motivo="Otra cosa.")
    assert toma(dentro(persona(Rol.SUPERVISOR, alcance=(ajena[:11],)))).templates[0].name == "ccv/espera.html"
    assert toma(dentro(persona(Rol.SUPERVISOR, alcance=(clave[:11],)))).context["ficha"]

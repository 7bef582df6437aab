"""Sheets without a usable QR: found in the catalogue as one types, said by two people apart, or out of catalogue."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from centro import Centro, envio, foto
from django.db import connection

from gente import dentro, persona
from noche import INICIO
from prep.ccv.models import Espera, Turno
from prep.dominio.acta.hechos import HOJA, Tipo
from prep.dominio.acta.pliegue import base_publicada
from prep.dominio.acta.transiciones import Captura, Custodia
from prep.dominio.comun.facultades import Rol
from prep.papel import buscador, vigente
from prep.publicacion.fuente import Proyeccion

RUTA = "/ccv/identificacion/"


def toma(cliente: Any) -> Any:
    assert cliente.post(RUTA, {"accion": "tomar"}).status_code == 302
    return cliente.get(RUTA)


def llega_hoja(centro: Centro, semilla: int = 1, **donde: str) -> str:
    hoja, datos = f"{HOJA}{uuid4()}", foto(semilla)
    huella = centro.guarda(datos)
    centro.hace(Tipo.DIGITALIZADA, hoja, "campo", imagen=huella, enderezada=True, **donde)
    return hoja


def dice(cliente: Any, clave: str) -> Any:
    return cliente.post(RUTA, envio(toma(cliente), {}, accion="enviar", acta=clave))


def test_two_people_who_agree_give_the_picture_to_its_acta(centro: Centro) -> None:
    clave, hoja = centro.claves[0], llega_hoja(centro)
    (una, _), (otra, _) = centro.entra(Rol.DIGITALIZADOR), centro.entra(Rol.COORDINADOR)
    assert dice(una, clave).json() == {"ir": RUTA}
    assert centro.acta(clave).imagen is None
    assert toma(una).templates[0].name == "ccv/espera.html"  # nobody says it twice
    datos = envio(toma(otra), {}, accion="enviar", acta=clave)
    assert [otra.post(RUTA, datos).status_code for _ in range(3)] == [200] * 3
    sin_clave, acta = centro.acta(hoja), centro.acta(clave)
    assert (sin_clave.custodia, sin_clave.es) == (Custodia.IDENTIFICADA, clave)
    assert acta.custodia is Custodia.IDENTIFICADA
    assert acta.imagen is not None
    assert (acta.imagen.sha256, acta.imagen.enderezada) == (sin_clave.imagenes[0].sha256, True)
    assert Turno.objects.count() == 0


def test_who_say_different_actas_leave_it_to_a_third(centro: Centro) -> None:
    una, otra = centro.claves[:2]
    hoja = llega_hoja(centro)
    for clave in (una, otra):
        assert dice(centro.entra(Rol.DIGITALIZADOR)[0], clave).status_code == 200
        assert centro.acta(hoja).custodia is Custodia.DIGITALIZADA
    assert dice(centro.entra(Rol.SUPERVISOR)[0], otra).status_code == 200
    assert centro.acta(hoja).es == otra
    assert centro.acta(una).imagen is None


def test_what_the_first_one_said_never_reaches_the_second(centro: Centro) -> None:
    clave = centro.claves[0]
    llega_hoja(centro)
    (una, _), (otra, _) = centro.entra(Rol.DIGITALIZADOR), centro.entra(Rol.DIGITALIZADOR)

    def pagina() -> str:
        de_cada_vez = (
            r'value="[^"]{40,}"|data-pagina="[^"]*"|data-orden="[^"]*"|data-en-manos="[^"]*"|"X-CSRFToken": "[^"]*"'
        )
        return re.sub(de_cada_vez, "", toma(otra).content.decode())

    antes = pagina()
    otra.post(RUTA, {"accion": "dejar", "orden": Turno.objects.get().orden})
    dice(una, clave)
    assert pagina() == antes


def test_an_acta_that_has_a_picture_already_gets_one_more(centro: Centro) -> None:
    clave = centro.claves[0]
    primera = centro.llega(clave)
    llega_hoja(centro, 999)
    for _ in range(2):
        assert dice(centro.entra(Rol.DIGITALIZADOR)[0], clave).status_code == 200
    acta = centro.acta(clave)
    assert acta.imagen is not None
    assert acta.imagen.sha256 == primera
    assert len(acta.imagenes) == 2


def test_a_picture_that_was_thrown_away_from_an_acta_is_not_that_acta(centro: Centro) -> None:
    clave = centro.claves[0]
    huella = centro.llega(clave)
    pedida = centro.hace(Tipo.OTRA_IMAGEN_PEDIDA, clave, "ajena-1", imagen=huella, motivo="De otra casilla.")
    centro.hace(Tipo.OTRA_IMAGEN_CONFIRMADA, clave, "ajena-2", peticion=pedida.id)
    hoja = f"{HOJA}{uuid4()}"
    centro.hace(Tipo.DIGITALIZADA, hoja, "campo", imagen=huella)
    cliente, _ = centro.entra(Rol.DIGITALIZADOR)
    respuesta = dice(cliente, clave)
    assert (respuesta.status_code, "ir" in respuesta.json()) == (409, False)
    assert "ya se desechó" in respuesta.json()["frase"]
    assert dice(cliente, centro.claves[1]).status_code == 200


@pytest.mark.parametrize("rol", [Rol.COORDINADOR, Rol.SUPERVISOR, Rol.DIGITALIZADOR])
def test_out_of_catalogue_is_for_who_commands(centro: Centro, rol: Rol) -> None:
    hoja = llega_hoja(centro)
    cliente, _ = centro.entra(rol)
    pagina = toma(cliente)
    eleccion = centro.proceso.elecciones[0].clave
    datos = {"accion": "fuera", "eleccion": eleccion, "seccion": "9999", "tipo": "B", "id": "", "demarcacion": "3"}
    respuesta = cliente.post(RUTA, envio(pagina, {}, **datos))
    puede = rol is not Rol.DIGITALIZADOR
    assert ('data-tecla="F6"' in pagina.content.decode()) == puede
    assert respuesta.status_code == (200 if puede else 400)
    fuera = {"eleccion": eleccion, "seccion": "9999", "tipo": "B", "demarcacion": "3"}
    assert centro.acta(hoja).fuera == (fuera if puede else None)
    if puede:
        return
    assert cliente.post(RUTA, envio(pagina, {}, **datos | {"eleccion": "NO"})).status_code == 400


def dice_fuera(centro: Centro, hoja: str) -> None:
    """A supervisor says that a sheet is of no approved casilla, by mistake."""
    cliente, _ = centro.entra(Rol.SUPERVISOR)
    datos = {"accion": "fuera", "eleccion": centro.proceso.elecciones[0].clave, "seccion": "9999"}
    assert cliente.post(RUTA, envio(toma(cliente), {}, **datos)).status_code == 200
    assert centro.acta(hoja).custodia is Custodia.FUERA_DE_CATALOGO


def publica_fuera(centro: Centro, hoja: str) -> None:
    """A corte of the sede carries it."""
    base = base_publicada(centro.acta(hoja))
    assert base is not None
    centro.hace(Tipo.PUBLICADA, hoja, "sistema.sede", corte=1, base=base[0], hecho=base[1])
    assert fuera_publicadas() == [hoja]


def fuera_publicadas() -> list[str]:
    with connection.cursor() as cursor:
        return [e.clave for e in Proyeccion(cursor).hojas_fuera()]


def test_out_of_catalogue_by_mistake_is_asked_for_and_two_people_say_which_acta_it_is(centro: Centro) -> None:
    clave, hoja = centro.claves[0], llega_hoja(centro)
    dice_fuera(centro, hoja)
    publica_fuera(centro, hoja)
    una, otra, otra_mas = (centro.entra(rol)[0] for rol in (Rol.SUPERVISOR, Rol.COORDINADOR, Rol.VERIFICADOR))
    espera = una.get(RUTA)
    assert not espera.context["hay"] and "9999" in espera.content.decode()
    assert toma(una).templates[0].name == "ccv/espera.html"  # it is nobody's next: only who asks for it has it
    una.post(RUTA, {"accion": "tomar", "clave": hoja})
    pagina = una.get(RUTA)
    assert "fuera de catálogo" in pagina.content.decode()
    assert una.post(RUTA, envio(pagina, {}, accion="enviar", acta=clave)).status_code == 200
    assert centro.acta(hoja).custodia is Custodia.FUERA_DE_CATALOGO
    assert dice(otra, clave).status_code == 200  # said to be an acta, it waits like any other sheet
    assert centro.acta(hoja).es == clave and centro.acta(clave).imagen is not None
    assert fuera_publicadas() == [hoja]  # what was published stands until the acta is verified
    centro.coinciden(clave)
    verificacion = "/ccv/verificacion/"
    otra_mas.post(verificacion, {"accion": "tomar"})
    datos = envio(otra_mas.get(verificacion), {}, accion="enviar")
    assert [otra_mas.post(verificacion, datos).status_code for _ in range(2)] == [200, 200]
    assert centro.acta(clave).publicada is not None
    assert fuera_publicadas() == []


def test_a_sheet_that_turns_out_to_be_a_verified_acta_is_out_of_catalogue_no_more(centro: Centro) -> None:
    """Its other picture was read: nobody verifies it again."""
    clave, hoja = centro.claves[0], llega_hoja(centro)
    dice_fuera(centro, hoja)
    publica_fuera(centro, hoja)
    centro.llega(clave, foto(7))
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=centro.coinciden(clave))
    una, otra = centro.entra(Rol.COORDINADOR)[0], centro.entra(Rol.DIGITALIZADOR)[0]
    una.post(RUTA, {"accion": "tomar", "clave": hoja})
    assert una.post(RUTA, envio(una.get(RUTA), {}, accion="enviar", acta=clave)).status_code == 200
    assert fuera_publicadas() == [hoja]
    assert dice(otra, clave).status_code == 200
    assert fuera_publicadas() == []


def test_a_problem_with_the_picture_of_a_sheet_takes_its_route(centro: Centro) -> None:
    hoja = llega_hoja(centro)
    cliente, _ = centro.entra(Rol.DIGITALIZADOR)
    pagina = toma(cliente)
    assert [p for _, p, _ in pagina.context["problemas"]] == ["ilegible", "incompleta", "no_es_acta", "dos_actas"]
    mal = envio(pagina, {}, accion="problema", problema="otra_casilla")
    assert cliente.post(RUTA, mal).status_code == 400
    assert cliente.post(RUTA, envio(pagina, {}, accion="problema", problema="no_es_acta")).status_code == 200
    assert centro.acta(hoja).en_duda is not None
    responde, _ = centro.entra(Rol.COORDINADOR)
    responde.post("/ccv/peticiones/", {"accion": "tomar"})
    pagina = responde.get("/ccv/peticiones/")
    assert responde.post("/ccv/peticiones/", envio(pagina, {}, accion="si")).status_code == 200
    assert centro.acta(hoja).custodia is Custodia.REDIGITALIZAR


def test_nobody_identifies_as_an_acta_out_of_their_reach_nor_of_no_catalogue(centro: Centro) -> None:
    suya, ajena = centro.claves[0], next(c for c in centro.claves if c[:11] != centro.claves[0][:11])
    llega_hoja(centro, catd=vigente.formas().casilla_de(suya).catd)
    cliente = dentro(persona(Rol.DIGITALIZADOR, alcance=(suya[:11],)))
    for clave in (ajena, "999999B0100GUB", ""):
        assert dice(cliente, clave).status_code == 400
    assert f'data-clave="{ajena}"' not in cliente.get(RUTA + "buscar/", {"q": ajena}).content.decode()
    assert f'data-clave="{suya}"' in cliente.get(RUTA + "buscar/", {"q": suya}).content.decode()
    assert dice(cliente, suya).status_code == 200


def test_a_sheet_is_for_who_reaches_the_casillas_of_its_centre(centro: Centro) -> None:
    formas = vigente.formas()
    suya = next(c for c in centro.claves if formas.casilla_de(c).catd)
    su_centro = formas.casilla_de(suya).catd
    otra = next(c for c in centro.claves if formas.casilla_de(c).catd not in ("", su_centro))
    de_aqui = dentro(persona(Rol.COORDINADOR, alcance=(suya[:11],)))
    de_otro = dentro(persona(Rol.COORDINADOR, alcance=(otra[:11],)))
    todo, _ = centro.entra(Rol.COORDINADOR)
    llega_hoja(centro, catd=su_centro)
    assert [c.get(RUTA).context["hay"] for c in (de_aqui, de_otro, todo)] == [True, False, True]
    assert toma(de_otro).templates[0].name == "ccv/espera.html"
    pagina = toma(de_aqui)
    assert 'data-tecla="F6"' not in pagina.content.decode()  # who reaches some casillas does not say that it is of none
    datos = envio(pagina, {}, accion="fuera", eleccion=centro.proceso.elecciones[0].clave)
    assert de_aqui.post(RUTA, datos).status_code == 400
    busca = de_aqui.get(RUTA + "buscar/", {"q": otra}).content.decode()
    assert "no es de las que usted atiende" in busca and "Ninguna acta" not in busca
    assert "Ninguna acta" in de_aqui.get(RUTA + "buscar/", {"q": "zzzz"}).content.decode()
    assert de_aqui.post(RUTA, envio(pagina, {}, accion="enviar", acta=suya)).status_code == 200
    llega_hoja(centro, 2)  # nobody says where it was scanned
    assert [c.get(RUTA).context["hay"] for c in (de_aqui, de_otro, todo)] == [False, False, True]


def test_a_sheet_given_back_is_not_ones_next_while_others_wait(centro: Centro) -> None:
    hojas = [llega_hoja(centro, n) for n in (1, 2)]
    cliente, quien = centro.entra(Rol.DIGITALIZADOR)

    def sigue() -> str:
        toma(cliente)
        turno = Turno.objects.get(persona=quien.persona)
        cliente.post(RUTA, {"accion": "dejar", "orden": turno.orden})
        return turno.acta

    assert [sigue() for _ in range(3)] == [*hojas, hojas[0]]  # once all were given back, they come round again


def test_a_picture_that_came_with_its_acta_and_nobody_identified_is_looked_at(centro: Centro) -> None:
    """The one that was read is thrown away: another that was held is confirmed by one person."""
    clave, nueva = centro.claves[0], centro.guarda(foto(5))
    huella = centro.llega(clave)
    centro.hace(Tipo.DIGITALIZADA, clave, "campo", imagen=nueva)
    pedida = centro.hace(Tipo.OTRA_IMAGEN_PEDIDA, clave, "ajena-1", imagen=huella, motivo="Borrosa.")
    centro.hace(Tipo.OTRA_IMAGEN_CONFIRMADA, clave, "ajena-2", peticion=pedida.id)
    (duda, _), (mira, _) = centro.entra(Rol.DIGITALIZADOR), centro.entra(Rol.COORDINADOR)
    pagina = toma(duda)
    assert pagina.context["ident"].clave_acta == clave
    assert duda.post(RUTA, envio(pagina, {}, accion="problema", problema="otra_casilla")).status_code == 200
    assert toma(duda).templates[0].name == toma(mira).templates[0].name == "ccv/espera.html"
    contesta(mira, "no")
    assert toma(duda).templates[0].name == "ccv/espera.html"  # who said so is not asked again
    pagina = toma(mira)
    ajena = centro.claves[1]
    assert mira.post(RUTA, envio(pagina, {}, accion="enviar", acta=ajena)).status_code == 400
    assert mira.post(RUTA, envio(pagina, {}, accion="enviar", acta=clave)).status_code == 200
    acta = centro.acta(clave)
    assert acta.custodia is Custodia.IDENTIFICADA
    assert acta.imagen is not None
    assert acta.imagen.sha256 == nueva


def contesta(cliente: Any, que: str) -> None:
    """Answer whether another picture is needed."""
    peticiones = "/ccv/peticiones/"
    cliente.post(peticiones, {"accion": "tomar"})
    assert cliente.post(peticiones, envio(cliente.get(peticiones), {}, accion=que)).status_code == 200


def test_a_held_picture_that_is_no_good_either_goes_and_it_may_be_said_that_there_is_no_acta(centro: Centro) -> None:
    """The one that was read was thrown away, and no other one comes."""
    clave, nueva = centro.claves[0], centro.guarda(foto(5))
    huella = centro.llega(clave)
    centro.hace(Tipo.DIGITALIZADA, clave, "campo", imagen=nueva)
    pedida = centro.hace(Tipo.OTRA_IMAGEN_PEDIDA, clave, "ajena-1", imagen=huella, motivo="Borrosa.")
    centro.hace(Tipo.OTRA_IMAGEN_CONFIRMADA, clave, "ajena-2", peticion=pedida.id)
    duda, _ = centro.entra(Rol.DIGITALIZADOR)
    assert duda.post(RUTA, envio(toma(duda), {}, accion="problema", problema="dos_actas")).status_code == 200
    contesta(centro.entra(Rol.SUPERVISOR)[0], "si")
    acta = centro.acta(clave)
    assert (acta.custodia, acta.imagenes, acta.desechadas) == (Custodia.REDIGITALIZAR, [], {huella, nueva})
    centro.hace(Tipo.SIN_ACTA, clave, "campo", motivo="3")
    assert centro.acta(clave).custodia is Custodia.SIN_ACTA_DICHA


# finding an acta as one types


def halladas(dicho: str, **otros: Any) -> list[str]:
    return [a.clave for a in buscador.buscar(dicho, otros.get("alcance", {"*"}))]


def test_an_acta_is_found_by_what_its_heading_says(centro: Centro) -> None:
    formas = vigente.formas()
    clave = next(c for c in centro.claves if c[6] == "C")
    ident = formas.identificacion(clave)
    seccion, corta = str(int(clave[2:6])), f"{clave[6]}{int(clave[7:9])}".lower()
    for dicho in (
        clave,
        clave.lower(),
        f"{seccion} {corta} {ident.eleccion}",
        f"seccion {clave[2:6]} {ident.casilla} {clave[11:]}",
        f"{ident.municipio.upper()} {seccion} {corta} {clave[11:].lower()}",
    ):
        assert halladas(dicho)[:1] == [clave], dicho
    suyas = {c for c in centro.claves if c[:11] == clave[:11]}
    assert suyas <= set(halladas(f"{seccion} {corta}"))


@pytest.mark.parametrize("dicho", ["", "   ", "¿?", "zzzz", "999999", "24 <script>"])
def test_what_says_nothing_finds_nothing(centro: Centro, dicho: str) -> None:
    assert halladas(dicho) == []


def test_only_within_reach_and_never_more_than_one_looks_through(centro: Centro) -> None:
    una = centro.claves[0]
    assert len(halladas("14")) <= buscador.CUANTAS
    assert {c[:11] for c in halladas(una[:11], alcance={una[:11]})} == {una[:11]}
    assert halladas(una, alcance={"999999B0100"}) == []


def test_a_phone_s_picture_is_one_whichever_acta_it_turns_out_to_be_of(centro: Centro) -> None:
    """A sheet whose picture came from the polling place, identified by two people: it still did."""
    clave, hoja, huella = centro.claves[0], f"{HOJA}{uuid4()}", centro.guarda(foto(91))
    centro.hace(Tipo.DIGITALIZADA, hoja, "campo", imagen=huella, medio="Móvil", hora=INICIO.isoformat())
    for rol in (Rol.DIGITALIZADOR, Rol.COORDINADOR):
        assert dice(centro.entra(rol)[0], clave).status_code == 200
    imagen = centro.acta(clave).imagen
    assert imagen is not None and (imagen.sha256, imagen.origen, imagen.hora) == (huella, "CASILLA", INICIO)


# a photograph beside the picture that is read


def llega_foto(centro: Centro, clave: str, semilla: int = 7) -> str:
    huella = centro.guarda(foto(semilla))
    centro.hace(Tipo.DIGITALIZADA, clave, "campo", imagen=huella, medio="Móvil", hora=INICIO.isoformat())
    return huella


def test_a_photograph_of_an_acta_that_is_read_already_is_looked_at_after_all_else(centro: Centro) -> None:
    clave = centro.claves[0]
    leida = centro.llega(clave)
    vista = llega_foto(centro, clave)
    llega_hoja(centro)
    mira, _ = centro.entra(Rol.SUPERVISOR)
    assert toma(mira).context["clave"] == ""  # the sheet came later, and goes first
    assert dice(mira, centro.claves[1]).status_code == 200
    pagina = toma(mira)
    assert (pagina.context["clave"], pagina.context["copia"]) == (clave, True)
    assert "ya se lee otra imagen" in pagina.content.decode()
    datos = envio(pagina, {}, accion="enviar", acta=clave)
    assert [mira.post(RUTA, datos).status_code for _ in range(2)] == [200] * 2
    acta = centro.acta(clave)
    assert acta.identificadas == [leida, vista] and acta.imagen is not None and acta.imagen.sha256 == leida
    assert pasos(clave) == ["captura"]


def test_meanwhile_the_acta_is_typed_and_what_was_scanned_waits_for_nobody(centro: Centro) -> None:
    clave, otra = centro.claves[:2]
    centro.llega(clave)
    centro.coinciden(clave)
    llega_foto(centro, clave)
    centro.llega(otra)
    centro.hace(Tipo.DIGITALIZADA, otra, "campo", imagen=centro.guarda(foto(8)))
    assert pasos(clave) == ["copia", "verificacion"] and pasos(otra) == ["captura"]


def pasos(clave: str) -> list[str]:
    return sorted(Espera.objects.filter(clave=clave).values_list("paso", flat=True))


def test_the_photograph_of_another_acta_that_nobody_would_see_becomes_a_sheet(centro: Centro) -> None:
    """The only picture of an acta came with the name of one that is verified already."""
    clave, perdida = centro.claves[:2]
    leida = centro.llega(clave)
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=centro.coinciden(clave))
    cruzada = llega_foto(centro, clave)
    mira, _ = centro.entra(Rol.SUPERVISOR)
    datos = envio(toma(mira), {}, accion="problema", problema="otra_casilla")
    assert [mira.post(RUTA, datos).status_code for _ in range(2)] == [200] * 2
    acta = centro.acta(clave)
    assert [i.sha256 for i in acta.imagenes] == [leida] and acta.captura is Captura.VERIFICADA and not acta.anomalias
    for dicen in (mira, centro.entra(Rol.COORDINADOR)[0]):
        assert dice(dicen, perdida).status_code == 200
    imagen = centro.acta(perdida).imagen
    assert imagen is not None and (imagen.sha256, imagen.origen) == (cruzada, "CASILLA")


def test_a_photograph_of_no_acta_is_put_aside_by_who_sees_it(centro: Centro) -> None:
    clave = centro.claves[0]
    leida = centro.llega(clave)
    llega_foto(centro, clave)
    mira, _ = centro.entra(Rol.DIGITALIZADOR)
    assert mira.post(RUTA, envio(toma(mira), {}, accion="problema", problema="no_es_acta")).status_code == 200
    assert [i.sha256 for i in centro.acta(clave).imagenes] == [leida] and pasos(clave) == ["captura"]
    assert not any(e.clave.startswith(HOJA) for e in Espera.objects.all())


def test_who_said_that_another_picture_was_of_no_use_may_read_this_one(centro: Centro) -> None:
    """Whoever saw that a photograph was of another casilla judged nothing of the picture that came afterwards."""
    clave = centro.claves[0]
    mala = llega_foto(centro, clave)
    pedida = centro.hace(Tipo.OTRA_IMAGEN_PEDIDA, clave, "ajena-1", imagen=mala, motivo="De otra casilla.")
    centro.hace(Tipo.OTRA_IMAGEN_CONFIRMADA, clave, "ajena-2", peticion=pedida.id)
    leida = centro.llega(clave)
    assert Espera.objects.get(clave=clave).salvo == []
    pedida = centro.hace(Tipo.OTRA_IMAGEN_PEDIDA, clave, "ajena-2", imagen=leida, motivo="Borrosa.")
    centro.hace(Tipo.OTRA_IMAGEN_NEGADA, clave, "ajena-1", peticion=pedida.id)
    assert Espera.objects.get(clave=clave).salvo == ["ajena-2"]

"""The board of actas to recover: which are on it, in what order, what was tried, and who may say so."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from sala import AHORA, Sala

from gente import dentro
from noche import INICIO
from prep.acceso.models import Registro
from prep.acceso.roles import Rol
from prep.bitacora.actas import hechos_de
from prep.bitacora.asientos import asentar, final, finales, tomar_cabeza
from prep.bitacora.autoridad import ambito, autoridad
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.proyecciones import proyectar
from prep.bitacora.sobres import sellar
from prep.ccv.models import Espera
from prep.coordinacion import panorama, recuperar, situacion
from prep.coordinacion.situacion import Conteo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Situacion

RUTA = "/coordinacion/recuperar/"


def de_una(sala: Sala, cual: int = 0) -> tuple[str, list[str]]:
    """A casilla and its actas."""
    casilla = list(dict.fromkeys(c[:11] for c in sala.claves))[cual]
    return casilla, [c for c in sala.claves if c[:11] == casilla]


def tabla(cliente: Client, cual: str = "casillas", **filtros: str) -> list[dict[str, str]]:
    respuesta = cliente.get(RUTA, {"csv": cual, **filtros})
    assert respuesta.status_code == 200
    return list(csv.DictReader(io.StringIO(respuesta.content.decode("utf-8-sig"))))


def anota(cliente: Client, casilla: str, intento: str = "llamada", dicho: str = "Va en camino.", **otros: Any) -> Any:
    datos = {"intento": intento, "dicho": dicho, "orden": str(uuid4()), **otros}
    return cliente.post(f"{RUTA}{casilla}/anotar/", datos)


def suya(filas: list[dict[str, str]], sala: Sala, clave: str) -> dict[str, str]:
    (una,) = [f for f in filas if f["Casilla"] == sala.padron.actas[clave].lugar]
    return una


def test_every_acta_without_picture_is_on_it_the_most_useful_first(sala: Sala) -> None:
    jefa = sala.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    casillas = dict.fromkeys(c[:11] for c in sala.claves)
    filas = tabla(jefa)
    assert len(filas) == len(casillas)
    assert {f["Por qué buscarla"] for f in filas} == {"Por llegar"}
    (_, primera), (_, segunda), (_, tercera) = (de_una(sala, i) for i in (4, 5, 6))
    sala.llega(primera[0])
    sala.hecho(Tipo.ACOPIADA, segunda[0], "campo", hora=(INICIO + timedelta(hours=1)).isoformat(), catd="CATD-001")
    sala.hecho(Tipo.ACOPIADA, tercera[0], "campo", hora=INICIO.isoformat(), catd="CATD-001")
    filas = tabla(jefa)
    dichas = [(f["Casilla"], f["Por qué buscarla"]) for f in filas[:3]]
    lugar = {c: sala.padron.actas[c].lugar for c in (primera[0], segunda[0], tercera[0])}
    assert dichas == [
        (lugar[tercera[0]], "En el CATD, sin digitalizar"),  # its sobre waits longer
        (lugar[segunda[0]], "En el CATD, sin digitalizar"),
        (lugar[primera[0]], "Otras actas de la casilla ya llegaron"),
    ]
    assert suya(filas, sala, primera[0])["Faltan"].startswith(f"{len(primera) - 1} de {len(primera)}: ")
    for clave in primera[1:]:
        sala.llega(clave)
    assert len(tabla(jefa)) == len(casillas) - 1


def test_a_casilla_lags_once_half_of_its_catd_came(sala: Sala) -> None:
    por_catd: dict[str, list[str]] = {}
    for clave, esperada in sala.padron.actas.items():
        por_catd.setdefault(esperada.catd, []).append(clave)
    catd, suyas = max(por_catd.items(), key=lambda c: len({a[:11] for a in c[1]}))
    casillas = sorted({c[:11] for c in suyas})
    llegaron, faltan = casillas[: -(-len(casillas) // 2)], casillas[-(-len(casillas) // 2) :]
    assert faltan
    for clave in (c for c in suyas if c[:11] in llegaron):
        sala.hecho(Tipo.ACOPIADA, clave, "campo", hora=INICIO.isoformat(), catd=catd)
    hay = recuperar.ver(noche := panorama.ver(AHORA), noche.padron)
    porques = {c.clave: c.porque for c in hay.casillas}
    assert {porques[c] for c in faltan} == {recuperar.Porque.REZAGADA}


def test_who_attends_a_casilla_is_told_to_whoever_sees_the_people_of_their_place(sala: Sala) -> None:
    casilla, (clave, *_) = de_una(sala)
    sala.persona(Rol.CAE, lugar="CATD-1", alcance=(casilla,), nombre="Inés Mora")
    fila = suya(tabla(sala.entra(Rol.ADMINISTRADOR, lugar="SEDE")), sala, clave)
    assert (fila["La atiende"], fila["Teléfono"]) == ("Inés Mora", "Sin teléfono")
    assert suya(tabla(sala.entra(Rol.COORDINADOR, lugar="CATD-1")), sala, clave)["La atiende"] == "Inés Mora"
    assert suya(tabla(sala.entra(Rol.COORDINADOR, lugar="CATD-2")), sala, clave)["La atiende"] == ""


def test_what_is_said_not_to_be_there_is_told_apart_until_it_is_confirmed_and_then_too(sala: Sala) -> None:
    jefa = sala.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    _, (clave, *otras) = de_una(sala)
    dicha = sala.hecho(Tipo.SIN_ACTA, clave, "campo", motivo="3")
    (fila,) = tabla(jefa, "sin_acta")
    assert (fila["Estado"], fila["Motivo"]) == ("Sin acta, por confirmar", "paquete sin sobre PREP")
    assert suya(tabla(jefa), sala, clave)["Faltan"].startswith(f"{len(otras)} de ")
    sala.hecho(Tipo.SIN_ACTA_CONFIRMADA, clave, "otro", peticion=dicha.id)
    (fila,) = tabla(jefa, "sin_acta")
    assert (fila["Estado"], fila["Motivo"]) == ("Sin acta", "paquete sin sobre PREP")
    sala.llega(clave)
    assert tabla(jefa, "sin_acta") == []


def test_what_was_tried_is_on_record_of_every_missing_acta_of_the_casilla_and_of_no_other(sala: Sala) -> None:
    coordina = dentro(sala.persona(Rol.COORDINADOR, nombre="Olga Coordina"))
    casilla, (primera, *otras) = de_una(sala)
    sala.llega(primera)
    assert anota(coordina, casilla).status_code == 302
    hechos = FilaHecho.objects.filter(tipo=Tipo.INCIDENTE)
    assert sorted(h.sujeto for h in hechos) == sorted(f"acta:{c}" for c in otras)
    fila = suya(tabla(coordina), sala, primera)
    assert fila["Lo último que se hizo"].endswith("Se llamó a quien la atiende: Va en camino.")
    assert fila["La tiene"] == ""
    anota(coordina, casilla, "tomada")
    assert suya(tabla(coordina), sala, primera)["La tiene"] == "Olga Coordina"
    pagina = coordina.get(f"{RUTA}{casilla}/").content.decode()
    assert "Ya no la tengo" in pagina
    assert pagina.count("Va en camino.") == 1  # said once of all of them
    historia = coordina.get(f"/coordinacion/acta/{otras[0]}/").content.decode()
    assert "Para recuperarla: «Se llamó a quien la atiende: Va en camino.»" in historia
    assert historia.count("Olga") == 1  # that of whoever is in, above
    anota(coordina, casilla, "soltada")
    assert suya(tabla(coordina), sala, primera)["La tiene"] == ""


def test_the_same_order_twice_writes_once_whatever_became_of_the_acta(sala: Sala) -> None:
    coordina = sala.entra(Rol.COORDINADOR)
    casilla, claves = de_una(sala)
    orden = re.findall(r'name="orden" value="([^"]+)"', coordina.get(f"{RUTA}{casilla}/").content.decode())[-1]
    for _ in range(2):
        assert anota(coordina, casilla, orden=orden).status_code == 302
    sala.llega(claves[0])
    anota(coordina, casilla, orden=orden)
    assert FilaHecho.objects.filter(tipo=Tipo.INCIDENTE).count() == len(claves)
    for clave in claves[1:]:
        sala.llega(clave)
    assert anota(coordina, casilla).status_code == 302  # nothing is missing any more, and it says so
    assert FilaHecho.objects.filter(tipo=Tipo.INCIDENTE).count() == len(claves)


def test_each_sees_and_writes_of_the_casillas_of_their_reach(sala: Sala) -> None:
    (casilla, claves), (ajena, _) = de_una(sala), de_una(sala, 1)
    coordina = sala.entra(Rol.COORDINADOR, lugar="CATD-1", alcance=(casilla,))
    assert [f["Casilla"] for f in tabla(coordina)] == [sala.padron.actas[claves[0]].lugar]
    assert coordina.get(f"{RUTA}{ajena}/").status_code == 403
    assert anota(coordina, ajena).status_code == 403
    audita = sala.entra(Rol.AUDITOR, lugar="SEDE")
    assert "Anotar" not in audita.get(f"{RUTA}{casilla}/").content.decode()
    assert anota(audita, casilla).status_code == 403
    assert not FilaHecho.objects.filter(tipo=Tipo.INCIDENTE).exists()
    assert anota(coordina, casilla, dicho=" ").status_code == 200  # said in place, nothing written
    assert anota(coordina, casilla, "inventado").status_code == 200
    assert not FilaHecho.objects.filter(tipo=Tipo.INCIDENTE).exists()
    assert {"recuperar", f"recuperar {casilla}"} <= set(Registro.objects.values_list("objeto", flat=True))


def test_filters_sheets_and_the_304(sala: Sala) -> None:
    jefa = sala.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    _, claves = de_una(sala)
    sala.hecho(Tipo.ACOPIADA, claves[0], "campo", hora=INICIO.isoformat(), catd="CATD-001")
    (fila,) = tabla(jefa, situacion="no_digitalizada")
    assert fila["Faltan"].startswith("1 de ")
    eleccion = sala.padron.elecciones[0]
    assert all(f["Faltan"].endswith(f": {eleccion.nombre}") for f in tabla(jefa, eleccion=eleccion.clave))
    catd = next(iter(sala.padron.catds))
    assert {f["CATD"] for f in tabla(jefa, catd=catd)} == {sala.padron.catds[catd]}
    lista = jefa.get(f"{RUTA}lista/").content.decode()
    assert lista.count("hoja-catd") == len({e.catd for e in sala.padron.actas.values()})
    antes = jefa.get(RUTA, headers={"HX-Request": "true"})
    igual = jefa.get(RUTA, headers={"HX-Request": "true", "If-None-Match": antes.headers["ETag"]})
    assert (antes.status_code, igual.status_code) == (200, 304)


def test_two_who_did_not_know_each_other_both_stand_and_the_same_one_sees_to_it(sala: Sala) -> None:
    """Cut off from one another, two people take the same acta: whichever came first here."""
    _, (clave, *_) = de_una(sala)
    for quien in ("ana", "caro"):
        sala.noche.ultimos.pop(clave, None)
        hecho = sala.noche.hecho(Tipo.INCIDENTE, clave, quien, texto="La toma.", intento="tomada")
        assert not hecho.conocidos
        secuencia, previo = final(finales([sala.nodo.nodo])[sala.nodo.nodo])
        sobre = sellar(hecho, sala.nodo, ambito(), secuencia + 1, previo, None)
        proyectar(asentar([(sobre, AHORA)], tomar_cabeza()))
    de, escritos, esperada = autoridad(), hechos_de([clave])[clave], sala.padron.actas[clave]
    una, otra = (recuperar.plegar(esperada, es, de) for es in (escritos, escritos[::-1]))
    assert una == otra
    assert {n.persona for n in una.notas} == {"ana", "caro"}
    assert una.tiene in ("ana", "caro")


def test_having_tried_bars_nobody_from_the_acta_nor_is_it_a_problem_of_whoever_did(sala: Sala) -> None:
    coordina = sala.persona(Rol.COORDINADOR)
    casilla, (clave, *_) = de_una(sala)
    sala.hecho(Tipo.SIN_ACTA, clave, "campo", motivo="3")
    anota(dentro(coordina), casilla)
    espera = Espera.objects.get(clave=clave, paso="sin_acta")
    assert coordina.persona not in espera.salvo
    assert all(r.persona != coordina.persona for r in panorama.ver(AHORA).recientes)


def test_a_hundred_is_said_of_no_group_of_which_a_picture_is_missing() -> None:
    for falta in Situacion:
        cuenta = Conteo(esperadas=1000)
        cuenta.en[Situacion.PUBLICADA], cuenta.en[falta] = 999, 1
        if falta is not Situacion.PUBLICADA:
            assert cuenta.por_ciento == 99
    cuenta = Conteo(esperadas=1000)
    cuenta.en[Situacion.PUBLICADA] = 1000
    assert cuenta.por_ciento == 100


def test_board_and_wall_say_how_many_are_to_be_recovered(sala: Sala) -> None:
    jefa = sala.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    sala.llega(sala.claves[0])
    faltan = len(sala.claves) - 1
    pagina = jefa.get("/coordinacion/").content.decode()
    assert re.search(rf'<b>{faltan}</b> <span><a href="{RUTA}\?">por recuperar', pagina)
    vista = panorama.ver(AHORA)
    cuenta = situacion.contar(vista, lambda e: "")[""]
    assert recuperar.por_recuperar(cuenta) == faltan
    ajena = sala.entra(Rol.COTAPREP)
    assert "por recuperar" in ajena.get("/coordinacion/").content.decode()
    assert RUTA not in ajena.get("/coordinacion/").content.decode()

"""The board: what waits, where every acta is, the pace and the people it takes, the CATDs behind."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from sala import AHORA, GENTE, Sala

from gente import dentro
from prep.acceso.models import Registro
from prep.acceso.roles import Rol
from prep.catalogo.pronostico import guardar, pronosticar, supuestas
from prep.catalogo.services import cargar
from prep.ccv.pasos import ESTADOS, Paso, toca
from prep.coordinacion import muros, panorama, ritmo, situacion
from prep.coordinacion.models import Muro
from prep.coordinacion.panorama import DE_CAPTURA, DE_CUSTODIA, Reciente, Trabajo
from prep.coordinacion.situacion import Conteo
from prep.coordinacion.tablas import Columna, Tabla, celda
from prep.dominio.acta.hechos import Tipo
from prep.dominio.acta.transiciones import Captura, Custodia, Situacion

TABLERO, PUESTOS, ACTAS = "/coordinacion/", "/coordinacion/puestos/", "/coordinacion/actas/"


def lineas(respuesta: Any) -> list[dict[str, str]]:
    """What a CSV says."""
    return list(csv.DictReader(io.StringIO(respuesta.content.decode("utf-8-sig"))))


DE_PASO: dict[Paso, set[Trabajo]] = {
    Paso.CAPTURA: {Trabajo.PRIMERA, Trabajo.SEGUNDA},
    Paso.DIFERENCIAS: {Trabajo.DIFERENCIAS},
    Paso.DECISION: {Trabajo.DECISION},
    Paso.VERIFICACION: {Trabajo.VERIFICACION},
    Paso.OTRA_IMAGEN: {Trabajo.OTRA_IMAGEN},
    Paso.REAPERTURA: {Trabajo.REAPERTURA},
    Paso.SIN_ACTA: {Trabajo.SIN_ACTA},
    Paso.IDENTIFICACION: {Trabajo.IDENTIFICAR, Trabajo.REDIGITALIZAR, Trabajo.FUERA},
    Paso.COPIA: set(),  # it holds up nothing: the acta is read in another picture
    Paso.COTEJO: set(),  # a column of its own: what is published waits for nobody
}
"""What each step of the desks is to the board. No desk knows another: this holds the two together."""
DEL_CATD = {Trabajo.DIGITALIZAR, Trabajo.REDIGITALIZAR}


def escena(sala: Sala, paso: Paso) -> str:
    """An acta (or sheet) that waits for a step."""
    clave = sala.claves[0]
    if paso is Paso.IDENTIFICACION:
        hoja = "hoja:0b7e2c1a-0000-4000-8000-000000000001"
        sala.hecho(Tipo.DIGITALIZADA, hoja, "campo", imagen="a" * 64)
        return hoja
    if paso is Paso.SIN_ACTA:
        sala.hecho(Tipo.SIN_ACTA, clave, "campo", motivo="2")
        return clave
    imagen = sala.llega(clave)
    match paso:
        case Paso.OTRA_IMAGEN:
            sala.hecho(Tipo.OTRA_IMAGEN_PEDIDA, clave, "ana", imagen=imagen, motivo="Borrosa.")
        case Paso.DIFERENCIAS | Paso.DECISION:
            for quien, nulos in (("ana", 7), ("beto", 8)):
                sala.captura(clave, quien, NULOS=nulos)
            if paso is Paso.DECISION:
                valores = sala.valores(clave, NULOS=9)
                sala.hecho(Tipo.DICTAMINADA, clave, "dora", imagen=imagen, valores=valores)
        case Paso.VERIFICACION:
            for quien in ("ana", "beto"):
                sala.captura(clave, quien)
        case Paso.REAPERTURA | Paso.COTEJO | Paso.COPIA:
            sala.verifica(clave)
            if paso is Paso.COPIA:
                sala.hecho(Tipo.DIGITALIZADA, clave, "campo", imagen="b" * 64, medio="Móvil")
            if paso is Paso.REAPERTURA:
                sala.hecho(Tipo.REAPERTURA_PEDIDA, clave, "caro", motivo="El total no se lee así.")
    return clave


@pytest.mark.parametrize("paso", Paso)
def test_what_waits_for_a_step_of_the_desks_waits_for_it_on_the_board(sala: Sala, paso: Paso) -> None:
    clave = escena(sala, paso)
    assert toca(paso, clave, sala.acta(clave))
    vista = panorama.ver(AHORA)
    assert {e.trabajo for e in vista.esperan if e.clave == clave} <= DE_PASO[paso]
    assert bool(DE_PASO[paso]) == any(e.clave == clave for e in vista.esperan)
    assert (clave in vista.vistas and vista.vistas[clave].por_cotejar) == (
        paso in (Paso.COTEJO, Paso.REAPERTURA, Paso.COPIA)
    )


def test_every_step_and_every_state_is_known_to_the_board() -> None:
    for paso, estados in ESTADOS.items():
        assert {c for c, t in DE_CAPTURA.items() if t in DE_PASO[paso]} == set(estados)
    assert set(Trabajo) - set().union(*(DE_PASO[p] for p in Paso)) == DEL_CATD - DE_PASO[Paso.IDENTIFICACION]
    assert DE_CAPTURA.keys() | {Captura.VERIFICADA} == set(Captura)
    assert set(Custodia) - DE_CUSTODIA.keys() == {Custodia.ESPERADA, Custodia.IDENTIFICADA, Custodia.SIN_ACTA}


def test_an_answered_request_waits_for_nobody(sala: Sala) -> None:
    clave = escena(sala, Paso.REAPERTURA)
    sala.hecho(Tipo.REABIERTA, clave, "otro", peticion=sala.acta(clave).reapertura[0])
    assert {e.trabajo for e in panorama.ver(AHORA).esperan if e.clave == clave} == {Trabajo.PRIMERA}


def test_every_acta_waits_for_its_step_since_what_last_moved_it(sala: Sala) -> None:
    a, b, c, d, e, f = sala.claves[:6]
    hace = {clave: AHORA - timedelta(minutes=m) for m, clave in enumerate((a, b, c, d, e, f), 10)}
    for clave in (a, b, c, d, e):
        sala.llega(clave, a=hace[clave])
    sala.captura(b, "ana", a=hace[b])
    for quien, nulos in (("ana", 7), ("beto", 8)):
        sala.captura(c, quien, a=hace[c], NULOS=nulos)
    sala.verifica(d, a=hace[d])
    sala.hecho(Tipo.OTRA_IMAGEN_PEDIDA, e, "ana", imagen=sala.acta(e).imagen.sha256, motivo="Borrosa.", a=hace[e])
    sala.hecho(Tipo.ACOPIADA, f, "campo", hora=AHORA.isoformat(), a=hace[f])
    sala.hecho(Tipo.INCIDENTE, a, "ana", texto="Dos actas en la imagen.")  # moves nothing
    vista = panorama.ver(AHORA)
    assert {(w.clave, w.trabajo, w.desde) for w in vista.esperan} == {
        (a, Trabajo.PRIMERA, hace[a]),
        (b, Trabajo.SEGUNDA, hace[b]),
        (c, Trabajo.DIFERENCIAS, hace[c]),
        (e, Trabajo.OTRA_IMAGEN, hace[e]),
        (f, Trabajo.DIGITALIZAR, hace[f]),
    }
    sala.hecho(Tipo.OTRA_IMAGEN_NEGADA, e, "otro", peticion=sala.acta(e).en_duda[1])
    assert {w.trabajo for w in panorama.ver(AHORA).esperan if w.clave == e} == {Trabajo.PRIMERA}
    assert vista.situacion(d) is Situacion.PUBLICADA
    assert vista.situacion(f) is Situacion.NO_DIGITALIZADA
    assert vista.situacion(sala.claves[9]) is Situacion.NO_RECIBIDA
    cuentas = situacion.contar(vista, lambda e: e.eleccion.clave)
    assert sum(c.esperadas for c in cuentas.values()) == len(sala.claves)
    assert sum(c.en[Situacion.EN_CAPTURA] for c in cuentas.values()) == 4
    assert sum(c.por_cotejar for c in cuentas.values()) == 1
    sala.hecho(Tipo.COTEJADA, d, "campo", resultado="1")
    assert not panorama.ver(AHORA).vistas[d].por_cotejar


def test_the_last_hour_is_found_among_all_the_facts(sala: Sala) -> None:
    for i, clave in enumerate(sala.claves[:6]):
        sala.llega(clave, a=AHORA - timedelta(minutes=90 - 10 * i))
    vistos = panorama.ver(AHORA).recientes
    assert {r.clave for r in vistos} == set(sala.claves[3:6])
    assert all(r.recibido >= AHORA - panorama.RECIENTE for r in vistos)


def reciente(persona: str, tipo: Tipo, segundos: int, clave: str = "x") -> Reciente:
    return Reciente(clave, tipo, persona, AHORA + timedelta(seconds=segundos))


def test_seconds_an_acta_are_measured_between_two_of_one_person_without_their_rests() -> None:
    hechos = [reciente("ana", Tipo.CAPTURADA, s) for s in (0, 80, 170, 2000, 2090)]
    hechos += [reciente("beto", Tipo.CAPTURADA, 5), reciente("beto", Tipo.VERIFICADA, 35)]
    hechos += [reciente("ana", Tipo.ACOPIADA, 2095)]
    assert ritmo.segundos_por_acta(hechos) == {"captura": [80, 90, 90], "verificacion": [30]}
    assert ritmo.mediana([80, 90, 90]) is None  # too few to say anything
    assert ritmo.mediana([80] * 9 + [500]) == 80


def test_the_pace_needed_and_the_people_it_takes(sala: Sala) -> None:
    """Eleven actas verified, one each minute: what is left by an hour that one chooses."""
    for i, clave in enumerate(sala.claves[:12]):
        sala.verifica(clave, a=AHORA - timedelta(minutes=12 - i))
    vista = panorama.ver(AHORA)
    medido = ritmo.medir(vista, AHORA + timedelta(hours=2))
    quedan = len(sala.claves) - 12
    assert (medido.pendientes, medido.por_hora) == (quedan, 48)
    assert medido.necesario == -(-quedan // 2)
    assert medido.segundos == {"captura": 60, "diferencias": None, "verificacion": 60}
    assert medido.personas["verificacion"] == -(-quedan * 60 // 7200)
    assert medido.personas["captura"] == -(-2 * quedan * 60 // 7200)
    assert medido.personas["diferencias"] is None  # nobody ruled: it cannot be known
    assert medido.hoy == {"captura": 2, "diferencias": 0, "verificacion": 1}
    assert not medido.alcanza
    for sin_saber in (ritmo.medir(vista, AHORA), ritmo.medir(vista, None)):  # that hour has passed; nobody chose one
        assert sin_saber.necesario is None
        assert sin_saber.alcanza  # what is not known is no alarm


def test_an_hour_of_another_day_says_so(sala: Sala) -> None:
    """The hour to finish by, on the board and on the wall, and those of the tables."""
    cliente = dentro(sala.persona(Rol.SUPERVISOR))
    for a, dicho in (("23:30", "terminar a las 23:30"), ("20:59", "terminar mañana 20:59")):
        assert dicho in cliente.get(TABLERO, {"a": a}).content.decode()
    cliente.post("/coordinacion/muros/", {"nombre": "Sala", "meta": "02:08"})
    assert "para terminar mañana 02:08" in Client().get(muros.ruta(Muro.objects.get())).content.decode()
    columna = Columna("desde", "Entró", "hora")
    assert [celda(columna, AHORA - timedelta(hours=h)).dice for h in (1, 22)] == ["20:00", "ayer 23:00"]


def test_what_an_acta_takes_is_measured_on_all_that_people_do(sala: Sala) -> None:
    """Two elections typed by turns, one acta each minute: looking at one of them does not make anybody slower."""
    primera, segunda = (e for e in sala.padron.elecciones[:2])
    unas = [a.clave for par in zip(primera.actas[:6], segunda.actas[:6], strict=True) for a in par]
    for i, clave in enumerate(unas):
        sala.verifica(clave, a=AHORA - timedelta(minutes=12 - i))
    quieta = sala.persona(Rol.CAPTURISTA)
    activa = sala.persona(Rol.CAPTURISTA)
    from gente import dentro

    dentro(quieta), dentro(activa)
    sala.reloj.avanzar(timedelta(minutes=20))
    sala.llega(segunda.actas[7].clave, a=sala.reloj.ahora())
    sala.captura(segunda.actas[7].clave, activa.persona, a=sala.reloj.ahora())
    cliente = sala.entra(Rol.SUPERVISOR)
    solo = f"{TABLERO}?eleccion={primera.clave}"
    todo, parte = (lineas(cliente.get(ruta)) for ruta in (f"{TABLERO}?csv=ritmo", f"{solo}&csv=ritmo"))
    assert [f["Segundos por acta"] for f in todo] == [f["Segundos por acta"] for f in parte] == ["60", "", "60"]
    vista = panorama.ver(AHORA)
    parcial = vista.recortar(frozenset(a.clave[:11] for a in primera.actas[:6]))
    assert ritmo.medir(vista, None).por_hora == 48
    assert ritmo.medir(parcial, None).por_hora == 4 * sum(c in parcial.padron.actas for c in unas)
    ayuda = [cliente.get(ruta).context["gente"]["ayuda"] for ruta in (TABLERO, solo)]
    assert ayuda[0] == ayuda[1] == 1


@pytest.mark.parametrize(
    ("esperadas", "no_recibidas", "hace", "atraso"),
    [
        (100, 40, 5, ""),
        (100, 80, 5, "poco"),  # a fifth, where the rest received three fifths
        (100, 40, 31, "quieto"),
        (100, 0, 90, ""),  # nothing left to receive
    ],
)
def test_a_catd_is_behind_the_rest_or_silent(esperadas: int, no_recibidas: int, hace: int, atraso: str) -> None:
    resto = Conteo(1000, ultimo=AHORA)
    resto.en[Situacion.NO_RECIBIDA] = 400
    suya = Conteo(esperadas, ultimo=AHORA - timedelta(minutes=hace))
    suya.en[Situacion.NO_RECIBIDA] = no_recibidas
    assert situacion.atraso(suya, resto, AHORA) == atraso


def test_a_catd_is_measured_by_what_came_to_it_against_the_rest_of_the_night(sala: Sala) -> None:
    """Nothing came to the first one for forty minutes, though its actas are typed and verified elsewhere."""
    por_catd: dict[str, list[str]] = {}
    for clave, e in sala.padron.actas.items():
        por_catd.setdefault(e.catd, []).append(clave)
    callado = next(iter(por_catd))
    for catd, suyas in por_catd.items():
        for clave in suyas[: len(suyas) // 2]:
            cuando = AHORA - timedelta(minutes=40 if catd == callado else 5)
            sala.hecho(Tipo.ACOPIADA, clave, "campo", hora=cuando.isoformat(), a=cuando)
    imagen = sala.llega(por_catd[callado][0], a=AHORA - timedelta(minutes=40))
    sala.hecho(Tipo.CAPTURADA, por_catd[callado][0], "ana", imagen=imagen, valores=sala.valores(por_catd[callado][0]))
    assert situacion.atrasos(panorama.ver(AHORA)) == {callado: "quieto"}
    todo = sala.entra(Rol.AUDITOR)
    suyo = sala.entra(Rol.COORDINADOR, lugar=callado, alcance=tuple({c[:11] for c in por_catd[callado]}))
    for cliente, ruta in ((todo, f"{TABLERO}?"), (todo, f"{TABLERO}?catd={callado}&"), (suyo, f"{TABLERO}?")):
        filas = {f["CATD"]: f["Atraso"] for f in lineas(cliente.get(f"{ruta}csv=catd"))}
        assert filas[sala.padron.catds[callado]] == "Nada en media hora"
        assert cliente.get(ruta).context["atrasados"] == 1


def test_the_board_says_what_should_have_come_by_now_and_names_the_latest_first(
    sala: Sala, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cliente = sala.entra(Rol.AUDITOR)
    monkeypatch.setattr(situacion, "archivo_pronostico", lambda: tmp_path / "pronostico.json")
    assert "Previstas ya" not in lineas(cliente.get(f"{TABLERO}?csv=catd"))[0]
    cierre = AHORA - timedelta(hours=3, minutes=20)
    hecho = pronosticar(cargar(), supuestas(1), cierre)
    guardar(hecho, tmp_path / "pronostico.json")
    centro = max(hecho.centros, key=lambda c: c.llegadas[6])
    suyas = [c for c, e in sala.padron.actas.items() if e.catd == centro.catd]
    for clave in suyas[:2]:
        sala.llega(clave)
    filas = {f["CATD"]: f for f in lineas(cliente.get(f"{TABLERO}?csv=catd"))}
    suya = filas[sala.padron.catds[centro.catd]]
    assert (suya["Previstas ya"], suya["Van tarde"]) == (*(str(centro.llegadas[6]), str(centro.llegadas[6] - 2)),)
    atrasados = [int(f["Van tarde"]) for f in filas.values() if f["Atraso"] != "—"]
    assert atrasados == sorted(atrasados, reverse=True) and len(set(atrasados)) > 1
    parte = lineas(cliente.get(f"{TABLERO}?eleccion=GUB&csv=catd"))  # of a part of a centre nothing was forecast
    assert {f["Previstas ya"] for f in parte} == {""}
    (tmp_path / "pronostico.json").write_text("{}")
    assert "Previstas ya" not in lineas(cliente.get(f"{TABLERO}?csv=catd"))[0]


def test_the_board_answers_only_when_something_changed_and_asking_is_not_being_there(sala: Sala) -> None:
    cliente = sala.entra(Rol.SUPERVISOR)
    termina = cliente.session["termina"]
    sala.reloj.avanzar(timedelta(minutes=30))
    pide = {"HX-Request": "true", "X-Sondeo": "1"}
    primera = cliente.get(TABLERO, headers=pide)
    assert primera.status_code == 200
    assert "<html" not in primera.content.decode()
    for _ in range(3):  # three more looks in the same minute
        sala.reloj.avanzar(timedelta(seconds=15))
        otra = cliente.get(TABLERO, headers=pide | {"If-None-Match": primera.headers["ETag"]})
        assert (otra.status_code, otra.content) == (304, b"")
    assert cliente.session["termina"] == termina  # nobody need be in front of it
    sala.llega(sala.claves[0])
    cambia = cliente.get(TABLERO, headers=pide | {"If-None-Match": primera.headers["ETag"]})
    assert cambia.status_code == 200
    assert cambia.headers["ETag"] != primera.headers["ETag"]
    cliente.get(TABLERO)
    assert cliente.session["termina"] > termina


def test_a_board_shows_what_one_reaches_and_nothing_else(sala: Sala) -> None:
    catds = list(sala.padron.catds)
    suyas = [c for c, e in sala.padron.actas.items() if e.catd == catds[0]]
    ajena = next(c for c, e in sala.padron.actas.items() if e.catd == catds[1])
    sala.llega(suyas[0])
    sala.llega(ajena)
    alcance = tuple({c[:11] for c in suyas})
    for rol in (Rol.COORDINADOR, Rol.CONSEJO, Rol.COTAPREP):
        cliente = sala.entra(rol, lugar=catds[0], alcance=alcance)
        assert {f["Acta"] for f in lineas(cliente.get(f"{ACTAS}?csv=actas"))} == set(suyas)
        filas = lineas(cliente.get(f"{TABLERO}?csv=trabajo"))
        assert [(f["Actas"], f["Acta"]) for f in filas] == [("1", suyas[0])]
        assert [f["CATD"] for f in lineas(cliente.get(f"{TABLERO}?csv=catd"))] == [sala.padron.catds[catds[0]]]
    todo = sala.entra(Rol.AUDITOR)
    assert len(lineas(todo.get(f"{ACTAS}?csv=actas"))) == len(sala.claves)


def test_filters_and_headings_sort_what_is_downloaded_too(sala: Sala) -> None:
    for n, clave in enumerate(sala.claves[:3]):
        sala.llega(clave, a=AHORA - timedelta(minutes=n))
    cliente = sala.entra(Rol.ADMINISTRADOR)
    filas = lineas(cliente.get(f"{ACTAS}?situacion=en_captura&orden=actas.-espera&csv=actas"))
    assert [f["Acta"] for f in filas] == list(reversed(sala.claves[:3]))
    assert [f["Desde hace"] for f in filas] == ["120", "60", "0"]
    seccion = sala.padron.actas[sala.claves[0]].acta.casilla.clave.seccion
    filas = lineas(cliente.get(f"{ACTAS}?q={seccion}&csv=actas"))
    assert {int(f["Acta"][2:6]) for f in filas} == {seccion}
    pagina = cliente.get(f"{ACTAS}?orden=actas.-espera").content.decode()
    assert 'aria-sort="descending"' in pagina
    assert "orden=actas.espera#t-actas" in pagina
    assert cliente.get(f"{ACTAS}?orden=actas.nada&trabajo=nada&a=99:99&p=x").status_code == 200


def enlaces(html: str) -> list[dict[str, str]]:
    """What each link of a page with something after its `?` asks for."""
    rutas = (unescape(r) for r in re.findall(r'href="([^"]*\?[^"]+)"', html))
    return [dict(parse_qsl(urlsplit(r).query)) for r in rutas]


def test_no_link_of_the_board_loses_the_filters_in_force(sala: Sala) -> None:
    clave = sala.claves[0]
    sala.llega(clave)
    suya = sala.padron.actas[clave]
    en_fuerza = {"eleccion": suya.eleccion.clave, "catd": suya.catd, "a": "02:30"}
    html = sala.entra(Rol.SUPERVISOR).get(TABLERO, en_fuerza | {"orden": "catd.-esperadas"}).content.decode()
    vistos = [e for e in enlaces(html) if not e.keys() & {"solo", "v"}]  # of the people, and of what is served
    assert len([e for e in vistos if "orden" in e]) > 30
    assert {"trabajo", "demarcacion", "csv"} <= set().union(*vistos)
    assert [e for e in vistos if not en_fuerza.items() <= e.items()] == []
    assert [e["orden"] for e in vistos if e.get("csv") == "catd"] == ["catd.-esperadas"]
    assert 'name="orden" value="catd.-esperadas"' in html


@pytest.mark.parametrize("pagina", ["", "puestos/", "actas/", "telefonos/"])
def test_choosing_another_filter_keeps_the_order(sala: Sala, pagina: str) -> None:
    html = sala.entra(Rol.AUDITOR).get(f"{TABLERO}{pagina}", {"orden": 'x."y'}).content.decode()
    assert '<input type="hidden" name="orden" value="x.&quot;y">' in html


def test_no_link_of_the_desks_loses_its_place_whatever_it_is_called(sala: Sala) -> None:
    lugar = "Sala 1 & 2 = «CCV»"
    for n in ("Ana", "Beto"):
        sala.persona(Rol.CAPTURISTA, lugar=lugar, nombre=n)
    sala.persona(Rol.CAPTURISTA, nombre="Caro")
    cliente = sala.entra(Rol.AUDITOR)
    respuesta = cliente.get(PUESTOS, {"lugar": lugar})
    assert {s: n for s, _, n in respuesta.context["cuantos"]}["sin_entrar"] == 2
    suyos = [e for e in enlaces(respuesta.content.decode()) if e.keys() & {"solo", "orden", "csv"}]
    assert len(suyos) > 10
    assert {e.get("lugar") for e in suyos} == {lugar}
    descarga = next(e for e in suyos if "csv" in e)
    assert [f["Persona"] for f in lineas(cliente.get(PUESTOS, descarga))] == ["Ana", "Beto"]


def test_the_people_that_it_takes_are_sorted_by_their_headings(sala: Sala) -> None:
    for i, clave in enumerate(sala.claves[:12]):
        sala.verifica(clave, a=AHORA - timedelta(minutes=12 - i))
    cliente = sala.entra(Rol.AUDITOR)
    labores = [
        [f["Labor"] for f in lineas(cliente.get(f"{TABLERO}?orden=ritmo.{orden}&csv=ritmo"))]
        for orden in ("ahora", "-ahora")
    ]
    assert labores == [["Diferencias", "Verificación", "Captura"], ["Captura", "Verificación", "Diferencias"]]


def test_the_sheets_that_wait_for_a_step_are_in_its_list(sala: Sala) -> None:
    hoja = escena(sala, Paso.IDENTIFICACION)
    todo = sala.entra(Rol.SUPERVISOR)
    (fila,) = todo.get(TABLERO).context["tablas"]["trabajo"].filas
    assert (fila["acta"], fila["actas"]) == (hoja, 1)
    assert [f["Acta"] for f in lineas(todo.get(f"{fila['ir']}&csv=actas"))] == [hoja]
    html = todo.get(fila["ir"]).content.decode()
    assert f'href="/coordinacion/acta/{hoja}/"' in html
    assert lineas(todo.get(f"{fila['ir']}&catd=CATD-001&csv=actas")) == []  # of no casilla
    parte = sala.entra(Rol.COORDINADOR, alcance=(sala.claves[0][:11],))
    assert lineas(parte.get(f"{fila['ir']}&csv=actas")) == []


def test_a_sheet_out_of_catalogue_is_listed_and_waits_for_nobody_until_somebody_says_that_it_is_an_acta(
    sala: Sala,
) -> None:
    hoja = escena(sala, Paso.IDENTIFICACION)
    sala.hecho(Tipo.FUERA_DE_CATALOGO, hoja, "otro", eleccion=sala.padron.elecciones[0].clave)
    todo = sala.entra(Rol.SUPERVISOR)
    tablero = todo.get(TABLERO)
    (fila,) = tablero.context["tablas"]["trabajo"].filas
    assert (fila["acta"], fila["estado"], tablero.context["esperan"]) == (hoja, "fuera_de_catalogo", 0)
    assert [f["Acta"] for f in lineas(todo.get(f"{fila['ir']}&csv=actas"))] == [hoja]
    sala.hecho(Tipo.IDENTIFICADA, hoja, "campo", imagen="a" * 64, por="persona", acta=sala.claves[0])
    otra_vez = todo.get(TABLERO)
    (fila,) = otra_vez.context["tablas"]["trabajo"].filas
    assert (fila["paso"], otra_vez.context["esperan"]) == ("Identificar", 1)


def test_what_nobody_may_take_is_named_with_what_to_do(sala: Sala) -> None:
    """Everybody who types looked at it and would not; or everybody who may answer refused."""
    clave = escena(sala, Paso.CAPTURA)
    todo = sala.entra(Rol.ADMINISTRADOR)
    for quien in GENTE[:-1]:
        assert todo.get(TABLERO).context["tablas"]["sin_quien"].filas == []
        sala.hecho(Tipo.INCIDENTE, clave, quien, texto="Hay algo raro.")
    (fila,) = todo.get(TABLERO).context["tablas"]["sin_quien"].filas
    assert (fila["acta"], fila["escritorio"]) == (clave, "Captura") and "dé de alta" in fila["que_hacer"]
    assert fila["que_hacer"] in todo.get(TABLERO).content.decode()
    ajena = sala.entra(Rol.COORDINADOR, alcance=(next(c for c in sala.claves if c[:11] != clave[:11])[:11],))
    assert ajena.get(TABLERO).context["tablas"]["sin_quien"].filas == []
    sala.persona(Rol.CAPTURISTA)
    assert todo.get(TABLERO).context["tablas"]["sin_quien"].filas == []


def test_a_sheet_that_everybody_but_those_of_its_centre_looked_at_is_for_one_of_them(sala: Sala) -> None:
    suya = next(e for e in sala.padron.actas.values() if e.catd)
    hoja = "hoja:0b7e2c1a-0000-4000-8000-000000000002"
    sala.hecho(Tipo.DIGITALIZADA, hoja, "campo", imagen="b" * 64, catd=suya.catd)
    for quien, clave in zip(GENTE[:-1], sala.claves, strict=False):  # no two say the same
        sala.hecho(Tipo.IDENTIFICADA, hoja, quien, imagen="b" * 64, por="persona", acta=clave)
    todo = sala.entra(Rol.ADMINISTRADOR)
    (fila,) = todo.get(TABLERO).context["tablas"]["sin_quien"].filas
    assert (fila["acta"], fila["escritorio"]) == (hoja, "Identificación")
    sala.persona(Rol.DIGITALIZADOR, alcance=(suya.clave[:11],))
    assert todo.get(TABLERO).context["tablas"]["sin_quien"].filas == []


def test_a_cell_is_never_a_formula_and_what_is_not_known_says_so() -> None:
    dichos = ("=1+1", "@SUM(A1)", "＝1+1", "-3", "de aquí")
    tabla = Tabla("t", "T", (Columna("a", "A"), Columna("n", "N", "numero")), [{"a": d, "n": None} for d in dichos])
    celdas = [fila[0] for fila in csv.reader(io.StringIO(tabla.csv().content.decode("utf-8-sig")))]
    assert celdas == ["A", "'=1+1", "'@SUM(A1)", "'＝1+1", "'-3", "de aquí"]
    assert [c.dice for c in tabla.celdas[0]] == ["=1+1", "no se sabe"]
    filas = [{"a": "x", "n": None}, {"a": "y", "n": 2}, {"a": "z", "n": 10}]
    for orden, debido in (("n", "yzx"), ("-n", "zyx")):
        ordenada = Tabla("t", "T", tabla.columnas, filas).ordenada(f"t.{orden}")
        assert "".join(str(f["a"]) for f in ordenada.filas) == debido


def test_who_is_in_who_is_not_and_who_needs_help(sala: Sala) -> None:
    trabada = sala.persona(Rol.CAPTURISTA, nombre="Ximena Trabada")
    activa = sala.persona(Rol.CAPTURISTA, nombre="Noé Activo")
    sala.persona(Rol.CAPTURISTA, nombre="Olga Ausente")
    de_otra_parte = sala.persona(Rol.CAPTURISTA, lugar="CATD-002", nombre="Pía Lejana")
    from gente import dentro

    dentro(trabada), dentro(activa), dentro(de_otra_parte)
    for clave in sala.claves[:4]:
        sala.llega(clave)
    for clave in sala.claves[:3]:
        sala.hecho(Tipo.OTRA_IMAGEN_PEDIDA, clave, trabada.persona, imagen=sala.acta(clave).imagen.sha256, motivo="No.")
    sala.captura(sala.claves[3], activa.persona)
    supervisa = sala.entra(Rol.SUPERVISOR)
    por_nombre = {f["Persona"]: f for f in lineas(supervisa.get(f"{PUESTOS}?csv=puestos"))}
    assert por_nombre["Ximena Trabada"]["Ayuda"] == "Muchos problemas"
    assert por_nombre["Noé Activo"]["Actas en la última hora"] == "1"
    assert por_nombre["Olga Ausente"]["Estado"] == "No ha entrado"
    assert "Pía Lejana" not in por_nombre
    sala.reloj.avanzar(timedelta(minutes=20))
    ayuda = lineas(supervisa.get(f"{PUESTOS}?solo=ayuda&csv=puestos"))
    assert {f["Persona"] for f in ayuda} == {"Ximena Trabada", "Noé Activo"}
    retirada = sala.entra(Rol.AUDITOR)
    todos = {f["Persona"]: f for f in lineas(retirada.get(f"{PUESTOS}?csv=puestos"))}
    assert todos["Pía Lejana"]["Terminal"] == "Mesa"
    assert Registro.objects.filter(que="leyo", objeto="puestos").count() == 3
    retirada.get(PUESTOS, headers={"HX-Request": "true"})
    assert Registro.objects.filter(que="leyo", objeto="puestos").count() == 3  # once a page, not once a refresh


def test_no_header_keeps_whoever_is_shown_the_desks_off_the_register(sala: Sala) -> None:
    cliente = sala.entra(Rol.AUDITOR)
    for avanza, lineas_que_hay in ((0, 1), (30, 1), (31, 2)):
        sala.reloj.avanzar(timedelta(minutes=avanza))
        cliente.get(PUESTOS, headers={"HX-Request": "true"})
        assert Registro.objects.filter(que="leyo", objeto="puestos").count() == lineas_que_hay


def test_a_session_that_was_ended_is_of_nobody(sala: Sala) -> None:
    from gente import dentro
    from prep.acceso.presentes import presentes

    cuenta = sala.persona(Rol.CAPTURISTA)
    dentro(cuenta)
    assert presentes([cuenta], AHORA)[cuenta.pk].terminal == "Mesa"
    assert presentes([cuenta], AHORA + timedelta(hours=3)) == {}
    cuenta.epoca += 1
    cuenta.save()
    assert presentes([cuenta], AHORA) == {}


def test_whoever_does_not_see_the_people_sees_no_names_nor_how_many(sala: Sala) -> None:
    sala.persona(Rol.CAPTURISTA, nombre="Olga Ausente")
    for rol, ve in ((Rol.COTAPREP, False), (Rol.CONSEJO, False), (Rol.SUPERVISOR, True)):
        cliente = sala.entra(rol)
        pagina = cliente.get(TABLERO).content.decode()
        assert (PUESTOS in pagina, "personas dentro" in pagina, "1 no han entrado" in pagina) == (ve, ve, ve)
        suyos = cliente.get(PUESTOS)
        assert (suyos.status_code, "Olga Ausente" in suyos.content.decode()) == ((200, True) if ve else (403, False))


def test_without_a_process_the_board_says_so(db: Any) -> None:
    from gente import dentro, persona

    cliente = dentro(persona(Rol.AUDITOR))
    for ruta in (TABLERO, PUESTOS, ACTAS):
        assert "Todavía no hay un proceso" in cliente.get(ruta).content.decode()


@pytest.mark.parametrize(
    ("rol", "ve"), [(Rol.AUDITOR, True), (Rol.COTAPREP, True), (Rol.SUPERVISOR, True), (Rol.CAPTURISTA, False)]
)
def test_whoever_comes_in_finds_the_board_from_their_account(sala: Sala, rol: Rol, ve: bool) -> None:
    assert (f'href="{TABLERO}"' in sala.entra(rol).get("/cuenta/").content.decode()) == ve

"""Warnings between actas as a supervisor meets them, and where the pending actas could change who leads."""

from __future__ import annotations

import csv
import importlib.util
import io
import re
import sys
from datetime import timedelta
from typing import Any

import pytest
from sala import AHORA, Sala

from prep.acceso.models import Registro
from prep.acceso.roles import Rol
from prep.coordinacion import avisos, lecturas, liderazgo, panorama
from prep.coordinacion.models import Visto
from prep.coordinacion.validaciones import Validacion
from prep.dominio.acta.hechos import Tipo
from prep.dominio.tabulacion.contabilidad import limite
from prep.dominio.tabulacion.proceso import Ambito

AVISOS = "/coordinacion/avisos/"


def lineas(respuesta: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(respuesta.content.decode("utf-8-sig"))))


def gemelas(sala: Sala) -> tuple[str, str]:
    """Two casillas of one election that say the same: one verified, the other agreed on."""
    a, b = sorted(sala.claves[:2])
    raros = {c: 7 + i if i > 4 else 1017 + 13 * i for i, c in enumerate(sala.padron.actas[a].boleta.claves)}
    sala.verifica(a, **raros)
    sala.llega(b)
    for quien in ("ana", "beto"):
        sala.captura(b, quien, **raros)
    return a, b


def publica(sala: Sala, clave: str) -> None:
    """What two people agreed on is verified."""
    sala.hecho(Tipo.VERIFICADA, clave, "caro", base=sala.acta(clave).acordado.lectura)


def otro_proceso(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`avisos` as another process of the server has it: with a memory of its own."""
    otros = {}
    for modulo in (lecturas, avisos):
        spec = importlib.util.spec_from_file_location(f"{modulo.__name__}_de_otro_proceso", str(modulo.__file__))
        assert spec is not None and spec.loader is not None
        otros[modulo.__name__] = otro = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, otro.__name__, otro)
        spec.loader.exec_module(otro)
    monkeypatch.setattr(otros[avisos.__name__], "lecturas", otros[lecturas.__name__])
    return otros[avisos.__name__]


def test_every_process_says_the_same_warnings(sala: Sala, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avisos, "CADA", timedelta(minutes=1))
    aqui, alla = avisos.avisos, otro_proceso(monkeypatch).avisos
    assert aqui(sala.padron, AHORA) == alla(sala.padron, AHORA) == []
    _, b = gemelas(sala)
    assert [a.id for a in aqui(sala.padron, AHORA)] == [a.id for a in alla(sala.padron, AHORA)] == []
    luego = AHORA + timedelta(minutes=1)
    (hallado,) = alla(sala.padron, luego)  # whichever looks first finds it
    assert [a.id for a in aqui(sala.padron, luego)] == [hallado.id]
    sala.hecho(Tipo.DEVUELTA, b, "caro", base=sala.acta(b).acordado.lectura, motivo="No es su imagen.")
    assert aqui(sala.padron, luego) == alla(sala.padron, luego) == []  # one of its readings is no more


@pytest.mark.parametrize(("rol", "antes"), [(Rol.SUPERVISOR, False), (Rol.ADMINISTRADOR, True), (Rol.AUDITOR, True)])
def test_no_warning_tells_whoever_may_settle_an_acta_what_others_typed(sala: Sala, rol: Rol, antes: bool) -> None:
    """That it says what a published one says, or zero in every box, is all of it."""
    _, b = gemelas(sala)
    ceros = next(c for c in sala.claves[2:] if sala.padron.actas[c].acta.casilla.lista_nominal)
    sala.llega(ceros)
    for quien in ("ana", "beto"):
        sala.captura(ceros, quien, **dict.fromkeys(sala.padron.actas[ceros].boleta.claves, 0))
    hallados = [a for a in avisos.avisos(sala.padron, AHORA) if a.revela]
    assert {a.validacion for a in hallados} == {Validacion.IGUALES, Validacion.CEROS}
    cliente = sala.entra(rol)

    def ve() -> list[bool]:
        return [cliente.get(f"{AVISOS}{a.id}/").status_code == 200 for a in hallados]

    def dice() -> set[str]:
        return {f["Aviso"][:2] for f in lineas(cliente.get(f"{AVISOS}?csv=avisos"))} & {"E1", "E4"}

    assert (ve(), dice()) == (([True, True], {"E1", "E4"}) if antes else ([False, False], set()))
    publica(sala, b)
    publica(sala, ceros)
    assert (ve(), dice()) == ([True, True], {"E1", "E4"})


def test_what_is_read_is_what_stands_or_what_people_agree_on(sala: Sala) -> None:
    a, b = gemelas(sala)
    sala.llega(sala.claves[2])
    sala.captura(sala.claves[2], "ana")
    mirada = lecturas.mirar(sala.padron, AHORA)
    dichas = mirada.dichas
    assert {c: d.publicada for c, d in dichas.items()} == {a: True, b: False}
    assert dichas[a].leida.votos == dichas[b].leida.votos
    assert dichas[a].lectura == sala.acta(a).publicada.base
    assert dichas[b].lectura == sala.acta(b).acordado.lectura
    assert lecturas.mirar(sala.padron, AHORA) is mirada  # nothing changed: nothing is read again
    sala.hecho(Tipo.VERIFICADA, b, "caro", base=dichas[b].lectura)
    assert lecturas.mirar(sala.padron, AHORA).dichas[b].publicada


def test_a_pair_is_shown_with_both_pictures_and_not_what_anybody_typed(sala: Sala) -> None:
    a, b = gemelas(sala)
    publica(sala, b)
    supervisa = sala.entra(Rol.SUPERVISOR)
    filas = lineas(supervisa.get(f"{AVISOS}?csv=avisos"))
    assert [(f["Aviso"][:2], f["Acta"], f["La otra acta"], f["Publicada"]) for f in filas if f["La otra acta"]] == [
        ("E1", a, b, "Sí")
    ]
    (uno,) = [x for x in avisos.avisos(sala.padron, AHORA) if x.validacion is Validacion.IGUALES]
    html = supervisa.get(f"{AVISOS}{uno.id}/").content.decode()
    for clave in (a, b):
        imagen = sala.acta(clave).imagen.sha256
        assert f'src="/coordinacion/acta/{clave}/imagen/{imagen}/"' in html
    dicho = re.sub("<[^>]+>", " ", html)
    assert "Dos casillas dicen lo mismo" in dicho
    votos = lecturas.mirar(sala.padron, AHORA).dichas[a].leida.votos
    grandes = [v for v in (*votos, sum(votos)) if v > 1000]
    assert len(grandes) == 6
    assert [v for v in grandes if re.search(rf"\b{v}\b|\b{v:,}\b", dicho)] == []
    assert set(Registro.objects.filter(que="leyo").values_list("objeto", flat=True)) == {a, b}


def test_saying_that_one_looked_changes_nothing_else(sala: Sala) -> None:
    a, b = gemelas(sala)
    publica(sala, b)
    antes = [sala.acta(c).cabezas for c in (a, b)]
    (uno,) = [x for x in avisos.avisos(sala.padron, AHORA) if x.validacion is Validacion.IGUALES]
    supervisa, audita = sala.entra(Rol.SUPERVISOR), sala.entra(Rol.AUDITOR)
    assert audita.get(f"{AVISOS}{uno.id}/").status_code == 200
    assert audita.post(f"{AVISOS}{uno.id}/", {"nota": "x"}).status_code == 403
    for _ in range(2):  # twice is once
        assert supervisa.post(f"{AVISOS}{uno.id}/", {"nota": "Son dos actas."}).status_code == 302
    de_iguales = supervisa.get(AVISOS, {"cual": "E1", "vistos": "1"})
    (fila,) = de_iguales.context["tabla"].filas
    assert fila["ir"].endswith("?cual=E1&vistos=1")
    assert supervisa.get(fila["ir"]).context["volver"] == f"{AVISOS}?cual=E1&vistos=1"
    assert Visto.objects.get().nota == "Son dos actas."
    assert Registro.objects.filter(que="aviso_visto").count() == 1
    assert [sala.acta(c).cabezas for c in (a, b)] == antes
    assert not [f for f in lineas(supervisa.get(f"{AVISOS}?csv=avisos")) if f["La otra acta"]]
    assert [f["Acta"] for f in lineas(supervisa.get(f"{AVISOS}?vistos=1&csv=avisos"))] == [a]


def test_a_warning_is_of_whoever_reaches_all_of_its_actas(sala: Sala) -> None:
    a, b = gemelas(sala)
    publica(sala, b)
    (uno,) = [x for x in avisos.avisos(sala.padron, AHORA) if x.validacion is Validacion.IGUALES]
    una = sala.entra(Rol.SUPERVISOR, alcance=(a[:11],))
    assert una.get(f"{AVISOS}{uno.id}/").status_code == 404
    assert not [f for f in lineas(una.get(f"{AVISOS}?csv=avisos")) if f["La otra acta"]]
    assert sala.entra(Rol.SUPERVISOR, alcance=(a[:11], b[:11])).get(f"{AVISOS}{uno.id}/").status_code == 200
    assert una.get(f"{AVISOS}nada/").status_code == 404


def municipios(sala: Sala) -> list[list[str]]:
    """Contests of a few casillas: the keys of their actas, those that may hold fewest votes first."""
    eleccion = next(e for e in sala.padron.elecciones if e.ambito is Ambito.MUNICIPIO)
    por_demarcacion: dict[int, list[str]] = {}
    for a in sorted(eleccion.actas, key=lambda a: limite(a, 750) or 0):
        por_demarcacion.setdefault(a.demarcacion, []).append(a.clave)
    return [c for c in por_demarcacion.values() if 2 <= len(c) <= 4]


def caben(sala: Sala, clave: str) -> int:
    """The most votes that an acta may hold."""
    cuantos = limite(sala.padron.actas[clave].acta, 750)
    assert cuantos is not None
    return cuantos


def contiendas(sala: Sala) -> list[liderazgo.Contienda]:
    return list(liderazgo.contiendas(sala.padron, lecturas.mirar(sala.padron, AHORA), 750))


@pytest.mark.parametrize("holgura", [-1, 0, 1])
def test_a_lead_may_change_while_what_is_pending_reaches_it(sala: Sala, holgura: int) -> None:
    falta, *otras, lider = next(m for m in municipios(sala) if caben(sala, m[-1]) > caben(sala, m[0]))
    por_venir = caben(sala, falta)
    boleta = sala.padron.actas[lider].boleta
    primera, *_ = (c for c in boleta.candidaturas if len(c.recuadros) == 1)
    for clave in otras:
        sala.verifica(clave, **dict.fromkeys(boleta.claves, 0))
    sala.verifica(lider, **dict.fromkeys(boleta.claves, 0) | {boleta.claves[primera.recuadros[0]]: por_venir + holgura})
    (contienda,) = contiendas(sala)
    assert (contienda.diferencia, contienda.por_venir, contienda.pendientes) == (por_venir + holgura, por_venir, 1)
    assert contienda.puede_cambiar == (holgura <= 0)


def test_with_nothing_pending_nothing_changes_and_what_does_not_count_leads_nobody(sala: Sala) -> None:
    (*unas, sin_acta), (excede, *_), *_ = municipios(sala)
    boleta = sala.padron.actas[sin_acta].boleta
    for clave in unas:
        sala.verifica(clave, **dict.fromkeys(boleta.claves, 0) | {boleta.claves[0]: 30})
    (contienda,) = contiendas(sala)
    assert (contienda.diferencia, contienda.pendientes, contienda.puede_cambiar) == (30 * len(unas), 1, True)
    dicha = sala.hecho(Tipo.SIN_ACTA, sin_acta, "campo", motivo="2")
    sala.hecho(Tipo.SIN_ACTA_CONFIRMADA, sin_acta, "otro", peticion=dicha.id)
    (contienda,) = contiendas(sala)
    assert (contienda.diferencia, contienda.pendientes, contienda.puede_cambiar) == (30 * len(unas), 0, False)
    suya = sala.padron.actas[excede].boleta.claves
    sala.verifica(excede, **dict.fromkeys(suya, 0) | {suya[0]: caben(sala, excede) + 1})
    assert lecturas.mirar(sala.padron, AHORA).dichas[excede].publicada
    assert len(contiendas(sala)) == 1


def test_what_is_counted_and_what_is_pending_come_from_one_look(sala: Sala, monkeypatch: pytest.MonkeyPatch) -> None:
    """However old the look of the board is."""
    monkeypatch.setattr(panorama, "FRESCO", timedelta(hours=1))
    unas = next(m for m in municipios(sala) if len(m) > 2)
    boleta = sala.padron.actas[unas[0]].boleta
    audita = sala.entra(Rol.AUDITOR)
    for n, clave in enumerate(unas[:2], 1):
        sala.verifica(clave, **dict.fromkeys(boleta.claves, 0) | {boleta.claves[0]: 5})
        (fila,) = lineas(audita.get(f"{AVISOS}?csv=contiendas"))
        assert (fila["Diferencia en votos"], fila["Pendientes"]) == (str(5 * n), str(len(unas) - n))


def test_nearly_finished_and_close_is_an_alert_on_the_board(sala: Sala) -> None:
    eleccion = next(e for e in sala.padron.elecciones if e.ambito is Ambito.MUNICIPIO)
    boleta = {a.clave: eleccion.boletas[a.demarcacion] for a in eleccion.actas}
    casi = liderazgo.Contienda("X", 1, (), 20, 2, 30, 700)
    assert casi.alerta
    assert not liderazgo.Contienda("X", 1, (), 20, 3, 30, 700).alerta
    assert not liderazgo.Contienda("X", 1, (), 20, 2, 701, 700).alerta
    assert liderazgo.Contienda("X", 1, (), 20, 2, 701, None).alerta  # no bound: nobody can say
    unas = municipios(sala)[0]
    sala.verifica(unas[0], **dict.fromkeys(boleta[unas[0]].claves, 0) | {boleta[unas[0]].claves[0]: 5})
    filas = lineas(sala.entra(Rol.AUDITOR).get(f"{AVISOS}?csv=contiendas"))
    assert [(f["Diferencia en votos"], f["Pendientes"], f["Alerta"]) for f in filas] == [("5", str(len(unas) - 1), "")]
    assert "contiendas que las últimas" in sala.entra(Rol.SUPERVISOR).get("/coordinacion/").content.decode()
    assert "contiendas que las últimas" not in sala.entra(Rol.CONSEJO).get("/coordinacion/").content.decode()
    parte = sala.entra(Rol.SUPERVISOR, alcance=(unas[0][:11],))
    assert lineas(parte.get(f"{AVISOS}?csv=contiendas")) == []  # of a part of a contest nothing can be said

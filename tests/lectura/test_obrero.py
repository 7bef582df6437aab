"""The worker on a real bitácora: what it reads, what it keeps, what it says, and that nothing is lost or doubled."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from noche_leida import (
    VOTOS,
    NocheLeida,
    Papeles,
    apuntar,
    clave,
    hijos,
    leer_votos,
    leida,
    valores,
)

from noche import imagen
from noche import lectura as lectura_de
from prep.bitacora.services import LECTOR
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import Tipo
from prep.lectura.lectores import Lectores, lector_de
from prep.lectura.models import Lectura as FilaLectura
from prep.lectura.obrero import turno
from prep.lectura.resultado import Lectura
from prep.lectura.revision import Opinion
from prep.lectura.trabajo import _vuelta as una_vuelta
from prep.plataforma.almacen import ErrorAlmacen


def equivocar(dichos: dict[str, Any]) -> dict[str, Any]:
    """The same acta with one number that is not the one on the paper."""
    clave_, votos = max((k, v) for k, v in dichos["votos"].items() if isinstance(v, int))
    return {**dichos, "votos": {**dichos["votos"], clave_: votos + 100 if votos < 800 else 0}}


# --- on real paper -------------------------------------------------------------------------------------------------


def test_as_reviewer_it_confirms_what_the_paper_says_and_returns_what_it_does_not(
    noche_leida: NocheLeida, papeles: Papeles
) -> None:
    n = noche_leida
    buena, mala, perdida = (a.esperada.clave for a in papeles.actas[:3])
    n.coincide(buena, papeles.actas[0].valores, papeles.imagenes[buena])
    base = n.coincide(mala, equivocar(papeles.actas[1].valores), papeles.imagenes[mala])
    n.coincide(perdida, papeles.actas[2].valores, imagen("esta no está"))
    leer = lector_de(papeles.almacen, papeles.formas)
    vuelta = n.leer(leer)
    assert vuelta.opiniones == {
        buena: Opinion.CONFIRMA,
        mala: Opinion.DEVUELVE,
        perdida: Opinion.SIN_OPINION,
    }
    assert (vuelta.no_leidas, vuelta.tardios, vuelta.sin_almacen) == (1, [], [])
    assert [n.captura_de(a) for a in (buena, mala, perdida)] == ["coincide", "discrepante", "coincide"]

    fila = n.lecturas()[mala]
    (hecho,) = n.revisadas()
    assert (hecho.sujeto, hecho.persona, hecho.id) == (f"acta:{mala}", LECTOR, fila.hecho)
    assert orjson.loads(bytes(hecho.cuerpo))["hecho"]["contenido"] == {
        "base": lectura_de(base),
        "opinion": "devuelve",
        "lectura": fila.huella,
    }
    documento = bytes(fila.documento)
    assert hashlib.sha256(documento).hexdigest() == fila.huella
    lectura = Lectura.de_dict(json.loads(documento))
    assert (lectura.acta, lectura.imagen) == (mala, papeles.imagenes[mala])
    assert lectura.plantilla == papeles.formas.hoja(mala).plantilla.id
    assert len(lectura.modelo) == 64 and all(len(c.recorte) == 64 for c in lectura.campos)
    assert lectura == leer(mala, papeles.imagenes[mala])  # anybody who reads it again reads the same bits
    assert Lectura.de_dict(orjson.loads(n.lecturas()[perdida].documento)).rechazo == "imagen_perdida"
    assert list(verificar()) == []


def test_as_pilot_it_only_keeps_what_it_read(noche_leida: NocheLeida, papeles: Papeles) -> None:
    n, acta = noche_leida, papeles.actas[1]
    n.coincide(acta.esperada.clave, equivocar(acta.valores), papeles.imagenes[acta.esperada.clave])
    vuelta = n.leer(lector_de(papeles.almacen, papeles.formas), actua=False)
    assert vuelta.opiniones == {acta.esperada.clave: Opinion.DEVUELVE}
    fila = n.lecturas()[acta.esperada.clave]
    assert (fila.opinion, fila.hecho, fila.tarde) == ("devuelve", "", False) and len(fila.campos) == 1
    assert n.revisadas() == [] and n.captura_de(acta.esperada.clave) == "coincide"


def test_a_damaged_image_or_one_that_is_none_is_said_with_its_reason(
    noche_leida: NocheLeida, papeles: Papeles, tmp_path: Path
) -> None:
    """Altered bytes, a program that calls itself a picture, another acta's picture: each with its reason."""
    from prep.evidencia.imagenes import guardar_original
    from prep.plataforma.almacen import AlmacenCarpeta

    n, almacen = noche_leida, AlmacenCarpeta(tmp_path)
    una, otra, tercera, buena = (a.esperada.clave for a in papeles.actas)
    foto = papeles.imagenes[una]
    jpeg = papeles.almacen.leer(f"imagenes/{foto[:2]}/{foto}.jpg")
    assert jpeg is not None
    almacen.escribir(f"imagenes/{foto[:2]}/{foto}.jpg", jpeg[:-2000] + bytes(2000))
    programa = guardar_original(almacen, b"MZ\x90\x00 esto no es una imagen")
    original = guardar_original(almacen, jpeg)
    assert original == foto
    de_otra = papeles.imagenes[buena]
    datos = papeles.almacen.leer(f"imagenes/{de_otra[:2]}/{de_otra}.jpg")
    assert datos is not None
    guardar_original(almacen, datos)
    n.coincide(una, papeles.actas[0].valores, foto)
    n.coincide(otra, papeles.actas[1].valores, programa)
    n.coincide(tercera, papeles.actas[2].valores, de_otra)
    n.coincide(buena, papeles.actas[3].valores, de_otra)
    assert n.leer(lector_de(almacen, papeles.formas)).no_leidas == 3
    lecturas = {a: Lectura.de_dict(orjson.loads(f.documento)) for a, f in n.lecturas().items()}
    assert {a: r.rechazo for a, r in lecturas.items()} == {
        una: "imagen_alterada",
        otra: "archivo_rechazado",
        tercera: "otra_acta",
        buena: None,
    }
    assert "JPEG, PNG o TIFF" in lecturas[otra].detalle
    assert n.lecturas()[buena].opinion == "confirma"


# --- blind ---------------------------------------------------------------------------------------------------------


def test_nothing_is_read_before_two_people_agree(noche_leida: NocheLeida, tmp_path: Path) -> None:
    n, acta = noche_leida, clave(1)
    leer, marcas = apuntar(tmp_path)
    with Lectores(leer, 1) as lectores:
        obrero = n.obrero(lectores)
        n.llega(acta)
        assert obrero.vuelta().opiniones == {}
        n.teclea(acta, "captura-1", valores())
        assert obrero.vuelta().opiniones == {} and marcas() == []
        n.teclea(acta, "captura-2", valores(SOL=118))  # they differ: a third person rules, and the reader is not asked
        assert obrero.vuelta().opiniones == {}
        ruling = n.hecho(Tipo.DICTAMINADA, acta, "supervisa-1", imagen=imagen(acta), valores=valores())
        assert obrero.vuelta().opiniones == {} and marcas() == []
        n.hecho(Tipo.DEVUELTA, acta, "verifica-1", base=lectura_de(ruling), motivo="No coincide.")
        n.teclea(acta, "captura-3", valores())
        assert obrero.vuelta().opiniones == {}
        n.teclea(acta, "captura-4", valores())
        assert obrero.vuelta().opiniones == {acta: Opinion.CONFIRMA} and marcas() == [acta]


def test_what_it_says_carries_no_number(noche_leida: NocheLeida) -> None:
    """All that leaves the table is the fact: which match, that it is sent back, and the hash of a reading."""
    n = noche_leida
    base = n.coincide(clave(1), valores(SOL=617))
    n.leer(leer_votos)
    (hecho,) = n.revisadas()
    contenido = orjson.loads(bytes(hecho.cuerpo))["hecho"]["contenido"]
    assert contenido.keys() == {"base", "opinion", "lectura"}
    assert (contenido["base"], contenido["lectura"]) == (lectura_de(base), n.lecturas()[clave(1)].huella)
    from django.contrib import admin

    assert FilaLectura not in admin.site._registry


# --- once ----------------------------------------------------------------------------------------------------------


def test_what_was_read_is_said_though_the_turn_was_cut_short(
    noche_leida: NocheLeida, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    n = noche_leida
    for i in range(3):
        n.coincide(clave(i), valores())
    todas = Lectores.leer_todas

    def dos_y_ctrl_c(lectores: Lectores, tareas: Any) -> Iterator[Any]:
        yield from islice(todas(lectores, tareas), 2)
        raise KeyboardInterrupt

    with Lectores(leer_votos, 1) as lectores:
        monkeypatch.setattr(Lectores, "leer_todas", dos_y_ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            una_vuelta(n.obrero(lectores))
    assert "Actas leídas: 2; confirmadas 2" in capsys.readouterr().out and len(n.lecturas()) == 2


def test_reading_twice_is_reading_once(noche_leida: NocheLeida, tmp_path: Path) -> None:
    n = noche_leida
    leer, marcas = apuntar(tmp_path)
    for i in range(5):
        n.coincide(clave(i), valores(SOL=617) if i == 2 else valores())
    with Lectores(leer, 2) as lectores:
        obrero = n.obrero(lectores)
        assert len(obrero.vuelta().opiniones) == 5
        assert obrero.vuelta().opiniones == {}
    assert n.leer(leer).opiniones == {}  # another worker that starts later
    assert sorted(marcas()) == [clave(i) for i in range(5)]
    assert len(n.revisadas()) == 1


def test_looking_for_matches_asks_the_same_however_many_there_are(noche_leida: NocheLeida) -> None:
    n, consultas = noche_leida, list[int]()
    with Lectores(leer_votos, 1) as lectores:
        for i in range(4):
            n.coincide(clave(i), valores())
            with CaptureQueriesContext(connection) as vistas:
                assert len(n.obrero(lectores)._pendientes()) == i + 1
            consultas.append(len(vistas))
    assert len(set(consultas)) == 1, consultas


def test_every_match_is_read_again(noche_leida: NocheLeida) -> None:
    """What was returned and typed again is another match; an acta that only got another stamp is not."""
    n, acta = noche_leida, clave(1)
    primera = n.coincide(acta, valores())
    assert n.leer(leer_votos).opiniones == {acta: Opinion.CONFIRMA}
    n.hecho(Tipo.ACOPIADA, acta, "acopio-1", hora=n.noche.ahora.isoformat())
    assert n.leer(leer_votos).opiniones == {}
    n.hecho(Tipo.DEVUELTA, acta, "verifica-1", base=lectura_de(primera), motivo="No coincide.")
    n.teclea(acta, "captura-3", valores(RIO=99))
    segunda = n.teclea(acta, "captura-4", valores(RIO=99))
    assert n.leer(leer_votos).opiniones == {acta: Opinion.DEVUELVE}
    bases = FilaLectura.objects.filter(acta=acta).order_by("id").values_list("base", flat=True)
    assert list(bases) == [lectura_de(primera), lectura_de(segunda)]


def test_readings_are_neither_changed_nor_erased(noche_leida: NocheLeida) -> None:
    n = noche_leida
    n.coincide(clave(1), valores())
    n.leer(leer_votos)
    fila = FilaLectura.objects.get()
    for orden in (
        "UPDATE lectura_lectura SET opinion = 'devuelve'",
        "DELETE FROM lectura_lectura",
        "TRUNCATE lectura_lectura",
    ):
        with pytest.raises(IntegrityError, match="no se cambian ni se borran"), transaction.atomic():
            connection.cursor().execute(orden)
    copia = {c: getattr(fila, c) for c in ("acta", "imagen", "hora", "segundos", "opinion", "campos", "tarde")}
    with pytest.raises(IntegrityError, match="una_por_coincidencia"), transaction.atomic():
        FilaLectura.objects.create(**copia, base=fila.base, documento=fila.documento, huella=fila.huella)
    with pytest.raises(DatabaseError, match="huella_del_documento"), transaction.atomic():
        FilaLectura.objects.create(**copia, base=imagen("x"), documento=b"{}", huella=fila.huella)


# --- late ----------------------------------------------------------------------------------------------------------


class Lentos(Lectores):
    """Readers during whose work something else happens."""

    entretanto: Any = None

    def leer_todas(self, tareas: Any) -> Iterator[Any]:
        for resultado in list(super().leer_todas(tareas)):
            self.entretanto()
            yield resultado


@pytest.mark.parametrize("actua", [True, False], ids=["revisora", "piloto"])
def test_if_somebody_verified_meanwhile_the_warning_is_late(noche_leida: NocheLeida, actua: bool) -> None:
    from prep.lectura.balance import balance, por_revisar

    n, acta = noche_leida, clave(1)
    base = n.coincide(acta, valores(SOL=617))
    with Lentos(leer_votos, 1) as lectores:
        lectores.entretanto = lambda: n.hecho(Tipo.VERIFICADA, acta, "verifica-1", base=lectura_de(base))
        vuelta = n.obrero(lectores, actua).vuelta()
    assert (vuelta.opiniones, vuelta.tardios) == ({acta: Opinion.DEVUELVE}, [acta])
    fila = n.lecturas()[acta]
    assert (fila.opinion, fila.tarde, fila.hecho) == ("devuelve", True, "")
    assert n.captura_de(acta) == "verificada" and n.revisadas() == []
    b = balance()
    assert (b["avisos_tardios"], b["errores_atrapados"], b["falsas_alarmas"]) == (1, 0, 0)
    assert por_revisar(b) == [acta]


# --- whatever happens ----------------------------------------------------------------------------------------------


def test_a_reading_that_kills_its_process_does_not_stop_the_others(noche_leida: NocheLeida, tmp_path: Path) -> None:
    n = noche_leida
    for i in range(12):
        n.coincide(clave(i), valores())

    def leer(acta: str, foto: str) -> Lectura:
        primera_vez = tmp_path / acta
        if acta == clave(3) or (acta == clave(7) and not primera_vez.exists()):
            primera_vez.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if acta == clave(5):
            raise ValueError("esto no lo esperaba nadie")
        return leida(acta, foto)

    vuelta = n.leer(leer)
    assert len(vuelta.opiniones) == 12 and vuelta.no_leidas == 2
    lecturas = {a: Lectura.de_dict(orjson.loads(f.documento)) for a, f in n.lecturas().items()}
    assert {a for a, r in lecturas.items() if not r.leida} == {clave(3), clave(5)}
    assert {lecturas[clave(i)].rechazo for i in (3, 5)} == {"lectura_fallida"}
    assert "esto no lo esperaba nadie" in lecturas[clave(5)].detalle
    assert [f.opinion for a, f in n.lecturas().items() if a in (clave(3), clave(5))] == ["sin_opinion"] * 2


@pytest.mark.parametrize("procesos", [1, 2, 3])
def test_whoever_shares_a_process_with_a_reading_that_dies_is_read(tmp_path: Path, procesos: int) -> None:
    """Those that had not begun, and those that die the first time they run, wherever that is; each is read once."""

    def leer(acta: str, foto: str) -> Lectura:
        veces = tmp_path / acta
        with veces.open("a") as f:
            f.write(".")
        if acta == "mata" or (acta in ("a", "d", "h") and veces.stat().st_size == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        return leida(acta, foto)

    actas = ["a", "b", "c", "mata", "d", "e", "f", "g", "h"]
    with Lectores(leer, procesos) as lectores:
        salida = [(a, r) for a, r, _ in lectores.leer_todas((acta, "foto") for acta in actas)]
    assert sorted(a for a, _ in salida) == sorted(actas)
    assert [a for a, r in salida if r is None or not r.leida] == ["mata"]
    sanas = [a for a in actas if a not in ("a", "d", "h", "mata")]
    assert all((tmp_path / a).stat().st_size <= 2 for a in sanas)


def test_a_reading_that_never_ends_is_left(noche_leida: NocheLeida, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prep.lectura.lectores.LIMITE", 1)
    n = noche_leida
    for i in range(3):
        n.coincide(clave(i), valores())

    def leer(acta: str, foto: str) -> Lectura:
        while acta == clave(1):
            time.sleep(0.1)
        return leida(acta, foto)

    assert n.leer(leer).no_leidas == 1
    assert {a: f.opinion for a, f in n.lecturas().items()} == {
        clave(0): "confirma",
        clave(1): "sin_opinion",
        clave(2): "confirma",
    }


def test_if_the_store_does_not_answer_it_is_tried_again(noche_leida: NocheLeida, tmp_path: Path) -> None:
    n, volvio = noche_leida, tmp_path / "volvio"
    n.coincide(clave(1), valores())

    def leer(acta: str, foto: str) -> Lectura:
        if not volvio.exists():
            raise ErrorAlmacen("El almacén no responde.")
        return leida(acta, foto)

    with Lectores(leer, 1) as lectores:
        obrero = n.obrero(lectores)
        assert obrero.vuelta().sin_almacen == [clave(1)] and n.lecturas() == {}
        volvio.touch()
        assert obrero.vuelta().opiniones == {clave(1): Opinion.CONFIRMA}


def revisar_que_todo_cuadra(n: NocheLeida, actas: int) -> None:
    """Every match has one reading; each that had to be sent back was, once, with the fact its reading names."""
    filas = FilaLectura.objects.all()
    assert sorted(f.acta for f in filas) == [clave(i) for i in range(actas)]
    assert {f.acta for f in filas if f.opinion == "devuelve"} == {clave(i) for i in range(0, actas, 3)}
    assert sorted(f.hecho for f in filas if f.hecho) == sorted(h.id for h in n.revisadas())
    assert sorted(h.sujeto for h in n.revisadas()) == [f"acta:{clave(i)}" for i in range(0, actas, 3)]
    assert list(verificar()) == []


def sembrar(n: NocheLeida, actas: int) -> None:
    for i in range(actas):
        n.coincide(clave(i), valores(SOL=617) if i % 3 == 0 else valores())


def matar_muchas_veces(n: NocheLeida, actas: int, veces: int) -> None:
    sembrar(n, actas)

    def leer(acta: str, foto: str) -> Lectura:
        time.sleep(0.002)
        return leida(acta, foto)

    connection.close()
    vistas = [0]
    for i in range(veces):
        (obrero,) = hijos(1, lambda _: n.leer(leer))
        limite = time.monotonic() + 20
        # Somewhere in the middle of what is left: each time at another place.
        while FilaLectura.objects.count() < vistas[-1] + 1 + i % 3 and time.monotonic() < limite:
            if os.waitpid(obrero, os.WNOHANG)[0]:
                break
            time.sleep(0.0007 * (i % 5))
        else:
            os.kill(obrero, signal.SIGKILL)
            os.waitpid(obrero, 0)
        vistas.append(FilaLectura.objects.count())
        connection.close()
    assert 0 < vistas[-1] < actas, vistas  # it died while there was work
    n.leer(leer)
    revisar_que_todo_cuadra(n, actas)


def test_killing_the_worker_neither_loses_nor_repeats_anything(noche_leida: NocheLeida) -> None:
    matar_muchas_veces(noche_leida, 60, 6)


def test_dying_between_the_fact_and_the_reading_leaves_neither(
    noche_leida: NocheLeida, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = noche_leida
    sembrar(n, 4)
    connection.close()

    def trabajar(_: int) -> None:
        monkeypatch.setattr(FilaLectura.objects, "create", lambda **_: os.kill(os.getpid(), signal.SIGKILL))
        n.leer(leer_votos)

    (obrero,) = hijos(1, trabajar)
    assert os.waitpid(obrero, 0)[1] == signal.SIGKILL
    assert n.lecturas() == {} and n.revisadas() == []
    n.leer(leer_votos)
    revisar_que_todo_cuadra(n, 4)


@pytest.mark.largo
def test_killing_the_worker_many_times_over(noche_leida: NocheLeida) -> None:
    matar_muchas_veces(noche_leida, 600, 60)


def test_two_workers_at_once_write_only_once(noche_leida: NocheLeida) -> None:
    """Even without taking turns, as when a connection falls and the turn with it."""
    n = noche_leida
    sembrar(n, 30)
    connection.close()
    for pid in list(hijos(2, lambda _: n.leer(leer_votos))):
        assert os.waitpid(pid, 0)[1] == 0
    revisar_que_todo_cuadra(n, 30)


def test_only_one_worker_has_the_turn(noche_leida: NocheLeida) -> None:
    visto = []

    def otro() -> None:
        with turno() as mio:
            visto.append(mio)
        connection.close()

    with turno() as mio:
        assert mio
        hilo = threading.Thread(target=otro)
        hilo.start()
        hilo.join()
    otro()
    assert visto == [False, True]


def test_the_made_up_reader_reads_what_it_says() -> None:
    """The made-up reader reads what it says: the tests above rest on it."""
    assert {c.clave: c.valor for c in leer_votos("x", "y").campos} == VOTOS


def test_an_interruption_is_not_taken_for_a_database_that_is_away(noche_leida: NocheLeida) -> None:
    """Ctrl-C in a query may take the connection along: that the turn cannot be given back must not hide it."""
    with pytest.raises(KeyboardInterrupt), turno() as mio:
        assert mio
        connection.connection.close()
        raise KeyboardInterrupt
    connection.close()
    with turno() as mio:
        assert mio

"""Facts of an hour are written while the corte of the one before is made, and nothing that is published shows it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from fabrica_publicado import base, guardar, renglon, sin_votos

from prep.bitacora.nodos import NodoInstituto, NodoLocal
from prep.bitacora.services import anotar, fundar_instalacion
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.procesos import CORTESIA
from prep.publicacion.corte import Corte, hacer_corte
from prep.publicacion.publicador import CorteImposible, Publicador
from prep.reproduccion import leer
from prep.reproduccion.derivar import Derivado, derivar_proceso
from prep.reproduccion.guion import Guion
from prep.reproduccion.reproducir import horas_de_corte, reproducir
from prep.transparencia.almacen import CANDADO
from prep.transparencia.nota import FIRMA, LlavePrivada

EACH = timedelta(minutes=60)
NODE = NodoLocal("reproduccion", Ed25519PrivateKey.from_private_bytes(b"n" * 32))
PHONE = {"DIGITALIZACION": "Móvil", "ORIGEN": "CASILLA"}
TIMES = ("FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION")


def night(folder: Path) -> Derivado:
    """Two districts, scans and then photographs, one acta that did not come and a sheet of no casilla."""
    early = [renglon(s, distrito=1 + s % 2) for s in range(1, 6)]
    late = [
        renglon(s, distrito=1 + s % 2, **PHONE, **dict.fromkeys(TIMES, f"02/06/2024 22:0{s}:00")) for s in range(6, 10)
    ]
    absent = sin_votos(renglon(11), "", OBSERVACIONES="Sin acta(3)", CONTABILIZADA="0", TOTAL_VOTOS_CALCULADO="")
    unknown = {"OBSERVACIONES": "Fuera de Catálogo", "CONTABILIZADA": "2", "CLAVE_CASILLA": "-", "CLAVE_ACTA": "-"}
    rows = [*early, *late, absent, sin_votos(renglon(12), "-", TOTAL_VOTOS_CALCULADO="-", **unknown)]
    return derivar_proceso(leer([guardar(folder, base(*rows), nombre="JAL_DIP_LOC_2024.csv")]), 1000)


def publisher(derived: Derivado, root: Path) -> Publicador:
    key = LlavePrivada("reproduccion.prep.invalid/prueba", FIRMA, b"i" * 32)
    reserve, store = root.with_name(f"{root.name}-reserva"), AlmacenCarpeta(root)
    return Publicador(
        derived.proceso, derived.informativo, store, Modo.PRUEBA, key, software="ab" * 32, reserva=reserve
    )


def one_after_another(derived: Derivado, p: Publicador) -> None:
    """The same night by whoever waits for each corte before writing anything else."""
    guion = Guion(derived)
    root, phones = NodoInstituto(p.firmante, p.firmante.llave.publica), guion.telefonos  # type: ignore[arg-type,union-attr]
    fundar_instalacion(derived.proceso.clave, p.modo.value, root, NODE, guion.cargos, guion.inicio, telefonos=phones)
    p.nodo = NODE
    facts = list(guion.hechos())
    hours = horas_de_corte(guion, EACH)
    since: datetime | None = None
    for hour in hours:
        new = [h for h in facts if (since is None or h.hora > since) and (h.hora <= hour or hour == hours[-1])]
        anotar(new, NODE, hour, phones)
        hacer_corte(p, hour, cierre=hour == hours[-1] and derived.cierre, con_libro=hour == hours[-1])
        since = hour


def tree(root: Path) -> dict[str, bytes]:
    return {
        p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != CANDADO
    }


def without_a_candidate(derived: Derivado, folder: Path) -> Derivado:
    """Whose second ballot is not the one that was typed: its actas cannot be carried."""
    row = renglon(1, distrito=2, CAND_IND_1="")
    other = derivar_proceso(leer([guardar(folder, base(row, renglon(2)), nombre="JAL_DIP_LOC_2024_B.csv")]), 1000)
    (election,) = derived.proceso.elecciones
    ballots = {**election.boletas, 2: other.proceso.elecciones[0].boletas[2]}
    return replace(derived, proceso=replace(derived.proceso, elecciones=(replace(election, boletas=ballots),)))


@pytest.mark.parametrize("withheld", [False, True])
def test_what_is_published_is_what_one_after_another_would(
    tmp_path: Path, bitacora_nueva: Callable[[], Any], withheld: bool
) -> None:
    """Also where a corte cannot carry what was supposed, and what followed is written again."""
    derived = night(tmp_path)
    seen = without_a_candidate(derived, tmp_path) if withheld else derived
    one_after_another(derived, publisher(seen, tmp_path / "una"))
    niceness, before = set[int](), set(multiprocessing.active_children())

    def look(_facts: int, _corte: Corte | None) -> None:
        children = set(multiprocessing.active_children()) - before
        niceness.update(os.getpriority(os.PRIO_PROCESS, child.pid or 0) for child in children)

    with bitacora_nueva():
        done = reproducir(derived, Guion(derived), publisher(seen, tmp_path / "otra-vez"), NODE, EACH, look)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bitacora_hecho WHERE tipo = 'publicada'")
            on_record = cursor.fetchone()[0]
    assert niceness == {os.nice(0), max(CORTESIA, os.nice(0))}  # whoever makes facts gives way to who makes cortes
    assert [c.numero for c in done.cortes] == [1, 2, 3, 4]
    assert any(c.alarmas for c in done.cortes) is withheld
    assert on_record == (6 if withheld else 11)
    assert tree(tmp_path / "una") == tree(tmp_path / "otra-vez")


@pytest.mark.parametrize("how", ["spoiled", "killed"])
def test_a_corte_that_cannot_be_made_ends_the_replay_and_leaves_the_one_before(
    tmp_path: Path, bitacora_nueva: Callable[[], Any], how: str
) -> None:
    """What it needs of the one before is spoiled; or the process that makes it is killed."""
    derived = night(tmp_path)
    p = publisher(derived, tmp_path / "publicacion")
    others: set[Any] = set()

    def harm(_facts: int, corte: Corte | None) -> None:
        if corte is None and not others:
            others.update(multiprocessing.active_children())  # whoever makes the facts
        if corte is None or corte.numero != 2:
            return
        if how == "killed":
            for child in set(multiprocessing.active_children()) - others:
                child.kill()
        else:
            manifest = tmp_path / "publicacion" / corte.ruta / "corte.json"
            manifest.write_bytes(manifest.read_bytes().replace(b'"corte":2', b'"corte":7'))

    with pytest.raises(CorteImposible, match="sigue publicado el anterior"):
        reproducir(derived, Guion(derived), p, NODE, EACH, harm)
    assert orjson.loads((tmp_path / "publicacion" / "ultimo.json").read_bytes())["corte"] == 2
    assert not (tmp_path / "publicacion" / "cortes" / "0003" / "corte.json").exists()


def test_a_night_whose_facts_stop_coming_ends_where_it_is(tmp_path: Path, bitacora_nueva: Callable[[], Any]) -> None:
    """The process that makes them is killed."""
    derived = night(tmp_path)
    p = publisher(derived, tmp_path / "publicacion")

    def kill(_facts: int, corte: Corte | None) -> None:
        if corte is None:
            for child in multiprocessing.active_children():
                child.kill()

    with pytest.raises(CorteImposible, match="el proceso que preparaba los hechos"):
        reproducir(derived, Guion(derived), p, NODE, EACH, kill)

"""An auditor's recomputation: other database, exported facts, the same bytes; and the commands, as people run them."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from escena import CIERRE, Escena, noche
from hypothesis import given
from hypothesis import strategies as st

from prep import portal
from prep.bitacora.exportacion import exportar, importar
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.reloj import RelojFijo
from prep.publicacion.corte import Corte, CorteImposible
from prep.publicacion.programador import Alarma, programar, siguiente
from prep.publicacion.rehacer import RehacerImposible, Rehecho, rehacer
from semillero import Semillero


def test_another_database_gives_the_same_bytes(bitacora_nueva: Any, escena: Escena, tmp_path: Path) -> None:
    """Three cortes, the last one the closing; each recomputed from all the facts, which go beyond it."""
    escena.portal = portal
    _, hechos = noche()
    tercio = len(hechos) // 3
    for i in range(3):
        escena.anotar(hechos[i * tercio : (i + 1) * tercio])
        escena.corte(120 * (i + 1), cierre=i == 2, evidencia=AlmacenCarpeta(tmp_path / "evidencia"))
    escena.anotar(hechos[3 * tercio :])
    with (tmp_path / "hechos.jsonl").open("wb") as salida:
        exportar(salida)
    copia = tmp_path / "copia"
    shutil.copytree(escena.raiz, copia)

    def otra_vez(corte: int, **cambios: Any) -> Rehecho:
        proceso = replace(escena.proceso, **cambios)
        return rehacer(copia / "cortes" / f"{corte:04d}", proceso, escena.informativo, portal)

    with bitacora_nueva():
        with pytest.raises(RehacerImposible, match="prep bitacora importar"):
            otra_vez(1)
        importar(tmp_path / "hechos.jsonl")
        for n in (1, 2, 3):
            r = otra_vez(n)
            assert (r.corte, r.diferencias) == (n, []) and r.posicion >= n * tercio
            assert r.archivos > 40 and not r.mismo_programa
        with pytest.raises(RehacerImposible, match="prep proceso importar"):
            otra_vez(1, huella="0" * 64)
        with pytest.raises(RehacerImposible, match=r"Falta cortes/0009/corte\.json"):
            otra_vez(9)
        resumen = copia / "cortes" / "0002" / "GUB" / "resumen.json"
        alterado = resumen.read_bytes().replace(b'"total":', b'"total" :')
        resumen.unlink()
        resumen.write_bytes(alterado)
        assert otra_vez(2).diferencias == ["GUB/resumen.json: el archivo de la copia no es el que dice su manifiesto"]
        manifiesto = copia / "cortes" / "0003" / "corte.json"
        m = json.loads(manifiesto.read_bytes())
        m["cuentas"]["GUB"]["contabilizadas"] += 1
        m["archivos"][0]["sha256"] = "0" * 64
        from prep.transparencia.canonico import canonico

        manifiesto.unlink()
        manifiesto.write_bytes(canonico(m))
        assert len(otra_vez(3).diferencias) == 2


def test_missing_pages_do_not_hide_the_rest(escena: Escena, tmp_path: Path) -> None:
    """A corte published without pages is recomputed without them; where they cannot be drawn, the rest is compared."""

    class Roto:
        recursos, portada = staticmethod(portal.recursos), staticmethod(portal.portada)

        @staticmethod
        def dibujos(corte: Any) -> Any:
            raise KeyError("total")

    def otra_vez(corte: int, dibuja: Any) -> list[str]:
        return rehacer(escena.raiz / "cortes" / f"{corte:04d}", escena.proceso, escena.informativo, dibuja).diferencias

    _, hechos = noche()
    escena.anotar(hechos[:100])
    escena.portal = portal
    escena.corte()
    escena.anotar(hechos[100:200])
    escena.corte(5, portal=Roto())
    assert otra_vez(1, portal) == otra_vez(2, portal) == []
    (sin_paginas,) = otra_vez(1, Roto())
    assert sin_paginas == "páginas: aquí no se pudieron dibujar. Causa: KeyError: 'total'"
    resumen = escena.raiz / "cortes" / "0001" / "GUB" / "resumen.json"
    datos = resumen.read_bytes()
    resumen.unlink()
    resumen.write_bytes(datos + b" ")
    assert [d.split(":")[0] for d in otra_vez(1, Roto())] == ["páginas", "GUB/resumen.json"]


# --- On schedule -----------------------------------------------------------------------------------------------------

ZONA = ZoneInfo("America/Mexico_City")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.integers(1, 60),
    st.sampled_from([ZONA, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")]),
)
def test_the_turn_is_the_next_multiple_of_the_clock(ahora: datetime, cada: int, zona: ZoneInfo) -> None:
    local = ahora.replace(tzinfo=zona)
    turno = siguiente(local, cada, zona)
    assert turno.timestamp() > local.timestamp() and turno.second == turno.microsecond == 0
    assert turno.timestamp() - local.timestamp() <= cada * 60 + 3600
    if zona.key == "Asia/Kolkata":  # no daylight saving
        minutos = turno.hour * 60 + turno.minute
        assert minutos % cada == 0 or minutos < cada
        assert turno - local <= timedelta(minutes=cada)


def _corte(n: int, hora: datetime) -> Corte:
    return Corte(n, hora, f"cortes/{n:04d}", "", {}, 0, 0, 0, 0, {}, ())


def test_punctual_even_if_it_fails_or_takes_long(tmp_path: Path) -> None:
    """Every 15 minutes from 18:07; the third fails, the fourth takes 20 minutes: its next turn is skipped."""
    reloj = RelojFijo(datetime(2027, 6, 6, 18, 7, 3, tzinfo=ZONA))
    alarma = Alarma(tmp_path / "alarma.json")
    horas: list[str] = []
    vistas: list[bool] = []

    def hacer(hora: datetime) -> Corte:
        horas.append(f"{hora.astimezone(ZONA):%H:%M:%S}")
        if len(horas) == 3:
            raise CorteImposible("sin espacio")
        if len(horas) == 4:
            assert json.loads((tmp_path / "alarma.json").read_bytes())["fallas"] == 1
            reloj.avanzar(timedelta(minutes=20))
        return _corte(len(horas), hora)

    def contar(corte: Corte | None, proximo: datetime) -> bool:
        vistas.append(corte is not None)
        return len(horas) < 6

    programar(hacer, reloj, 15, ZONA, alarma, contar, lambda s: reloj.avanzar(timedelta(seconds=s)))
    assert horas == ["18:15:00", "18:30:00", "18:45:00", "19:00:00", "19:30:00", "19:45:00"]
    assert vistas == [True, True, False, True, True, True]
    assert not (tmp_path / "alarma.json").exists()


def test_the_alarm_counts_the_failures_and_goes_out(tmp_path: Path) -> None:
    alarma = Alarma(tmp_path / "alarma.json")
    alarma.encender(CIERRE, "uno")
    alarma.encender(CIERRE + timedelta(minutes=5), "dos")
    dicho = json.loads((tmp_path / "alarma.json").read_bytes())
    assert (dicho["fallas"], dicho["motivo"], dicho["desde"]) == (2, "dos", CIERRE.isoformat())
    alarma.apagar()
    alarma.apagar()
    assert list(tmp_path.iterdir()) == []


# --- The commands ----------------------------------------------------------------------------------------------------


def test_the_commands_from_an_empty_installation_to_a_corte_recomputed(
    url_postgres: str, tmp_path: Path, semillero: Semillero
) -> None:
    """From an empty installation to a corte recomputed; and what each refusal says."""
    from urllib.parse import urlsplit, urlunsplit

    base = f"prep_{tmp_path.name.replace('-', '_')[-20:]}_{os.getpid()}".lower()
    url = urlunsplit(urlsplit(url_postgres)._replace(path=f"/{base}"))
    datos = tmp_path / "datos"
    entorno = os.environ | {"DATABASE_URL": url, "PREP_DATOS_DIR": str(datos), "COLUMNS": "200", "NO_COLOR": "1"}

    def prep(*argumentos: str, sale: int = 0) -> str:
        codigo, dicho = semillero.correr(list(argumentos), tmp_path, entorno)
        assert codigo == sale, dicho
        return dicho

    with psycopg.connect(url_postgres, autocommit=True) as c:
        c.execute(f"CREATE DATABASE {base}")
    try:
        assert "No hay ningún proceso" in prep("corte", sale=1)
        prep("proceso", "ejemplo", str(tmp_path / "proceso"))
        prep("proceso", "importar", str(tmp_path / "proceso"))
        assert "prep llaves crear" in prep("corte", sale=2)
        prep("llaves", "crear", "instituto.example/prep/prueba", str(datos / "llaves"), "--archivo", "instituto")
        assert "operacion fundar" in prep("bitacora", "exportar", str(tmp_path / "hechos.jsonl"), sale=2)
        prep("operacion", "fundar")
        assert "Corte 1" in prep("corte")
        assert "«fiesta» no es ninguno de" in prep("corte", "--modo", "fiesta", sale=2)
        dicho = prep("corte", "--modo", "simulacro", sale=1)
        assert "sigue publicado el anterior" in dicho and "prueba" in dicho
        assert json.loads((datos / "alarma.json").read_bytes())["fallas"] == 1
        assert "Corte 2" in prep("operacion", "cierre")
        assert "ya se cerró con el corte 2" in prep("corte", sale=1)
        assert not (datos / "alarma.json").exists()
        cortes = [str(datos / "publicacion" / "cortes" / n) for n in ("0001", "0002")]
        assert prep("corte", "rehacer", *cortes).count("todos idénticos") == 2
        prep("bitacora", "exportar", str(tmp_path / "hechos.jsonl"))
        assert "No se exportó nada" in prep("bitacora", "exportar", str(tmp_path / "hechos.jsonl"), sale=1)
        assert "está íntegra" in prep("bitacora", "verificar")
    finally:
        with psycopg.connect(url_postgres, autocommit=True) as c:
            c.execute(f"DROP DATABASE {base} WITH (FORCE)")

"""What a corte keeps for the next one changes nothing of what is published, whatever changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from django.db import connection
from escena import CIERRE, Escena, noche, proceso_de_ejemplo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prep.bitacora.actas import COLUMNAS, PUBLICAS, fila_de, guardar_filas
from prep.dominio.acta.hechos import clave_de
from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.hecho import Escrito
from prep.dominio.tabulacion.proceso import Demarcacion, Proceso
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion import seccion
from prep.publicacion.fuente import Estado
from prep.publicacion.instantanea import instantanea
from prep.publicacion.publicador import Publicador
from prep.publicacion.reserva import Reserva
from prep.publicacion.taller import Compuesto, Cronometro, Encargo, componer
from prep.simulacro.noche import Noche

INFORMATIVO = proceso_de_ejemplo()[1]
PROCESO = replace(proceso_de_ejemplo()[0], elecciones=proceso_de_ejemplo()[0].elecciones[1:])


@cache
def filas_posibles() -> dict[str, list[tuple[Any, ...]]]:
    """For each acta of a small night, its row after each of its facts."""
    posibles = {}
    for a in Noche(PROCESO, INFORMATIVO, CIERRE, 11).actas():
        escritos = [Escrito(h, INSTITUTO) for h in a.hechos]
        posibles[a.esperada.clave] = [
            fila_de(a.esperada.clave, n, estado(escritos[:n], Autoridad())) for n in range(1, len(escritos) + 1)
        ]
    return {clave: filas for clave, filas in posibles.items() if filas}


def otro_catalogo(proceso: Proceso, que: int, cual: int) -> Proceso:
    """The same process with one thing of its catalogue changed, and the same fingerprint."""
    e = proceso.elecciones[cual % len(proceso.elecciones)]
    acta = e.actas[cual % len(e.actas)]
    if que == 0:
        casilla = replace(acta.casilla, lista_nominal=acta.casilla.lista_nominal + 1)
        e2 = replace(e, actas=tuple(replace(a, casilla=casilla) if a is acta else a for a in e.actas))
    elif que == 1:
        e2 = replace(e, actas=tuple(replace(a, mecanismos="D-F") if a is acta else a for a in e.actas))
    elif que == 2:
        id_ = acta.demarcacion
        e2 = replace(e, demarcaciones={**e.demarcaciones, id_: Demarcacion(id_, f"OTRO {cual}")})
    else:
        e2 = replace(e, orden_registro=e.orden_registro[::-1])
    return replace(proceso, elecciones=tuple(e2 if x is e else x for x in proceso.elecciones))


def danar(carpeta: Path, cual: int, donde: int, como: str) -> None:
    """Spoil one file of the reserve, where there is any."""
    archivos = sorted(carpeta.iterdir()) if carpeta.exists() else []
    if not archivos:
        return
    archivo = archivos[cual % len(archivos)]
    datos = bytearray(archivo.read_bytes())
    if como == "borrar" or not datos:
        archivo.unlink()
        return
    if como == "cortar":
        del datos[donde % len(datos) :]
    else:
        datos[donde % len(datos)] ^= 1 << (donde % 8)
    archivo.write_bytes(datos)


def contenido(carpeta: Path) -> dict[str, bytes]:
    return {a.name: a.read_bytes() for a in carpeta.iterdir()} if carpeta.exists() else {}


def danados(antes: dict[str, bytes], ahora: dict[str, bytes]) -> set[str]:
    """The places of which somebody is to be told. What is missing, or was left as whoever is killed when beginning it
    leaves it, is only made again."""
    lugares = {n for n, sello in ahora.items() if f"{n}.json" in ahora and any(sello[:32])}
    return {n for n in lugares if any(ahora[x] != antes[x] for x in (n, f"{n}.json"))}


@contextmanager
def compuesto(
    p: Publicador, numero: int, cierre: bool, con_libro: bool
) -> Iterator[tuple[Compuesto, dict[str, bytes]]]:
    with instantanea(compartida=False) as foto, TemporaryDirectory() as aparte:
        hecho = componer(Encargo(p, foto, numero, CIERRE, cierre, None, con_libro, Path(aparte)), Cronometro())
        yield hecho, {a.ruta: a.trozo.leer() for a in hecho.archivos}


numeros = st.integers(0, 10_000)
pasos = st.fixed_dictionaries(
    {
        "actas": st.dictionaries(numeros, numeros, max_size=12),
        "catalogo": st.none() | st.tuples(st.integers(0, 3), numeros),
        "programa": st.integers(0, 5).map(lambda n: "ab" * 32 if n else "cd" * 32),
        "cierre": st.booleans(),
        "con_libro": st.booleans(),
        "con_imagenes": st.booleans(),
        "boletas_especiales": st.sampled_from([750, 1]),
        "danos": st.lists(st.tuples(numeros, numeros, st.sampled_from(["borrar", "cortar", "voltear"])), max_size=2),
    }
)


@settings(max_examples=settings.default.max_examples // 10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noche=st.lists(pasos, min_size=2, max_size=4))
def test_a_corte_that_reuses_is_byte_for_byte_the_one_from_nothing(escena: Escena, noche: list[dict[str, Any]]) -> None:
    posibles = filas_posibles()
    claves = sorted(posibles)
    with TemporaryDirectory() as carpeta:
        raiz = Path(carpeta)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM bitacora_acta")
        proceso = PROCESO
        for numero, paso in enumerate(noche, 1):
            cambios = {claves[a % len(claves)]: n for a, n in paso["actas"].items()}
            guardar_filas([posibles[c][n % len(posibles[c])] for c, n in cambios.items()])
            if paso["catalogo"]:
                proceso = otro_catalogo(proceso, *paso["catalogo"])
            antes = contenido(raiz / "reserva")
            for dano in paso["danos"]:
                danar(raiz / "reserva", *dano)
            por_decir = danados(antes, contenido(raiz / "reserva"))
            parametros = replace(INFORMATIVO.parametros, boletas_especiales=paso["boletas_especiales"])
            p = Publicador(
                proceso,
                replace(INFORMATIVO, parametros=parametros),
                AlmacenCarpeta(raiz / "publicacion"),
                escena.modo,
                None,
                paso["programa"],
                procesos=1,
                evidencia=AlmacenCarpeta(raiz / "evidencia") if paso["con_imagenes"] else None,
                con_libro=False,
            )
            como = numero, paso["cierre"], paso["con_libro"]
            with compuesto(p, *como) as (entero, archivos):
                pass
            with compuesto(replace(p, reserva=raiz / "reserva"), *como) as (reusado, los_mismos):
                pass
            assert los_mismos == archivos
            assert reusado.manifiesto == entero.manifiesto
            avisos = [a for a in reusado.alarmas if "dañado" in a]
            assert (reusado.cuentas, [a for a in reusado.alarmas if a not in avisos]) == (
                entero.cuentas,
                entero.alarmas,
            )
            assert {aviso.split()[5] for aviso in avisos} == por_decir and len(avisos) == len(por_decir)


def test_a_place_where_no_acta_is_expected(escena: Escena, tmp_path: Path) -> None:
    """A municipio that elects by other means has its document, with nothing in it, each time."""
    e = next(e for e in PROCESO.elecciones if len(e.demarcaciones) > 1)
    vacia, id_ = max(e.demarcaciones) + 1, max(e.demarcaciones)
    con_ella = replace(
        e,
        demarcaciones={**e.demarcaciones, vacia: Demarcacion(vacia, "SIN CASILLAS")},
        boletas={**e.boletas, vacia: e.boletas[id_]},
    )
    proceso = replace(PROCESO, elecciones=tuple(con_ella if x is e else x for x in PROCESO.elecciones))
    almacen = AlmacenCarpeta(tmp_path / "publicacion")
    p = Publicador(proceso, INFORMATIVO, almacen, escena.modo, None, "ab" * 32, procesos=1, con_libro=False)
    for _ in range(2):
        with compuesto(replace(p, reserva=tmp_path / "reserva"), 1, False, False) as (_, archivos):
            documento = orjson.loads(archivos[f"{e.clave}/demarcacion/{vacia}.json"])
        assert documento["secciones"] == [] and documento["estadistica"]["actas_esperadas"] == 0


@pytest.mark.parametrize("procesos", [1, 2])
def test_only_the_secciones_with_something_new_are_written(escena: Escena, procesos: int) -> None:
    escena.procesos = procesos
    _, hechos = noche()
    secciones = {(e.clave, a.demarcacion, a.casilla.clave.seccion) for e in escena.proceso.elecciones for a in e.actas}
    de = {
        a.clave: (e.clave, a.demarcacion, a.casilla.clave.seccion) for e in escena.proceso.elecciones for a in e.actas
    }
    escena.anotar(hechos[:400])
    assert escena.corte(60).escritas == len(secciones)
    assert escena.corte(61).escritas == 0
    for i, tanda in enumerate((hechos[400:403], hechos[403:430], hechos[430:431])):
        escena.anotar(tanda)
        corte = escena.corte(62 + i)
        assert corte.escritas == len({de[clave_de(h.sujeto)] for h in tanda})
        assert escena.distinto_de_los_hechos(corte.ruta) == []


def test_of_those_secciones_only_the_actas_with_something_new_are_read_and_written(
    escena: Escena, monkeypatch: pytest.MonkeyPatch
) -> None:
    escena.procesos = 1
    _, hechos = noche()
    escena.anotar(hechos[:400])
    escena.corte(60)
    escritas: list[str] = []
    redactar = seccion._redactar

    def contando(pauta: Any, suya: Any, esperada: Any, estado: Any) -> Any:
        escritas.append(esperada.clave)
        return redactar(pauta, suya, esperada, estado)

    monkeypatch.setattr(seccion, "_redactar", contando)
    escena.anotar(hechos[400:430])
    escena.corte(61)
    assert sorted(escritas) == sorted({clave_de(h.sujeto) for h in hechos[400:430]})


def test_a_workbook_left_for_later_makes_nothing_be_written_again(escena: Escena) -> None:
    escena.anotar(noche()[1][:100])
    sin, con = escena.corte(60, sin_libro=True), escena.corte(61)
    assert sin.escritas > 0 and con.escritas == 0
    assert [any(a.endswith(".xlsx") for a in escena.archivos(c.ruta)) for c in (sin, con)] == [False, True]
    assert escena.distinto_de_los_hechos(con.ruta) == []


def test_what_was_spoiled_is_noticed_and_written_again(escena: Escena) -> None:
    _, hechos = noche()
    escena.anotar(hechos[:300])
    escena.corte(60)
    conservado = sorted(escena.reserva.iterdir())
    for i, archivo in enumerate(conservado[:12]):
        datos = bytearray(archivo.read_bytes())
        datos[i * 997 % len(datos)] ^= 0x10
        archivo.write_bytes(datos)
    escena.anotar(hechos[300:310])
    corte = escena.corte(61)
    avisos = [a for a in corte.alarmas if "estaba dañado y se volvió a hacer" in a]
    assert {aviso.split()[5] for aviso in avisos} == {archivo.stem for archivo in conservado[:12]}
    assert {archivo.suffix for archivo in conservado[:12]} == {"", ".json"}
    assert escena.distinto_de_los_hechos(corte.ruta) == []
    assert escena.corte(62).alarmas == ()


def test_of_what_was_left_half_written_there_is_nothing_kept(escena: Escena) -> None:
    """Whoever was writing it was killed: no disk is to be looked at."""
    escena.anotar(noche()[1][:300])
    escena.corte(60)
    for i, archivo in enumerate(sorted(a for a in escena.reserva.iterdir() if not a.suffix)):
        archivo.write_bytes((b"", bytes(32), bytes(32) + archivo.read_bytes()[32:])[i % 3])
    corte = escena.corte(61)
    assert corte.alarmas == () and corte.escritas > 0
    assert escena.corte(62).escritas == 0


def test_what_was_published_is_never_written_in(escena: Escena) -> None:
    """The document of a place is on the disk once, for what is kept and for what is published."""
    _, hechos = noche()
    escena.anotar(hechos[:300])
    ruta = escena.corte(60).ruta
    antes = escena.archivos(ruta)
    suyos = [a for a in escena.reserva.iterdir() if a.suffix]
    assert suyos and all(archivo.stat().st_nlink == 2 for archivo in suyos)
    escena.anotar(hechos[300:])
    escena.corte(61)
    assert escena.archivos(ruta) == antes


def test_nothing_is_lost_with_the_reserve(escena: Escena) -> None:
    import shutil

    escena.anotar(noche()[1][:300])
    uno = escena.archivos(escena.corte(60).ruta)
    shutil.rmtree(escena.reserva)
    dos = escena.archivos(escena.corte(60).ruta)
    del uno["corte.json"], dos["corte.json"], uno["avance.json"], dos["avance.json"]
    assert uno == dos
    shutil.rmtree(escena.reserva)
    escena.conserva = False
    assert escena.corte(61).escritas > 0 and not escena.reserva.exists()


def test_what_another_version_kept_in_another_shape_is_not_read(escena: Escena) -> None:
    escena.anotar(noche()[1][:300])
    uno = escena.corte()
    for nombre in {archivo.stem for archivo in escena.reserva.iterdir()}:
        Reserva(escena.reserva).guardar(nombre, {"contexto": "de otra versión", "clave": "x"}, b"sin partes", [])
    dos = escena.corte(1)
    assert dos.alarmas == uno.alarmas and dos.escritas == uno.escritas


def test_the_version_of_an_acta_says_all_that_a_corte_reads_of_it_but_what_it_puts_on_record() -> None:
    assert {*PUBLICAS, "clave", "por_registrar", "cabezas"} == set(Estado._fields)
    publicas = itemgetter(*map(COLUMNAS.index, PUBLICAS))
    version = itemgetter(COLUMNAS.index("version"))
    parejas = [pareja for filas in filas_posibles().values() for pareja in pairwise(filas)]
    assert [version(a) == version(b) for a, b in parejas] == [publicas(a) == publicas(b) for a, b in parejas]
    assert {True, False} == {publicas(a) == publicas(b) for a, b in parejas}

"""Somebody with the database's superuser, every table and no node's key rewrites the night: published cortes tell.

Each tampering is as clean as whoever makes it can: positions, hashes, heads, chains and read models are made again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from instalada import CIERRE, Sede, poner_en_ceros
from typer.testing import CliRunner

from prep.bitacora.asientos import asentar, cabeza
from prep.bitacora.exportacion import exportar, verificar_archivo
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import DispositivoLocal, NodoInstituto, NodoLocal
from prep.bitacora.proyecciones import reproyectar
from prep.bitacora.publicado import Publicado, leer_publicado
from prep.bitacora.services import anotar, fundar_instalacion
from prep.bitacora.sobres import SIN_PREVIO, Sobre, guardado, sellar
from prep.bitacora.verificacion import verificar
from prep.cli import app
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.publicacion.corte import hacer_corte
from prep.publicacion.publicador import CorteImposible
from prep.simulacro.noche import Noche
from prep.transparencia.almacen import Carpeta
from prep.transparencia.arbol import Frontera
from prep.transparencia.nota import LlavePrivada

OTRA = Ed25519PrivateKey.from_private_bytes(b"\x66" * 32)


@pytest.fixture
def noche(sede: Sede) -> Iterator[Sede]:
    """A night with its puesta en ceros and a corte of six actas."""
    poner_en_ceros(sede)
    sede.anotar_noche(6)
    hacer_corte(sede.publicador, CIERRE + timedelta(hours=1))
    assert list(verificar(publicado=leer(sede))) == []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = ANY({GUARDIANES})")
        funciones = [f for (f,) in cursor.fetchall()]
    yield sede
    with connection.cursor() as cursor:  # the database is used again
        for f in funciones:
            cursor.execute(f)


GUARDIANES = (
    "ARRAY(SELECT DISTINCT proname FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid"
    " WHERE tgrelid = 'bitacora_hecho'::regclass AND NOT tgisinternal)"
)
"""Names of the functions that keep facts as they are."""


def leer(sede: Sede) -> Publicado:
    return leer_publicado(Carpeta(sede.carpeta / "publicacion"))


def firmada(sede: Sede, corte: int) -> int:
    """How many facts that corte signed."""
    (posicion,) = [n for n, (_, quien) in leer(sede).raices.items() if quien == f"el corte {corte}"]
    return posicion


@contextmanager
def sin_disparadores() -> Iterator[Any]:
    """Every trigger off, and then as it was: who looks later finds nothing strange in them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
            " WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"
        )
        estaban = cursor.fetchall()
        for tabla, nombre, _ in estaban:
            cursor.execute(f"ALTER TABLE {tabla} DISABLE TRIGGER {nombre}")
        yield cursor
        for tabla, nombre, como in estaban:
            cursor.execute(f"ALTER TABLE {tabla} ENABLE {'ALWAYS' if como == 'A' else ''} TRIGGER {nombre}")


def sobres() -> list[Sobre]:
    return [guardado(bytes(h.cuerpo), bytes(h.firma)) for h in Hecho.objects.order_by("posicion")]


def reescribir(nuevos: Sequence[Sobre]) -> None:
    """Put these envelopes in the place of all there were, everything that follows from them made again."""
    with sin_disparadores() as cursor:
        vaciar(cursor)
        asentar([(sobre, CIERRE) for sobre in nuevos], Frontera())
        reproyectar()


def vaciar(cursor: Any) -> None:
    cursor.execute("DELETE FROM bitacora_hecho")
    cursor.execute("DELETE FROM bitacora_cabezanodo")
    cursor.execute("DELETE FROM bitacora_acta")
    cursor.execute("UPDATE bitacora_cabeza SET tamano = 0, frontera = ''")


def una_captura(todos: Sequence[Sobre]) -> int:
    """Where the first capture is."""
    return next(i for i, s in enumerate(todos) if s.hecho.tipo == "capturada")


def tail_dropped_and_heads_rewound(sede: Sede) -> None:
    """To what the corte in ceros signed, which was true once."""
    reescribir(sobres()[: firmada(sede, 1)])
    assert list(verificar()) == []


def frontier_rewritten_after_dropping_the_tail(sede: Sede) -> None:
    """One fact of those that the last corte signed, and what follows from it."""
    reescribir(sobres()[: firmada(sede, 2) - 1])
    assert list(verificar()) == []


def a_middle_fact_removed(_: Sede) -> None:
    todos = sobres()
    del todos[una_captura(todos)]
    reescribir(todos)


def signed_again_by_a_stranger(sede: Sede) -> None:
    """Another institute, another node, other phones and another night, flawless in itself."""
    p = sede.publicador
    ajena, nodo = LlavePrivada.nueva(p.registro.origen), NodoLocal("central", OTRA)
    otra = Noche(p.proceso, p.informativo, CIERRE, 4)
    telefonos = {q: DispositivoLocal(t.id, Ed25519PrivateKey.generate()) for q, t in otra.telefonos.items()}
    with sin_disparadores() as cursor:
        vaciar(cursor)
        cursor.execute("DELETE FROM bitacora_instalacion")
        raiz = NodoInstituto(ajena, ajena.llave.publica)
        fundar_instalacion(p.proceso.clave, p.modo.value, raiz, nodo, otra.cargos, CIERRE, telefonos=telefonos)
        anotar([h for a in list(otra.actas())[:9] for h in a.hechos], nodo, CIERRE, telefonos)
    assert cabeza().tamano > firmada(sede, 2)
    assert list(verificar()) == []


def a_nodes_key_replaced(_: Sede) -> None:
    """Its enrolment is said again with another key, with which all that the node wrote is signed again."""
    central = NodoLocal("central", OTRA)
    finales: dict[str, tuple[int, str]] = {}
    nuevos = []
    for s in sobres():
        hecho = s.hecho
        if (hecho.sujeto, hecho.tipo) == ("nodo:central", "alta"):
            contenido = {**hecho.contenido, "llave": central.publica.hex()}
            hecho = nuevo_hecho("alta", hecho.sujeto, hecho.persona, hecho.hora, contenido)
        secuencia, previo = finales.get(s.nodo, (0, SIN_PREVIO))
        quien = central if s.nodo == "central" else NodoLocal(INSTITUTO, OTRA)
        nuevo = sellar(hecho, quien, s.ambito, secuencia + 1, previo, s.dispositivo)
        finales[s.nodo] = nuevo.secuencia, nuevo.hoja.hex()
        nuevos.append(nuevo)
    reescribir(nuevos)


def facts_swapped(_: Sede) -> None:
    todos = sobres()
    i = una_captura(todos)
    todos[i], todos[i + 1] = todos[i + 1], todos[i]
    reescribir(todos)


def a_fact_inserted(_: Sede) -> None:
    todos = sobres()
    i = una_captura(todos)
    antes = todos[i - 1]
    hecho = replace(todos[i].hecho, persona="captura-99")
    nuevo = nuevo_hecho(hecho.tipo, hecho.sujeto, hecho.persona, hecho.hora, dict(hecho.contenido))
    inventado = sellar(nuevo, NodoLocal("central", OTRA), antes.ambito, antes.secuencia + 1, antes.hoja.hex())
    reescribir([*todos[:i], inventado, *todos[i:]])


def values_of_a_capture_changed(_: Sede) -> None:
    todos = sobres()
    i = una_captura(todos)
    cuerpo = todos[i].cuerpo.replace(b'"NULOS":', b'"NULOS":9', 1)
    assert cuerpo != todos[i].cuerpo
    todos[i] = guardado(cuerpo, todos[i].firma)
    reescribir(todos)


def the_projection_changed(_: Sede) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bitacora_acta SET publicada = replace(publicada, '\"NULOS\":', '\"NULOS\":9')"
            " WHERE publicada LIKE '%%NULOS%%'"
        )
        assert cursor.rowcount


def triggers_made_hollow(_: Sede) -> None:
    """Same names, same tables, functions that let everything through."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT unnest({GUARDIANES})")
        funciones = [f for (f,) in cursor.fetchall()]
        cursor.execute(
            "SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger"
            " WHERE tgrelid = 'bitacora_hecho'::regclass AND NOT tgisinternal"
        )
        disparadores = cursor.fetchall()
        for nombre, _, _ in disparadores:
            cursor.execute(f"DROP TRIGGER {nombre} ON bitacora_hecho")
        for f in funciones:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {f}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$"
            )
        for nombre, definicion, como in disparadores:
            cursor.execute(definicion)
            cursor.execute(f"ALTER TABLE bitacora_hecho ENABLE {'ALWAYS' if como == 'A' else ''} TRIGGER {nombre}")


NO_SON = r"los primeros [\d,]+ hechos no son los que firmó el corte 2: la historia cambió"
FALTAN = r"el corte 2 firmó [\d,]+ hechos y aquí hay [\d,]+: se perdieron los últimos"
SALTA = r"el nodo «central» salta de la secuencia \d+ a la \d+"
MANIPULACIONES: dict[Callable[[Sede], None], tuple[bool, list[str]]] = {
    tail_dropped_and_heads_rewound: (True, [FALTAN]),
    frontier_rewritten_after_dropping_the_tail: (True, [FALTAN]),
    a_middle_fact_removed: (True, [NO_SON, SALTA]),
    signed_again_by_a_stranger: (
        True,
        [
            NO_SON,
            "la llave del instituto .* no es la que firma lo publicado",
            "la llave del nodo «central» no es",
        ],
    ),
    a_nodes_key_replaced: (True, [NO_SON, "la llave del nodo «central» no es la que firmó la puesta en ceros"]),
    facts_swapped: (True, [NO_SON, SALTA]),
    a_fact_inserted: (True, [NO_SON, "fue alterado o lo escribió otro"]),
    values_of_a_capture_changed: (True, [NO_SON, "fue alterado o lo escribió otro"]),
    the_projection_changed: (False, ["no corresponde a sus hechos"]),
    triggers_made_hollow: (False, ["no es la del programa: la cambiaron"]),
}
"""What is done -> whether a corte is refused (it concerns what was signed), and what is said."""


@pytest.mark.parametrize("manipular", MANIPULACIONES, ids=lambda m: m.__name__)
def test_a_tampering_with_every_table_is_told_by_what_was_published(
    noche: Sede, manipular: Callable[[Sede], None]
) -> None:
    p = noche.publicador
    rechaza, dicen = MANIPULACIONES[manipular]
    hacer_corte(p, CIERRE + timedelta(hours=2))  # whoever publishes has been at it for a while
    publicado = leer(noche)
    manipular(noche)
    problemas = list(verificar(publicado=publicado))

    for dice in dicen:
        assert any(re.search(dice, x) for x in problemas), problemas[:9]
    if rechaza:
        antes = {f: f.read_bytes() for f in (noche.carpeta / "publicacion").rglob("*") if f.is_file()}
        with pytest.raises(CorteImposible, match="ya no es la que firmó el corte 3"):
            hacer_corte(p, CIERRE + timedelta(hours=3))
        assert {f: f.read_bytes() for f in (noche.carpeta / "publicacion").rglob("*") if f.is_file()} == antes


def test_a_fact_hidden_before_the_first_position_is_told(noche: Sede) -> None:
    """Whoever folds who may write would read it; whoever begins at position 1 would not see it."""
    hecho = nuevo_hecho("alta", "persona:intruso", INSTITUTO, CIERRE, {"rol": "administrador", "lugar": "SEDE"})
    with sin_disparadores() as cursor:
        cabezas = cabeza()
        suyo = sellar(hecho, NodoLocal(INSTITUTO, OTRA), sobres()[0].ambito, 99, "ab" * 32)
        asentar([(suyo, CIERRE)], cabezas)
        cursor.execute("UPDATE bitacora_hecho SET posicion = 0 WHERE posicion = %s", [cabezas.tamano])
        assert cursor.rowcount == 1
    assert "posición 0: está después de la 0; los hechos se cambiaron de lugar" in list(verificar())


# --- The command -----------------------------------------------------------------------------------------------------


def prep(*orden: str | Path) -> tuple[int, str]:
    r = CliRunner().invoke(app, list(map(str, orden)), env={"COLUMNS": "300", "NO_COLOR": "1"})
    return r.exit_code, r.output


@pytest.fixture
def exportada(noche: Sede) -> Path:
    ruta = noche.carpeta / "bitacora.jsonl"
    with ruta.open("wb") as salida:
        exportar(salida)
    return ruta


@pytest.fixture
def politica(noche: Sede) -> Path:
    """The institute's key, as whoever had it by other means."""
    ruta = noche.carpeta / "politica"
    ruta.write_text(f"log {noche.publicador.registro.firmante.llave.vkey}\nquorum none\n")
    return ruta


def test_the_command_compares_the_database_and_the_exported_file(noche: Sede, exportada: Path, politica: Path) -> None:
    publicada = noche.carpeta / "publicacion"
    contra = ("--publicacion", publicada, "--politica", politica)
    for que in ((), (exportada,)):
        codigo, dice = prep("bitacora", "verificar", *que, *contra)
        assert codigo == 0 and f"es la que firmaron los cortes de {publicada}" in dice, dice
        assert "del propio sitio" not in dice
    assert "del propio sitio" in prep("bitacora", "verificar", exportada, "--publicacion", publicada)[1]
    signed_again_by_a_stranger(noche)
    codigo, dice = prep("bitacora", "verificar")
    assert codigo == 0 and "La bitácora está íntegra." in dice
    with exportada.open("wb") as salida:
        exportar(salida)
    for que in ((), (exportada,)):
        codigo, dice = prep("bitacora", "verificar", *que, *contra)
        assert codigo == 1 and "NO está íntegra" in dice
        for texto in ("la llave del instituto", "la llave del nodo «central»", "la historia cambió"):
            assert texto in dice


def test_an_older_export_is_not_called_a_loss(noche: Sede, exportada: Path) -> None:
    noche.anotar_noche(8)
    hacer_corte(noche.publicador, CIERRE + timedelta(hours=2))
    (dice,) = verificar_archivo(exportada, leer(noche))
    assert dice.startswith("el corte 3 firmó") and dice.endswith("faltan los últimos, o se exportó antes de ese corte")


def test_a_publication_that_is_not_to_be_believed_is_told(noche: Sede, politica: Path) -> None:
    publicada = noche.carpeta / "publicacion"
    contra = ("bitacora", "verificar", "--publicacion", publicada)
    manifiesto = publicada / "cortes/0002/corte.json"
    bueno = manifiesto.read_bytes()
    manifiesto.write_bytes(bueno.replace(b'"posicion":', b'"posicion":1', 1))
    assert manifiesto.read_bytes() != bueno
    codigo, dice = prep(*contra)
    assert codigo == 1 and "la publicación: cortes/0002/corte.json fue reescrito" in dice
    manifiesto.write_bytes(bueno)
    politica.write_text(f"log {LlavePrivada.nueva(noche.publicador.registro.origen).llave.vkey}\nquorum none\n")
    codigo, dice = prep(*contra, "--politica", politica)
    assert codigo == 1 and "ninguna llave conocida firma" in dice
    codigo, dice = prep("bitacora", "verificar", "--publicacion", noche.carpeta / "nada")
    assert codigo == 2 and "No se pudo comprobar" in dice

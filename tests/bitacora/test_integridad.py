"""Nobody changes a fact unseen: the database refuses, and what is done behind its back is named."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from escritos import ACTAS, AHORA, ALTAS, VOTOS, cadena, cuantos, dar_de_alta, tabla_de_actas

from noche import Noche, raiz
from prep.bitacora import asientos
from prep.bitacora.asientos import cabeza, frontera_en
from prep.bitacora.autoridad import AutoridadIlegible, autoridad
from prep.bitacora.exportacion import ArchivoInvalido, exportar, importar, verificar_archivo
from prep.bitacora.models import Hecho, Instalacion
from prep.bitacora.nodos import NodoLocal
from prep.bitacora.proyecciones import diferencias, reproyectar
from prep.bitacora.services import anotar, recibir
from prep.bitacora.verificacion import verificar
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.autoridad import INSTITUTO
from prep.dominio.comun.hecho import nuevo_hecho
from prep.transparencia.arbol import Frontera, raiz_de

TODOS = ALTAS + 28
"""Facts of the bitácora of these tests: who may write, two more nodes, twenty-five of actas and a revocation."""


def en(texto: str) -> str:
    """`@4` is the position of the fourth fact after those of authority."""
    return re.sub(r"@(\d+)", lambda m: str(ALTAS + int(m[1])), texto).replace("TODOS", str(TODOS))


@pytest.fixture
def llena(nodo: NodoLocal) -> NodoLocal:
    """Facts of three nodes, one of them revoked; several batches received at the same instant."""
    noche = Noche()
    catd = [dar_de_alta("catd-2"), dar_de_alta("catd-1")]  # positions 1 and 2
    anotar(noche.completa(ACTAS[0], VOTOS), nodo, AHORA)
    recibir(cadena(catd[0], noche.completa(ACTAS[1], VOTOS)), AHORA)
    recibir(cadena(catd[1], noche.completa(ACTAS[2], VOTOS)), AHORA)
    anotar(noche.completa(ACTAS[3], VOTOS), nodo, AHORA)
    hoja = "hoja:01890a5d-ac96-774b-bcce-b302099a8057"
    baja = nuevo_hecho("baja", "nodo:catd-1", INSTITUTO, AHORA, {"desde": 7, "motivo": "Se llevó a otro sitio."})
    anotar([baja], raiz(), AHORA)
    anotar([noche.hecho(Tipo.INCIDENTE, hoja, "acopio-1", texto="t")] * 2, nodo, AHORA)
    assert cuantos() == 25 and cabeza().tamano == TODOS
    return nodo


def sql(consulta: str, *parametros: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(consulta, parametros)


PROHIBIDO = [
    "UPDATE bitacora_hecho SET persona = 'otra'",
    "UPDATE bitacora_hecho SET recibido = now() WHERE posicion = @3",
    "DELETE FROM bitacora_hecho WHERE posicion = (SELECT max(posicion) FROM bitacora_hecho)",
    "TRUNCATE bitacora_hecho",
    "TRUNCATE bitacora_hecho CASCADE",
    "INSERT INTO bitacora_hecho SELECT * FROM bitacora_hecho WHERE posicion = @3"
    " ON CONFLICT (posicion) DO UPDATE SET persona = 'otra'",
    "WITH x AS (DELETE FROM bitacora_hecho RETURNING *) SELECT count(*) FROM x",
    "MERGE INTO bitacora_hecho h USING (SELECT 1) u ON h.posicion = 1 WHEN MATCHED THEN DELETE",
    "DELETE FROM bitacora_cabeza",
    "TRUNCATE bitacora_cabeza",
    "UPDATE bitacora_cabeza SET tamano = 0, frontera = ''",
]


@pytest.mark.parametrize("como", ["dueña", "réplica"])
@pytest.mark.parametrize("orden", PROHIBIDO)
def test_the_database_refuses_changes_by_anybody(llena: NodoLocal, orden: str, como: str) -> None:
    """The connection owns the tables and is superuser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = tableowner FROM pg_tables WHERE tablename = 'bitacora_hecho'")
        assert cursor.fetchone() == (True,)
        if como == "réplica":
            cursor.execute("SET session_replication_role = replica")
        with pytest.raises(DatabaseError, match=r"no se cambian ni se borran|solo crece"):
            cursor.execute(orden)
        cursor.execute("SET session_replication_role = origin")
    assert cuantos() == 25 and list(verificar()) == []


def test_the_orm_cannot_change_it_either(llena: NodoLocal) -> None:
    for orden in (Hecho.objects.all().delete, lambda: Hecho.objects.update(persona="x"), Hecho.objects.first().delete):
        with pytest.raises(DatabaseError):
            orden()


def a_escondidas(*ordenes: str) -> None:
    """What somebody with the database's password could do: turn the triggers off, change, turn them on again."""
    with connection.cursor() as cursor:
        for tabla in ("bitacora_hecho", "bitacora_cabeza"):
            cursor.execute(f"ALTER TABLE {tabla} DISABLE TRIGGER ALL")
        for orden in ordenes:
            cursor.execute(orden)
            assert cursor.rowcount != 0
        for tabla in ("bitacora_hecho", "bitacora_cabeza"):
            cursor.execute(f"ALTER TABLE {tabla} ENABLE TRIGGER ALL")
            for disparador in ("solo_agregar_filas", "solo_agregar_tabla", "cabeza_crece", "cabeza_no_se_vacia"):
                cursor.execute("SELECT 1 FROM pg_trigger WHERE tgname=%s AND tgrelid=%s::regclass", [disparador, tabla])
                if cursor.fetchone():
                    cursor.execute(f"ALTER TABLE {tabla} ENABLE ALWAYS TRIGGER {disparador}")


CAMBIA_CUERPO = (
    "UPDATE bitacora_hecho SET cuerpo = convert_to(replace(convert_from(cuerpo,'UTF8'),'\"PAZ\":100','\"PAZ\":900'),"
    "'UTF8') WHERE posicion = @6"
)
ATAQUES = {
    "cuerpo": (
        [CAMBIA_CUERPO],
        ["posición @6, hecho", "La firma del hecho", "hash guardado", f"{ACTAS[0]}: no corresp"],
    ),
    "cuerpo y hash": (
        [CAMBIA_CUERPO, "UPDATE bitacora_hecho SET hoja = sha256('\\x00'::bytea||cuerpo||firma) WHERE posicion = @6"],
        ["La firma del hecho", "posición @7, hecho", "la cabeza dice"],
    ),
    "cuerpo ilegible": (
        ["UPDATE bitacora_hecho SET cuerpo = 'basura' WHERE posicion = @11"],
        ["posición @11: el contenido guardado no se puede leer", f"{ACTAS[1]}: sus hechos guardados no se pueden leer"],
    ),
    "cuerpo de otra forma": (
        ["UPDATE bitacora_hecho SET cuerpo = '[1]' WHERE posicion = @11"],
        ["posición @11: el contenido guardado no se puede leer", f"{ACTAS[1]}: sus hechos"],
    ),
    "un hecho borrado": (
        ["DELETE FROM bitacora_hecho WHERE posicion = @10"],
        [
            "posición @11: se esperaba la @10; faltan hechos",
            "salta de la secuencia 1 a la 3",
            "la cabeza dice TODOS hechos",
        ],
    ),
    "el último borrado": (
        ["DELETE FROM bitacora_hecho WHERE posicion = (SELECT max(posicion) FROM bitacora_hecho)"],
        ["la cabeza dice TODOS hechos", "el final guardado de la cadena del nodo «central»", "no tiene hechos"],
    ),
    "el último borrado y la cabeza movida": (
        [
            "DELETE FROM bitacora_hecho WHERE posicion = (SELECT max(posicion) FROM bitacora_hecho)",
            "DELETE FROM bitacora_acta WHERE clave LIKE 'hoja:%'",
            "UPDATE bitacora_cabeza SET tamano = tamano - 1",
        ],
        ["la cabeza"],
    ),
    "dos cambiados de lugar": (
        [
            "UPDATE bitacora_hecho SET posicion = 0 WHERE posicion = @5",
            "UPDATE bitacora_hecho SET posicion = @5 WHERE posicion = @6",
            "UPDATE bitacora_hecho SET posicion = @6 WHERE posicion = 0",
        ],
        ["salta de la secuencia 2 a la 4", "la cabeza dice"],
    ),
    "una columna": (
        ["UPDATE bitacora_hecho SET persona = 'otra' WHERE posicion = @4"],
        ["posición @4: las columnas no dicen lo mismo que el contenido firmado"],
    ),
    "la firma": (
        ["UPDATE bitacora_hecho SET firma = decode(repeat('00',64),'hex') WHERE posicion = @4"],
        ["posición @4, hecho"],
    ),
    "el hash": (
        ["UPDATE bitacora_hecho SET hoja = decode(repeat('00',32),'hex') WHERE posicion = @4"],
        ["posición @4: el hash guardado no es el del contenido"],
    ),
    "un acta proyectada": (
        ["UPDATE bitacora_acta SET publicada = replace(publicada, '100', '900') WHERE clave = '140021B0100G'"],
        [f"{ACTAS[1]}: no corresponde a sus hechos (publicada)"],
    ),
    "un acta de menos": (
        ["DELETE FROM bitacora_acta WHERE clave = '140021B0100G'"],
        [f"{ACTAS[1]}: falta en la tabla de actas"],
    ),
    "un acta de más": (
        ["UPDATE bitacora_acta SET clave = '149999B0100G' WHERE clave = '140021B0100G'"],
        ["149999B0100G: está en la tabla de actas y no tiene hechos"],
    ),
    "la cabeza": (["UPDATE bitacora_cabeza SET tamano = tamano + 1"], ["la cabeza"]),
    "la frontera": (
        ["UPDATE bitacora_cabeza SET frontera = overlay(frontera placing '\\x00'::bytea from 5)"],
        ["la cabeza dice TODOS hechos"],
    ),
    "el final de un nodo": (
        ["UPDATE bitacora_cabezanodo SET secuencia = 5 WHERE nodo = 'catd-2'"],
        ["el final guardado de la cadena del nodo «catd-2»"],
    ),
    "la llave del instituto": (
        ["UPDATE bitacora_instalacion SET llave = decode(repeat('11',32),'hex')"],
        ["posición 1, hecho", "esta bitácora es de"],
    ),
    "un hecho insertado a mano": (
        [
            "INSERT INTO bitacora_hecho SELECT TODOS + 1, id, nodo, 99, clase, tipo, sujeto, persona, dispositivo,"
            " orden, recibido, cuerpo, firma, sha256('x') FROM bitacora_hecho WHERE posicion = @3"
        ],
        ["posición", "el sobre está repetido", "la cabeza dice TODOS hechos"],
    ),
}


@pytest.mark.parametrize("ataque", ATAQUES)
def test_every_alteration_is_named(llena: NodoLocal, ataque: str) -> None:
    assert list(verificar()) == []
    ordenes, nombradas = ATAQUES[ataque]
    a_escondidas(*map(en, ordenes))
    problemas = "\n".join(verificar())
    for texto in nombradas:
        assert en(texto) in problemas


@pytest.mark.parametrize("queda", ["basura", "[1]", '{"hecho": {}}', "otro rol"])
def test_a_fact_of_authority_that_cannot_be_read_is_named(
    llena: NodoLocal, monkeypatch: pytest.MonkeyPatch, queda: str
) -> None:
    cuerpo = "convert_to(replace(convert_from(cuerpo, 'UTF8'), '\"rol\":\"acop', '\"rol\":\"x'), 'UTF8')"
    cambio = cuerpo if queda == "otro rol" else f"'{queda}'"
    a_escondidas(f"UPDATE bitacora_hecho SET cuerpo = {cambio} WHERE posicion = 2 AND tipo = 'alta'")
    monkeypatch.setattr("prep.bitacora.autoridad._ultima", None)  # as whoever checks in another process
    problemas = "\n".join(verificar())
    assert "posición 2: no se puede leer a quién da o quita facultades" in problemas
    assert "no se compararon" in problemas
    with pytest.raises(AutoridadIlegible, match="prep bitacora verificar"):
        autoridad()


@pytest.mark.parametrize("alto", [1, 3, 12])
def test_every_leaf_counts_each_time_that_the_root_is_asked_for(
    llena: NodoLocal, monkeypatch: pytest.MonkeyPatch, alto: int
) -> None:
    """What is remembered of stretches seen before never stands for what is stored now."""
    monkeypatch.setattr("prep.bitacora.asientos._ALTO", alto)
    guardadas = [bytes(h) for h in Hecho.objects.order_by("posicion").values_list("hoja", flat=True)]
    for cuantas in range(TODOS + 1):
        frontera = frontera_en(cuantas)
        assert frontera is not None and frontera.raiz() == raiz_de(guardadas[:cuantas])
    assert frontera_en(TODOS + 1) is None
    otra = sha256(b"otra").digest()
    for posicion in (1, TODOS // 2, TODOS):
        a_escondidas(f"UPDATE bitacora_hecho SET hoja = '\\x{otra.hex()}' WHERE posicion = {posicion}")
        cambiadas = [*guardadas[: posicion - 1], otra, *guardadas[posicion:]]
        frontera = frontera_en(TODOS)
        assert frontera is not None and frontera.raiz() == raiz_de(cambiadas) != raiz_de(guardadas)
        suya = guardadas[posicion - 1].hex()
        a_escondidas(f"UPDATE bitacora_hecho SET hoja = '\\x{suya}' WHERE posicion = {posicion}")
    a_escondidas(f"DELETE FROM bitacora_hecho WHERE posicion = {TODOS // 2}")
    assert frontera_en(TODOS) is None and frontera_en(TODOS // 2 - 1) is not None


def test_a_trigger_turned_off_is_named(llena: NodoLocal) -> None:
    sql("ALTER TABLE bitacora_hecho DISABLE TRIGGER solo_agregar_filas")
    assert list(verificar()) == [
        "el disparador solo_agregar_filas de bitacora_hecho, que impide cambiar lo guardado, está apagado"
    ]


def test_projecting_again_repairs_the_table(llena: NodoLocal) -> None:
    antes = tabla_de_actas()
    sql("UPDATE bitacora_acta SET captura = 'devuelta'")
    sql("DELETE FROM bitacora_acta WHERE clave = %s", ACTAS[2])
    assert len(list(diferencias())) == 5
    assert reproyectar() == 5
    assert tabla_de_actas() == antes and list(verificar()) == []


# --- The exported file -----------------------------------------------------------------------------------------------


@pytest.fixture
def archivo(llena: NodoLocal, tmp_path: Path) -> Path:
    ruta = tmp_path / "bitacora.jsonl"
    with ruta.open("wb") as salida:
        assert exportar(salida) == TODOS
    return ruta


def test_exporting_and_importing_give_the_same_bitacora(bitacora_nueva: Any, archivo: Path, tmp_path: Path) -> None:
    def todo() -> Any:
        return (
            cabeza().raiz(),
            tabla_de_actas(),
            list(Hecho.objects.order_by("posicion").values_list()),
            list(Instalacion.objects.values_list()),
        )

    assert list(verificar_archivo(archivo)) == []
    antes = todo()
    with bitacora_nueva():
        assert importar(archivo) == TODOS
        assert todo() == antes  # the revoked node is still revoked
        assert list(verificar()) == []
        de_vuelta = tmp_path / "otra.jsonl"
        with de_vuelta.open("wb") as salida:
            exportar(salida)
        assert de_vuelta.read_bytes() == archivo.read_bytes()
        with pytest.raises(ArchivoInvalido, match="ya tiene hechos"):
            importar(archivo)


def _con(lineas: list[bytes], lugar: int, cambio: Any) -> list[bytes]:
    datos = json.loads(lineas[lugar])
    cambio(datos)
    return [*lineas[:lugar], json.dumps(datos).encode() + b"\n", *lineas[lugar + 1 :]]


ARCHIVOS = {
    "un valor": lambda ls: _con(
        ls, ALTAS + 6, lambda d: d["sobre"]["hecho"]["contenido"]["valores"]["votos"].update(PAZ=900)
    ),
    "una línea de menos": lambda ls: ls[:7] + ls[8:],
    "la última de menos": lambda ls: ls[:-1],
    "dos cambiadas": lambda ls: [*ls[:7], ls[8], ls[7], *ls[9:]],
    "una repetida": lambda ls: [*ls, ls[-1]],
    "una posición": lambda ls: _con(ls, 3, lambda d: d.update(posicion=99)),
    "la raíz": lambda ls: _con(ls, 0, lambda d: d.update(raiz="0" * 64)),
    "el tamaño": lambda ls: _con(ls, 0, lambda d: d.update(tamano=TODOS - 1)),
    "la llave": lambda ls: _con(ls, 0, lambda d: d.update(llave="11" * 32)),
    "otro proceso": lambda ls: _con(ls, 0, lambda d: d.update(proceso="otro-2027")),
    "otro modo": lambda ls: _con(ls, 0, lambda d: d.update(modo="jornada")),
    "un modo que no hay, sin hechos": lambda ls: _con(
        ls[:1], 0, lambda d: d.update(modo="ensayo", tamano=0, raiz=Frontera().raiz().hex())
    ),
    "cortado a la mitad": lambda ls: [*ls[:9], ls[9][:40]],
    "vacío": lambda ls: [],
    "otro formato": lambda ls: [b'{"formato":"otro"}\n'],
    "una lista": lambda ls: [b"[]\n"],
    "binario": lambda ls: [b"\x00\xff\n"],
    "sobre que no es objeto": lambda ls: _con(ls, 5, lambda d: d.update(sobre=[1])),
    "sobre de menos": lambda ls: _con(ls, 5, lambda d: d.pop("sobre")),
    "recibido sin zona": lambda ls: _con(ls, 5, lambda d: d.update(recibido="2027-06-07T00:00:00")),
    "recibido absurdo": lambda ls: _con(ls, 5, lambda d: d.update(recibido=7)),
    "llave corta": lambda ls: _con(ls, 0, lambda d: d.update(llave="11")),
    "línea enorme": lambda ls: [*ls[:3], b'"' + b"a" * (1 << 21) + b'"\n', *ls[3:]],
}


@pytest.mark.parametrize("caso", ARCHIVOS)
def test_an_altered_file_is_named_and_nothing_is_imported(bitacora_nueva: Any, archivo: Path, caso: str) -> None:
    lineas = ARCHIVOS[caso](archivo.read_bytes().splitlines(keepends=True))
    archivo.write_bytes(b"".join(lineas))
    try:
        assert list(verificar_archivo(archivo)) != []
    except ArchivoInvalido as error:
        assert str(error).startswith("Línea ")
    with bitacora_nueva():
        with pytest.raises(ArchivoInvalido):
            importar(archivo)
        assert cabeza().tamano == 0 and not Instalacion.objects.exists() and tabla_de_actas() == []


def test_what_is_written_inside_another_transaction_is_undone_with_it(nodo: NodoLocal) -> None:
    with transaction.atomic():
        anotar(Noche().completa(ACTAS[0], VOTOS), nodo, AHORA)
        transaction.set_rollback(True)
    assert cuantos() == 0 and tabla_de_actas() == [] and cabeza().tamano == ALTAS


def test_what_is_remembered_of_other_histories_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asientos, "_RAICES", {})
    monkeypatch.setattr(asientos, "_TANTAS", 2, raising=False)
    hojas = [bytes([n]) * 32 for n in range(3)]
    assert [asientos._raiz_de_tramo(h) for h in hojas * 2] == [asientos.raiz_de([h]) for h in hojas * 2]
    assert len(asientos._RAICES) == 2

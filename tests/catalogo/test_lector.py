# ruff: noqa: E501 - a table of cases reads better a row per line
"""What a folder says, and what a bad one is told: file, line and field."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import pytest
from carpetas import CHICA, TOML, escribir
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.catalogo import tablas
from prep.catalogo.lector import leer_proceso
from prep.catalogo.problemas import Problema, ProcesoInvalido
from prep.dominio.tabulacion.boleta import TipoRecuadro


def problemas(carpeta: Path) -> tuple[Problema, ...]:
    with pytest.raises(ProcesoInvalido) as error:
        leer_proceso(carpeta)
    return error.value.problemas


def con(archivo: str, viejo: str, nuevo: str) -> dict[str, str | bytes]:
    """The small folder with one replacement, which must apply."""
    assert viejo in CHICA[archivo]
    return {**CHICA, archivo: CHICA[archivo].replace(viejo, nuevo, 1)}


def test_the_small_folder_is_read_whole(tmp_path: Path) -> None:
    proceso, informativo = leer_proceso(escribir(tmp_path, CHICA))
    gub, ayun = proceso.elecciones
    assert [a.clave for a in gub.actas] == [f"14000{k}05" for k in ("1B0100", "1C0100", "2B0100", "2C0100", "2S0100")]
    assert [a.clave for a in ayun.actas] == [f"14000{k}02" for k in ("1B0100", "1C0100", "2C0100", "2S0100")]
    assert [a.representantes for a in gub.actas] == [5, 7, 2, None, None]
    assert [a.representantes for a in ayun.actas] == [5, None, None, None]
    assert [a.mecanismos for a in gub.actas][:2] == ["F", "D-F"]
    assert [a.demarcacion for a in ayun.actas] == [1, 1, 2, 2]
    especial = gub.actas[-1].casilla
    assert (especial.boletas, especial.lista_nominal) == (900, 0)
    assert gub.boletas[1].claves == ("SOL", "RIO", "PAZ", "MAR", "SOL_RIO", "NO_REGISTRADAS", "NULOS")
    assert ayun.boletas[1].claves == ("SOL", "RIO", "PAZ", "SOL_RIO", "NO_REGISTRADAS", "NULOS")
    assert ayun.boletas[2].claves == ("SOL", "RIO", "CC_PM", "CAND_IND_1", "NO_REGISTRADAS", "NULOS")
    assert [c.clave for c in ayun.columnas][:4] == ["SOL", "RIO", "PAZ", "SOL_RIO"]
    assert ayun.orden_registro == ("SOL", "RIO", "PAZ", "MAR")
    assert {(c.eleccion, c.demarcacion, c.candidatura) for c in informativo.candidaturas} == {
        ("GUB", None, "SOL_RIO"),
        ("AYUN", 2, "CC_PM"),
        ("AYUN", 1, "SOL_RIO"),
    }
    assert informativo.publicacion.inicio.isoformat() == "2027-06-06T20:00:00-06:00"
    assert informativo.partidos[1].color == "#00AA00"


CASOS: list[tuple[str, dict[str, str | bytes], str, int, str, str]] = [
    # what, folder, file, line, field, words in the message
    ("sin archivo", {k: v for k, v in CHICA.items() if k != "secciones.csv"}, "secciones.csv", 0, "", "falta este archivo"),
    ("vacío", {**CHICA, "demarcaciones.csv": ""}, "demarcaciones.csv", 1, "", "vacío"),
    ("desconocido", {**CHICA, "coalicion.csv": "a\n"}, "coalicion.csv", 0, "", "no se conoce este archivo"),
    (
        "cp1252",
        {**CHICA, "demarcaciones.csv": CHICA["demarcaciones.csv"].replace("Acatic", "Zúñiga").encode("cp1252")},
        "demarcaciones.csv",
        3,
        "",
        "Windows-1252",
    ),
    (
        "utf-16",
        {**CHICA, "demarcaciones.csv": CHICA["demarcaciones.csv"].encode("utf-16")},
        "demarcaciones.csv",
        1,
        "",
        "UTF-16",
    ),
    ("nulos", con("secciones.csv", "2,1,2", "2,1,\0"), "secciones.csv", 3, "", "bytes nulos"),
    ("acentos dañados", con("demarcaciones.csv", "Zapopan", "ZÃºÃ±iga"), "demarcaciones.csv", 4, "nombre", "dañados"),
    ("fórmula", con("demarcaciones.csv", "Acatic", "=CMD()"), "demarcaciones.csv", 3, "nombre", "fórmula"),
    ("invisible", con("demarcaciones.csv", "Acatic", "Aca\u200btic"), "demarcaciones.csv", 3, "nombre", "U+200B"),
    ("bidireccional", con("demarcaciones.csv", "Acatic", "Aca\u202etic"), "demarcaciones.csv", 3, "nombre", "U+202E"),
    ("punto y coma", {**CHICA, "secciones.csv": "seccion;distrito\n1;1\n"}, "secciones.csv", 1, "", "separadas con comas"),
    ("sobran celdas", con("secciones.csv", "2,1,2", "2,1,2,9"), "secciones.csv", 3, "", "sobran"),
    ("faltan celdas", con("secciones.csv", "2,1,2", "2,1"), "secciones.csv", 3, "", "faltan"),
    (
        "columna repetida",
        con("secciones.csv", "seccion,distrito,municipio", "seccion,distrito,distrito"),
        "secciones.csv",
        1,
        "distrito",
        "repetida",
    ),
    ("columna desconocida", con("secciones.csv", "municipio", "munisipio"), "secciones.csv", 1, "munisipio", "no se conoce"),
    ("columna ausente", con("casillas.csv", "seccion,tipo", "seccion,clase"), "casillas.csv", 1, "tipo", "falta esta columna"),
    ("comillas abiertas", con("demarcaciones.csv", "Acatic", '"Acatic'), "demarcaciones.csv", 3, "", "comillas"),
    ("comillas a medias", con("demarcaciones.csv", "Acatic", '"Aca"tic'), "demarcaciones.csv", 3, "", "comillas"),
    ("celda de dos líneas", con("demarcaciones.csv", "Acatic", '"Aca\ntic"'), "demarcaciones.csv", 3, "", "abarca"),
    ("entero con coma", con("casillas.csv", "700", '"1,700"'), "casillas.csv", 2, "lista_nominal", "no es un número"),
    ("decimal", con("casillas.csv", "700", "700.0"), "casillas.csv", 2, "lista_nominal", "no es un número"),
    ("otras cifras", con("casillas.csv", "700", "٧٠٠"), "casillas.csv", 2, "lista_nominal", "no es un número"),
    ("sin lista nominal", con("casillas.csv", "1,B,1,700", "1,B,1,"), "casillas.csv", 2, "lista_nominal", "vacío"),
    ("tipo de casilla", con("casillas.csv", "1,B,1", "1,Z,1"), "casillas.csv", 2, "tipo", "no es una de las opciones"),
    ("casilla repetida", con("casillas.csv", "1,C,1,699", "1,B,1,699"), "casillas.csv", 3, "seccion", "línea 2"),
    ("sección ajena", con("casillas.csv", "1,B,1,700", "9,B,1,700"), "casillas.csv", 2, "seccion", "secciones.csv"),
    ("especial con lista", con("casillas.csv", "2,S,1,,", "2,S,1,5,"), "casillas.csv", 5, "lista_nominal", "especial"),
    ("básica con boletas", con("casillas.csv", "700,5,,", "700,5,900,"), "casillas.csv", 2, "boletas", "especiales"),
    ("CATD ajeno", con("casillas.csv", "CATD-1,F", "CATD-9,F"), "casillas.csv", 2, "catd", "CATD-9"),
    ("mecanismo", con("casillas.csv", "D-F", "D-X"), "casillas.csv", 3, "mecanismos", "mecanismo"),
    ("elección ajena", con("casillas.csv", ",GUB,", ",GOB,"), "casillas.csv", 4, "elecciones", "GOB"),
    ("columna de otra elección", con("casillas.csv", "_GUB", "_GOB"), "casillas.csv", 1, "representantes_GOB", "no se conoce"),
    ("sección repetida", con("secciones.csv", "2,1,2", "1,1,2"), "secciones.csv", 3, "seccion", "línea 2"),
    ("sección sin municipio", con("secciones.csv", "2,1,2", "2,1,"), "secciones.csv", 3, "municipio", "vacío"),
    ("distrito ajeno", con("secciones.csv", "2,1,2", "2,7,2"), "secciones.csv", 3, "distrito", "distrito 7"),
    ("demarcación repetida", con("demarcaciones.csv", "municipio,2", "municipio,1"), "demarcaciones.csv", 4, "id", "línea 3"),
    (
        "demarcación sin casillas",
        con("demarcaciones.csv", "municipio,1", "distrito,2,Sur\nmunicipio,1"),
        "demarcaciones.csv",
        3,
        "id",
        "ninguna casilla",
    ),
    ("partido repetido", con("contendientes.csv", "RIO,partido", "SOL,partido"), "contendientes.csv", 3, "siglas", "línea 2"),
    ("orden repetido", con("contendientes.csv", "00,2,,", "00,1,,"), "contendientes.csv", 3, "orden", "línea 2"),
    ("sin orden", con("contendientes.csv", "00,2,,", "00,,,"), "contendientes.csv", 3, "orden", "vacío"),
    ("siglas", con("contendientes.csv", "RIO,partido", "río,partido"), "contendientes.csv", 3, "siglas", "clave válida"),
    ("color", con("contendientes.csv", "#AA0000", "rojo"), "contendientes.csv", 2, "color", "color"),
    ("independiente sin lugar", con("contendientes.csv", "AYUN,2", "AYUN,"), "contendientes.csv", 6, "demarcacion", "vacío"),
    ("independiente en la entidad", con("contendientes.csv", "AYUN,2", "GUB,2"), "contendientes.csv", 6, "demarcacion", "toda la entidad"),
    ("independiente fuera", con("contendientes.csv", "AYUN,2", "AYUN,3"), "contendientes.csv", 6, "demarcacion", "municipio 3"),
    ("partido con demarcación", con("contendientes.csv", "00,2,,", "00,2,,1"), "contendientes.csv", 3, "demarcacion", "no llevan"),
    ("coalición de uno", con("coaliciones.csv", "RIO SOL", "RIO"), "coaliciones.csv", 2, "partidos", "al menos dos"),
    ("coalición repite", con("coaliciones.csv", "RIO SOL", "RIO RIO"), "coaliciones.csv", 2, "partidos", "repite RIO"),
    ("partido ajeno", con("coaliciones.csv", "RIO SOL", "RIO SOT"), "coaliciones.csv", 2, "partidos", "SOT"),
    ("coalición fuera", con("coaliciones.csv", "PAZ MAR,2", "PAZ MAR,2..4"), "coaliciones.csv", 3, "demarcaciones", "3, 4"),
    ("coalición en la entidad", con("coaliciones.csv", "SOL,,", "SOL,1,"), "coaliciones.csv", 2, "demarcaciones", "toda la entidad"),
    ("rango al revés", con("coaliciones.csv", "PAZ MAR,2", "PAZ MAR,2..1"), "coaliciones.csv", 3, "demarcaciones", "mayor a menor"),
    ("en dos coaliciones", con("coaliciones.csv", "SOL RIO,1", "SOL PAZ,"), "coaliciones.csv", 4, "partidos", "línea 3"),
    ("coaligado sin candidatura", con("coaliciones.csv", "SOL RIO,1", "SOL MAR,1"), "coaliciones.csv", 4, "partidos", "sin_candidatura"),
    ("candidatura ajena", con("candidaturas.csv", "GUB,,SR", "GUB,,XX"), "candidaturas.csv", 2, "candidatura", "no contiende"),
    ("candidatura en otra parte", con("candidaturas.csv", "2,CC_PM", "1,CC_PM"), "candidaturas.csv", 3, "candidatura", "municipio 1"),
    ("candidatura repetida", con("candidaturas.csv", "2,CC_PM", "1,SR"), "candidaturas.csv", 4, "candidatura", "línea 3"),
    ("nombre propio", con("personas.csv", "op-01", "juan@x.mx"), "personas.csv", 2, "persona", "nunca un nombre"),
    ("rol", con("personas.csv", "acopiador", "jefe"), "personas.csv", 2, "rol", "no es una de las opciones"),
    ("lugar", con("personas.csv", ",CCV", ",CVV"), "personas.csv", 3, "lugar", "CVV"),
    ("CATD con nombre de lugar", con("catd.csv", "CATD-1,Centro", "CATD-1,Centro,1\nCCV,Otro"), "catd.csv", 3, "clave", "otro lugar"),
    ("toml roto", con("proceso.toml", 'nombre = "Proceso chico"', 'nombre = "Proceso'), "proceso.toml", 2, "", "no se entiende"),
    ("toml sin dato", con("proceso.toml", "id = 14\n", ""), "proceso.toml", 4, "entidad.id", "falta"),
    ("toml otro tipo", con("proceso.toml", "id = 14", 'id = "14"'), "proceso.toml", 5, "entidad.id", "entero"),
    ("toml desconocido", con("proceso.toml", "inicio =", "inicia ="), "proceso.toml", 13, "publicacion.inicia", "no se conoce"),
    ("toml fechas", con("proceso.toml", "2027-06-07", "2027-06-05"), "proceso.toml", 14, "publicacion.fin", "anterior"),
    ("toml zona", con("proceso.toml", "[entidad]", 'zona_horaria = "America/Guadalajara"\n[entidad]'), "proceso.toml", 4, "zona_horaria", "zona"),
    ("toml tipo repetido", con("proceso.toml", '"02"', '"05"'), "proceso.toml", 25, "elecciones.tipo_acta", "línea 17"),
    ("toml ámbito", con("proceso.toml", 'ambito = "municipio"', 'ambito = "estado"'), "proceso.toml", 26, "elecciones.ambito", "opciones"),
    ("toml agrupa", con("proceso.toml", 'ambito = "municipio"', 'ambito = "municipio"\nagrupa = "distrito"'), "proceso.toml", 27, "elecciones.agrupa", "se agrupa por municipio"),
    ("logotipo fuera", con("proceso.toml", "[publicacion]", 'logotipo = "../logo.png"\n[publicacion]'), "proceso.toml", 12, "institucion.logotipo", "sale de la carpeta"),
    ("logotipo absoluto", con("proceso.toml", "[publicacion]", 'logotipo = "/etc/passwd"\n[publicacion]'), "proceso.toml", 12, "institucion.logotipo", "sale de la carpeta"),
    ("logotipo ausente", con("proceso.toml", "[publicacion]", 'logotipo = "x.png"\n[publicacion]'), "proceso.toml", 12, "institucion.logotipo", "falta este archivo"),
    ("regla", con("proceso.toml", "[[elecciones]]", '[parametros]\nlugares_distintos = "sí"\n[[elecciones]]'), "proceso.toml", 17, "parametros.lugares_distintos", "no es true ni false"),
    ("regla que no se ofrece", con("proceso.toml", "[[elecciones]]", '[parametros]\nterminales_firman = true\n[[elecciones]]'), "proceso.toml", 17, "parametros.terminales_firman", "no se conoce"),
    ("empates", con("proceso.toml", "[[elecciones]]", '[parametros]\nempates = ["SOL"]\n[[elecciones]]'), "proceso.toml", 0, "parametros.empates", "faltan RIO, PAZ, MAR"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("archivos", "archivo", "linea", "campo", "dice"), [c[1:] for c in CASOS], ids=[c[0] for c in CASOS]
)
def test_each_problem_is_said_in_its_place(
    tmp_path: Path, archivos: dict[str, str | bytes], archivo: str, linea: int, campo: str, dice: str
) -> None:
    hallados = problemas(escribir(tmp_path, archivos))
    assert any(
        (p.archivo, p.linea, p.campo) == (archivo, linea, campo) and dice in p.mensaje + p.sugerencia for p in hallados
    ), [str(p) for p in hallados]


def test_all_problems_are_listed_and_not_only_the_first(tmp_path: Path) -> None:
    archivos = dict(CHICA)
    archivos["casillas.csv"] = archivos["casillas.csv"].replace("1,B,1,700", "1,B,1,setecientos")
    archivos["personas.csv"] = archivos["personas.csv"].replace("acopiador", "jefe")
    archivos["proceso.toml"] = TOML.replace("id = 14", "id = 140")
    archivos["demarcaciones.csv"] = archivos["demarcaciones.csv"].encode("cp1252").replace(b"Norte", b"Ma\xf1ana")
    assert [(p.archivo, p.linea, p.campo) for p in problemas(escribir(tmp_path, archivos))] == [
        ("casillas.csv", 2, "lista_nominal"),
        ("demarcaciones.csv", 2, ""),
        ("personas.csv", 2, "rol"),
        ("proceso.toml", 5, "entidad.id"),
    ]


def test_candidates_are_checked_beside_what_is_wrong_elsewhere(tmp_path: Path) -> None:
    """Without ballots, a name that nobody of the election bears is still listed; the others are not doubted."""
    otro = "candidaturas.csv"
    malos = con("coaliciones.csv", "GUB,SR,coalicion,RIO SOL", "GUB,SR,coalicion,RIO LUNA")
    hallados = problemas(escribir(tmp_path, malos | {otro: con(otro, "AYUN,1,SOL_RIO", "AYUN,1,NADIE")[otro]}))
    assert [(p.archivo, p.linea, p.campo) for p in hallados] == [
        ("candidaturas.csv", 4, "candidatura"),
        ("coaliciones.csv", 2, "partidos"),
    ]


def test_one_error_does_not_drag_others_along(tmp_path: Path) -> None:
    """A section that could not be read is one problem, not one per casilla in it."""
    hallados = problemas(escribir(tmp_path, con("secciones.csv", "2,1,2", "2,1,dos")))
    assert [(p.archivo, p.linea, p.campo) for p in hallados] == [("secciones.csv", 3, "municipio")]


def test_what_excel_does_is_accepted(tmp_path: Path) -> None:
    """BOM, CRLF, CR alone, quotes, blank rows, columns in another order: the same process, the same fingerprint."""
    esperada = leer_proceso(escribir(tmp_path / "a", CHICA))
    otra = {
        n: t
        if n == "proceso.toml"
        else ("\ufeff" + t.replace("\n", "\r\n") + ",,\r\n" * (n == "demarcaciones.csv")).encode()
        for n, t in CHICA.items()
    }
    otra["secciones.csv"] = '"municipio","seccion","distrito"\r2,0002,1\r\r"1"," 1 ",1\r'
    otra["proceso.toml"] = TOML.replace("\n", "\r\n")
    assert leer_proceso(escribir(tmp_path / "b", otra)) == esperada


def test_the_order_of_the_rows_does_not_count(tmp_path: Path) -> None:
    esperada = leer_proceso(escribir(tmp_path / "a", CHICA))
    azar = random.Random(7)
    revuelta = dict(CHICA)
    for nombre in CHICA:
        if nombre.endswith(".csv"):
            encabezado, *filas = CHICA[nombre].splitlines(keepends=True)
            azar.shuffle(filas)
            revuelta[nombre] = encabezado + "".join(filas)
    assert leer_proceso(escribir(tmp_path / "b", revuelta)) == esperada


@pytest.mark.parametrize(
    ("archivo", "viejo", "nuevo"),
    [
        ("casillas.csv", "700", "701"),
        ("casillas.csv", "1,B,1,700,5", "1,B,1,700,6"),
        ("coaliciones.csv", "PAZ MAR,2", "PAZ RIO,2"),
        ("contendientes.csv", "Partido Paz", "Partido Pax"),
        ("candidaturas.csv", "Juana", "Juan"),
        ("demarcaciones.csv", "Acatic", "Acatlán"),
        ("proceso.toml", '"CHICO-1"', '"CHICO-2"'),
    ],
)
def test_the_fingerprint_covers_what_is_published(tmp_path: Path, archivo: str, viejo: str, nuevo: str) -> None:
    antes, _ = leer_proceso(escribir(tmp_path / "a", CHICA))
    despues, _ = leer_proceso(escribir(tmp_path / "b", con(archivo, viejo, nuevo)))
    assert antes.huella != despues.huella
    assert len(antes.huella) == 64


def test_the_fingerprint_does_not_cover_what_changes_during_the_night(tmp_path: Path) -> None:
    antes, _ = leer_proceso(escribir(tmp_path / "a", CHICA))
    archivos = con("proceso.toml", "2027-06-07", "2027-06-08")
    archivos["personas.csv"] = CHICA["personas.csv"].replace("op-02", "op-03")
    despues, informativo = leer_proceso(escribir(tmp_path / "b", archivos))
    assert antes.huella == despues.huella
    assert informativo.personas[1].persona == "op-03"


def test_columns_with_another_name_and_order(tmp_path: Path) -> None:
    columnas = (
        "eleccion,clave,tipo,partidos\nGUB,C_RIO_SOL,combinacion,RIO SOL\nGUB,PAZ,partido,PAZ\nGUB,MAR,partido,MAR\n"
        "GUB,RIO,partido,RIO\nGUB,SOL,partido,SOL\nGUB,NO_REGISTRADAS,no_registradas,\nGUB,NULOS,nulos,\n"
    )
    proceso, _ = leer_proceso(escribir(tmp_path / "a", {**CHICA, "columnas.csv": columnas}))
    gub = proceso.elecciones[0]
    assert gub.boletas[1].claves == ("C_RIO_SOL", "PAZ", "MAR", "RIO", "SOL", "NO_REGISTRADAS", "NULOS")
    assert gub.columnas[0].tipo is TipoRecuadro.COMBINACION
    falta = {**CHICA, "columnas.csv": columnas.replace("GUB,PAZ,partido,PAZ\n", "")}
    assert [(p.archivo, p.campo) for p in problemas(escribir(tmp_path / "b", falta))] == [("columnas.csv", "clave")]
    sobra = {**CHICA, "columnas.csv": columnas.replace("RIO SOL", "RIO PAZ")}
    assert ("columnas.csv", 2, "clave") in {
        (p.archivo, p.linea, p.campo) for p in problemas(escribir(tmp_path / "c", sobra))
    }


def test_a_type_of_acta_for_each_type_of_casilla(tmp_path: Path) -> None:
    """Special casillas may have an acta of their own: Tamaulipas 2023 used 2, and 4 for the special ones."""
    toml = TOML.replace('tipo_acta = "05"', 'tipo_acta = "2"\ntipos_acta = { S = "4" }')
    proceso, _ = leer_proceso(escribir(tmp_path / "a", {**CHICA, "proceso.toml": toml}))
    assert [a.clave for a in proceso.elecciones[0].actas][-2:] == ["140002C01002", "140002S01004"]
    choca = TOML.replace('tipo_acta = "05"', 'tipo_acta = "05"\ntipos_acta = { S = "02" }')
    hallados = problemas(escribir(tmp_path / "b", {**CHICA, "proceso.toml": choca}))
    assert [(p.linea, p.campo) for p in hallados] == [(26, "elecciones.tipo_acta")]
    ajena = TOML.replace('tipo_acta = "05"', 'tipo_acta = "05"\ntipos_acta = { Z = "02" }')
    hallados = problemas(escribir(tmp_path / "c", {**CHICA, "proceso.toml": ajena}))
    assert [(p.linea, p.campo) for p in hallados] == [(20, "elecciones.tipos_acta")]


def test_a_casilla_abroad_has_no_municipio(tmp_path: Path) -> None:
    archivos = dict(CHICA)
    archivos["demarcaciones.csv"] += "distrito,0,Voto en el extranjero\n"
    archivos["secciones.csv"] += "0,0,\n"
    archivos["casillas.csv"] += "0,M,1,1200,,,,,GUB,\n"
    proceso, _ = leer_proceso(escribir(tmp_path / "a", archivos))
    gub, ayun = proceso.elecciones
    assert gub.actas[0].clave == "140000M010005"
    assert (list(gub.demarcaciones), list(ayun.demarcaciones)) == ([0, 1], [1, 2])
    archivos["casillas.csv"] = archivos["casillas.csv"].replace("1200,,,,,GUB,", "1200,,,,,,")
    hallados = problemas(escribir(tmp_path / "b", archivos))
    assert [(p.archivo, p.linea, p.campo) for p in hallados] == [("secciones.csv", 4, "municipio")]


def test_the_enormous_and_the_odd_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carpeta = escribir(tmp_path / "a", CHICA)
    (carpeta / "secciones.csv").write_bytes(b"")
    os.truncate(carpeta / "secciones.csv", tablas.BYTES_MAXIMO + 1)
    assert [(p.archivo, p.linea) for p in problemas(carpeta) if "bytes" in p.mensaje] == [("secciones.csv", 0)]

    (carpeta / "secciones.csv").unlink()
    (carpeta / "secciones.csv").symlink_to("/etc/passwd")
    assert any("enlace" in p.mensaje for p in problemas(carpeta) if p.archivo == "secciones.csv")

    (carpeta / "secciones.csv").unlink()
    os.mkfifo(carpeta / "secciones.csv")
    assert any("no es un archivo normal" in p.mensaje for p in problemas(carpeta))

    monkeypatch.setattr(tablas, "FILAS_MAXIMO", 3)
    assert any(
        p.archivo == "casillas.csv" and "más de 3 filas" in p.mensaje
        for p in problemas(escribir(tmp_path / "b", CHICA))
    )


def test_thousands_of_problems_are_cut_short(tmp_path: Path) -> None:
    malas = "seccion,distrito,municipio\n" + "x,y,z\n" * 4000
    hallados = [
        p for p in problemas(escribir(tmp_path, {**CHICA, "secciones.csv": malas})) if p.archivo == "secciones.csv"
    ]
    assert len(hallados) == tablas.PROBLEMAS_MAXIMO + 1
    assert "solo se listan los primeros" in hallados[0].mensaje


@pytest.mark.parametrize(
    "svg",
    [
        b"<svg><script>1</script></svg>",
        b'<svg onload="x()"/>',
        b'<svg><image href="http://x/y.png"/></svg>',
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg/>',
        b"\x89PNG\r\n",
    ],
)
def test_a_logo_with_surprises_is_refused(tmp_path: Path, svg: bytes) -> None:
    toml = TOML.replace("[publicacion]", 'logotipo = "logo.svg"\n[publicacion]')
    hallados = problemas(escribir(tmp_path, {**CHICA, "proceso.toml": toml, "logo.svg": svg}))
    assert [(p.archivo, p.linea, p.campo) for p in hallados] == [("proceso.toml", 12, "institucion.logotipo")]


def test_the_logo_travels_with_the_process(tmp_path: Path) -> None:
    toml = TOML.replace("[publicacion]", 'logotipo = "logo.svg"\n[publicacion]')
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
    _, informativo = leer_proceso(escribir(tmp_path, {**CHICA, "proceso.toml": toml, "logo.svg": svg}))
    assert informativo.institucion.imagen == svg.encode()


TROZOS = [
    *(
        "",
        ",",
        ",,",
        '"',
        '""',
        "\n",
        "\r",
        ";",
        "=",
        "[",
        "]",
        "{",
        "}",
        "'",
        "#",
        "..",
        " ",
        "-1",
        "0",
        "999999999999",
    ),
    *(
        "MALO",
        "ñ",
        "\u0000",
        "\u200b",
        "\ud7ff",
        "😀",
        "todas",
        "AYUN",
        "GUB",
        "SOL",
        "RIO SOL",
        "1..999",
        "S",
        "[[x]]",
    ),
    *("1" * 5000, "0x" + "f" * 5000, "[" * 3000, "2027-06-06T20:00:00", "0001-01-01T00:00:00Z", "true", "1.5", "nan"),
]


@st.composite
def estropeadas(draw: st.DrawFn) -> dict[str, str | bytes]:
    """The small folder with a few cuts and grafts."""
    archivos: dict[str, str | bytes] = dict(CHICA)
    for _ in range(draw(st.integers(1, 4))):
        nombre = draw(st.sampled_from(sorted(CHICA)))
        datos = archivos[nombre]
        datos = datos.encode() if isinstance(datos, str) else datos
        a = draw(st.integers(0, len(datos)))
        b = draw(st.integers(a, min(len(datos), a + 12)))
        trozo = draw(st.one_of(st.sampled_from(TROZOS).map(str.encode), st.binary(max_size=4)))
        archivos[nombre] = datos[:a] + trozo + datos[b:]
    return archivos


@given(estropeadas())
@settings(max_examples=200)
def test_nothing_makes_it_stumble(archivos: dict[str, str | bytes]) -> None:
    """Whatever the folder says, there is a process or a list of problems with a place and no control characters."""
    with tempfile.TemporaryDirectory() as carpeta:
        try:
            proceso, _ = leer_proceso(escribir(Path(carpeta), archivos))
        except ProcesoInvalido as error:
            assert error.problemas
            for p in error.problemas:
                assert p.archivo in archivos
                assert p.mensaje.isprintable() and p.campo.isprintable() and p.sugerencia.isprintable()
        else:
            assert proceso.elecciones


def test_what_is_not_a_folder_is_said(tmp_path: Path) -> None:
    assert "no es una carpeta" in problemas(tmp_path / "nada")[0].mensaje

"""Reading published databases: each way of writing them gives back what was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from fabrica_publicado import VOTOS, ZONA, Forma, base, base_, guardar, renglon, replace, sin_votos, una
from hypothesis import given
from hypothesis import strategies as st

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.boleta import TipoRecuadro
from prep.reproduccion import ErrorDeLectura, Hueco, Nota, leer

FORMAS = {
    "la actual": Forma(),
    "utf-8 sin marca": Forma(codificacion="utf-8"),
    "cp1252": Forma(codificacion="cp1252"),
    "utf-16": Forma(codificacion="utf-16"),
    "utf-16 sin marca": Forma(codificacion="utf-16-le"),
    "utf-16 al revés sin marca": Forma(codificacion="utf-16-be"),
    "solo CR": Forma(fin="\r"),
    "solo LF": Forma(fin="\n"),
    "barras": Forma(separador="|"),
    "barras declaradas": Forma(separador="|", declara=True, codificacion="cp1252"),
    "punto y coma": Forma(separador=";"),
    "tabulador": Forma(separador="\t"),
    "claves entre apóstrofos": Forma(clave="'{}'"),
    "claves con un apóstrofo": Forma(clave="'{}"),
    "claves como fórmula": Forma(clave='="{}"', numero='="{}"', separador="|"),
    "miles": Forma(miles=True),
    "miles con barras": Forma(miles=True, separador="|", codificacion="cp1252", declara=True),
    "líneas en blanco": Forma(blancas=(0, 1, 2, 3, 6, 7)),
    "nombres viejos": Forma(
        nombres={
            "ID_ENTIDAD": "ID_ESTADO",
            "ENTIDAD": "ESTADO",
            "NO_REGISTRADAS": "NO_REGISTRADOS",
            "CODIGO_INTEGRIDAD": "SHA",
            "ID_DISTRITO_LOCAL": "ID_DISTRITO",
            "DISTRITO_LOCAL": "DISTRITO",
            "TOTAL_BOLETAS_SOBRANTES": "NUM_BOLETAS_SOBRANTES",
            "TOTAL_PERSONAS_VOTARON": "TOTAL_CIUDADANOS_VOTARON",
            "TOTAL_VOTOS_SACADOS": "NUM_BOLETAS_EXTRAIDAS",
            "TOTAL_VOTOS_CALCULADO": "TOTAL_VOTOS",
            "FECHA_HORA_VERIFICACION": "HORA_REGISTRO",
        }
    ),
    "nombres con acentos y espacios": Forma(
        nombres={
            "SECCION": "Sección",
            "NO_REGISTRADAS": "CANDIDATO/A NO REGISTRADO/A",
            "NULOS": "VOTOS NULOS",
            "DIGITALIZACION": "Digitalización",
        }
    ),
}


@pytest.mark.parametrize("forma", FORMAS.values(), ids=FORMAS)
def test_every_form_says_the_same(forma: Forma, tmp_path: Path) -> None:
    filas = [
        renglon(1, DISTRITO_LOCAL="Tequila, José María"),
        renglon(2, tipo="C", numero=12, LISTA_NOMINAL="1234", TOTAL_VOTOS_CALCULADO="1100"),
        sin_votos(renglon(3), "Ilegible", OBSERVACIONES="Todos los campos ilegibles", CONTABILIZADA="0"),
        sin_votos(renglon(4), "", CONTABILIZADA="-", TOTAL_VOTOS_CALCULADO="-"),
    ]
    leida = una(tmp_path, forma, *filas, ACTAS_ESPERADAS="4", LISTA_NOMINAL_ACTAS_CONTABILIZADAS="1734")

    assert leida.eleccion == "GUB"
    assert leida.corte == datetime(2024, 6, 2, 23, 30, tzinfo=ZONA)
    assert leida.resumen == {"ACTAS_ESPERADAS": 4, "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": 1734}
    assert [r.clave for r in leida.recuadros] == list(VOTOS)
    assert leida.anomalias == []
    uno, dos, tres, cuatro = leida.renglones
    assert (uno.clave_casilla, uno.clave_acta, uno.distrito) == ("140001B0100", "140001B010001", "Tequila, José María")
    assert (uno.id_entidad, uno.entidad, uno.id_distrito, uno.seccion) == (14, "JALISCO", 1, 1)
    assert uno.votos == (40, 30, 20, 5, 0, 1, 4)
    assert uno.totales["boletas_sobrantes"] == 410
    assert (dos.lista_nominal, dos.calculado, dos.id_casilla, dos.tipo_casilla) == (1234, 1100, 12, "C")
    assert tres.votos == (ILEGIBLE,) * 7
    assert tres.notas == (Nota.TODOS_ILEGIBLES,)
    assert cuatro.votos == (Hueco.VACIO,) * 7
    assert (cuatro.contabilizada, cuatro.calculado) == (None, Hueco.GUION)
    assert uno.verificacion == datetime(2024, 6, 2, 20, 31, tzinfo=ZONA)
    assert uno.digitalizacion == "Escáner"


votos = st.one_of(st.integers(0, 9999).map(str), st.sampled_from(["Ilegible", "Sin dato", ""]))
nombres = st.text(
    st.characters(codec="cp1252", exclude_categories=("C",), exclude_characters="\xa0='\"\xad"), min_size=1, max_size=20
).filter(lambda t: t.strip() == t and t not in ("-", "--", "---", "–", "—") and t.upper() not in ("NA", "ND", "N/A"))
filas = st.builds(
    lambda seccion, tipo, numero, distrito, nombre, vs: renglon(
        seccion, tipo, numero, distrito, DISTRITO_LOCAL=nombre, **dict(zip(VOTOS, vs, strict=True))
    ),
    st.integers(1, 9999),
    st.sampled_from("BCESMVPA"),
    st.integers(1, 99),
    st.integers(1, 30),
    nombres.filter(lambda t: t.upper() not in ("NULL", "NONE", "NAN", "N.A.", "N/D")),
    st.tuples(*[votos] * len(VOTOS)),
)


@given(
    filas=st.lists(filas, min_size=1, max_size=6, unique_by=lambda f: f["CLAVE_ACTA"]),
    forma=st.builds(
        Forma,
        codificacion=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
        fin=st.sampled_from(["\r", "\n", "\r\n"]),
        separador=st.sampled_from([",", ";", "|", "\t"]),
        declara=st.booleans(),
        clave=st.sampled_from(["{}", "'{}'", "'{}", '="{}"']),
        blancas=st.lists(st.integers(0, 9), max_size=4).map(tuple),
    ),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, filas: list[dict[str, str]], forma: Forma
) -> None:
    (leida,) = leer([guardar(tmp_path_factory.mktemp("b"), base_(*filas), forma)])
    marcas = {"Ilegible": ILEGIBLE, "Sin dato": SIN_DATO, "": Hueco.VACIO}
    assert [
        (r.clave_acta, r.distrito, r.id_distrito, r.seccion, r.votos, r.contabilizada) for r in leida.renglones
    ] == [
        (
            f["CLAVE_ACTA"],
            f["DISTRITO_LOCAL"],
            int(f["ID_DISTRITO_LOCAL"]),
            int(f["SECCION"]),
            tuple(marcas[f[v]] if f[v] in marcas else int(f[v]) for v in VOTOS),
            1,
        )
        for f in filas
    ]
    assert leida.anomalias == []


# --- odd lines --------------------------------------------------------------------------------------------------------


def mensajes(leida: object) -> list[tuple[int, str]]:
    return [(a.linea, a.mensaje) for a in leida.anomalias]  # type: ignore[attr-defined]


def test_more_fields_than_columns_is_said_and_nothing_falls(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1), renglon(2)))
    lineas = archivo.read_text("utf-8-sig").split("\n")
    lineas[6] = lineas[6].rstrip("\r") + ",de más,otro"
    archivo.write_text("\n".join(lineas))
    (leida,) = leer([archivo])
    assert [r.votos for r in leida.renglones] == [(40, 30, 20, 5, 0, 1, 4)] * 2
    ((linea, mensaje),) = mensajes(leida)
    assert linea == 7
    assert "40 campos" in mensaje and "38 columnas" in mensaje


def test_fewer_fields_than_columns_is_said(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1), renglon(2)))
    lineas = archivo.read_text("utf-8-sig").splitlines()
    lineas[6] = ",".join(lineas[6].split(",")[:30])
    archivo.write_text("\n".join(lineas))
    (leida,) = leer([archivo])
    assert leida.renglones[0].votos == (40, 30, 20, 5, 0, 1, 4)
    assert leida.renglones[0].verificacion is None
    assert mensajes(leida) == [(7, "Tiene 30 campos y hay 38 columnas: faltan 8.")]


def test_a_seccion_without_end_in_a_line_that_does_not_fit_is_not_read(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1), renglon(2)))
    lineas = archivo.read_text("utf-8-sig").splitlines()
    lineas[6] = ",".join(lineas[6].replace(",0001,", f",{'1' * 5_000},").split(",")[:30])
    archivo.write_text("\n".join(lineas))
    (leida,) = leer([archivo])
    assert leida.renglones[-1].seccion == 2


def test_extra_separators_at_the_end_are_nothing(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1)))
    archivo.write_text(archivo.read_text("utf-8-sig").replace("Acta PREP,1", "Acta PREP,1,,,"))
    (leida,) = leer([archivo])
    assert leida.anomalias == []


@pytest.mark.parametrize("campo", ["DISTRITO_LOCAL", "ENTIDAD"])
def test_an_unquoted_comma_in_a_name_is_joined_again(campo: str, tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1, **{campo: "HEROICA, PUEBLA, DE"})))
    archivo.write_text(archivo.read_text("utf-8-sig").replace('"HEROICA, PUEBLA, DE"', "HEROICA, PUEBLA, DE"))
    (leida,) = leer([archivo])
    (fila,) = leida.renglones
    assert (fila.seccion, fila.votos, fila.calculado) == (1, (40, 30, 20, 5, 0, 1, 4), 100)
    assert "HEROICA, PUEBLA, DE" in (fila.distrito, fila.entidad)
    assert [linea for linea, _ in mensajes(leida)] == [7]


def test_an_unquoted_list_of_observations_is_joined_again(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1, OBSERVACIONES="['Ilegible', 'Sin dato']")))
    archivo.write_text(
        archivo.read_text("utf-8-sig").replace("\"['Ilegible', 'Sin dato']\"", "['Ilegible', 'Sin dato']")
    )
    (leida,) = leer([archivo])
    assert leida.renglones[0].notas == (Nota.ILEGIBLE, Nota.SIN_DATO)
    assert (leida.renglones[0].contabilizada, leida.renglones[0].cotejada) == (1, "1")
    assert [linea for linea, _ in mensajes(leida)] == [7]


def test_a_quoted_field_with_lines_inside(tmp_path: Path) -> None:
    (leida,) = leer([guardar(tmp_path, base_(renglon(1, OBSERVACIONES="Ilegible\nSin dato"), renglon(2)))])
    assert [r.linea for r in leida.renglones] == [7, 9]
    assert leida.renglones[0].notas == (Nota.ILEGIBLE, Nota.SIN_DATO)
    assert leida.anomalias == []


def test_a_quote_that_nobody_closes_does_not_eat_the_file(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(*[renglon(s, DISTRITO_LOCAL="LA X") for s in range(1, 60)]))
    archivo.write_text(archivo.read_text("utf-8-sig").replace("LA X", '"LA X', 1))
    (leida,) = leer([archivo])
    assert [r.seccion for r in leida.renglones] == list(range(1, 60))
    assert mensajes(leida) == [(7, "Una comilla abre un campo y nada la cierra: se toma como un carácter.")]


def test_the_line_of_columns_repeated(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1), renglon(2)))
    lineas = archivo.read_text("utf-8-sig").splitlines()
    archivo.write_text("\n".join([*lineas[:7], lineas[5], *lineas[7:]]))
    (leida,) = leer([archivo])
    assert len(leida.renglones) == 2
    assert mensajes(leida) == [(8, "La línea de columnas está otra vez: no se usa.")]


def test_a_column_of_votes_twice_is_an_error_with_its_line(tmp_path: Path) -> None:
    lo = base_(renglon(1), votos=("PAN", "PRI", "PAN", "NULOS"))
    with pytest.raises(ErrorDeLectura, match=r"JAL_GUB_2024.csv, línea 6, campo PAN: la columna está dos veces \(17"):
        leer([guardar(tmp_path, lo)])


def test_without_nulos_or_without_keys_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ErrorDeLectura, match=r"línea 6: falta la columna de votos nulos"):
        leer([guardar(tmp_path, base_(renglon(1)), Forma(sin=("NULOS",)))])


def test_keys_that_lost_their_zero_or_are_not_there(tmp_path: Path) -> None:
    filas = [renglon(1) | {"CLAVE_CASILLA": "40001B0100", "CLAVE_ACTA": ""}, renglon(2) | {"CLAVE_CASILLA": ""}]
    leida = una(tmp_path, None, *filas)
    assert [r.clave_casilla for r in leida.renglones] == ["140001B0100", "140002B0100"]
    assert leida.renglones[0].clave_acta == "140001B01001"
    assert mensajes(leida) == [(7, "«40001B0100» no es una clave; por sus partes, 140001B0100.")]


def test_a_footnote_is_not_an_acta(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base_(renglon(1)))
    archivo.write_text(archivo.read_text("utf-8-sig") + "Fuente: instituto\n")
    (leida,) = leer([archivo])
    assert len(leida.renglones) == 1
    assert [linea for linea, _ in mensajes(leida)] == [8, 8]


def test_cells_that_cannot_be_read_are_listed_apart(tmp_path: Path) -> None:
    leida = una(tmp_path, None, renglon(1, PAN="doce", NULOS="12000", FECHA_HORA_ACOPIO="ayer", CONTABILIZADA="7"))
    (fila,) = leida.renglones
    assert fila.votos[0] is fila.votos[-1] is Hueco.NO_LEIDO
    assert fila.no_leidas == {"votos", "contabilizada", "acopio"}
    assert not fila.espera
    assert leida.anomalias == []
    assert [(n.linea, n.clave_acta, n.campo) for n in leida.no_leidos] == [
        (7, "140001B010001", "PAN"),
        (7, "140001B010001", "NULOS"),
        (7, "140001B010001", "CONTABILIZADA"),
        (7, "140001B010001", "FECHA_HORA_ACOPIO"),
    ]


@pytest.mark.parametrize("campo", ["ID_DISTRITO_LOCAL", "SECCION", "ID_CASILLA", "EXT_CONTIGUA", "UBICACION_CASILLA"])
def test_a_part_of_the_identity_that_is_not_a_number_is_said_once(campo: str, tmp_path: Path) -> None:
    leida = una(tmp_path, None, renglon(1) | {campo: "doce"}, renglon(2))
    dichas = [a for a in leida.anomalias if "no es un número" in a.mensaje]
    assert [(a.linea, a.campo) for a in dichas] == [(7, campo)]
    assert leida.renglones[0].votos == (40, 30, 20, 5, 0, 1, 4)


def test_the_municipio_of_an_ayuntamiento_that_is_not_a_number_is_said_once(tmp_path: Path) -> None:
    lo = base_(renglon(1) | {"ID_MUNICIPIO": "doce"}, renglon(2) | {"ID_MUNICIPIO": "39"})
    lo = replace(lo, columnas=("ID_MUNICIPIO", *lo.columnas))
    (leida,) = leer([guardar(tmp_path, lo, nombre="JAL_MUN_2024.csv")])
    assert [(a.linea, a.campo) for a in leida.anomalias] == [(7, "ID_MUNICIPIO")]
    assert [r.id_municipio for r in leida.renglones] == [None, 39]


def test_an_unknown_observation_is_named_once_with_its_count(tmp_path: Path) -> None:
    filas = [renglon(s, OBSERVACIONES="Mojada") for s in (1, 2, 3)]
    leida = una(tmp_path, None, *filas, renglon(4, OBSERVACIONES="Ilegible"))
    assert [(n.linea, n.campo, n.texto, n.veces) for n in leida.no_leidos] == [(7, "OBSERVACIONES", "Mojada", 3)]
    assert [r.no_leidas for r in leida.renglones] == [{"observaciones"}] * 3 + [frozenset()]


def test_the_header_with_unquoted_thousands(tmp_path: Path) -> None:
    archivo = guardar(tmp_path, base(renglon(1), **dict.fromkeys(base().resumen, "1")))
    lineas = archivo.read_text("utf-8-sig").splitlines()
    lineas[3] = "163,666,1,0,1,0.0001,1,0.0001,0.0000,0,500,100,100,20.0000"
    archivo.write_text("\n".join(lineas))
    (leida,) = leer([archivo])
    assert leida.resumen["ACTAS_ESPERADAS"] == 163666
    assert leida.resumen["PORCENTAJE_PARTICIPACION_CIUDADANA"] == "20.0000"


def test_a_header_with_figures_we_do_not_know(tmp_path: Path) -> None:
    leida = una(tmp_path, None, renglon(1), ACTAS_ESPERADAS="1", ACTAS_URBANAS="1")
    assert leida.resumen == {"ACTAS_ESPERADAS": 1, "ACTAS_URBANAS": 1}


# --- the real ones ----------------------------------------------------------------------------------------------------


def test_puebla_2018(datos: Callable[..., Path]) -> None:
    leidas = leer([datos("pue2018_prep")])
    assert {b.eleccion: len(b.renglones) for b in leidas} == {"AYUN": 7547, "DIP_LOC": 7547, "GUB": 7548}
    assert sum(len(b.anomalias) for b in leidas) == 0
    assert {b.eleccion: len(b.recuadros) for b in leidas} == {"AYUN": 50, "DIP_LOC": 74, "GUB": 42}


def test_tamaulipas_2023(datos: Callable[..., Path]) -> None:
    (leida,) = leer([datos("tamps2023_ext_prep")])
    assert len(leida.renglones) == 4782
    assert sum(r.fuera for r in leida.renglones) == 4
    assert leida.codificacion == "utf-8-sig"
    assert leida.anomalias == []
    assert sum(Nota.EXCEDE in r.notas for r in leida.renglones) == 25
    assert [r.tipo for r in leida.recuadros].count(TipoRecuadro.COMBINACION) == 5


def test_the_computos_of_tamaulipas(datos: Callable[..., Path]) -> None:
    """Another database of the same family: `sep=|`, cp1252, `="01"`, thousands, no CONTABILIZADA."""
    (leida,) = leer([datos("tamps2023_ext_computos")])
    assert len(leida.renglones) == 4778
    assert leida.resumen["TOTAL_VOTOS"] == 594259
    assert sum(r.suma for r in leida.renglones) == 594259
    assert leida.codificacion == "cp1252"

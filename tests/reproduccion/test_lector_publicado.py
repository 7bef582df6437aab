"""Reading published databases: each way of writing them gives back what was written."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from fabrica_publicado import VOTOS, Forma, base, escribir, guardar, renglon, replace, sin_votos
from hypothesis import given
from hypothesis import strategies as st

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.dominio.tabulacion.boleta import TipoRecuadro
from prep.reproduccion import ErrorDeLectura, Hueco, Nota, fuentes, lector, leer
from prep.reproduccion.campos import CeldaInvalida, celda, cifra, fecha, hora_de_corte, notas, zona_de
from prep.reproduccion.lector import clave_eleccion
from prep.reproduccion.recuadros import Evidencia, clasificar

ZONA = timezone(timedelta(hours=-6))

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


def base_(*renglones: dict[str, str], **otros: tuple[str, ...]):  # type: ignore[no-untyped-def]
    """A base whose header has one figure."""
    return base(*renglones, **otros, ACTAS_ESPERADAS="1")  # type: ignore[arg-type]


def una(carpeta: Path, forma: Forma | None = None, *renglones: dict[str, str], **resumen: str):  # type: ignore[no-untyped-def]
    lo = base(*(renglones or (renglon(),)), **(resumen or {"ACTAS_ESPERADAS": "1"}))
    (leida,) = leer([guardar(carpeta, lo, forma)])
    return leida


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


# --- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texto", "valor"),
    [
        ("0", 0),
        ("007", 7),
        (" 12 ", 12),
        ("'12", 12),
        ("'12'", 12),
        ('="012"', 12),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1\xa0234", 1234),
        ("12.0", 12),
        ("12,0", 12),
        ("1,234.0", 1234),
        ("1.234", 1234),
        ("1.00E+02", 100),
        ("1.57E+02", 157),
        ("1.570E+02", 157),
        ("1e+05", 100000),
        ("2.5e+03", 2500),
        ("null", Hueco.GUION),
        ("<NA>", Hueco.GUION),
        ("ILEGIBLE", ILEGIBLE),
        ("ilegible", ILEGIBLE),
        ("SIN DATO", SIN_DATO),
        ("Sin  dato ", SIN_DATO),
        ("", Hueco.VACIO),
        ("   ", Hueco.VACIO),
        ("-", Hueco.GUION),
        ("N/A", Hueco.GUION),
        ("Sin acta", Hueco.SIN_ACTA),
    ],
)
def test_a_cell_is_a_number_a_mark_or_a_gap(texto: str, valor: object) -> None:
    assert celda(texto) == valor
    assert type(celda(texto)) is type(valor)


@pytest.mark.parametrize(
    "texto", ["doce", "12.5", "1,23", "-5", "=1+1", "12a", "9" * 30, "1.2E+03", "1E+02", "1.000", "1.575E+02", "1e+99"]
)
def test_a_cell_that_is_nothing_or_may_be_several_numbers(texto: str) -> None:
    with pytest.raises(CeldaInvalida):
        celda(texto)


@pytest.mark.parametrize(
    ("texto", "esperada"),
    [
        ("02/06/2024 20:05:09", (2024, 6, 2, 20, 5, 9)),
        ("2/6/2024 8:05", (2024, 6, 2, 8, 5, 0)),
        ("2024-06-02 20:05:09", (2024, 6, 2, 20, 5, 9)),
        ("2024-06-02T20:05:09.123", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 08:05:09 p. m.", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 08:05:09\xa0p.\xa0m.", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 12:05 a.m.", (2024, 6, 2, 0, 5, 0)),
        ("02/06/2024 12:05 PM", (2024, 6, 2, 12, 5, 0)),
        ("02-06-24 20:05", (2024, 6, 2, 20, 5, 0)),
        ("06/22/2024 20:05", (2024, 6, 22, 20, 5, 0)),
        ("02/06/2024 24:00", (2024, 6, 3, 0, 0, 0)),
        ("02/06/2024", (2024, 6, 2, 0, 0, 0)),
        ("2024-06-03T02:05:09Z", (2024, 6, 2, 20, 5, 9)),
        ("2024-06-02T19:05:09-07:00", (2024, 6, 2, 20, 5, 9)),
        ("0217-07-02 20:05:00", (217, 7, 2, 20, 5, 0)),
        ("02/06/2024 20:05:09 (UTC-6)", (2024, 6, 2, 20, 5, 9)),
        ("02/06/2024 19:05:09 (utc-07:00)", (2024, 6, 2, 20, 5, 9)),
        ("45445.8369097222", (2024, 6, 2, 20, 5, 9)),
    ],
)
def test_a_date_is_read_however_it_is_written(texto: str, esperada: tuple[int, ...]) -> None:
    leida = fecha(texto, ZONA)
    assert leida == datetime(*esperada, tzinfo=ZONA)  # type: ignore[misc]
    assert leida is not None and leida.utcoffset() == timedelta(hours=-6)


@pytest.mark.parametrize("texto", ["", "-", " ", "N/A"])
def test_a_date_that_is_not_there(texto: str) -> None:
    assert fecha(texto, UTC) is None


@pytest.mark.parametrize("texto", ["31/02/2024 10:00", "ayer", "02/06/2024 25:00", "20:05", "1234567"])
def test_a_date_that_does_not_exist_is_refused(texto: str) -> None:
    with pytest.raises(CeldaInvalida):
        fecha(texto, UTC)


@pytest.mark.parametrize(
    ("lineas", "esperada"),
    [
        (["GUBERNATURA", "02/06/2024 23:30 (UTC-6)"], (2024, 6, 2, 23, 30)),
        (["20:00 horas (UTC-5)", "Domingo 1 de julio de 2012"], (2012, 7, 1, 20, 0)),
        (["2021-06-07T20:00:00"], (2021, 6, 7, 20, 0)),
        (["07/06/2021 08:15:00 p. m. (UTC-5)"], (2021, 6, 7, 20, 15)),
    ],
)
def test_the_hour_of_the_header(lineas: list[str], esperada: tuple[int, ...]) -> None:
    assert hora_de_corte(lineas, ZONA) == datetime(*esperada, tzinfo=ZONA)  # type: ignore[misc]


def test_the_time_zone_of_the_header() -> None:
    assert zona_de("02/07/2018 20:00 (UTC-5)") == timezone(timedelta(hours=-5))
    assert zona_de("02/07/2018 20:00 (utc -07:00)") == timezone(timedelta(hours=-7))
    assert zona_de("02/07/2018 20:00") is None


@pytest.mark.parametrize(
    ("texto", "esperadas", "motivo"),
    [
        ("", (), ""),
        ("-", (), ""),
        ("['Ilegible', 'Sin dato']", (Nota.ILEGIBLE, Nota.SIN_DATO), ""),
        ('["Sin dato"]', (Nota.SIN_DATO,), ""),
        ("[]", (), ""),
        ("ILEGIBLE", (Nota.ILEGIBLE,), ""),
        ("Ilegible; Sin dato", (Nota.ILEGIBLE, Nota.SIN_DATO), ""),
        ("Todos los campos vacio", (Nota.TODOS_VACIOS,), ""),
        ("Todos los campos vacíos", (Nota.TODOS_VACIOS,), ""),
        ("Todos los campos sin dato", (Nota.TODOS_VACIOS,), ""),
        ("TODOS LOS CAMPOS ILEGIBLES", (Nota.TODOS_ILEGIBLES,), ""),
        ("TODOS ILEGIBLES O SIN DATO", (Nota.TODOS,), ""),
        ("ALGÚN CAMPO ILEGIBLE O SIN DATO", (Nota.ALGUNO,), ""),
        ("EXCEDE LISTA NOMINAL", (Nota.EXCEDE,), ""),
        ("['Excede Lista Nominal', 'Ilegible', 'Sin dato']", (Nota.EXCEDE, Nota.ILEGIBLE, Nota.SIN_DATO), ""),
        ("Sin Acta", (Nota.SIN_ACTA,), ""),
        ("Sin acta(3)", (Nota.SIN_ACTA,), "3"),
        ("Sin acta (2)", (Nota.SIN_ACTA,), "2"),
        ("SIN ACTA POR PAQUETE NO ENTREGADO", (Nota.SIN_ACTA,), "1"),
        ("SIN ACTA POR CASILLA NO INSTALADA", (Nota.SIN_ACTA,), "2"),
        ("SIN ACTA POR PAQUETE ENTREGADO SIN SOBRE", (Nota.SIN_ACTA,), "3"),
        ("Sin Acta por contingencia en urna electrónica", (Nota.SIN_ACTA,), "4"),
        ("Fuera de Catálogo", (Nota.FUERA_DE_CATALOGO,), ""),
        ("FUERA DE CATALOGO", (Nota.FUERA_DE_CATALOGO,), ""),
        ("No identificada", (Nota.FUERA_DE_CATALOGO,), ""),
        ("Identificación por otro medio", (Nota.POR_PTO,), ""),
        ("Identificación por proceso técnico operativo, Ilegible", (Nota.POR_PTO, Nota.ILEGIBLE), ""),
        ("Cotejo", (Nota.OTRA,), ""),
        ("TODO ILEGIBLE O SIN DATO", (Nota.TODOS,), ""),
        ("ALGÚN CAMPO ILEGIBLE O SIN DATO. EXCEDE LISTA NOMINAL.", (Nota.ALGUNO, Nota.EXCEDE), ""),
        ("SIN ACTA POR PAQUETE ENTREGADO SIN BOLSA", (Nota.SIN_ACTA,), "3"),
        ("Ilegible. Llovió mucho", (Nota.ILEGIBLE, Nota.OTRA), ""),
    ],
)
def test_observations(texto: str, esperadas: tuple[Nota, ...], motivo: str) -> None:
    halladas, dice, ajenas = notas(texto)
    assert (halladas, dice) == (esperadas, motivo)
    assert bool(ajenas) is (Nota.OTRA in esperadas)


@pytest.mark.parametrize(
    ("texto", "porcentaje", "valor"),
    [
        ("4,778", False, 4778),
        ("163666", False, 163666),
        ("163 666", False, 163666),
        ("100.0000%", True, "100.0000"),
        ("98.1319", True, "98.1319"),
        ("98,1319 %", True, "98.1319"),
        ("98.123456789012345", True, "98.123456789012345"),
        ("0", True, "0"),
        ("", False, None),
        ("-", True, None),
    ],
)
def test_a_figure_of_the_header(texto: str, porcentaje: bool, valor: object) -> None:
    assert cifra(texto, porcentaje) == valor


DESMEDIDOS = [
    forma.format(grupo * veces)
    for veces in (7, 1_500)
    for forma, grupo in (("1{}", "234"), ("1{}", ",234"), ("1{}", ".234"), ("1{}.0", ",234"), ("1{},00", "234"))
]


@pytest.mark.parametrize("texto", DESMEDIDOS, ids=range(len(DESMEDIDOS)))
def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_not_read(texto: str) -> None:
    with pytest.raises(CeldaInvalida):
        celda(texto)
    with pytest.raises(CeldaInvalida):
        cifra(texto, False)
    with pytest.raises(CeldaInvalida):
        cifra(texto, True)


@pytest.mark.parametrize("decimales", ["9" * 22, "9" * 5_000], ids=len)
def test_a_percentage_of_more_decimals_than_a_spreadsheet_keeps_is_not_read(decimales: str) -> None:
    with pytest.raises(CeldaInvalida):
        cifra(f"98.{decimales}", True)


# --- columns ----------------------------------------------------------------------------------------------------------


def tipos(*nombres: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(r.clave, r.tipo.value, r.partidos) for r in clasificar(nombres, Evidencia(), "a", 1, [])]


@pytest.mark.parametrize("patron", ["C_{}_{}", "{}_{}", "CO_{}_{}", "COA_{}_{}", "COALICION_{}_{}"])
def test_combinations_under_any_name(patron: str) -> None:
    assert tipos("PAN", "PRI", patron.format("PAN", "PRI"))[2] == ("PAN_PRI", "combinacion", ("PAN", "PRI"))


def test_a_combination_with_its_parties_in_another_order_or_by_other_initials() -> None:
    hallados = tipos("PT", "MORENA", "PES", "C_PT_MOR_PES", "C_PES_PT")
    assert hallados[3] == ("PT_MORENA_PES", "combinacion", ("PT", "MORENA", "PES"))
    assert hallados[4] == ("PT_PES", "combinacion", ("PT", "PES"))


def test_a_party_with_an_underscore_is_not_a_combination() -> None:
    hallados = tipos("MOVIMIENTO_CIUDADANO", "NUEVA_ALIANZA", "PES", "PES_NL", "C_PES_NUEVA_ALIANZA")
    assert [t for _, t, _ in hallados] == ["partido"] * 4 + ["combinacion"]
    assert hallados[4][2] == ("NUEVA_ALIANZA", "PES")


@pytest.mark.parametrize(
    "nombre", ["CAND_IND_1", "CAN_IND_1", "CAND_IND_01", "CI_2", "CI1", "IND1", "INDEPENDIENTE_1", "CANDIDATO_IND_3"]
)
def test_independents_under_any_name(nombre: str) -> None:
    assert tipos("PAN", nombre)[1] == (nombre, "independiente", ())


@pytest.mark.parametrize("nombre", ["CC_PAN_PRI", "CAND_COM_PAN_PRI", "CANDIDATURA_COMUN_PAN_PRI"])
def test_a_candidatura_comun_names_its_parties(nombre: str) -> None:
    assert tipos("PAN", "PRI", nombre)[2] == (nombre, "comun", ("PAN", "PRI"))


def test_columns_named_with_a_hyphen(tmp_path: Path) -> None:
    lo = base_(renglon(**{"PAN-PRI": 3}), votos=("PAN", "PRI", "PAN-PRI", "NO_REGISTRADAS", "NULOS"))
    (leida,) = leer([guardar(tmp_path, lo)])
    assert leida.recuadros[2].partidos == ("PAN", "PRI")
    assert leida.nombres_recuadros[2] == "PAN-PRI"
    assert leida.renglones[0].votos == (40, 30, 3, 1, 4)


def test_a_base_of_2012_is_read(tmp_path: Path) -> None:
    """No keys, numbers in ESTADO and DISTRITO, three summary figures, no totals of the acta."""
    texto = (
        "20:00 horas (UTC-5)\nLunes 2 de julio de 2012\n"
        "ACTAS_CAPTURADAS|ACTAS_POR_CAPTURAR|PORCENTAJE_ACTAS_CAPTURADAS|ACTAS_CONTABILIZADAS|"
        "ACTAS_NO_CONTABILIZADAS|PARTICIPACION_CIUDADANA\n2|1|66.6666|1|1|63.34%\n\n"
        "ESTADO|DISTRITO|SECCION|ID_CASILLA|TIPO_CASILLA|EXT_CONTIGUA|UBICACION_CASILLA|TIPO_ACTA|PAN|PRI|PRD|PVEM|"
        "C_PRI_PVEM|NO_REGISTRADOS|NULOS|TOTAL_VOTOS|LISTA_NOMINAL|OBSERVACIONES|CONTABILIZADA|CRYT|HORA_ACOPIO|"
        "HORA_CAPTURA|HORA_REGISTRO\n"
        "14|3|12|1|C|0|1|2|100|80|60|3|9|0|4|256|500||1|F|01/07/2012 20:11|01/07/2012 20:21|01/07/2012 20:22\n"
        "14|3|13|1|B|0|1|2|||||||||480|Sin Acta|0||||\n"
        "14|3|14|1|B|0|1|2|-|-|-|-|-|-|-|-|480|-|-|-|-|-|-\n"
        "14|-|-|-|-|-|-|2|1|2|3|4|5|6|7|28|0|No identificada|0||||\n"
    )
    archivo = tmp_path / "presidente.txt"
    archivo.write_text(texto, encoding="cp1252")
    (leida,) = leer([archivo])
    assert leida.eleccion == "PRES"
    assert leida.corte == datetime(2012, 7, 2, 20, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert leida.resumen["PORCENTAJE_PARTICIPACION_CIUDADANA"] == "63.34"
    assert leida.resumen["ACTAS_POR_CAPTURAR"] == 1
    uno, dos, tres, cuatro = leida.renglones
    assert (uno.clave_casilla, uno.clave_acta, uno.id_distrito, uno.mecanismos) == (
        "140012C0100",
        "140012C01002",
        3,
        "F",
    )
    assert uno.votos == (100, 80, 60, 3, 9, 0, 4)
    assert uno.totales == {}
    assert uno.representantes is None
    assert dos.notas == (Nota.SIN_ACTA,)
    assert tres.contabilizada is None
    assert cuatro.fuera


def test_a_base_with_distrito_and_municipio_and_columns_of_urna(tmp_path: Path) -> None:
    lo = base(
        renglon(ID_MUNICIPIO="39", MUNICIPIO="Guadalajara", CODIGOS_UTILIZADOS="7"),
        votos=("CODIGOS_ENTREGADOS_PMDC", "CODIGOS_SOBRANTES", "CODIGOS_UTILIZADOS", *VOTOS),
    )
    lo = type(lo)(lo.titulos, lo.resumen, ("ID_MUNICIPIO", "MUNICIPIO", *lo.columnas), lo.renglones)
    (leida,) = leer([guardar(tmp_path, lo, nombre="JAL_MUN_2024.csv")])
    assert leida.eleccion == "AYUN"
    assert [r.clave for r in leida.recuadros] == list(VOTOS)
    assert (leida.renglones[0].id_municipio, leida.renglones[0].municipio, leida.renglones[0].id_distrito) == (
        39,
        "Guadalajara",
        1,
    )


@pytest.mark.parametrize(
    ("archivo", "titulo", "clave"),
    [
        ("20180702_2000_PREP_GOB_PUE/PUE_GOB_2018.csv", "GUBERNATURA", "GUB"),
        ("x/PUE_DIP_LOC_2018.csv", "", "DIP_LOC"),
        ("x/PUE_AYUN_2018.csv", "", "AYUN"),
        ("x.zip/TAMPS_SEN_FED_ext_2023.csv", "", "SEN"),
        ("presidente.txt", "", "PRES"),
        ("x/datos.csv", "Presidencias municipales", "AYUN"),
        ("x/datos.csv", "Elección de diputaciones locales", "DIP_LOC"),
        ("PREP_AYUN.zip/datos.csv", "", "AYUN"),
        ("datos.csv", "", "ELEC"),
        ("datos.csv", "Consulta popular", "CONSULTA_POPULAR"),
    ],
)
def test_the_key_of_the_eleccion(archivo: str, titulo: str, clave: str) -> None:
    assert clave_eleccion(archivo, titulo) == clave


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


# --- archives ---------------------------------------------------------------------------------------------------------


def comprimir(archivos: dict[str, bytes]) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as z:
        for nombre, datos in archivos.items():
            z.writestr(nombre, datos)
    return salida.getvalue()


CSV = escribir(base_(renglon(1)))
CANDIDATURAS = b"ID_ENTIDAD,PARTIDO_CI,CANDIDATURA_PROPIETARIA,CANDIDATURA_SUPLENTE\n14,PAN,Ana Ruiz,\n"


def _tgz() -> bytes:
    salida = io.BytesIO()
    with tarfile.open(fileobj=salida, mode="w:gz") as t:
        miembro = tarfile.TarInfo("d/presidente.csv")
        miembro.size = len(CSV)
        t.addfile(miembro, io.BytesIO(CSV))
    return salida.getvalue()


@pytest.mark.parametrize(
    ("nombre", "datos"),
    [
        ("a.zip", comprimir({"JAL_GUB_2024.csv": CSV, "LEEME.txt": b"CLAVE_CASILLA|SECCION|A|B|C|D|NULOS"})),
        (
            "a.zip",
            comprimir({"20240602_PREP_GUB_JAL.zip": comprimir({"x/JAL_GUB_2024.csv": CSV, "x/foto.jpg": b"\xff"})}),
        ),
        ("JAL_GUB.csv.gz", gzip.compress(CSV)),
        ("a.tar.gz", _tgz()),
        ("a.tgz", _tgz()),
    ],
)
def test_compressed_files_are_read(nombre: str, datos: bytes, tmp_path: Path) -> None:
    (tmp_path / nombre).write_bytes(datos)
    (leida,) = leer([tmp_path / nombre])
    assert len(leida.renglones) == 1


def test_a_folder_with_everything(tmp_path: Path) -> None:
    for eleccion in ("GUB", "DIP_LOC"):
        carpeta = tmp_path / "d" / f"PREP_{eleccion}"
        carpeta.mkdir(parents=True)
        guardar(carpeta, base_(renglon(1)), nombre=f"JAL_{eleccion}_2024.csv")
        (carpeta / f"JAL_{eleccion}_CANDIDATURAS_2024.csv").write_bytes(CANDIDATURAS)
        (carpeta / "LEEME.txt").write_text("CLAVE_CASILLA|CLAVE_ACTA|SECCION|TIPO_CASILLA|PAN|NULOS")
    (tmp_path / "d" / "enlace.csv").symlink_to("/etc/passwd")
    leidas = leer([tmp_path / "d"])
    assert [b.eleccion for b in leidas] == ["DIP_LOC", "GUB"]
    assert [c.propietaria for b in leidas for c in b.candidatos] == ["Ana Ruiz", "Ana Ruiz"]
    assert [a.archivo for a in leidas[0].anomalias] == ["d/enlace.csv"]


def _corrupto() -> bytes:
    datos = bytearray(comprimir({"a.csv": CSV * 3}))
    datos[60] ^= 0xFF
    return bytes(datos)


def _bomba() -> bytes:
    return comprimir({"a.csv": b"SECCION,NULOS\n" + b"0" * 20_000_000})


def _cifrado() -> bytes:
    datos = bytearray(comprimir({"a.csv": CSV}))
    datos[6] |= 1
    central = datos.find(b"PK\x01\x02")
    datos[central + 8] |= 1
    return bytes(datos)


def _danado(metodo: int) -> bytes:
    """A member compressed in another way than usual, with its data overwritten."""
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", metodo) as z:
        z.writestr("a.csv", CSV)
    datos = bytearray(salida.getvalue())
    datos[39:79] = b"\xff" * 40
    return bytes(datos)


def _mapa_imposible() -> bytes:
    salida = io.BytesIO()
    with tarfile.open(fileobj=salida, mode="w", format=tarfile.PAX_FORMAT) as t:
        miembro = tarfile.TarInfo("a.csv")
        miembro.pax_headers = {"GNU.sparse.map": "x,y"}
        t.addfile(miembro)
    return comprimir({"a.tar": salida.getvalue()})


def _otro_nombre_dentro() -> bytes:
    """The name of the member's own header is not UTF-8."""
    datos = bytearray(comprimir({"ñ.csv": CSV}))
    datos[30:32] = b"\xff\xff"
    return bytes(datos)


def _anidado(niveles: int) -> bytes:
    datos = comprimir({"a.csv": CSV})
    for _ in range(niveles):
        datos = comprimir({"a.zip": datos})
    return datos


@pytest.mark.parametrize(
    ("hacer", "mensaje"),
    [
        (lambda: comprimir({"a.csv": CSV})[:-30], "incompleto o dañado"),
        (lambda: comprimir({"a.csv": CSV})[:100], "incompleto o dañado"),
        (_corrupto, "incompleto o dañado"),
        (lambda: _danado(zipfile.ZIP_LZMA), "incompleto o dañado"),
        (lambda: _danado(zipfile.ZIP_BZIP2), "incompleto o dañado"),
        (_mapa_imposible, "incompleto o dañado"),
        (_otro_nombre_dentro, "incompleto o dañado"),
        (lambda: comprimir({".": CSV}), "no hay ninguna base del PREP"),
        (lambda: b"no soy un zip", "dice ser un zip"),
        (lambda: comprimir({"../../etc/a.csv": CSV}), "sale de su carpeta"),
        (lambda: comprimir({"/etc/a.csv": CSV}), "sale de su carpeta"),
        (lambda: comprimir({"C:\\a.csv": CSV}), "sale de su carpeta"),
        (_cifrado, "contraseña"),
        (lambda: _anidado(9), "uno dentro de otro"),
        (lambda: comprimir({"leeme.txt": b"hola"}), "no hay ninguna base del PREP"),
    ],
)
def test_hostile_archives_are_refused(hacer: Callable[[], bytes], mensaje: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(hacer())
    with pytest.raises(ErrorDeLectura, match=mensaje):
        leer([tmp_path / "a.zip"])


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuentes, "MIN_BYTES_RAZON", 1_000_000)
    (tmp_path / "a.zip").write_bytes(_bomba())
    with pytest.raises(ErrorDeLectura, match=r"crece más de 400 veces|la línea mide más"):
        leer([tmp_path / "a.zip"])


def test_a_bomb_of_compressed_lines_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuentes, "MAX_BYTES", 2_000_000)
    (tmp_path / "a.zip").write_bytes(comprimir({"a.csv": CSV + b"\n" * 5_000_000}))
    with pytest.raises(ErrorDeLectura, match="descomprimido pasa de"):
        leer([tmp_path / "a.zip"])


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lector, "MAX_RENGLONES", 3)
    with pytest.raises(ErrorDeLectura, match=r"línea 10: hay más de 3 renglones"):
        leer([guardar(tmp_path, base_(*[renglon(s) for s in range(1, 9)]))])


def test_an_endless_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV + b"9" * 400_000)
    with pytest.raises(ErrorDeLectura, match=r"a.csv, línea 8: la línea mide más de 256 KiB"):
        leer([tmp_path / "a.csv"])


def test_two_bases_of_the_same_eleccion_are_refused(tmp_path: Path) -> None:
    guardar(tmp_path, base_(renglon(1)), nombre="JAL_GUB_1.csv")
    guardar(tmp_path, base_(renglon(1), renglon(2)), nombre="JAL_GUB_2.csv")
    with pytest.raises(ErrorDeLectura, match="otra base de la elección GUB"):
        leer([tmp_path])


def test_the_same_base_twice_is_read_once_and_said(tmp_path: Path) -> None:
    guardar(tmp_path, base_(renglon(1)))
    (tmp_path / "copia.zip").write_bytes(comprimir({"JAL_GUB_2024.csv": CSV}))
    (leida,) = leer([tmp_path])
    assert [a.mensaje for a in leida.anomalias][-1].startswith("Repite la base")


def test_what_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(ErrorDeLectura, match="no existe"):
        leer([tmp_path / "nada.csv"])


def test_utf8_and_cp1252_in_the_same_file(tmp_path: Path) -> None:
    una_parte, otra = escribir(base_(renglon(1, DISTRITO_LOCAL="Cañón")), Forma(codificacion="utf-8")), "Cañón"
    segundo = una_parte.splitlines(keepends=True)[-1].decode().replace("140001B", "140002B").replace(",0001,", ",0002,")
    (tmp_path / "JAL_GUB.csv").write_bytes(una_parte + segundo.encode("cp1252"))
    (leida,) = leer([tmp_path / "JAL_GUB.csv"])
    assert [r.distrito for r in leida.renglones] == [otra, otra]
    assert leida.anomalias == []


@pytest.mark.parametrize(
    ("campo", "texto"),
    [
        ("SECCION", "²"),
        ("ID_DISTRITO_LOCAL", "٣"),
        ("FECHA_HORA_ACOPIO", "0001-01-01T00:00:00+14:00"),
        ("FECHA_HORA_CAPTURA", "31/12/9999 24:00"),
        ("OBSERVACIONES", "[" * 500),
        ("PAN", "=HYPERLINK(1)"),
        ("DISTRITO_LOCAL", '"' * 40_000),
        ("ENTIDAD", "x" * 200_000),
        ("LISTA_NOMINAL", "9" * 5_000),
        ("LISTA_NOMINAL", "1" + ".234" * 1_500),
        ("FECHA_HORA_ACOPIO", "45445." + "9" * 5_000),
        ("CLAVE_CASILLA", "\x00"),
    ],
)
def test_hostile_cells_do_not_bring_it_down(campo: str, texto: str, tmp_path: Path) -> None:
    leida = una(tmp_path, None, renglon(1) | {campo: texto}, renglon(2))
    assert leida.renglones[-1].votos == (40, 30, 20, 5, 0, 1, 4)


@given(st.binary(max_size=600))
def test_arbitrary_bytes_do_not_bring_it_down(tmp_path_factory: pytest.TempPathFactory, basura: bytes) -> None:
    archivo = tmp_path_factory.mktemp("b") / "a.csv"
    archivo.write_bytes(CSV + basura)
    try:
        (leida,) = leer([archivo])
    except ErrorDeLectura:
        return
    assert leida.renglones[0].votos == (40, 30, 20, 5, 0, 1, 4)


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

"""Columns of a published database: which box each one is, whatever its publisher calls it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from fabrica_publicado import VOTOS, base, base_, guardar, renglon

from prep.reproduccion import Nota, leer
from prep.reproduccion.lector import clave_eleccion
from prep.reproduccion.recuadros import Evidencia, clasificar


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
        ("CDMX_JGOB_2018.csv", "", "GUB"),
        ("CDMX_JG_2024.csv", "", "GUB"),
        ("datos.csv", "JEFATURA DE GOBIERNO", "GUB"),
        ("datos.csv", "Jefa o Jefe de Gobierno", "GUB"),
        ("MEX_GOBERNADOR_2017.csv", "", "GUB"),
        ("datos.csv", "Elección de Gobernadora o Gobernador", "GUB"),
        ("Gubernatura.csv", "", "GUB"),
        ("jgarcia/jefferson/gobierno/AYUN_2024.csv", "", "AYUN"),
        ("jgarcia/jefferson/gobierno/datos.csv", "", "ELEC"),
        ("OAX_CONCEJALES_2018.csv", "", "AYUN"),
        ("VER_EDILES_2021.csv", "", "AYUN"),
        ("PRES_MUN_2021.csv", "", "AYUN"),
        ("TLAX_PRES_COM_2021.csv", "", "COMUNIDAD"),
        ("datos.csv", "Presidencias de comunidad", "COMUNIDAD"),
        ("datos.csv", "", "ELEC"),
        ("datos.csv", "Consulta popular", "CONSULTA_POPULAR"),
    ],
)
def test_the_key_of_the_eleccion(archivo: str, titulo: str, clave: str) -> None:
    assert clave_eleccion(archivo, titulo) == clave

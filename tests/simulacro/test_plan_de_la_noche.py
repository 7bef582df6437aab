"""A plan says what it means, and a wrong one where it is wrong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from prep.catalogo.problemas import ProcesoInvalido
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.plataforma import portero, roles
from prep.simulacro.humano import alterar, se_ven, teclear
from prep.simulacro.plan import BASE, CENTRO, TIPOS, Falla, hora_de, leer_plan

EJEMPLOS = sorted((Path(__file__).resolve().parents[2] / "docs" / "planes").glob("*.toml"))


def leer(carpeta: Path, contenido: str) -> object:
    (carpeta / "plan.toml").write_text(contenido, encoding="utf-8")
    return leer_plan(carpeta / "plan.toml")


@pytest.mark.parametrize("ejemplo", EJEMPLOS, ids=lambda e: e.stem)
def test_the_plans_that_are_shipped_are_read(ejemplo: Path) -> None:
    plan = leer_plan(ejemplo)
    assert plan.fallas and all(f.de <= f.a for f in plan.fallas)


def test_one_of_them_breaks_everything_that_a_drill_can() -> None:
    (todas,) = [leer_plan(e) for e in EJEMPLOS if e.stem == "todas-las-fallas"]
    assert {f.tipo for f in todas.fallas} == set(TIPOS)
    assert {(f.tipo, f.donde) for f in todas.fallas} >= {("muere", BASE), ("muere", CENTRO), ("lleno", BASE)}
    assert todas.telefonos_reales >= 12


def test_hours_are_of_the_night_and_faults_come_in_order(tmp_path: Path) -> None:
    plan = leer(
        tmp_path,
        '[noche]\ncasillas = 6\nhasta = "01:30"\n[[falla]]\ntipo = "muere"\nde = "00:10"\ndonde = "centro"\n'
        '[[falla]]\ntipo = "sin_internet"\nde = "20:00"\na = "21:00"\ndonde = "todos"\n',
    )
    assert plan.hasta == 7 * 60 + 30  # type: ignore[attr-defined]
    assert plan.fallas == (  # type: ignore[attr-defined]
        Falla("sin_internet", 120, 180, "todos"),
        Falla("muere", 370, 370, "centro"),
    )
    assert [hora_de(m) for m in (0, 370.9, 1439.9)] == ["18:00", "00:10", "17:59"]


def test_no_server_of_databases_has_more_nodes_than_connections_for_them(tmp_path: Path) -> None:
    def aparte(centros: int, falla: str = "") -> frozenset[str]:
        return leer(tmp_path, f"[noche]\ncasillas = 40\ncentros = {centros}\n{falla}").con_base_propia  # type: ignore[attr-defined,no-any-return]

    juntos = 20 - len(aparte(20))
    assert (juntos + 1) * portero.HILOS <= roles.CONEXIONES_WEB  # with the centre's
    assert aparte(juntos) == frozenset() and aparte(juntos + 1) == {f"catd-{juntos + 1}"}
    sin_luz = '[[falla]]\ntipo = "sin_luz"\nde = "20:00"\na = "21:00"\ndonde = "catd-2"\n'
    assert aparte(2, sin_luz) == {"catd-2"}


def test_a_night_longer_than_a_day_says_which() -> None:
    assert [hora_de(m) for m in (1440, 1440 + 370, 2 * 1440)] == [
        "18:00 del día 2",
        "00:10 del día 3",
        "18:00 del día 3",
    ]


MALOS = {
    "casillas = 1": (2, "noche.casillas", "no es un número entero de 2 a 10900"),
    'casilas = "60"': (2, "noche.casilas", "no se conoce este dato"),
    "hasta = 22": (2, "noche.hasta", "debe ser un texto"),
    'hasta = "18:00"': (2, "noche.hasta", "apenas cierran las casillas"),
    'hasta = "20:00"\nabren = "20:00"': (3, "noche.abren", "ya salió la última casilla"),
    'hasta = "25:00"': (2, "noche.hasta", "no es una hora"),
    "centros = 9\ncasillas = 8": (2, "noche.centros", "hay más centros que casillas"),
    '[[falla]]\ntipo = "temblor"': (3, "falla.tipo", "no es una de las opciones"),
    '[[falla]]\ntipo = "muere"\nde = "20:00"': (2, "falla.donde", "falta este dato"),
    '[[falla]]\ntipo = "muere"\nde = "20:00"\ndonde = "catd-3"': (5, "falla.donde", "solo tiene 2 centros"),
    '[[falla]]\ntipo = "tarde"\nde = "21:00"\na = "20:00"': (5, "falla.a", "termina antes de empezar"),
    '[[falla]]\ntipo = "reloj"\nde = "21:00"\ntelefonos = 9': (5, "falla.telefonos", "solo tiene 8"),
    '[[falla]]\ntipo = "sin_internet"\nde = "20:00"\na = "21:00"\ndonde = "centro"': (6, "falla.donde", "a un CATD"),
    '[[falla]]\ntipo = "evidencia"\nde = "20:00"\na = "21:00"\ndonde = "base"': (
        6,
        "falla.donde",
        "solo se le puede matar o llenar",
    ),
    '[[falla]]\ntipo = "sin_luz"\nde = "20:00"\na = "21:00"\ndonde = "centro"': (6, "falla.donde", "la luz se le va a"),
    '[[falla]]\ntipo = "confabulados"\nde = "20:00"\na = "21:00"\npersonas = 9': (6, "falla.personas", "solo tiene 6"),
    '[[falla]]\ntipo = "confabulados"\nde = "20:00"\na = "21:00"\nverificadores = 4': (
        6,
        "falla.verificadores",
        "solo tiene 3",
    ),
    '[[falla]]\ntipo = "mudanza"\nde = "20:00"\na = "21:00"\ndonde = "centro"': (
        6,
        "falla.donde",
        "se muda un CATD",
    ),
    '[[falla]]\ntipo = "torpe"\nde = "20:00"\na = "21:00"\npersonas = 7': (6, "falla.personas", "solo tiene 6"),
    '[[falla]]\ntipo = "lento"\nde = "20:00"\na = "21:00"\nbytes = 10': (6, "falla.bytes", "de 256 a 1000000"),
    '[[falla]]\ntipo = "cruzadas"\nde = "20:00"\na = "21:00"\n[gente]\nsupervisores = 1': (
        3,
        "falla.tipo",
        "dos personas",
    ),
    'modo = "jornada"': (2, "noche.modo", "no es una de las opciones"),
    'lectura = "siempre"': (2, "noche.lectura", "no es una de las opciones"),
    "casillas = ": (2, "", "no se entiende: cerca de la columna 12."),
}


@pytest.mark.parametrize("malo", MALOS)
def test_what_is_wrong_is_said_with_its_line_and_its_field(malo: str, tmp_path: Path) -> None:
    linea, campo, mensaje = MALOS[malo]
    with pytest.raises(ProcesoInvalido) as error:
        leer(tmp_path, f"[noche]\n{malo}\n")
    (problema,) = error.value.problemas
    assert (problema.archivo, problema.linea, problema.campo) == ("plan.toml", linea, campo)
    assert mensaje in problema.mensaje


def test_people_type_what_the_paper_says_but_for_their_mistakes() -> None:
    dice = {"SOL": 120, "RIO": 0, "PAZ": ILEGIBLE, "MAR": SIN_DATO, "LUZ": 7, "ORO": 99}
    azar = random.Random(1)
    assert teclear(list(dice), dice, 0, azar) == {
        "SOL": "120", "RIO": "0", "PAZ": "*", "MAR": "-", "LUZ": "7", "ORO": "99",
    }  # fmt: skip
    for _ in range(300):
        bien, mal = teclear(list(dice), dice, 0, azar), teclear(list(dice), dice, 10_000, azar)
        for campo, tecla in mal.items():
            assert tecla in "-*" or (tecla.isdigit() and len(tecla) <= 4)
            assert tecla != bien[campo] and not (
                tecla.isdigit() and bien[campo].isdigit() and int(tecla) == int(bien[campo])
            )
    mil = [f"C{i}" for i in range(100_000)]
    tecleado = teclear(mil, dict.fromkeys(mil, 12), 20, azar)
    assert 120 < sum(v != "12" for v in tecleado.values()) < 290


def test_whoever_colludes_types_alike_what_no_paper_says() -> None:
    """Votes: what it alters is of no use to them in a total."""
    dice = {"SOL": 120, "RIO": 0, "PAZ": ILEGIBLE, "total_asentado": 330}
    una, otra = (alterar(teclear(list(dice), dice, 0, random.Random(i))) for i in range(2))
    assert una == otra
    assert una == {"SOL": "170", "RIO": "0", "PAZ": "*", "total_asentado": "330"}
    assert all(len(v) <= 4 for v in alterar({"SOL": "9990"}).values())
    assert alterar({"PAZ": "*", "total_asentado": "330"}) == {"PAZ": "*", "total_asentado": "330"}


def test_whoever_compares_sees_only_what_differs_and_not_all_of_it() -> None:
    dice = {"SOL": 120, "PAZ": ILEGIBLE, "MAR": SIN_DATO}
    bien, mal = {"SOL": "120", "PAZ": "Ilegible", "MAR": "Sin dato"}, {"SOL": "12", "PAZ": "Ilegible", "MAR": "0"}
    azar = random.Random(1)
    assert se_ven(bien, dice, 100, azar) == [] and se_ven(mal, dice, 100, azar) == ["SOL", "MAR"]
    assert se_ven(mal, dice, 0, azar) == []
    vistos = sum(len(se_ven(mal, dice, 95, azar)) for _ in range(1000))
    assert 1800 < vistos < 1990

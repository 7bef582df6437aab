"""Checks between actas: against a plain second way of finding the same, on mistakes made on purpose, and on databases
that an institute published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.coordinacion import validaciones
from prep.coordinacion.validaciones import CUANTAS_LLENAS, DISTANCIA, LLENAS, MINIMO, Leida, Validacion, revisar
from prep.diseno.textos import texto

RAIZ = Path(__file__).resolve().parents[2]
UNA = (131, 86, 9, 24, 17, 0, 41, 3, 0, 2, 1, 19)
OTRA = (118, 97, 12, 20, 22, 1, 37, 5, 1, 0, 0, 23)
VECINAS = tuple(3 * v + i % 3 for i, v in enumerate(OTRA))


def leida(clave: str, votos: tuple[int, ...], **otros: object) -> Leida:
    datos = {"forma": "f", "seccion": 1, "demarcacion": 1, "lista_nominal": 700, "total": sum(votos)} | otros
    return Leida(clave, votos=votos, **datos)  # type: ignore[arg-type]


def de(avisos: list[validaciones.Aviso], validacion: Validacion) -> list[tuple[str, ...]]:
    return [a.claves for a in avisos if a.validacion is validacion]


votos = st.lists(st.sampled_from([0, 0, 1, 5, 6, 7, 20, 21]), min_size=9, max_size=9).map(tuple)


@given(st.lists(votos, min_size=2, max_size=30), st.data())
def test_equal_pairs_are_those_that_looking_at_every_pair_finds(
    unas: list[tuple[int, ...]], data: st.DataObject
) -> None:
    """Some of them are others with one or two boxes typed wrong."""
    todas = [leida(f"{i:03d}", v) for i, v in enumerate(unas)]
    for i in range(data.draw(st.integers(0, 4))):
        copia = list(data.draw(st.sampled_from(unas)))
        for _ in range(data.draw(st.integers(0, 3))):
            copia[data.draw(st.integers(0, 8))] = data.draw(st.integers(0, 30))
        todas.append(leida(f"z{i}", tuple(copia)))

    def debido(a: Leida, b: Leida) -> bool:
        distintos = sum(x != y for x, y in zip(a.votos, b.votos, strict=True))
        llenas = sum(x == y >= LLENAS for x, y in zip(a.votos, b.votos, strict=True))
        return min(a.suma, b.suma) >= MINIMO and distintos <= DISTANCIA and llenas >= CUANTAS_LLENAS

    hallados = {a.claves for a in validaciones.iguales(todas)}
    assert hallados == {(a.clave, b.clave) for a, b in combinations(todas, 2) if debido(a, b)}


def test_one_acta_for_two_casillas_is_found_and_tiny_ones_are_not() -> None:
    mal = list(UNA)
    mal[0] = 13  # a digit less
    unas = [leida("A", UNA), leida("B", UNA), leida("C", tuple(mal)), leida("D", OTRA), leida("E", UNA, forma="g")]
    assert de(revisar(unas), Validacion.IGUALES) == [("A", "B"), ("A", "C"), ("B", "C")]
    (_, con_una, _) = [a for a in revisar(unas) if a.validacion is Validacion.IGUALES]
    assert con_una.renglones == (0,)
    chica = (3, 1, 0, 2, 0, 0, 1, 0, 0, 0, 0, 1)
    assert de(revisar([leida("A", chica), leida("B", chica)]), Validacion.IGUALES) == []


LARGA = (40, 12, 90, 8, 131, 5, 77, 3, 20, 1, 0, 19)
"""Its greatest boxes are far from the first: a shift from any of them is seen."""


@pytest.mark.parametrize("desde", range(5))
def test_a_column_shifted_by_one_line_is_told_from_where(desde: int) -> None:
    vecinas = tuple(3 * v + i % 3 for i, v in enumerate(LARGA))
    assert validaciones.recorrida(LARGA, vecinas) is None
    abajo = (*LARGA[:desde], 0, *LARGA[desde:-1])
    assert validaciones.recorrida(abajo, vecinas) == desde
    assert de(revisar([leida("A", abajo), leida("B", vecinas)]), Validacion.RECORRIDA)[0] == ("A",)
    arriba = (*LARGA[:desde], *LARGA[desde + 1 :], 0)
    if LARGA[desde] < 50:  # what was lost at the top is not most of the acta
        assert validaciones.recorrida(arriba, vecinas) in (desde, desde + 1)  # what was lost may look like what follows


@given(st.permutations(range(12)))
def test_a_shift_is_not_seen_where_the_neighbours_vote_alike(orden: list[int]) -> None:
    una, vecinas = (tuple(v[i] for i in orden) for v in (UNA, VECINAS))
    assert validaciones.recorrida(una, vecinas) is None


def test_no_registradas_and_nulos_swapped() -> None:
    cambiada = (*UNA[:-2], UNA[-1], UNA[-2])
    avisos = revisar([leida("A", cambiada), leida("B", VECINAS)])
    assert de(avisos, Validacion.INVERTIDAS) == [("A",)]
    assert next(a for a in avisos if a.validacion is Validacion.INVERTIDAS).renglones == (10, 11)
    assert de(revisar([leida("A", UNA), leida("B", VECINAS)]), Validacion.INVERTIDAS) == []
    al_reves = (*VECINAS[:-2], VECINAS[-1], VECINAS[-2])  # where everybody writes in, it is no mistake
    assert de(revisar([leida("A", cambiada), leida("B", al_reves)]), Validacion.INVERTIDAS) == []


def test_zeros_with_a_lista_nominal() -> None:
    ceros = (0,) * 12
    unas = [leida("A", ceros), leida("B", ceros, lista_nominal=0), leida("C", ceros, dice=False), leida("D", UNA)]
    assert de(revisar(unas), Validacion.CEROS) == [("A",)]  # a special one has none; an empty one says nothing


@given(st.integers(0, 11), st.integers(0, 9), st.booleans())
def test_a_digit_more_or_less_is_found_where_it_is(lugar: int, digito: int, de_mas: bool) -> None:
    mal = list(UNA)
    mal[lugar] = UNA[lugar] * 10 + digito if de_mas else UNA[lugar] // 10
    explica = validaciones.por_diez(tuple(mal), sum(UNA))
    menor = min(mal[lugar], UNA[lugar])
    assert (lugar in explica) == (menor >= 10 and mal[lugar] != UNA[lugar])
    assert validaciones.por_diez(UNA, sum(UNA)) == ()
    assert -1 in validaciones.por_diez(UNA, sum(UNA) * 10 + digito)
    assert -1 in validaciones.por_diez(UNA, sum(UNA) // 10)


@given(st.integers(0, 11), st.integers(0, 1))
def test_two_digits_in_each_others_place_are_found_where_they_are(lugar: int, desde: int) -> None:
    digitos = list(str(UNA[lugar]))
    digitos[desde : desde + 2] = reversed(digitos[desde : desde + 2])
    mal = (*UNA[:lugar], int("".join(digitos)), *UNA[lugar + 1 :])
    cambia = mal != UNA and digitos[0] != "0"
    assert (lugar in validaciones.traspuesta(mal, sum(UNA))) == cambia
    assert not cambia or lugar in renglones(Validacion.TRASPUESTA, mal, sum(UNA))
    assert renglones(Validacion.TRASPUESTA, UNA, sum(UNA)) == ()


def test_a_total_with_two_digits_in_each_others_place() -> None:
    assert sum(UNA) == 333 and validaciones.traspuesta((*UNA[:-1], UNA[-1] + 12), 354) == (-1,)  # they add up to 345
    assert -1 not in validaciones.traspuesta(UNA, 324)  # as far as one, and none


@pytest.mark.parametrize(
    ("lugar", "total", "repite"), [(1, 0, True), (2, 0, True), (4, 0, True), (6, 0, False), (3, 1, False)]
)
def test_a_row_that_repeats_the_one_above_without_which_the_total_matches(lugar: int, total: int, repite: bool) -> None:
    """Where the one above has few votes, or the total does not match without it, it is nothing."""
    mal = (*UNA[:lugar], UNA[lugar - 1], *UNA[lugar + 1 :])
    avisa = renglones(Validacion.REPETIDO, mal, sum(mal) - mal[lugar] + total)
    assert avisa == ((lugar,) if repite else ())
    assert renglones(Validacion.REPETIDO, mal, sum(mal)) == renglones(Validacion.SOBRA, mal, sum(mal)) == ()


def test_a_row_without_which_the_total_matches() -> None:
    assert renglones(Validacion.SOBRA, UNA, sum(UNA) - UNA[1]) == (1,)
    assert renglones(Validacion.SOBRA, UNA, sum(UNA) - UNA[2]) == ()  # so few are chance
    assert renglones(Validacion.SOBRA, UNA, sum(UNA) + UNA[1]) == ()
    repite = (UNA[0], UNA[0], *UNA[2:])
    assert renglones(Validacion.SOBRA, repite, sum(repite) - UNA[0]) == ()  # it is told once


def renglones(validacion: Validacion, votos: tuple[int, ...], total: int) -> tuple[int, ...]:
    """Those that a check names of one acta."""
    return next((a.renglones for a in revisar([leida("A", votos, total=total)]) if a.validacion is validacion), ())


def test_they_use_whole_numbers_alone() -> None:
    assert " / " not in Path(validaciones.__file__).read_text("utf-8")


# the page


def tabla() -> list[str]:
    """What docs/validaciones.md says of each check, from the texts that people read."""
    filas = []
    for v in Validacion:
        dice = {que: texto(f"coordinacion.validacion.{v}.{que}") for que in ("nombre", "mira", "hacer")}
        filas.append(f"| `{v.value}` | {dice['nombre']} | {dice['mira']} | {dice['hacer']} |")
    return filas


def test_the_page_says_what_each_check_looks_at() -> None:
    pagina = (RAIZ / "docs" / "validaciones.md").read_text("utf-8").splitlines()
    assert [f for f in pagina if f.startswith("| `E")] == tabla()


def leidas_de(base: Path) -> list[Leida]:
    """A published database as these checks read it: the boxes that each acta has are its ballot."""
    from prep.reproduccion.lector import leer
    from prep.reproduccion.publicado import Hueco

    (una,) = leer([base])
    leidas = []
    for r in una.renglones:
        if r.fuera or not r.dice_algo:
            continue
        cajas = [i for i, v in enumerate(r.votos) if not isinstance(v, Hueco)]
        numeros = [v if isinstance(v := r.votos[i], int) else 0 for i in cajas]
        total = r.totales.get("total_asentado")
        leidas.append(
            Leida(
                r.clave_acta,
                tuple(cajas),
                r.seccion,
                r.id_distrito if r.id_municipio is None else r.id_municipio,
                r.lista_nominal or 0,
                tuple(numeros),
                total if isinstance(total, int) else None,
                any(isinstance(r.votos[i], int) for i in cajas),
            )
        )
    return leidas


@pytest.mark.parametrize("eleccion", ["GOB", *(pytest.param(e, marks=pytest.mark.largo) for e in ("DIP_LOC", "AYUN"))])
def test_what_each_check_finds_in_a_published_database_is_what_the_page_says(
    datos: Callable[..., Path], eleccion: str
) -> None:
    base = datos("pue2018_prep", f"20180702_2000_PREP_{eleccion}_PUE", f"PUE_{eleccion}_2018.csv")
    leidas = leidas_de(base)
    cuantos = Counter(a.validacion for a in revisar(leidas))
    fila = f"| {eleccion} | {len(leidas):,} | " + " | ".join(str(cuantos[v]) for v in Validacion) + " |"
    assert fila in (RAIZ / "docs" / "validaciones.md").read_text("utf-8").splitlines(), fila

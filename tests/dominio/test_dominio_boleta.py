"""Ballots and the distribution of shared votes (LGIPE 311.1.c)."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.dominio.tabulacion.boleta import (
    NO_REGISTRADAS,
    NULOS,
    Boleta,
    Recuadro,
    TipoRecuadro,
    armar_boleta,
    boleta_de,
    clave_combinacion,
    combinaciones,
)
from prep.dominio.tabulacion.coaliciones import repartir, votos_de_coalicion


@pytest.mark.parametrize(("n", "cuantas"), [(1, 0), (2, 1), (3, 4), (5, 26), (6, 57)])
def test_one_column_for_each_combination(n: int, cuantas: int) -> None:
    partidos = "ABCDEF"[:n]
    todas = combinaciones(partidos)
    assert len(todas) == len(set(todas)) == cuantas == 2**n - n - 1
    assert [len(c) for c in todas] == sorted((len(c) for c in todas), reverse=True)
    assert all(sum(len(c) == k for c in todas) == comb(n, k) for k in range(2, n + 1))
    assert all(list(c) == sorted(c) for c in todas)


def test_a_complete_boleta_has_its_boxes_in_order() -> None:
    boleta = armar_boleta(
        ["PAN", "PRI", "PVEM", "PT", "MORENA"],
        coaliciones=[["PVEM", "PT", "MORENA"], ["PAN", "PRI"]],
        comunes=[("CC_X_Y", ["X", "Y"])],
        independientes=["CAND_IND_1", "CAND_IND_2"],
    )
    assert boleta.claves == (
        *("PAN", "PRI", "PVEM", "PT", "MORENA"),
        *("PVEM_PT_MORENA", "PVEM_PT", "PVEM_MORENA", "PT_MORENA", "PAN_PRI"),
        *("CC_X_Y", "CAND_IND_1", "CAND_IND_2", "NO_REGISTRADAS", "NULOS"),
    )
    assert [(c.clave, c.partidos, c.recuadros) for c in boleta.candidaturas] == [
        ("PAN_PRI", ("PAN", "PRI"), (0, 1, 9)),
        ("PVEM_PT_MORENA", ("PVEM", "PT", "MORENA"), (2, 3, 4, 5, 6, 7, 8)),
        ("CC_X_Y", ("X", "Y"), (10,)),
        ("CAND_IND_1", (), (11,)),
        ("CAND_IND_2", (), (12,)),
    ]
    assert [r.tipo for r in boleta.recuadros[-2:]] == [TipoRecuadro.NO_REGISTRADAS, TipoRecuadro.NULOS]
    assert boleta.recuadros[9] == Recuadro("PAN_PRI", TipoRecuadro.COMBINACION, ("PAN", "PRI"))
    assert boleta.recuadros[10] == Recuadro("CC_X_Y", TipoRecuadro.COMUN, ("X", "Y"))
    assert boleta.recuadros[11] == Recuadro("CAND_IND_1", TipoRecuadro.INDEPENDIENTE)
    assert boleta.recuadros[0] == Recuadro("PAN", TipoRecuadro.PARTIDO, ("PAN",))
    assert clave_combinacion(["PT", "MORENA"]) == "PT_MORENA"


def test_a_comun_of_a_party_allied_elsewhere_does_not_add_to_the_coalicion() -> None:
    """Published ballots may hold both: the joint box stays a candidacy of its own."""
    recuadros = (
        *(Recuadro(p, TipoRecuadro.PARTIDO, (p,)) for p in "AB"),
        Recuadro("A_B", TipoRecuadro.COMBINACION, ("A", "B")),
        Recuadro("CC", TipoRecuadro.COMUN, ("A", "X")),
        NO_REGISTRADAS,
        NULOS,
    )
    assert [c.recuadros for c in boleta_de(recuadros, [("A", "B")]).candidaturas] == [(0, 1, 2), (3,)]


@pytest.mark.parametrize(
    ("argumentos", "mensaje"),
    [
        ((["A", "A"],), r"^En una candidatura común y en otra candidatura a la vez: A\.$"),
        ((["A"], [["A", "B"]]), "^La coalición A-B incluye a B, que no está en la boleta.$"),
        ((["A", "B", "C"], [["A", "B"], ["B", "C"]]), "^B está en dos coaliciones de la misma demarcación.$"),
        ((["A", "B"], [], [("CC", ["B", "A"])]), "^En una candidatura común y en otra candidatura a la vez: A, B.$"),
        (
            ([], [], [("CC", ["B", "A"]), ("CD", ["B", "D"])]),
            "^En una candidatura común y en otra candidatura a la vez: B.$",
        ),
        ((["A"], [], [], ["A"]), r"^La boleta repite recuadros: \['A'\]\.$"),
    ],
)
def test_impossible_boletas_are_refused(argumentos: tuple[list[object], ...], mensaje: str) -> None:
    with pytest.raises(ValueError, match=mensaje):
        armar_boleta(*argumentos)  # type: ignore[arg-type]


def test_the_boleta_ends_with_no_registradas_and_nulos() -> None:
    partido = Recuadro("A", TipoRecuadro.PARTIDO, ("A",))
    for fin in [(NULOS, NO_REGISTRADAS), (NULOS,), (NO_REGISTRADAS,)]:
        with pytest.raises(ValueError, match=r"^La boleta debe terminar con NO_REGISTRADAS y NULOS\.$"):
            boleta_de((partido, *fin), [])


@pytest.mark.parametrize("combinacion", [("A", "B"), ("A", "C"), ("X", "A")])
def test_a_combination_without_its_coalicion_is_refused(combinacion: tuple[str, ...]) -> None:
    recuadros = tuple(Recuadro(p, TipoRecuadro.PARTIDO, (p,)) for p in "ABCD")
    suelta = Recuadro("_".join(combinacion), TipoRecuadro.COMBINACION, combinacion)
    coaliciones = [("A", "D")]
    with pytest.raises(
        ValueError, match=f"^La combinación {suelta.clave} no pertenece a ninguna coalición de la demarcación.$"
    ):
        boleta_de((*recuadros, suelta, NO_REGISTRADAS, NULOS), coaliciones)


# --- distribution ----------------------------------------------------------------------------------------------------


def test_the_remainder_goes_to_those_with_most_votes_of_their_own() -> None:
    propios = {"A": 10, "B": 30, "C": 20}
    assert repartir(9, "ABC", propios, "ABC") == {"A": 3, "B": 3, "C": 3}
    assert repartir(10, "ABC", propios, "ABC") == {"A": 3, "B": 4, "C": 3}
    assert repartir(11, "ABC", propios, "ABC") == {"A": 3, "B": 4, "C": 4}
    assert repartir(1, ("A", "C"), propios, "ABC") == {"A": 0, "C": 1}


def test_ties_are_broken_by_the_order_of_registration() -> None:
    propios = dict.fromkeys("ABC", 7)
    assert repartir(1, "ABC", propios, "CBA") == {"A": 0, "B": 0, "C": 1}
    assert repartir(2, "ABC", propios, "BCA") == {"A": 0, "B": 1, "C": 1}
    # A party without a known registration goes after those that have one; among them, as the ballot lists them.
    assert repartir(1, "ABC", propios, "C") == {"A": 0, "B": 0, "C": 1}
    assert repartir(2, "BAC", propios, "C") == {"A": 0, "B": 1, "C": 1}


PARTIDOS = ("A", "B", "C", "D", "E")
BOLETA = armar_boleta([*PARTIDOS, "F"], [PARTIDOS], independientes=["I1"])


@given(
    st.integers(0, 10**7),
    st.lists(st.integers(0, 50), min_size=5, max_size=5),
    st.permutations(PARTIDOS),
    st.integers(2, 5),
)
def test_the_split_keeps_the_sum_and_differs_by_one_vote_at_most(
    votos: int, propios: list[int], orden: list[str], cuantos: int
) -> None:
    partidos = PARTIDOS[:cuantos]
    suyos = dict(zip(PARTIDOS, propios, strict=True))
    partes = repartir(votos, partidos, suyos, orden)
    assert sum(partes.values()) == votos
    assert max(partes.values()) - min(partes.values()) <= 1
    # Whoever got one more has no fewer own votes than whoever did not; between equals, the older registration.
    for p in partidos:
        for q in partidos:
            if partes[p] > partes[q]:
                assert (-suyos[p], orden.index(p)) < (-suyos[q], orden.index(q))


def repartir_a_mano(boleta: Boleta, votos: list[int], orden: list[str]) -> dict[str, int]:
    """LGIPE 311.1.c read aloud, vote by vote: the oracle."""
    propios = {r.clave: v for r, v in zip(boleta.recuadros, votos, strict=True) if r.tipo is TipoRecuadro.PARTIDO}
    recibidos = dict.fromkeys(propios, 0)
    for recuadro, quedan in zip(boleta.recuadros, votos, strict=True):
        if recuadro.tipo is not TipoRecuadro.COMBINACION:
            continue
        while quedan >= len(recuadro.partidos):
            for p in recuadro.partidos:
                recibidos[p] += 1
            quedan -= len(recuadro.partidos)
        fila = sorted(recuadro.partidos, key=orden.index)
        fila.sort(key=lambda p: propios[p], reverse=True)
        for p in fila[:quedan]:
            recibidos[p] += 1
    return recibidos


@given(
    st.lists(st.integers(0, 60), min_size=len(BOLETA.claves), max_size=len(BOLETA.claves)),
    st.permutations([*PARTIDOS, "F"]),
)
def test_what_parties_receive_is_the_sum_of_all_combinations(votos: list[int], orden: list[str]) -> None:
    recibidos = votos_de_coalicion(BOLETA, votos, orden)
    assert recibidos == repartir_a_mano(BOLETA, votos, orden)
    de_combinaciones = [v for r, v in zip(BOLETA.recuadros, votos, strict=True) if r.tipo is TipoRecuadro.COMBINACION]
    assert sum(recibidos.values()) == sum(de_combinaciones)
    assert recibidos["F"] == 0
    assert "I1" not in recibidos


def test_votes_must_be_one_for_each_box() -> None:
    with pytest.raises(ValueError, match="zip"):
        votos_de_coalicion(BOLETA, [1, 2, 3], PARTIDOS)

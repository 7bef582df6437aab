"""RFC 6962 trees against the RFC's own definition, published test vectors and pymerkle."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from pymerkle import verify_consistency as pm_consistencia
from pymerkle import verify_inclusion as pm_inclusion

from prep.transparencia.arbol import (
    ANCHO,
    Arbol,
    Frontera,
    hoja,
    nodo,
    nodo_en_tesela,
    prueba_consistencia,
    prueba_inclusion,
    raiz_de,
    subarboles,
    teselas,
    verificar_consistencia,
    verificar_inclusion,
)
from prep.transparencia.errores import PruebaInvalida

# The eight leaves used by the reference tests of Certificate Transparency, and the roots they published.
HOJAS_CT = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                       "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
RAICES_CT = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def mth(hojas):
    """RFC 6962 §2.1 word by word."""
    if not hojas:
        return sha256(b"").digest()
    if len(hojas) == 1:
        return hojas[0]
    k = 1
    while k * 2 < len(hojas):
        k *= 2
    return sha256(b"\x01" + mth(hojas[:k]) + mth(hojas[k:])).digest()


def hojas(n):
    return [hoja(str(i).encode()) for i in range(n)]


def test_published_roots():
    for n, raiz in enumerate(RAICES_CT):
        assert raiz_de(map(hoja, HOJAS_CT[:n])).hex() == raiz
        assert Arbol(map(hoja, HOJAS_CT)).raiz(n).hex() == raiz


@given(st.integers(0, 300), st.integers(0, 40))
def test_frontier_resumes_anywhere(n, m):
    f = Frontera()
    f.extender(hojas(n))
    g = Frontera(f.tamano, f.hashes)
    for h in hojas(n + m)[n:]:
        g.agregar(h)
    assert f.raiz() == mth(hojas(n)) and g.raiz() == mth(hojas(n + m)) and g.tamano == n + m


@given(st.integers(0, 12), st.integers(0, 5), st.integers(0, 9))
def test_a_perfect_subtree_is_its_leaves(cuantos, nivel, despues):
    f, ancho = Frontera(), 1 << nivel
    todas = hojas(cuantos * ancho + despues)
    for i in range(cuantos):
        f.agregar_perfecto(nivel, mth(todas[i * ancho : (i + 1) * ancho]))
    f.extender(todas[cuantos * ancho :])
    g = Frontera()
    g.extender(todas)
    assert (f.tamano, f.hashes) == (g.tamano, g.hashes)


def test_a_perfect_subtree_begins_where_one_of_its_height_does():
    f = Frontera()
    f.agregar(hoja(b""))
    for nivel, h in ((1, b"\0" * 32), (0, b"corto")):
        with pytest.raises(PruebaInvalida):
            f.agregar_perfecto(nivel, h)
    assert f.tamano == 1


def test_frontier_refuses_what_does_not_fit():
    for malo in [(1, []), (3, [b"\0" * 32]), (2, [b"\0" * 31]), (-1, [])]:
        with pytest.raises(PruebaInvalida):
            Frontera(*malo)
    with pytest.raises(PruebaInvalida):
        Frontera().agregar(b"corto")


@given(st.data())
def test_inclusion(data):
    n = data.draw(st.integers(1, 200))
    i = data.draw(st.integers(0, n - 1))
    arbol = Arbol(hojas(200))
    prueba = prueba_inclusion(arbol.nodos, i, n)
    verificar_inclusion(hojas(n)[i], i, n, prueba, mth(hojas(n)))
    if n > 1:
        with pytest.raises(PruebaInvalida):
            verificar_inclusion(hojas(n)[i], (i + 1) % n, n, prueba, mth(hojas(n)))
        with pytest.raises(PruebaInvalida):
            verificar_inclusion(hojas(n)[i], i, n, prueba[:-1], mth(hojas(n)))
    with pytest.raises(PruebaInvalida):
        verificar_inclusion(hojas(n)[i], i, n, [*prueba, b"\0" * 32], mth(hojas(n)))


@given(st.data())
def test_consistency(data):
    n = data.draw(st.integers(0, 200))
    m = data.draw(st.integers(0, n))
    arbol = Arbol(hojas(200))
    prueba = prueba_consistencia(arbol.nodos, m, n)
    verificar_consistencia(m, mth(hojas(m)), n, mth(hojas(n)), prueba)
    if m > 0:
        otra = mth([hoja(b"otra"), *hojas(m)[1:]])
        with pytest.raises(PruebaInvalida):
            verificar_consistencia(m, otra, n, mth(hojas(n)), prueba)
    with pytest.raises(PruebaInvalida):
        verificar_consistencia(m, mth(hojas(m)), n, mth(hojas(n)), [*prueba, b"\0" * 32])
    with pytest.raises(PruebaInvalida):
        verificar_consistencia(n + 1, mth(hojas(n + 1)), n, mth(hojas(n)), prueba)


def test_every_pair_up_to_33():
    arbol = Arbol(hojas(33))
    for n in range(1, 34):
        for i in range(n):
            verificar_inclusion(hojas(n)[i], i, n, prueba_inclusion(arbol.nodos, i, n), arbol.raiz(n))
        for m in range(n + 1):
            verificar_consistencia(m, arbol.raiz(m), n, arbol.raiz(n), prueba_consistencia(arbol.nodos, m, n))


def test_pymerkle_accepts_our_proofs_and_we_its_roots():
    ajeno = InmemoryTree(algorithm="sha256")
    nuestro = Arbol()
    for i in range(70):
        ajeno.append_entry(str(i).encode())
        nuestro.agregar(hoja(str(i).encode()))
        assert ajeno.get_root() == nuestro.raiz()
    for n in (1, 2, 3, 31, 64, 70):
        for i in range(1, n + 1):
            suya = ajeno.prove_inclusion(i, n)
            pm_inclusion(ajeno.get_leaf(i), ajeno.get_root(n), suya)
            assert list(suya.path[1:]) == prueba_inclusion(nuestro.nodos, i - 1, n) or n == 1
    for m in range(1, 70):
        suya = ajeno.prove_consistency(m, 70)
        pm_consistencia(ajeno.get_root(m), ajeno.get_root(70), suya)
        verificar_consistencia(m, ajeno.get_root(m), 70, ajeno.get_root(70), prueba_consistencia(nuestro.nodos, m, 70))


def test_tiles_of_the_specification():
    # tlog-tiles: a tree of 70,000 has 273 full + one of 112 at level 0, one full + one of 17, one of width 1.
    por_nivel = {0: [], 1: [], 2: []}
    for nivel, _n, ancho in teselas(0, 70_000):
        por_nivel[nivel].append(ancho)
    assert por_nivel == {0: [ANCHO] * 273 + [112], 1: [ANCHO, 17], 2: [1]}
    assert teselas(0, 256) == [(0, 0, 256), (1, 0, 1)]
    assert teselas(0, 0) == [] and teselas(5, 5) == []


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_increments_leave_all_tiles(a, b):
    a, b = sorted((a, b))
    tengo = set(teselas(0, a)) | set(teselas(a, b))
    assert set(teselas(0, b)) <= tengo


@given(st.integers(0, 18), st.integers(0, 500))
def test_a_node_lives_in_one_tile(nivel, indice):
    nt, n, a, b = nodo_en_tesela(nivel, indice)
    assert 0 <= a < b <= ANCHO
    assert (n * ANCHO + a) * 256**nt == indice << nivel
    assert (b - a) * 256**nt == 1 << nivel


@given(st.integers(0, 10_000))
def test_subtrees_cover_the_range(n):
    assert sum(1 << nivel for nivel, _ in subarboles(0, n)) == n
    assert nodo(b"a", b"b") != hoja(b"ab")

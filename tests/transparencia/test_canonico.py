"""Canonical JSON against an implementation we did not write."""

import json
from enum import IntEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from prep.transparencia.canonico import ENTERO_MAXIMO, NoCanonico, canonico, leer_canonico, leer_json

textos = st.text(st.characters(exclude_categories=["Cs"]))
enteros = st.integers(-ENTERO_MAXIMO, ENTERO_MAXIMO)
valores = st.recursive(
    st.none() | st.booleans() | enteros | textos,
    lambda hijos: st.lists(hijos) | st.dictionaries(textos, hijos) | st.lists(hijos).map(tuple),
    max_leaves=30,
)


@given(valores)
def test_same_bytes_as_the_reference(valor):
    assert canonico(valor) == rfc8785.dumps(valor)


@given(valores)
def test_reading_is_the_inverse(valor):
    assert canonico(leer_canonico(canonico(valor))) == canonico(valor)


def test_keys_sort_as_utf16():
    # The example of RFC 8785 §3.2.3: U+1F600 (surrogates D83D DE00) goes before U+FB33.
    claves = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    leidas = list(json.loads(canonico({c: i for i, c in enumerate(claves)})))
    assert leidas == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    "malo",
    [1.0, {"a": float("nan")}, [2**53], -(2**53), {1: "a"}, {None: 1}, b"x", {"a": {1, 2}}, "\ud800", {"\udfff": 1}],
)
def test_refused(malo):
    with pytest.raises(NoCanonico):
        canonico(malo)


def test_self_containing_is_refused():
    lista: list = []
    lista.append(lista)
    with pytest.raises(NoCanonico):
        canonico(lista)


def test_enums_count_as_their_value():
    class E(IntEnum):
        UNO = 1

    assert canonico({"a": E.UNO}) == b'{"a":1}'


@pytest.mark.parametrize(
    "malo",
    [
        b'{"a":1,"a":1}',
        b'{ "a":1}',
        b'{"b":1,"a":2}',
        b"1.0",
        b"01",
        b"\xff",
        b"[1]\n",
        b'"\\u00e1"',
        b"[" * 100_000,
        b"NaN",
    ],
)
def test_only_canonical_bytes_are_read(malo):
    with pytest.raises(NoCanonico):
        leer_canonico(malo)


@pytest.mark.parametrize(
    "malo",
    [
        *(
            b'{"a":1,"a":1}',
            b"[NaN]",
            b"[1.0]",
            b"1e3",
            b"[-Infinity]",
            b'"\\ud83d\\ude00"',
            b"[" * 100_000,
            b"\xff",
            b"",
        ),
        *(b"9007199254740993", b'{"a": -9007199254740993}', b"[" + b"0," * 1000 + b"99999999999999999]"),
    ],
)
def test_json_that_could_mean_two_things_is_refused(malo):
    with pytest.raises(NoCanonico):
        leer_json(malo)


def test_json_need_not_be_canonical_to_be_read():
    assert leer_json(b'{ "b": [1, -2, 9007199254740991],\n "a": "\\u00e1", "c": null}') == {
        "b": [1, -2, ENTERO_MAXIMO],
        "a": "á",
        "c": None,
    }

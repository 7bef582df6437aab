"""The shape of facts: what is read, what is refused and in which words, what a newer program would write."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pen import ACTA, ANYBODY, ONE, SCAN, SHEET, Pen, sha, written

from prep.dominio.acta.hechos import (
    DE_ACTA,
    DE_HOJA,
    MotivoSinActa,
    Tipo,
    clave_de,
    huella_lectura,
    huella_sin_acta,
    sujeto_de,
)
from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.hecho import (
    Hecho,
    HechoInvalido,
    escribir_hecho,
    hecho_guardado,
    id_de,
    leer_hecho,
    nuevo_hecho,
)
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.comun.registro import CLASES, Clase, TipoDeHecho, con_clase, registrar
from prep.dominio.comun.valores import ILEGIBLE, Marca
from prep.transparencia.canonico import canonico

HOUR = "2027-06-06T20:00:00-06:00"
RIGHT: dict[str, dict[str, Any]] = {
    "hora": {
        "ok": HOUR,
        "bad": ["ayer", "", None, 5, "2027-06-06T20:00:00", "0001-12-31T20:00:00-06:00", "9999-01-01T00:00:00Z"],
    },
    "imagen": {"ok": SCAN, "bad": ["", "A" * 64, "a" * 63, "g" * 64, None, 5]},
    "mecanismo": {"ok": "D-F", "bad": ["", "X", "D-", "D,F", None]},
    "enderezada": {"ok": True, "bad": ["", "sí", 1, None]},
    "medio": {"ok": "Urna Electrónica", "bad": ["Fax", "", None]},
    "por": {"ok": "qr", "bad": ["QR", "", None]},
    "acta": {"ok": ACTA, "bad": ["", "140024C0100", "140024x01001", SHEET, None, "١40024C01001"]},
    "valores": {
        "ok": ONE,
        "bad": [None, [], {}, {"votos": {"A": -1}}, {"votos": {"A": True}}, {"otro": 1, "votos": {}}],
    },
    "corte": {"ok": 3, "bad": [0, -1, True, "1", None, 2**60]},
    "nodo": {"ok": "catd-7", "bad": ["", "con espacio", None, "ñ"]},
    "resultado": {"ok": "2", "bad": ["0", "4", 1, None]},
    "opinion": {"ok": "devuelve", "bad": ["acepta", None]},
    "problema": {"ok": "otra_casilla", "bad": ["borrosa", "", None, ["ilegible"]]},
    "intento": {"ok": "llamada", "bad": ["otra", "", None, ["llamada"]]},
    "campos": {"ok": ["A", "B"], "bad": [None, ["B", "A"], ["A", "A"], [1], "A"]},
    **{key: {"ok": sha("x"), "bad": ["", "x", None, "G" * 64]} for key in ("peticion", "base", "hecho", "lectura")},
    **{
        key: {"ok": "algo", "bad": ["x" * 2001, None, 5, "\x00", "\ud800", ["a"]]}
        for key in (
            *("catd", "documento", "hoja", "eleccion", "demarcacion", "seccion", "tipo", "id", "extension"),
            *("tipo_acta", "lugar", "contingencia", "texto", "motivo"),
        )
    },
}
TYPES = [("acta", t) for t in DE_ACTA] + [("hoja", t) for t in DE_HOJA]


def full(kind: str, tipo: str) -> dict[str, Any]:
    """A content with every field."""
    shape = CLASES[kind].tipos[tipo]
    content = {f: RIGHT[f]["ok"] for f in (*shape.requeridos, *shape.opcionales)}
    return {**content, "motivo": "3"} if tipo == Tipo.SIN_ACTA else content


def data(kind: str = "acta", tipo: str = Tipo.INCIDENTE, **changes: Any) -> dict[str, Any]:
    return {
        "tipo": str(tipo),
        "version": 1,
        "sujeto": SHEET if kind == "hoja" else f"acta:{ACTA}",
        "persona": "p-1",
        "hora": "2027-06-07T01:00:00+00:00",
        "conocidos": [],
        "orden": "",
        **({} if "contenido" in changes else {"contenido": full(kind, tipo)}),
        **changes,
    }


@pytest.mark.parametrize(("kind", "tipo"), TYPES)
def test_each_type_with_all_its_content_and_with_what_it_cannot_do_without(kind: str, tipo: str) -> None:
    fact = leer_hecho(data(kind, tipo))
    assert escribir_hecho(fact) == data(kind, tipo) and fact.interpretado
    assert fact.id == id_de(data(kind, tipo)) and hecho_guardado(data(kind, tipo), fact.id) == fact
    least = {f: fact.contenido[f] for f in CLASES[kind].tipos[tipo].requeridos}
    assert leer_hecho(data(kind, tipo, contenido=least)).contenido == least
    again = nuevo_hecho(tipo, fact.sujeto, fact.persona, fact.hora, fact.contenido)
    assert again == fact


@pytest.mark.parametrize(("kind", "tipo"), TYPES)
def test_not_a_field_more_nor_one_less_and_each_is_checked(kind: str, tipo: str) -> None:
    for field in CLASES[kind].tipos[tipo].requeridos:
        content = {f: v for f, v in full(kind, tipo).items() if f != field}
        with pytest.raises(HechoInvalido, match="campo «contenido»: lleva"):
            leer_hecho(data(kind, tipo, contenido=content))
    with pytest.raises(HechoInvalido, match="campo «contenido»"):
        leer_hecho(data(kind, tipo, contenido={**full(kind, tipo), "otro": 1}))
    for field in full(kind, tipo):
        bad = ["0", "5", 1, None] if (tipo, field) == (Tipo.SIN_ACTA, "motivo") else RIGHT[field]["bad"]
        for value in bad:
            with pytest.raises(HechoInvalido, match=f"campo «{field}»: .+\\.$") as error:
                leer_hecho(data(kind, tipo, contenido={**full(kind, tipo), field: value}))
            assert not any(w in str(error.value).lower() for w in ("valid ", "must", "object", "expected"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tipo": "Otra Cosa"}, "tipo»: se esperaba el nombre de un tipo de hecho"),
        ({"tipo": []}, "tipo»: se esperaba el nombre"),
        ({"version": 0}, "version»: se esperaba un entero de 1 a 1000"),
        ({"version": True}, "version»: se esperaba un entero"),
        ({"sujeto": "140024C01001"}, "sujeto»: se esperaba clase y clave"),
        ({"sujeto": "acta:corta"}, "sujeto»: no es la clave de «acta»"),
        ({"sujeto": "hoja:" + "-" * 36}, "sujeto»: no es la clave de «hoja»"),
        ({"persona": ""}, "persona»: se esperaba el identificador de una persona"),
        ({"persona": "Ana López"}, "persona»: se esperaba el identificador de una persona"),
        ({"hora": "2027-06-07T01:00:00"}, "hora»: se esperaba una fecha y hora ISO 8601 con zona"),
        ({"conocidos": ["b" * 64, "a" * 64]}, "conocidos»: se esperaba una lista ordenada"),
        ({"conocidos": ["x"]}, "conocidos»: se esperaba un SHA-256"),
        ({"conocidos": [sha(str(i)) for i in range(65)]}, "conocidos»: se esperaba una lista de hasta 64"),
        ({"orden": "con espacio"}, "orden»: se esperaba un identificador"),
        ({"contenido": []}, "contenido»: se esperaba un objeto"),
    ],
)
def test_the_error_says_the_field_and_what_was_expected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(HechoInvalido, match=message) as error:
        leer_hecho({**data(), **changes})
    assert str(error.value).startswith("Hecho inválido, campo «") and str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("subject", "tipo", "content", "field"),
    [
        ("persona:p-1", "baja", {"desde": [], "motivo": "x"}, "desde"),
        ("persona:p-1", "baja", {"desde": {"con espacio": 1}, "motivo": "x"}, "desde"),
        ("persona:p-1", "baja", {"desde": {"*": 0}, "motivo": "x"}, "desde"),
        ("persona:p-1", "alta", {"rol": "cae", "lugar": "CCV", "emergencia": "sí"}, "emergencia"),
        ("persona:p-1", "alta", {"rol": "jefe", "lugar": "CCV"}, "rol"),
        ("nodo:n", "alta", {"llave": "x", "clase": "catd", "nombre": "n"}, "llave"),
    ],
)
def test_facts_of_authority_are_checked_too(subject: str, tipo: str, content: dict[str, Any], field: str) -> None:
    with pytest.raises(HechoInvalido, match=f"campo «{field}»"):
        leer_hecho(data(sujeto=subject, tipo=tipo, contenido=content))


@pytest.mark.parametrize(
    ("tipo", "content"),
    [
        ("alta", {"rol": "cae", "lugar": "CATD 12", "alcance": ["140024C0100"], "emergencia": True}),
        ("baja", {"desde": {"*": 3, "catd-7": 1}, "motivo": "x", "rol": "cae"}),
    ],
)
def test_facts_of_authority_that_are_right(tipo: str, content: dict[str, Any]) -> None:
    assert leer_hecho(data(sujeto="persona:p-1", tipo=tipo, contenido=content)).interpretado


def test_what_cannot_be_written_is_refused_when_it_is_made() -> None:
    with pytest.raises(HechoInvalido, match="53 bits"):
        nuevo_hecho(Tipo.INCIDENTE, f"acta:{ACTA}", "ana", datetime(2027, 6, 7, tzinfo=UTC), {"texto": 2**60})


def test_what_is_not_a_fact() -> None:
    with pytest.raises(HechoInvalido, match=r"^Campos de más o de menos: hora, otro\.$"):
        leer_hecho({**{c: v for c, v in data().items() if c != "hora"}, "otro": 1})
    for value in (None, [], "hecho", 5):
        with pytest.raises(HechoInvalido, match=r"^Un hecho es un objeto con sus campos\.$"):
            leer_hecho(value)


def test_subjects_and_their_keys() -> None:
    assert (sujeto_de(ACTA), sujeto_de(SHEET)) == (f"acta:{ACTA}", SHEET)
    assert (clave_de(f"acta:{ACTA}"), clave_de(SHEET)) == (ACTA, SHEET)
    fact = leer_hecho(data(orden="orden-1"))
    assert (fact.clase, fact.clave, fact.orden) == ("acta", ACTA, "orden-1")
    assert [m.value for m in MotivoSinActa] == ["1", "2", "3", "4"]
    assert huella_sin_acta("1") != huella_sin_acta("2")


# --- what a newer program writes ---


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 9999) | st.sampled_from(Marca))
)
def test_the_name_of_a_reading_never_changes(votes: dict[str, int | Marca]) -> None:
    """It was published under that name: whatever writes the JSON, it is that of the standard library, keys sorted."""
    values = {"votos": votes, "votos_sacados": 100, "total_asentado": ILEGIBLE}
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert huella_lectura(SCAN, values) == hashlib.sha256(f"{SCAN}\n{text}".encode()).hexdigest()


def test_a_type_or_version_that_is_not_known_is_read_kept_and_named() -> None:
    p = Pen()
    p.scanned()
    newer = [
        leer_hecho(data(tipo="recontada", contenido={"lo": ["que", "sea"]})),
        leer_hecho(data(version=2, contenido={"otra": "forma"})),
        leer_hecho(data(sujeto="paquete:p-1", tipo="abierto", contenido={})),
    ]
    assert [f.interpretado for f in newer] == [False] * 3
    acta = estado(written([*p.facts, *newer[:2]]), ANYBODY)
    assert [r for _, r in acta.anomalias] == [Rechazo.NO_INTERPRETADO] * 2
    assert acta.custodia == p.state.custodia


def test_a_type_goes_from_one_version_to_the_next_over_stored_bytes() -> None:
    text = CLASES["acta"].tipos[Tipo.INCIDENTE].requeridos["texto"]
    one = Clase("prueba", CLASES["acta"].clave, {"dicho": TipoDeHecho({"texto": text})})
    two = Clase(
        "prueba",
        CLASES["acta"].clave,
        {"dicho": TipoDeHecho({"dice": text}, version=2, ascensos={1: lambda c: {"dice": c["texto"]}})},
    )
    with con_clase(one):
        old = nuevo_hecho("dicho", f"prueba:{ACTA}", "ana", datetime(2027, 6, 7, tzinfo=UTC), {"texto": "hola"})
        stored = escribir_hecho(old)
        assert leer_hecho(stored) == old and old.version == 1
        assert not leer_hecho({**stored, "version": 2}).interpretado
    with con_clase(two):
        now = hecho_guardado(stored, old.id)
        assert (now.id, now.version, now.contenido) == (old.id, 2, {"dice": "hola"})
        assert leer_hecho(stored) == now  # what was valid then is valid now
        assert leer_hecho(stored).canonico == canonico(stored)  # and is carried as it was written
        with pytest.raises(HechoInvalido, match="no es el de esa versión"):
            leer_hecho({**stored, "contenido": {}})
        with con_clase(one):
            assert leer_hecho(stored) == old
        new = nuevo_hecho("dicho", f"prueba:{ACTA}", "ana", now.hora, {"dice": "hola"})
        assert new.version == 2 and leer_hecho(escribir_hecho(new)) == new
    assert "prueba" not in CLASES and not leer_hecho(stored).interpretado
    with pytest.raises(ValueError, match="ya está registrada"):
        registrar(Clase("acta", CLASES["acta"].clave, {}))


def test_what_came_before_its_version_was_known_is_interpreted_only_if_it_is_well_formed() -> None:
    """Stored while nobody could tell, a program that knows the version folds it, or names it; it never falls."""
    acta = CLASES["acta"]
    typed = acta.tipos[Tipo.CAPTURADA]
    newer = TipoDeHecho(typed.requeridos, typed.opcionales, 2, {1: lambda c: c})
    p = Pen()
    p.scanned()
    right = data(tipo=Tipo.CAPTURADA, version=2, contenido={"imagen": SCAN, "valores": ONE}, conocidos=[p.facts[-1].id])
    wrong = {**right, "contenido": {"foo": 1}}
    new_type = data(tipo="recontada", contenido={"foo": 1})
    accepted = {h.id: d for d in (right, wrong, new_type) if not (h := leer_hecho(d)).interpretado}
    assert len(accepted) == 3
    with con_clase(Clase("acta", acta.clave, {**acta.tipos, Tipo.CAPTURADA: newer, "recontada": typed})):
        stored = [hecho_guardado(d, i) for i, d in accepted.items()]
        assert [h.interpretado for h in stored] == [True, False, False]
        folded = estado(written([*p.facts, *stored]), ANYBODY)
        assert len(folded.capturas) == 1 and {r for _, r in folded.anomalias} == {Rechazo.NO_INTERPRETADO}
        for malformed in (wrong, {**wrong, "version": 1}):
            with pytest.raises(HechoInvalido, match="«capturada», campo «contenido»: lleva imagen, valores"):
                leer_hecho(malformed)
        with pytest.raises(HechoInvalido):  # somebody wrote over what is stored
            hecho_guardado(wrong, stored[0].id)


def test_content_that_is_not_an_object_is_said() -> None:
    with pytest.raises(HechoInvalido, match="53 bits"):
        leer_hecho(data(tipo="recontada", contenido={"n": 2**60}))
    assert TipoDeHecho().revisar(None) == "contenido: se esperaba un objeto con sus campos"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(sorted(RIGHT)), _JSON, max_size=4), _JSON)
def test_any_json_is_read_or_refused(which: tuple[str, str], content: dict[str, Any], other: Any) -> None:
    for value in (data(*which, contenido={**full(*which), **content}), data(*which, contenido=other), other):
        try:
            fact = leer_hecho(value)
        except HechoInvalido:
            continue
        assert leer_hecho(escribir_hecho(fact)) == fact


@given(st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1), timezones=st.just(timezone(timedelta(hours=-6)))))
def test_the_hour_comes_and_goes(hour: datetime) -> None:
    fact = nuevo_hecho(Tipo.INCIDENTE, f"acta:{ACTA}", "ana", hour, {"texto": ""})
    assert leer_hecho(escribir_hecho(fact)).hora == hour and isinstance(fact, Hecho)

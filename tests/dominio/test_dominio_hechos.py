"""Facts from outside: every field is checked, every refusal is in Spanish and names the field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from fabrica_hechos import ACTA, ESCANEO, HOJA, UNO
from hypothesis import given
from hypothesis import strategies as st

from prep.dominio.acta.hechos import (
    FORMA,
    VERSION,
    Hecho,
    HechoInvalido,
    MotivoSinActa,
    Tipo,
    escribir_hecho,
    hecho_guardado,
    leer_hecho,
)

CORRECTOS: dict[Tipo, dict[str, Any]] = {
    Tipo.ACOPIADA: {"hora": "2027-06-06T20:00:00-06:00", "catd": "CATD 3"},
    Tipo.FOTOGRAFIADA: {
        "imagen": ESCANEO,
        "hora": "2027-06-07T01:00:00Z",
        "documento": "Acta PREP",
        "mecanismo": "D-F",
    },
    Tipo.DIGITALIZADA: {
        "imagen": ESCANEO,
        "documento": "Copia PE",
        "medio": "Escáner",
        "catd": "3",
        "hoja": HOJA,
        "mecanismo": "I",
    },
    Tipo.IDENTIFICADA: {"imagen": ESCANEO, "por": "pto", "acta": ACTA},
    Tipo.REDIGITALIZAR: {"imagen": ESCANEO, "motivo": "No se distingue."},
    Tipo.DUPLICADA: {"imagen": ESCANEO},
    Tipo.SIN_ACTA: {"motivo": "3"},
    Tipo.FUERA_DE_CATALOGO: {
        "eleccion": "GUB",
        "demarcacion": "7",
        "seccion": "24",
        "tipo": "C",
        "id": "1",
        "extension": "0",
        "tipo_acta": "2EMR",
    },
    Tipo.CAPTURADA: {"imagen": ESCANEO, "valores": UNO, "lugar": "CCV"},
    Tipo.DICTAMINADA: {"imagen": ESCANEO, "valores": UNO, "motivo": "Dice 1."},
    Tipo.REVISADA: {"base": "x", "opinion": "devuelve", "lectura": "y"},
    Tipo.VERIFICADA: {"base": "x"},
    Tipo.DEVUELTA: {"base": "x", "motivo": "Es 2."},
    Tipo.REABIERTA: {"motivo": "Cotejo.", "autoriza": "vera"},
    Tipo.COTEJADA: {"resultado": "2"},
    Tipo.INCIDENTE: {"texto": "Se fue la luz."},
}
_IMAGEN_MALA = ["", "A" * 64, "a" * 63, "a" * 65, "g" * 64, None, 5]
_TEXTO_MALO = ["x" * 2001, None, 5, "\x00", "\ud800", ["a"]]
_HORA_MALA = [
    "ayer",
    "",
    None,
    5,
    "2027-06-06T20:00:00",
    "0001-12-31T20:00:00-06:00",
    "0001-01-01T00:00:00Z",
    "9999-01-01T00:00:00Z",
]
_MECANISMO_MALO = ["", "X", "D-", "D,F", "=D", "d", None]
MALOS: dict[str, list[Any]] = {
    "imagen": _IMAGEN_MALA,
    "hora": _HORA_MALA,
    "mecanismo": _MECANISMO_MALO,
    **dict.fromkeys(("catd", "documento", "hoja", "eleccion", "demarcacion", "seccion", "tipo", "id"), _TEXTO_MALO),
    **dict.fromkeys(("extension", "tipo_acta", "lugar", "base", "lectura", "texto"), _TEXTO_MALO),
    "medio": ["Móvil", "", None, "escáner"],
    "por": ["QR", "", None, []],
    "acta": ["", "140024C0100", "140024X01001", HOJA, None, "١40024C01001", "140024C0100ABCDEFG"],
    "resultado": ["0", "4", 1, None],
    "opinion": ["acepta", None],
    "autoriza": ["", " ", " ana", "ana\n", None, "x" * 2001],
    "valores": [None, [], {}, {"votos": {"A": -1}}, {"votos": {"A": True}}, {"otro": 1, "votos": {}}],
    "motivo": [None, 5, "x" * 2001],
}


def datos(tipo: Tipo = Tipo.INCIDENTE, **cambios: Any) -> dict[str, Any]:
    return {
        "id": "0197478f-7a00-7000-8000-0000000000aa",
        "tipo": tipo.value,
        "version": 1,
        "acta": ACTA,
        "operador": "p-1",
        "hora": "2027-06-07T01:00:00+00:00",
        "contenido": CORRECTOS[tipo],
        **cambios,
    }


@pytest.mark.parametrize("tipo", list(Tipo))
def test_cada_tipo_con_todo_su_contenido_y_con_lo_indispensable(tipo: Tipo) -> None:
    requeridos, opcionales = FORMA[tipo]
    assert CORRECTOS[tipo].keys() == requeridos.keys() | opcionales.keys()
    hecho = leer_hecho(datos(tipo))
    assert hecho == Hecho(
        *("0197478f-7a00-7000-8000-0000000000aa", tipo, ACTA, "p-1"),
        datetime(2027, 6, 7, 1, tzinfo=UTC),
        CORRECTOS[tipo],
        VERSION,
    )
    assert escribir_hecho(hecho) == datos(tipo)
    assert hecho_guardado(datos(tipo)) == hecho
    minimo = {campo: CORRECTOS[tipo][campo] for campo in requeridos}
    assert leer_hecho(datos(tipo, contenido=minimo)).contenido == minimo


@pytest.mark.parametrize("tipo", list(Tipo))
def test_ni_un_campo_de_mas_ni_uno_de_menos(tipo: Tipo) -> None:
    requeridos, _ = FORMA[tipo]
    for campo in requeridos:
        contenido = {c: v for c, v in CORRECTOS[tipo].items() if c != campo}
        with pytest.raises(HechoInvalido) as error:
            leer_hecho(datos(tipo, contenido=contenido))
        assert str(error.value) == (
            f"Hecho inválido, campo «contenido»: el contenido de «{tipo}» lleva {', '.join(requeridos)}; "
            f"llegó {', '.join(contenido)}."
        )
    with pytest.raises(HechoInvalido, match="campo «contenido»"):
        leer_hecho(datos(tipo, contenido={**CORRECTOS[tipo], "otro": 1}))


@pytest.mark.parametrize(("tipo", "campo"), [(t, c) for t in Tipo for c in CORRECTOS[t]])
def test_cada_campo_se_revisa(tipo: Tipo, campo: str) -> None:
    malos = ["0", "5", 1, None] if (tipo, campo) == (Tipo.SIN_ACTA, "motivo") else MALOS[campo]
    for malo in malos:
        with pytest.raises(HechoInvalido, match=f"^Hecho inválido, campo «{campo}»: .+\\.$") as error:
            leer_hecho(datos(tipo, contenido={**CORRECTOS[tipo], campo: malo}))
        texto = str(error.value).lower()
        assert not any(ajena in texto for ajena in ("valid ", "invalid ", "must", "object", "expected", "argument"))


@pytest.mark.parametrize(
    ("cambios", "mensaje"),
    [
        (
            {"contenido": {"texto": 1}},
            "texto»: se esperaba un texto de hasta 2000 caracteres, sin caracteres nulos ni incompletos",
        ),
        ({"tipo": "otra"}, "tipo»: se esperaba " + " o ".join(t.value for t in Tipo)),
        ({"tipo": []}, "tipo»: se esperaba " + " o ".join(t.value for t in Tipo)),
        ({"version": 2}, "version»: este programa conoce hasta la versión 1; actualícelo"),
        ({"version": True}, "version»: este programa conoce hasta la versión 1; actualícelo"),
        ({"version": 1.0}, "version»: este programa conoce hasta la versión 1; actualícelo"),
        ({"id": "0197478f-7a00-4000-8000-0000000000aa"}, "id»: se esperaba un UUID versión 7"),
        ({"id": "0197478F-7A00-7000-8000-0000000000AA"}, "id»: se esperaba un UUID versión 7"),
        ({"acta": "140024C0100"}, "acta»: se esperaba una clave de acta u «hoja:» y un UUID"),
        ({"acta": "hoja:" + "-" * 36}, "acta»: se esperaba una clave de acta u «hoja:» y un UUID"),
        ({"acta": "٣40024C01001"}, "acta»: se esperaba una clave de acta u «hoja:» y un UUID"),
        ({"operador": ""}, "operador»: se esperaba el identificador de una persona, sin espacios alrededor"),
        ({"operador": "ana "}, "operador»: se esperaba el identificador de una persona, sin espacios alrededor"),
        ({"hora": "2027-06-07T01:00:00"}, "hora»: se esperaba una fecha y hora ISO 8601 con zona, del año 2 al 9998"),
        ({"hora": 7}, "hora»: se esperaba una fecha y hora ISO 8601 con zona, del año 2 al 9998"),
    ],
)
def test_el_error_dice_el_campo_y_que_se_esperaba(cambios: dict[str, Any], mensaje: str) -> None:
    with pytest.raises(HechoInvalido) as error:
        leer_hecho({**datos(), **cambios})
    assert str(error.value) == f"Hecho inválido, campo «{mensaje}."


def test_cada_revisor_dice_que_espera() -> None:
    esperados = {
        "imagen": "se esperaba un SHA-256 en hexadecimal (64 caracteres)",
        "acta": "se esperaba una clave de acta",
        "por": "se esperaba qr o persona o pto",
    }
    for campo, mensaje in esperados.items():
        with pytest.raises(HechoInvalido) as error:
            leer_hecho(datos(Tipo.IDENTIFICADA, contenido={**CORRECTOS[Tipo.IDENTIFICADA], campo: "?"}))
        assert str(error.value) == f"Hecho inválido, campo «{campo}»: {mensaje}."
    with pytest.raises(HechoInvalido) as error:
        leer_hecho(datos(Tipo.DIGITALIZADA, contenido={"imagen": ESCANEO, "mecanismo": "?"}))
    assert str(error.value) == "Hecho inválido, campo «mecanismo»: se esperaba D, F o I, o varias unidas con guion."


@pytest.mark.parametrize("campo", ["hora", "operador", "acta", "id"])
@pytest.mark.parametrize("malo", [None, 5, [], {}])
def test_los_campos_del_sobre_son_textos(campo: str, malo: Any) -> None:
    with pytest.raises(HechoInvalido, match=f"campo «{campo}»"):
        leer_hecho(datos(**{campo: malo}))


@pytest.mark.parametrize("contenido", [None, [], "texto", 5])
def test_el_contenido_es_un_objeto(contenido: Any) -> None:
    with pytest.raises(HechoInvalido, match="campo «contenido»"):
        leer_hecho(datos(contenido=contenido))


def test_los_extremos_que_si_caben() -> None:
    for hora in ("0002-01-01T00:00:00Z", "9998-12-31T23:59:59Z"):
        assert leer_hecho(datos(hora=hora)).hora.utcoffset() == timedelta(0)
    assert leer_hecho(datos(contenido={"texto": "x" * 2000}))
    assert leer_hecho(datos(acta="140024C0100A")).acta == "140024C0100A"
    assert leer_hecho(datos(acta="140024C01002EMR00")).acta == "140024C01002EMR00"
    assert not leer_hecho(datos()).de_hoja
    assert leer_hecho(datos(acta=HOJA)).de_hoja


def test_lo_que_no_es_un_hecho() -> None:
    with pytest.raises(HechoInvalido, match=r"^Campos de más o de menos: hora, otro\.$"):
        leer_hecho({**{c: v for c, v in datos().items() if c != "hora"}, "otro": 1})
    for dato in (None, [], "hecho", 5):
        with pytest.raises(HechoInvalido, match=r"^Un hecho es un objeto con sus campos\.$"):
            leer_hecho(dato)  # type: ignore[arg-type]


def test_los_motivos_de_sin_acta_son_los_del_leeme() -> None:
    assert [m.value for m in MotivoSinActa] == ["1", "2", "3", "4"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda hijos: st.lists(hijos, max_size=3) | st.dictionaries(st.text(max_size=5), hijos, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(Tipo), st.dictionaries(st.sampled_from(sorted(MALOS)), _JSON, max_size=4), _JSON)
def test_cualquier_json_se_lee_o_se_rechaza(tipo: Tipo, contenido: dict[str, Any], otro: Any) -> None:
    for dato in (datos(tipo, contenido={**CORRECTOS[tipo], **contenido}), datos(tipo, contenido=otro), otro):
        try:
            hecho = leer_hecho(dato)
        except HechoInvalido:
            continue
        assert leer_hecho(escribir_hecho(hecho)) == hecho


@given(st.datetimes(datetime(1991, 1, 1), datetime(2099, 1, 1), timezones=st.just(timezone(timedelta(hours=-6)))))
def test_la_hora_va_y_vuelve(hora: datetime) -> None:
    hecho = Hecho(datos()["id"], Tipo.INCIDENTE, ACTA, "ana", hora, {"texto": ""})
    assert leer_hecho(escribir_hecho(hecho)).hora == hora

"""What counts, with which observations, and what it adds up to at every level."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pen import esperada

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.tabulacion.boleta import Boleta, Recuadro, TipoRecuadro, armar_boleta
from prep.dominio.tabulacion.contabilidad import Observacion, Veredicto, contabilizar, limite, sin_acta
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Demarcacion, Eleccion
from prep.dominio.tabulacion.tabulacion import (
    ESTADISTICA,
    Cuenta,
    FilaCandidatura,
    FilaPartido,
    Resultado,
    estadistica,
    por_candidatura,
    por_partido,
    resultado_demarcacion,
    resultado_entidad,
    resultados_municipio,
)

BOLETA = armar_boleta(["A", "B", "C"], [["A", "B"]])  # A B C A_B NO_REGISTRADAS NULOS
ILE, S = "Ilegible", "Sin dato"


def dice(*valores: Any, total: Any = 7) -> Asentado:
    return Asentado.leer({"votos": dict(zip(BOLETA.claves, valores, strict=True)), "total_asentado": total})


@pytest.mark.parametrize(
    ("valores", "contabilizada", "observaciones", "calculado", "inconsistente"),
    [
        ((1, 2, 3, 4, 0, 5), True, [], 15, False),
        ((0, 0, 0, 0, 0, 0), True, [], 0, False),
        ((1, ILE, 3, 4, 0, 5), True, ["Ilegible"], 13, True),
        ((1, 2, S, 4, 0, 5), True, ["Sin dato"], 12, True),
        ((S, ILE, S, S, S, 0), True, ["Ilegible", "Sin dato"], 0, True),
        ((ILE, ILE, ILE, ILE, ILE, ILE), False, ["Todos los campos ilegibles"], 0, True),
        ((S, S, S, S, S, S), False, ["Todos los campos vacíos"], 0, True),
        ((S, S, ILE, S, S, S), False, ["Todos los campos ilegibles"], 0, True),
        ((500, 10, 0, 0, 0, 0), True, [], 510, False),
        ((500, 0, 0, 0, 0, 1), True, [], 501, False),
        ((500, 11, 0, 0, 0, 0), False, ["Excede Lista Nominal"], 511, True),
        ((500, 11, ILE, S, 0, 0), False, ["Excede Lista Nominal", "Ilegible", "Sin dato"], 511, True),
    ],
)
def test_the_table_of_inconsistencies(
    valores: tuple[Any, ...], contabilizada: bool, observaciones: list[str], calculado: int, inconsistente: bool
) -> None:
    """Domain paper §5, row by row; lista nominal 500 and 10 representatives."""
    d = contabilizar(dice(*valores), BOLETA, esperada(), 750)
    assert (d.contabilizada, list(d.observaciones), d.calculado) == (contabilizada, observaciones, calculado)
    assert d.votos == tuple(v if isinstance(v, int) else 0 for v in valores)
    assert d.inconsistente is inconsistente
    por_pto = contabilizar(dice(*valores), BOLETA, esperada(), 750, por_pto=True)
    assert list(por_pto.observaciones) == [*observaciones, "Identificación por proceso técnico operativo"]
    assert (por_pto.contabilizada, por_pto.inconsistente) == (contabilizada, inconsistente)


def test_the_total_asentado_decides_nothing() -> None:
    for total in (0, 9999, ILE, S):
        d = contabilizar(dice(1, 2, 3, 4, 0, 5, total=total), BOLETA, esperada(), 750)
        assert (d.contabilizada, d.observaciones, d.calculado) == (True, (), 15)


@pytest.mark.parametrize(
    ("acta", "maximo"),
    [
        (esperada(lista_nominal=500, representantes=10), 510),
        (esperada(lista_nominal=500, representantes=None), 500),
        (esperada("140024S0100", 0, 10), 760),
        (esperada("140024S0100", 0, 10, boletas=1000), 1010),
        (esperada("140024S0100", 0, None, boletas=0), 0),
        (esperada("140024S0100", 300, 10), 760),
        (esperada("140000M0100", 0, 10), None),
        (esperada("140000M0100", 2481, 0), 2481),
        (esperada("140024B0100", 0, 4), 4),
        (esperada("140024V0100", 0, 0), None),
        (esperada("140024P0100", 0, 3), None),
        (esperada("140024A0100", 0, 0), None),
        (esperada("140024A0100", 12, 3), 15),
        (esperada("090024U0100", 0, 0), 0),
    ],
)
def test_how_many_votes_fit(acta: ActaEsperada, maximo: int | None) -> None:
    assert limite(acta, 750) == maximo
    if maximo is not None:
        assert contabilizar(dice(maximo, 0, 0, 0, 0, 0), BOLETA, acta, 750).contabilizada
        assert contabilizar(dice(maximo, 1, 0, 0, 0, 0), BOLETA, acta, 750).observaciones == (Observacion.EXCEDE,)
    else:
        assert contabilizar(dice(9999, 1, 0, 0, 0, 0), BOLETA, acta, 750).contabilizada


@pytest.mark.parametrize("motivo", list(MotivoSinActa))
def test_no_acta_carries_its_reason(motivo: MotivoSinActa) -> None:
    assert sin_acta(motivo) == Veredicto(False, (Observacion(f"Sin acta({motivo.value})"),), (), None)
    assert not sin_acta(motivo).inconsistente


# --- figures ---------------------------------------------------------------------------------------------------------


def test_the_statistics_in_ceros() -> None:
    cuenta = Cuenta.vacia(BOLETA)
    assert cuenta.votos == [0] * 6
    for _ in range(3):
        cuenta.agregar_acta(esperada(), None)
    assert estadistica(cuenta, cierre=False) == {
        "actas_esperadas": 3,
        "actas_registradas": 0,
        "actas_fuera_catalogo": 0,
        "actas_capturadas": 0,
        "porcentaje_actas_capturadas": "0.0000",
        "actas_contabilizadas": 0,
        "porcentaje_actas_contabilizadas": "0.0000",
        "porcentaje_actas_inconsistencias": "0.0000",
        "actas_no_contabilizadas": 0,
    }
    assert "porcentaje_actas_capturadas" not in estadistica(Cuenta([]), cierre=True)


def cuenta_de_ejemplo() -> Cuenta:
    cuenta = Cuenta.vacia(BOLETA)
    especial = esperada("140024S0100", 300, 10)
    for acta, valores in [
        (esperada(), (100, 20, 30, 4, 0, 6)),
        (especial, (10, 0, 0, 0, 0, 0)),
        (esperada(lista_nominal=333), (1, ILE, 0, 0, 0, 0)),
        (esperada(), (900, 0, 0, 0, 0, 0)),
        (esperada(), (S, S, S, S, S, S)),
    ]:
        cuenta.agregar_acta(acta, contabilizar(dice(*valores), BOLETA, acta, 750))
    cuenta.agregar_acta(esperada(), sin_acta(MotivoSinActa.SIN_SOBRE))
    cuenta.agregar_acta(esperada(), None)
    cuenta.fuera_catalogo = 2
    return cuenta


def test_the_statistics_with_everything() -> None:
    cuenta = cuenta_de_ejemplo()
    assert cuenta.votos == [111, 20, 30, 4, 0, 6]
    cifras = estadistica(cuenta, cierre=False)
    assert tuple(cifras) == ESTADISTICA
    assert cifras == {
        "actas_esperadas": 7,
        "actas_registradas": 8,
        "actas_fuera_catalogo": 2,
        "actas_capturadas": 6,
        "porcentaje_actas_capturadas": "85.7142",
        "actas_contabilizadas": 3,
        "porcentaje_actas_contabilizadas": "42.8571",
        "porcentaje_actas_inconsistencias": "42.8571",
        "actas_no_contabilizadas": 3,
        "lista_nominal_actas_contabilizadas": 833,
        "total_votos_c_cs": 171,
        "total_votos_s_cs": 161,
        "porcentaje_participacion_ciudadana": "19.3277",
    }
    cierre = estadistica(cuenta, cierre=True)
    assert cierre == {**cifras, "porcentaje_participacion_ciudadana": "20.5282"}


def test_adding_sums_every_figure() -> None:
    doble = Cuenta.de_listas(BOLETA, [cuenta_de_ejemplo().en_lista()] * 2)
    assert doble.votos == [222, 40, 60, 8, 0, 12]
    una = cuenta_de_ejemplo()
    for campo in fields(Cuenta)[1:]:
        assert getattr(una, campo.name) > 0
        assert getattr(doble, campo.name) == 2 * getattr(una, campo.name), campo.name
    assert Cuenta.de_listas(BOLETA, [una.en_lista()]) == una
    assert Cuenta.de_listas(BOLETA, []) == Cuenta.vacia(BOLETA)


def test_participation_without_lista_nominal_is_not_known() -> None:
    cuenta = Cuenta.vacia(BOLETA)
    especial = esperada("140024S0100", 0, 10)
    cuenta.agregar_acta(especial, contabilizar(dice(5, 0, 0, 0, 0, 0), BOLETA, especial, 750))
    cifras = estadistica(cuenta, cierre=True)
    assert "porcentaje_participacion_ciudadana" not in cifras
    assert (cifras["lista_nominal_actas_contabilizadas"], cifras["total_votos_s_cs"]) == (0, 0)


def test_the_two_views_of_a_coalicion() -> None:
    votos = [10, 30, 7, 5, 1, 2]
    assert por_candidatura(BOLETA, votos) == [
        FilaCandidatura("A_B", ("A", "B"), 45),
        FilaCandidatura("C", ("C",), 7),
    ]
    filas = por_partido(BOLETA, votos, ["A", "B", "C"])
    assert filas == [FilaPartido("A", 10, 2), FilaPartido("B", 30, 3), FilaPartido("C", 7, 0)]
    assert [f.votos for f in filas] == [12, 33, 7]


def test_a_joint_candidacy_is_one_box_and_is_not_split() -> None:
    boleta = armar_boleta(["A"], comunes=[("CC_B_C", ["B", "C"])])
    votos = [10, 31, 1, 2]  # A, CC_B_C, NO_REGISTRADAS, NULOS
    assert por_candidatura(boleta, votos) == [
        FilaCandidatura("A", ("A",), 10),
        FilaCandidatura("CC_B_C", ("B", "C"), 31),
    ]
    assert por_partido(boleta, votos, ["A", "B", "C"]) == [FilaPartido("A", 10, 0), FilaPartido("CC_B_C", 31, 0)]


# --- children add up to their parent ---------------------------------------------------------------------------------

BOLETAS = {
    1: BOLETA,
    2: armar_boleta(["A", "B", "C"], [["B", "C"]], independientes=["CAND_IND_1"]),
    3: armar_boleta(["A"], comunes=[("CC_B_C", ["B", "C"])]),
    4: armar_boleta(["A", "B", "C"], [["A", "B", "C"]]),
}
COLUMNAS = tuple({r.clave: r for d in (4, 1, 2, 3) for r in BOLETAS[d].recuadros[:-2]}.values()) + BOLETA.recuadros[-2:]
ORDEN = ("C", "A", "B")


def eleccion(columnas: tuple[Recuadro, ...] = COLUMNAS, boletas: dict[int, Boleta] = BOLETAS) -> Eleccion:
    demarcaciones = {d: Demarcacion(d, f"Demarcación {d}") for d in boletas}
    return Eleccion("X", "X", "1", Ambito.DISTRITO, Ambito.DISTRITO, columnas, demarcaciones, boletas, (), ORDEN)


_VALOR = st.integers(0, 130) | st.sampled_from([ILE, S])


@st.composite
def actas(draw: st.DrawFn, demarcacion: int) -> tuple[ActaEsperada, Veredicto | None]:
    boleta = BOLETAS[demarcacion]
    acta = esperada(
        f"14{draw(st.integers(1, 3)):04d}{draw(st.sampled_from('BCS'))}0100",
        draw(st.integers(0, 400)),
        draw(st.none() | st.integers(0, 9)),
        demarcacion=demarcacion,
    )
    que = draw(st.integers(0, 9))
    if que == 0:
        return acta, None
    if que == 1:
        return acta, sin_acta(draw(st.sampled_from(MotivoSinActa)))
    votos = {c: draw(_VALOR) for c in boleta.claves}
    return acta, contabilizar(Asentado.leer({"votos": votos}), boleta, acta, 750)


@given(st.fixed_dictionaries({d: st.lists(actas(d), max_size=6) for d in BOLETAS}), st.integers(0, 3), st.booleans())
def test_the_sum_of_the_children_is_the_parent(
    noche: dict[int, list[tuple[ActaEsperada, Veredicto | None]]], fuera: int, cierre: bool
) -> None:
    resultados: dict[int, Resultado] = {}
    for d, suyas in noche.items():
        secciones: dict[int, Cuenta] = {}
        for acta, veredicto in suyas:
            seccion = secciones.setdefault(acta.casilla.clave.seccion, Cuenta.vacia(BOLETAS[d]))
            seccion.agregar_acta(acta, veredicto)
        cuenta = Cuenta.de_listas(BOLETAS[d], (s.en_lista() for s in secciones.values()))
        directa = Cuenta.vacia(BOLETAS[d])
        for acta, veredicto in suyas:
            directa.agregar_acta(acta, veredicto)
        assert cuenta == directa
        resultados[d] = resultado_demarcacion(eleccion(), d, cuenta)
        _cuadra(resultados[d])
        contadas = [x for _, x in suyas if x and x.contabilizada]
        assert cuenta.votos == [sum(v) for v in zip(*[x.votos for x in contadas], strict=True)] or not contadas
        assert cuenta.total == sum(x.calculado or 0 for x in contadas)
        assert cuenta.inconsistentes == sum(x.inconsistente for _, x in suyas if x)
        normales = [a for a, x in suyas if x and x.contabilizada and a.casilla.clave.tipo != "S"]
        assert cuenta.lista_nominal == sum(a.casilla.lista_nominal for a in normales)
        assert (cuenta.esperadas, cuenta.capturadas) == (len(suyas), sum(x is not None for _, x in suyas))

    estado = resultado_entidad(eleccion(), resultados, fuera)
    _cuadra(estado)
    for campo in ("esperadas", "capturadas", "contabilizadas", "inconsistentes", "lista_nominal", "total"):
        assert getattr(estado.cuenta, campo) == sum(getattr(r.cuenta, campo) for r in resultados.values()), campo
    assert estado.cuenta.total_especiales == sum(r.cuenta.total_especiales for r in resultados.values())
    assert estado.cuenta.fuera_catalogo == fuera
    assert estado.no_registradas == sum(r.no_registradas for r in resultados.values())
    assert estado.nulos == sum(r.nulos for r in resultados.values())
    for fila in estado.por_candidatura:
        assert fila.votos == sum(f.votos for r in resultados.values() for f in r.por_candidatura if f == _con(fila, f))
    for partido in estado.por_partido:
        suyos = [p for r in resultados.values() for p in r.por_partido if p.clave == partido.clave]
        assert (partido.propios, partido.coalicion) == (sum(p.propios for p in suyos), sum(p.coalicion for p in suyos))
    cifras = estadistica(estado.cuenta, cierre)
    assert cifras["actas_registradas"] == estado.cuenta.capturadas + fuera
    if "porcentaje_participacion_ciudadana" in cifras:
        sin_especiales = estado.cuenta.total - estado.cuenta.total_especiales
        votos = estado.cuenta.total if cierre else sin_especiales
        exacta = Fraction(votos * 100, estado.cuenta.lista_nominal)
        impresa = Fraction(cifras["porcentaje_participacion_ciudadana"])
        assert impresa <= exacta < impresa + Fraction(1, 10_000)


def _con(fila: FilaCandidatura, otra: FilaCandidatura) -> FilaCandidatura:
    return FilaCandidatura(fila.clave, fila.partidos, otra.votos)


def _cuadra(resultado: Resultado) -> None:
    """Both coalition views, and the boxes that are nobody's, add up to every counted vote."""
    cuenta = resultado.cuenta
    nadie = resultado.no_registradas + resultado.nulos
    assert sum(cuenta.votos) == cuenta.total
    assert sum(f.votos for f in resultado.por_candidatura) + nadie == cuenta.total
    assert sum(f.votos for f in resultado.por_partido) + nadie == cuenta.total


def test_the_entidad_sums_key_by_key_in_the_order_of_the_columns() -> None:
    resultados = {}
    for d, boleta in BOLETAS.items():
        cuenta = Cuenta.vacia(boleta)
        cuenta.votos = [10 * d + i for i in range(len(boleta.recuadros))]
        cuenta.fuera_catalogo = d
        resultados[d] = resultado_demarcacion(eleccion(), d, cuenta)
    estado = resultado_entidad(eleccion(), resultados, 1)
    assert estado.cuenta.fuera_catalogo == 1
    assert [r.clave for r in COLUMNAS] == [
        *("A", "B", "C", "A_B_C", "A_B", "A_C", "B_C", "CAND_IND_1", "CC_B_C", "NO_REGISTRADAS", "NULOS")
    ]
    #                          1         2         3    4
    assert estado.cuenta.votos == [
        10 + 20 + 30 + 40,  # A
        *(11 + 21 + 41, 12 + 22 + 42, 43, 13 + 44, 45, 23 + 46, 24, 31),
        14 + 25 + 32 + 47,  # NO_REGISTRADAS
        15 + 26 + 33 + 48,  # NULOS
    ]
    assert (estado.no_registradas, estado.nulos) == (118, 122)
    assert [(f.clave, f.votos) for f in estado.por_candidatura] == [
        ("A_B_C", 40 + 41 + 42 + 43 + 44 + 45 + 46),
        ("A_B", 10 + 11 + 13),
        ("A", 20 + 30),
        ("B_C", 21 + 22 + 23),
        ("CC_B_C", 31),
        ("C", 12),
        ("CAND_IND_1", 24),
    ]
    assert [(p.clave, p.propios) for p in estado.por_partido] == [
        *[("A", 100), ("B", 73), ("C", 76), ("CAND_IND_1", 24), ("CC_B_C", 31)]
    ]
    # The order of the demarcaciones does not show.
    assert resultado_entidad(eleccion(), dict(reversed(resultados.items())), 1) == estado


def test_only_what_the_whole_state_chooses_by_distrito_is_told_by_municipio_too() -> None:
    def cruza(ambito: Ambito, agrupa: Ambito) -> bool:
        return replace(eleccion(), ambito=ambito, agrupa=agrupa).cruza_municipios

    assert cruza(Ambito.ENTIDAD, Ambito.DISTRITO)
    assert not cruza(Ambito.ENTIDAD, Ambito.MUNICIPIO)  # its rows are those of the municipios already
    assert not cruza(Ambito.DISTRITO, Ambito.DISTRITO) and not cruza(Ambito.MUNICIPIO, Ambito.MUNICIPIO)


def test_a_municipio_of_several_distritos_is_told_by_every_candidacy_and_by_no_party() -> None:
    partes = {}
    for d in (1, 2):
        partes[d] = Cuenta.vacia(BOLETAS[d])
        partes[d].votos = [10 * d + i for i in range(len(BOLETAS[d].recuadros))]
        partes[d].esperadas, partes[d].total = d, sum(partes[d].votos)
    municipio, vacio = resultados_municipio(eleccion(), {7: partes, 9: {}}).values()
    assert (municipio.cuenta.esperadas, municipio.cuenta.total) == (3, sum(partes[1].votos) + sum(partes[2].votos))
    assert [(f.clave, f.votos) for f in municipio.por_candidatura] == [
        *[("A_B_C", 0), ("A_B", 10 + 11 + 13), ("A", 20), ("B_C", 21 + 22 + 23), ("CC_B_C", 0), ("C", 12)],
        ("CAND_IND_1", 24),
    ]
    assert municipio.por_partido == [] and (municipio.no_registradas, municipio.nulos) == (14 + 25, 15 + 26)
    assert vacio.cuenta.total == 0 and {f.votos for f in vacio.por_candidatura} == {0}
    assert (municipio.cuenta.fuera_catalogo, vacio.cuenta.fuera_catalogo) == (0, 0)  # those belong to no municipio


def test_votes_of_another_ballot_are_not_added() -> None:
    de_otra = Resultado(Cuenta([1] * (len(BOLETAS[1].recuadros) - 1)), [])
    with pytest.raises(ValueError, match="shorter"):
        resultado_entidad(eleccion(), {1: de_otra}, 0)


def test_a_candidatura_of_parties_without_a_column_goes_last() -> None:
    boleta = armar_boleta([], comunes=[("CC_2", ["Y", "Z"]), ("CC_1", ["W", "X"])], independientes=["IND"])
    e = eleccion(boleta.recuadros, {1: boleta})
    estado = resultado_entidad(e, {1: resultado_demarcacion(e, 1, Cuenta([1, 2, 3, 0, 0]))}, 0)
    assert [f.clave for f in estado.por_candidatura] == ["CC_2", "CC_1", "IND"]
    assert {r.tipo for r in boleta.recuadros[:2]} == {TipoRecuadro.COMUN}

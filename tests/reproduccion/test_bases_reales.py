"""What real databases broke, each as a small one written here: its right value, or a refusal that says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from fabrica_publicado import Base, base, guardar, renglon, replace, sin_votos
from test_reproducir import CABEZA, comparada, hechos_de

from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.valores import ILEGIBLE
from prep.dominio.tabulacion.boleta import TipoRecuadro
from prep.dominio.tabulacion.tabulacion import por_candidatura
from prep.reproduccion import ErrorDeLectura, leer
from prep.reproduccion.comparar import ComparacionEleccion, Veredicto
from prep.reproduccion.derivar import Derivado, derivar_proceso
from prep.reproduccion.guion import Guion
from prep.reproduccion.vocabulario import leer_vocabulario

DIPUTACION = "JAL_DIP_LOC_2024.csv"
GUBERNATURA = "JAL_GUB_2024.csv"
HOURS = ("FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION")


def derive(folder: Path, lo: Base, name: str = DIPUTACION) -> Derivado:
    return derivar_proceso(leer([guardar(folder, lo, nombre=name)]), 1000)


def row(section: int, votes: dict[str, object], district: int = 1, **others: object) -> dict[str, str]:
    """A counted acta with exactly these votes; its sum is theirs."""
    total = sum(v for v in votes.values() if isinstance(v, int))
    said = {"TOTAL_VOTOS_CALCULADO": total, "TOTAL_VOTOS_ASENTADO": total, **others}
    return renglon(section, distrito=district, **{c: str(v) for c, v in (votes | said).items()})


def columns(*votes: str) -> tuple[str, ...]:
    return (*votes, "NO_REGISTRADAS", "NULOS")


def verdicts(one: ComparacionEleccion) -> set[Veredicto]:
    return {c.veredicto for c in one.cifras} | {a.veredicto for a in one.actas_distintas}


def oddities(derived: Derivado) -> list[str]:
    """Columns of which something was said."""
    return [a.campo for a in derived.bases[0].base.anomalias if a.campo]


def candidacies(derived: Derivado, district: int) -> list[str]:
    return [c.clave for c in derived.proceso.elecciones[0].boletas[district].candidaturas]


# --- a box is on a ballot only by evidence ----------------------------------------------------------------------------

COMMON = columns("CC_PAN_PRI", "PAN", "PRI", "MC", "CAND_IND_A", "C_PAN_PRI")
IN_COMMON = {"CC_PAN_PRI": 90, "PAN": "-", "PRI": "-", "MC": 40, "CAND_IND_A": "-", "C_PAN_PRI": "-"}
IN_COALITION = {"CC_PAN_PRI": "-", "PAN": 60, "PRI": 50, "MC": 40, "CAND_IND_A": "-", "C_PAN_PRI": 3}
NOBODY = {"NO_REGISTRADAS": 0, "NULOS": 7}


@pytest.mark.parametrize(
    "third",
    [
        {},
        dict.fromkeys(COMMON, "Ilegible"),
        IN_COALITION | {"CC_PAN_PRI": 0},
        IN_COALITION | {"CC_PAN_PRI": 0, "CAND_IND_A": 0},
        IN_COALITION | {"CC_PAN_PRI": "Ilegible"},
    ],
)
def test_a_stray_zero_or_mark_does_not_put_a_box_on_a_ballot(third: dict[str, object], tmp_path: Path) -> None:
    rows = [row(1, IN_COMMON | NOBODY), row(2, IN_COALITION | NOBODY, 2), row(3, IN_COALITION | NOBODY, 2)]
    if third:
        illegible = set(third.values()) == {"Ilegible"}
        note = {"OBSERVACIONES": "TODOS ILEGIBLES O SIN DATO", "CONTABILIZADA": "0"} if illegible else {}
        rows.append(row(4, (NOBODY | third) if not illegible else third, 2, **note))
    derived = derive(tmp_path, base(*rows, votos=COMMON))
    assert candidacies(derived, 1) == ["CC_PAN_PRI", "MC"]
    assert candidacies(derived, 2) == ["PAN_PRI", "MC"]
    assert comparada(derived).actas_distintas == []


def test_a_base_that_writes_zero_everywhere_still_tells_its_ballots_apart(tmp_path: Path) -> None:
    """No row leaves a box blank: only votes say which candidacies stand where."""
    votes = columns("PAN", "PRI", "PRD", "MC", "PAN_PRI", "PAN_PRD", "CAND_IND_1")
    zero = dict.fromkeys(votes, 0)
    rows = [
        row(1, zero | {"PAN": 10, "PRI": 9, "PRD": 8, "PAN_PRI": 2, "CAND_IND_1": 3}),
        row(2, zero | {"PAN": 10, "PRI": 9, "PRD": 8, "PAN_PRD": 2}, 2),
        row(3, zero | {"PAN": 10, "PRI": 9, "PRD": 8}, 3),
    ]
    derived = derive(tmp_path, base(*rows, votos=votes))
    assert candidacies(derived, 1) == ["PAN_PRI", "PRD", "MC", "CAND_IND_1"]
    assert candidacies(derived, 2) == ["PAN_PRD", "PRI", "MC"]
    assert candidacies(derived, 3) == ["PAN", "PRI", "PRD", "MC"]
    assert any("PAN_PRI en 2" in a.mensaje for a in derived.supuestos)


def test_where_nothing_was_captured_no_two_candidacies_share_a_party(tmp_path: Path) -> None:
    rows = [row(1, IN_COALITION | NOBODY), sin_votos(renglon(2, distrito=2), "-", CONTABILIZADA="-")]
    derived = derive(tmp_path, base(*rows, votos=COMMON))
    parties = [p for c in derived.proceso.elecciones[0].boletas[2].candidaturas for p in c.partidos]
    assert len(parties) == len(set(parties))


# --- one party spelled in two ways ------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "C_", "CC_"])
@pytest.mark.parametrize(("alone", "joined"), [("M", "MORENA"), ("MORENA", "MOR"), ("NAS", "NA"), ("XQP", "XQ")])
def test_one_party_spelled_in_two_ways_is_one_party(prefix: str, alone: str, joined: str, tmp_path: Path) -> None:
    together = [f"{prefix}{names}" for names in (f"{joined}_PT_PES", f"{joined}_PT", f"{joined}_PES")]
    votes = columns("PAN", "PRI", alone, "PT", *together, "PES")
    cells = dict(zip(votes, (100, 50, 90, 5, 3, 2, 1, 6, 0, 7), strict=True))
    derived = derive(tmp_path, base(row(1, cells), row(2, cells), votos=votes))
    ballot = derived.proceso.elecciones[0].boletas[1]
    (coalition,) = [c for c in ballot.candidaturas if len(c.partidos) > 1]
    assert set(coalition.partidos) == {alone, "PT", "PES"}
    values = [cells[votes[i]] if i < len(votes) else 0 for i in range(len(votes))]
    sums = {f.clave: f.votos for f in por_candidatura(ballot, values)}
    assert max(sums.items(), key=lambda par: par[1]) == (coalition.clave, 107)
    assert oddities(derived) == [alone]


def test_two_columns_that_may_be_the_party_are_refused(tmp_path: Path) -> None:
    votes = columns("PAN", "PT", "XQA", "XQB", "XQ_PT")
    with pytest.raises(ErrorDeLectura, match=r"línea 6, campo XQ_PT: «XQ» no es el nombre de ninguna columna") as e:
        leer([guardar(tmp_path, base(row(1, dict.fromkeys(votes, 5)), votos=(*votes[:5], "XQ_PAN", *votes[5:])))])
    assert "Escríbalo como en su columna" in str(e.value)


def test_the_candidaturas_file_says_which_of_two_columns_is_the_party(tmp_path: Path) -> None:
    votes = columns("PAN", "PT", "XQA", "XQB", "XQ_PT")
    guardar(tmp_path, base(row(1, dict.fromkeys(votes, 5)), votos=votes), nombre=DIPUTACION)
    (tmp_path / "JAL_DIP_LOC_CANDIDATURAS_2024.csv").write_text(
        "ID_ENTIDAD,ID_DISTRITO_LOCAL,PARTIDO_CI,CANDIDATURA_PROPIETARIA,CANDIDATURA_SUPLENTE\n"
        "14,1,XQB,Ana Ruiz,\n14,1,XQ-PT,Ana Ruiz,\n14,1,XQA,Luz Paz,\n"
    )
    (leida,) = leer([tmp_path])
    assert leida.recuadros[4].partidos == ("PT", "XQB")


def test_a_joint_box_of_a_party_that_never_stands_alone(tmp_path: Path) -> None:
    """PVEM stands alone in one district and with MORENA, which has no column, in the other."""
    votes = columns("PAN", "PVEM", "PVEM_MORENA")
    rows = [
        row(1, {"PAN": 50, "PVEM": 20, "PVEM_MORENA": "-"} | NOBODY),
        row(2, {"PAN": 50, "PVEM": "-", "PVEM_MORENA": 70} | NOBODY, 2),
    ]
    derived = derive(tmp_path, base(*rows, votos=votes))
    assert candidacies(derived, 2) == ["PAN", "PVEM_MORENA"]
    assert oddities(derived) == ["PVEM_MORENA"]


def test_a_candidatura_comun_whose_parties_keep_their_boxes_adds_up_to_one(tmp_path: Path) -> None:
    votes = columns("PAN", "PRI", "MC", "CC_PAN_PRI")
    cells = {"PAN": 40, "PRI": 30, "MC": 50, "CC_PAN_PRI": 5} | NOBODY
    derived = derive(tmp_path, base(row(1, cells), votos=votes))
    assert candidacies(derived, 1) == ["PAN_PRI", "MC"]


def test_an_independent_by_initials(tmp_path: Path) -> None:
    votes = columns("PAN", "PRI", "C_I_ABC", "C_I_DE")
    lo = base(row(1, dict.fromkeys(votes, 5)), votos=votes)
    renamed = tuple("TOTAL_REP_PARTIDOS_CI_VOTARON" if "REP_PARTIDO" in c else c for c in lo.columnas)
    rows = ({("TOTAL_REP_PARTIDOS_CI_VOTARON" if "REP_PARTIDO" in c else c): v for c, v in lo.renglones[0].items()},)
    (leida,) = leer([guardar(tmp_path, Base(lo.titulos, {"ACTAS_ESPERADAS": "1"}, renamed, rows))])
    assert [r.tipo for r in leida.recuadros[2:4]] == [TipoRecuadro.INDEPENDIENTE] * 2
    assert leida.renglones[0].totales["representantes_votaron"] == 4
    assert [a.campo for a in leida.anomalias if a.campo] == []


@pytest.mark.parametrize("prefix", ["", "C_"])
def test_parties_written_together_are_their_combination(prefix: str, tmp_path: Path) -> None:
    """Baja California 2021. Each was a candidacy of its own, and another one won."""
    joined = ("PANPRIXQZ", "PANPRI", "PANXQZ", "PRIXQZ", "PVMOR")
    votes = columns("PAN", "PRI", "XQZ", "PVEM", "MORENA", *(prefix + n for n in joined))
    derived = derive(tmp_path, base(row(1, dict.fromkeys(votes, 20)), votos=votes))
    assert candidacies(derived, 1) == ["PAN_PRI_XQZ", "PVEM_MORENA"]
    assert oddities(derived) == [prefix + n for n in joined]


@pytest.mark.parametrize("name", ["PANAL", "MASPAN"])
def test_a_party_that_begins_or_ends_as_others_is_one(name: str, tmp_path: Path) -> None:
    votes = columns("PAN", "PRI", name)
    derived = derive(tmp_path, base(row(1, dict.fromkeys(votes, 20)), votos=votes))
    assert candidacies(derived, 1) == ["PAN", "PRI", name]


def test_parties_written_together_that_may_be_others_are_refused(tmp_path: Path) -> None:
    votes = columns("XQ", "XQZ", "ZWK", "WK", "XQZWK")
    with pytest.raises(ErrorDeLectura, match="campo XQZWK: «XQZWK» puede ser XQ-ZWK o XQZ-WK"):
        leer([guardar(tmp_path, base(row(1, dict.fromkeys(votes, 20)), votos=votes))])


@pytest.mark.parametrize("form", ["JUNTOS_{}", "C_JUNTOS_{}", "{}_VAMOS_JUNTOS"])
@pytest.mark.parametrize("free", [("MC",), ("XQZ",), ("MC", "PVEM", "XQZ")])
def test_a_word_of_coalitions_that_share_no_party_is_none(form: str, free: tuple[str, ...], tmp_path: Path) -> None:
    """It was taken for the only party that was left, and both coalitions and it were one candidacy."""
    joined = (form.format("PAN_PRI"), form.format("PT_MORENA"))
    votes = columns("PAN", "PRI", "PT", "MORENA", *free, *joined)
    derived = derive(tmp_path, base(row(1, dict.fromkeys(votes, 20)), votos=votes))
    assert candidacies(derived, 1) == ["PAN_PRI", "PT_MORENA", *free]
    assert oddities(derived) == [joined[0]]


@pytest.mark.parametrize(
    ("free", "joined"),
    [
        ("MC", ("JUNTOS_PAN_PRI", "JUNTOS_PAN_PRD")),
        ("MC", ("XQ_PAN", "XQ_PT")),
        ("ZWK", ("XQ_PAN", "XQ_PT")),
        ("ZWK", ("PAN_PRI_JUNTOS",)),
    ],
)
def test_a_word_is_no_party_only_because_one_is_left(free: str, joined: tuple[str, ...], tmp_path: Path) -> None:
    parties = [p for p in ("PAN", "PRI", "PRD", "PT") if any(p in n for n in joined)]
    votes = columns(*parties, free, *joined)
    with pytest.raises(ErrorDeLectura, match="no es el nombre de ninguna columna de partido"):
        leer([guardar(tmp_path, base(row(1, dict.fromkeys(votes, 20)), votos=votes))])


def test_a_party_with_a_letter_left_out_in_the_combinations(tmp_path: Path) -> None:
    """Quintana Roo 2022."""
    votes = columns("PAN", "PRD", "MC", "CXQROO", "MAS", "C_PAN_PRD_CQROO", "C_PAN_CQROO", "C_PRD_CQROO")
    derived = derive(tmp_path, base(row(1, dict.fromkeys(votes, 20)), votos=votes))
    assert candidacies(derived, 1) == ["PAN_PRD_CXQROO", "MC", "MAS"]
    assert oddities(derived) == ["CXQROO"]


def test_a_candidatura_comun_of_san_luis_potosi(tmp_path: Path) -> None:
    votes = columns("PAN", "PRI", "MC", "COM_PAN_PRI")
    derived = derive(tmp_path, base(row(1, {"PAN": "-", "PRI": "-", "MC": 9, "COM_PAN_PRI": 8} | NOBODY), votos=votes))
    assert candidacies(derived, 1) == ["MC", "COM_PAN_PRI"]


# --- identity by content ----------------------------------------------------------------------------------------------


def test_one_key_with_two_types_of_acta_is_two_actas(tmp_path: Path) -> None:
    mr = renglon(2, tipo="S", CLAVE_ACTA="140002S010003", TIPO_ACTA="3")
    rows = [renglon(1), mr, mr | {"TIPO_ACTA": "3RP"}]
    head = {"ACTAS_ESPERADAS": "3", "ACTAS_CONTABILIZADAS": "3", "TOTAL_VOTOS_C_CS": "300", "TOTAL_VOTOS_S_CS": "100"}
    derived = derive(tmp_path, base(*rows, **head), GUBERNATURA)
    one = comparada(derived)
    assert (one.actas, verdicts(one), one.contradicciones) == (3, {Veredicto.IGUAL}, [])
    assert [a.linea for a in derived.supuestos if a.campo == "CLAVE_ACTA"] == [9]


def test_keys_that_differ_in_their_case_are_two_actas(tmp_path: Path) -> None:
    rows = [renglon(2, CLAVE_ACTA="140002B0100d"), renglon(2, CLAVE_ACTA="140002B0100D", PAN="41", NULOS="3")]
    one = comparada(derive(tmp_path, base(*rows), GUBERNATURA))
    assert (one.actas, one.contradicciones) == (2, [])


def test_the_same_key_with_other_content_is_replayed_and_said(tmp_path: Path) -> None:
    rows = [renglon(1), renglon(1, PAN="41", NULOS="3")]
    one = comparada(derive(tmp_path, base(*rows, ACTAS_ESPERADAS="2", TOTAL_VOTOS_C_CS="200"), GUBERNATURA))
    assert verdicts(one) == {Veredicto.IGUAL}
    assert ["otro contenido: se reproducen los dos" in c.mensaje for c in one.contradicciones] == [True]


def test_a_row_twice_is_explained_in_a_header_that_counts_it(tmp_path: Path) -> None:
    one = comparada(
        derive(tmp_path, base(renglon(1), renglon(1), ACTAS_ESPERADAS="2", TOTAL_VOTOS_C_CS="200"), GUBERNATURA)
    )
    assert one.actas == 1
    assert verdicts(one) == {Veredicto.EXPLICADA}


def test_two_bases_of_one_shape_and_other_content_are_refused(tmp_path: Path) -> None:
    for name, votes in (("a", "40"), ("b", "41")):
        (tmp_path / name).mkdir()
        guardar(tmp_path / name, base(renglon(1, PAN=votes)))
    with pytest.raises(ErrorDeLectura, match="otra base de la elección GUB"):
        leer([tmp_path])


# --- what cannot be read ----------------------------------------------------------------------------------------------

TWO = {"ACTAS_ESPERADAS": "2", "ACTAS_CONTABILIZADAS": "2", "TOTAL_VOTOS_C_CS": "200", "TOTAL_VOTOS_S_CS": "200"}
TWO |= {"PORCENTAJE_ACTAS_INCONSISTENCIAS": "0.0000", "PORCENTAJE_PARTICIPACION_CIUDADANA": "20.0000"}


@pytest.mark.parametrize("cell", ["4.0E+01", "40.0", "40,0", " 40 ", '="40"', "4e+01"])
def test_a_number_kept_by_a_spreadsheet_is_that_number(cell: str, tmp_path: Path) -> None:
    one = comparada(derive(tmp_path, base(renglon(1), renglon(2, PAN=cell), **TWO), GUBERNATURA))
    assert (verdicts(one), one.no_leidos) == ({Veredicto.IGUAL}, [])


@pytest.mark.parametrize("cell", ["-40", "4E+01", "cuarenta", "40.5", "#REF!"])
def test_what_cannot_be_read_is_neither_a_zero_nor_the_sources_fault(cell: str, tmp_path: Path) -> None:
    derived = derive(tmp_path, base(renglon(1), renglon(2, PAN=cell), **TWO), GUBERNATURA)
    one = comparada(derived)
    assert [(n.linea, n.campo, n.texto) for n in one.no_leidos] == [(8, "PAN", cell)]
    assert one.contradicciones == []
    assert verdicts(one) == {Veredicto.IGUAL, Veredicto.NO_LEIDA}
    captured = [h for h in hechos_de(derived)["140002B010001"] if h.tipo == Tipo.CAPTURADA]
    assert {h.contenido["valores"]["votos"]["PAN"] for h in captured} == {ILEGIBLE}


@pytest.mark.parametrize("cell", ["1.0", "1,0", "VERDADERO", "True", "Sí"])
def test_contabilizada_kept_as_a_number_or_a_truth(cell: str, tmp_path: Path) -> None:
    one = comparada(derive(tmp_path, base(renglon(1), renglon(2, CONTABILIZADA=cell), **TWO), GUBERNATURA))
    assert (verdicts(one), one.no_leidos) == ({Veredicto.IGUAL}, [])


def test_an_unread_contabilizada_hides_no_larger_difference(tmp_path: Path) -> None:
    head = TWO | {"ACTAS_CONTABILIZADAS": "9"}
    one = comparada(derive(tmp_path, base(renglon(1), renglon(2, CONTABILIZADA="¿?"), **head), GUBERNATURA))
    assert {c.nombre for c in one.cifras if c.veredicto is Veredicto.DISTINTA} == {"ACTAS_CONTABILIZADAS"}


def test_thousands_cut_by_the_separator_are_joined_when_there_is_one_way(tmp_path: Path) -> None:
    many = row(2, {"PAN": 1100, "PRI": 50, "MORENA": 0, "PAN_PRI": 0, "CAND_IND_1": 0, "NO_REGISTRADAS": 0, "NULOS": 7})
    file = guardar(tmp_path, base(renglon(1), many | {"LISTA_NOMINAL": "2000", "TOTAL_VOTOS_SACADOS": "1157"}))
    text = file.read_text("utf-8-sig")
    for number in ("1100", "1157", "2000"):
        text = text.replace(f",{number},", f",{number[0]},{number[1:]},")
    file.write_text(text)
    (leida,) = leer([file])
    assert (leida.renglones[1].votos[0], leida.renglones[1].calculado) == (1100, 1157)
    assert (leida.renglones[1].lista_nominal, leida.renglones[1].contabilizada) == (2000, 1)
    assert leida.no_leidos == []


def test_a_row_out_of_its_columns_is_not_read_and_nobody_is_accused(tmp_path: Path) -> None:
    file = guardar(tmp_path, base(renglon(1), renglon(2), renglon(3), **TWO | {"ACTAS_ESPERADAS": "3"}))
    lines = file.read_text("utf-8-sig").split("\n")
    lines[7] = lines[7].replace(",40,30,", ",4,40,30,")
    file.write_text("\n".join(lines))
    derived = derivar_proceso(leer([file]))
    one = comparada(derived)
    assert [(n.linea, n.clave_acta) for n in one.no_leidos] == [(8, "140002B010001")]
    assert one.actas == 3
    assert one.contradicciones == []
    assert Veredicto.EXPLICADA not in verdicts(one)


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_entry_of_the_vocabulary_has_a_source() -> None:
    groups = [g for value in leer_vocabulario().values() for g in (value if isinstance(value, list) else [value])]
    assert len(groups) > 20
    assert [g for g in groups if not str(g.get("fuente", "")).strip()] == []


@pytest.mark.parametrize("note", ["Sin acta por paquete no entregado", "Excede Lista Nominal", "TODO ILEGIBLE"])
def test_a_blank_contabilizada_does_not_gainsay_its_observation(note: str, tmp_path: Path) -> None:
    resolved = sin_votos(renglon(2), "", OBSERVACIONES=note, CONTABILIZADA="", TOTAL_VOTOS_CALCULADO="0")
    one = comparada(
        derive(tmp_path, base(renglon(1), resolved, ACTAS_CAPTURADAS="2", ACTAS_NO_CONTABILIZADAS="1"), GUBERNATURA)
    )
    assert verdicts(one) == {Veredicto.IGUAL}


def test_an_unknown_observation_explains_nothing(tmp_path: Path) -> None:
    odd = renglon(2, CONTABILIZADA="0", OBSERVACIONES="Mojada")
    one = comparada(derive(tmp_path, base(renglon(1), odd, ACTAS_CONTABILIZADAS="1"), GUBERNATURA))
    assert one.contradicciones == []
    assert verdicts(one) == {Veredicto.NO_LEIDA}


@pytest.mark.parametrize(
    ("texts", "ids"),
    [
        (("DISTRITO 02", "DISTRITO 10"), (2, 10)),
        (("02 TEPIC", "10 COMPOSTELA"), (2, 10)),
        (("Distrito IV", "Distrito XIX"), (4, 19)),
        (("Tepic", "Compostela"), (2, 1)),
        (("1 TEPIC", "1 COMPOSTELA"), (2, 1)),  # a number of two places is of neither
    ],
)
def test_districts_without_a_plain_number_are_not_one_district(
    texts: tuple[str, str], ids: tuple[int, int], tmp_path: Path
) -> None:
    """Their ballots are two: all in one, its winner was nobody's."""
    rows = [row(i, {"PAN": 60, "PRI": 40} | NOBODY) | {"ID_DISTRITO_LOCAL": t} for i, t in enumerate(texts, 1)]
    rows[1]["PRI"] = ""
    derived = derive(tmp_path, base(*rows, votos=columns("PAN", "PRI")))
    assert [(a.demarcacion, a.casilla.clave.seccion) for a in derived.proceso.elecciones[0].actas] == [
        (ids[0], 1),
        (ids[1], 2),
    ]
    assert candidacies(derived, ids[1]) == ["PAN"]
    assert oddities(derived) == ["ID_DISTRITO_LOCAL"]


def test_a_name_alone_is_the_name_of_its_district_and_none_at_all_is_said(tmp_path: Path) -> None:
    lo = base(*(renglon(i) | {"DISTRITO_LOCAL": name} for i, name in enumerate(("Tepic", "Compostela", "TEPIC"), 1)))
    named = derive(tmp_path, Base(lo.titulos, {}, without(lo, "ID_DISTRITO_LOCAL"), lo.renglones))
    assert {d.nombre for d in named.proceso.elecciones[0].demarcaciones.values()} == {"Compostela", "Tepic"}
    alone = Base(lo.titulos, {}, without(lo, "ID_DISTRITO_LOCAL", "DISTRITO_LOCAL"), lo.renglones)
    assert [a.campo for a in derive(tmp_path, alone).supuestos] == ["ID_DISTRITO"]
    assert derive(tmp_path, alone, GUBERNATURA).supuestos == []


def without(lo: Base, *names: str) -> tuple[str, ...]:
    return tuple(c for c in lo.columnas if c not in names)


def test_rows_that_begin_with_their_number_under_no_column(tmp_path: Path) -> None:
    """R writes them so: every cell is one place further than its name."""
    path = guardar(tmp_path, base(renglon(1), renglon(2), renglon(3)))
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([*lines[:6], *(f'"{n}",{line}' for n, line in zip((1, 2, 7), lines[6:], strict=True))]))
    (read,) = leer([path])
    assert [(r.clave_acta, r.suma) for r in read.renglones] == [(f"14000{i}B010001", 100) for i in (1, 2, 3)]
    assert read.no_leidos == []


def test_the_title_is_not_what_a_data_library_calls_its_columns(tmp_path: Path) -> None:
    lo = base(renglon())
    (read,) = leer([guardar(tmp_path, replace(lo, titulos=("GUBERNATURA,Unnamed: 1,Unnamed: 2", lo.titulos[1])))])
    assert read.titulo == "GUBERNATURA"


# --- columns that are no vote box, and casillas without a key ---------------------------------------------------------


def beside(lo: Base, column: str, after: str, *cells: object, without_: tuple[str, ...] = ()) -> Base:
    """The base with one more column, and without some."""
    names = [c for c in lo.columnas if c not in without_]
    names.insert(names.index(after) + 1, column)
    rows = tuple(f | {column: str(v)} for f, v in zip(lo.renglones, cells, strict=True))
    return replace(lo, columnas=tuple(names), renglones=rows)


COALITION = base(
    row(1, {"PAN": 60, "PRI": 40, "C_PAN_PRI": 3, "MC": 20} | NOBODY),
    row(2, {"PAN": 50, "PRI": 10, "C_PAN_PRI": 0, "MC": 30} | NOBODY),
    votos=columns("PAN", "PRI", "C_PAN_PRI", "MC"),
)
BOXES = ("PAN", "PRI", "PAN_PRI", "MC")
SUMS = ("TOTAL_VOTOS_CALCULADO", "TOTAL_VOTOS_ASENTADO")


@pytest.mark.parametrize("name", ["VOTACION_TOTAL_EMITIDA", "TOTAL_VOTOS_EMITIDOS", "TOTAL", "Suma de votos"])
def test_the_total_by_another_name_is_no_party(name: str, tmp_path: Path) -> None:
    """It was one, and every vote was counted twice."""
    (read,) = leer([guardar(tmp_path, beside(COALITION, name, "NULOS", 130, 97, without_=SUMS))])
    assert tuple(c.clave for c in read.recuadros) == (*BOXES, "NO_REGISTRADAS", "NULOS")
    assert [(r.suma, r.calculado) for r in read.renglones] == [(130, 130), (97, 97)]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("TOTAL_PAN_PRI", (103, 60)),
        ("SUMA_PAN_PRI", (103, 60)),
        ("VOTOS_VALIDOS", (123, 90)),
        ("P_PAN", ("46.1538", "51.5463")),
        ("P_PAN", ("46", "51")),
    ],
)
@pytest.mark.parametrize("missing", [(), SUMS])
def test_what_is_calculated_from_the_boxes_is_none_of_them(
    name: str, cells: tuple[object, ...], missing: tuple[str, ...], tmp_path: Path
) -> None:
    (read,) = leer([guardar(tmp_path, beside(COALITION, name, "MC", *cells, without_=missing))])
    assert tuple(c.clave for c in read.recuadros) == (*BOXES, "NO_REGISTRADAS", "NULOS")
    assert [r.suma for r in read.renglones] == [130, 97]


@pytest.mark.parametrize(
    ("form", "bare"),
    [
        ("VOTOS_{}", ()),
        ("V_{}", ()),
        ("TOTAL_{}", ()),
        ("TOTAL_VOTOS_{}", ("C_PAN_PRI",)),
        ("{}_VOTOS", ()),
        ("Votos {}", ("CAND_IND_1",)),
    ],
)
def test_vote_boxes_that_all_carry_one_more_word(form: str, bare: tuple[str, ...], tmp_path: Path) -> None:
    """As its own box, each party and the coalition of both ran against one another."""
    boxes = ("PAN", "PRI", "C_PAN_PRI", "MC", "CAND_IND_1")
    names = {c: form.format(c) for c in boxes if c not in bare}
    lo = base(*(row(i, dict.fromkeys(boxes, 20) | NOBODY) for i in (1, 2)), votos=columns(*boxes))
    rows = tuple({names.get(c, c): v for c, v in f.items()} for f in lo.renglones)
    derived = derive(tmp_path, replace(lo, columnas=tuple(names.get(c, c) for c in lo.columnas), renglones=rows))
    assert candidacies(derived, 1) == ["PAN_PRI", "MC", "CAND_IND_1"]
    assert "es PAN." in derived.bases[0].base.anomalias[-1].mensaje


# Three actas of one party that nobody knows, beside two that everybody does.
LOCAL = base(
    row(1, {"PAN": 40, "PRI": 20, "CPX": 55} | NOBODY),
    row(2, {"PAN": 30, "PRI": 25, "CPX": 50} | NOBODY),
    row(3, {"PAN": 20, "PRI": 15, "CPX": 0} | NOBODY),
    votos=columns("PAN", "PRI", "CPX"),
    TOTAL_VOTOS_C_CS="276",
)


def boxes_of(folder: Path, lo: Base) -> tuple[str, ...]:
    (read,) = leer([guardar(folder, lo)])
    return tuple(c.clave for c in read.recuadros[:-2])


@pytest.mark.parametrize(
    ("where", "added"),
    [
        ("TOTAL_VOTOS_SACADOS", {"ATENDIDOS": (100, 90, 80)}),
        ("TOTAL_VOTOS_SACADOS", {"ATENDIDOS": (100, 90, 80), "VIGILANTES": (4, 0, 3), "EXTRAIDAS": (122, 112, 42)}),
        ("PAN", {"ATENDIDOS": (100, 90, 80), "VIGILANTES": (4, 0, 3)}),
        ("CPX", {"VIGILANTES": (4, 0, 3), "EXTRAIDAS": (122, 112, 42)}),
        ("CPX", {"LUGAR_X": ("Norte", "Sur", "Sur")}),
        ("OBSERVACIONES", {"VIGILANTES": (4, 0, 3), "EXTRAIDAS": (122, 112, 42)}),
    ],
)
def test_a_column_that_nobody_knows_is_a_box_only_if_the_votes_add_up_with_it(
    where: str, added: dict[str, tuple[object, ...]], tmp_path: Path
) -> None:
    """They were parties, and every row was said to contradict itself."""
    lo = LOCAL
    for name, cells in reversed(added.items()):
        lo = beside(lo, name, where, *cells)
    (read,) = leer([guardar(tmp_path, lo)])
    assert [c.clave for c in read.recuadros[:-2]] == ["PAN", "PRI", "CPX"]
    assert {a.campo for a in read.anomalias} == set(added)


def test_a_box_far_from_the_others_without_which_no_row_adds_up(tmp_path: Path) -> None:
    lo = beside(replace(LOCAL, columnas=without(LOCAL, "CPX")), "CPX", "CONTABILIZADA", 55, 50, 0)
    lo = beside(lo, "EDAD", "CONTABILIZADA", 7, 8, 9)
    (read,) = leer([guardar(tmp_path, beside(lo, "TURNO", "CPX", 1, 2, 1))])
    assert [c.clave for c in read.recuadros[:-2]] == ["PAN", "PRI", "CPX"]
    assert [a.campo for a in read.anomalias] == ["EDAD", "TURNO", "CPX"]


@pytest.mark.parametrize(
    ("added", "without_"),
    [
        ({"ATENDIDOS": (100, 90, 80), "EN_LA_URNA": (122, 112, 42)}, ("CPX",)),  # a box is missing: nothing adds up
        ({"CPZ": (55, 50, 0)}, ()),  # either of two
        ({"EN_LA_URNA": (122, 112, 42)}, SUMS[:1]),  # only the total of the acta says it, and in one row of three
    ],
)
def test_columns_that_no_sum_tells_are_refused(
    added: dict[str, tuple[object, ...]], without_: tuple[str, ...], tmp_path: Path
) -> None:
    lo = LOCAL
    for name, cells in added.items():
        lo = beside(lo, name, "PRI", *cells, without_=without_)
    if without_ == SUMS[:1]:
        rows = tuple(f | {"TOTAL_VOTOS_ASENTADO": t} for f, t in zip(lo.renglones, ("122", "110", "50"), strict=True))
        lo = replace(lo, columnas=without(lo, "TOTAL_VOTOS_SACADOS"), renglones=rows)
    with pytest.raises(ErrorDeLectura, match="no se distinguen las columnas de votos") as e:
        leer([guardar(tmp_path, lo)])
    assert next(iter(added)) in str(e.value)


BY_PLACE = replace(LOCAL, columnas=without(LOCAL, *SUMS, "TOTAL_VOTOS_SACADOS"))


def test_without_a_sum_in_the_rows_the_headers_total_says_which_are_boxes(tmp_path: Path) -> None:
    (read,) = leer([guardar(tmp_path, BY_PLACE)])
    assert read.anomalias == []
    with pytest.raises(ErrorDeLectura, match=r"campo EXTRAIDAS: .* suman 276, con ella 550 y el encabezado dice 276"):
        leer([guardar(tmp_path, beside(BY_PLACE, "EXTRAIDAS", "PAN", 122, 110, 42))])


def test_a_box_that_only_its_place_makes_so_is_named(tmp_path: Path) -> None:
    lo = replace(BY_PLACE, resumen=BY_PLACE.resumen | {"TOTAL_VOTOS_C_CS": "", "ACTAS_ESPERADAS": "3"})
    (read,) = leer([guardar(tmp_path, lo)])
    assert [a.mensaje[-5:] for a in read.anomalias] == [" CPX."]


def test_a_box_without_votes_in_the_first_rows_is_looked_at_again(tmp_path: Path) -> None:
    first = [row(i, {"PAN": 40, "PRI": 20, "CPX": 0} | NOBODY) for i in range(1, 301)]
    later = row(301, {"PAN": 40, "PRI": 20, "CPX": 9} | NOBODY)
    votes = columns("PAN", "PRI", "CPX")
    (read,) = leer([guardar(tmp_path, base(*first, later, votos=votes, ACTAS_ESPERADAS="301"))])
    assert (read.renglones[-1].suma, read.anomalias) == (76, [])
    with pytest.raises(ErrorDeLectura, match="campo CPX: no se sabe si es de votos"):
        leer([guardar(tmp_path, base(*first, later | {"TOTAL_VOTOS_CALCULADO": "67"}, votos=votes))])


@pytest.mark.parametrize("name", ["", "—", "-", "Unnamed: 18", "...19"])
def test_a_vote_column_without_a_name_keeps_its_votes(name: str, tmp_path: Path) -> None:
    """They vanished, and with them who won."""
    lo = beside(replace(LOCAL, columnas=without(LOCAL, "CPX")), name, "PRI", 55, 50, 0)
    (read,) = leer([guardar(tmp_path, lo)])
    assert [c.clave for c in read.recuadros[:-2]] == ["PAN", "PRI", "COLUMNA_19"]
    assert [r.suma for r in read.renglones] == [122, 112, 42]
    assert [a.campo for a in read.anomalias] == ["COLUMNA_19"]


def test_a_vote_column_without_a_name_is_the_word_left_over_in_the_combinations(tmp_path: Path) -> None:
    joined = ("PT_MORENA_NAZ", "PT_NAZ", "MORENA_NAZ")
    votes = columns("PAN", "PT", "MORENA", "CPX", "", *joined)
    (read,) = leer([guardar(tmp_path, base(row(1, dict.fromkeys(votes, 20)), votos=votes))])
    assert [c.clave for c in read.recuadros[4:-2]] == ["NAZ", *joined]


def test_a_column_without_a_name_that_no_sum_needs_is_no_box(tmp_path: Path) -> None:
    assert boxes_of(tmp_path, beside(LOCAL, "", "PRI", 1, 2, 3)) == ("PAN", "PRI", "CPX")
    for lo in (BY_PLACE, replace(LOCAL, columnas=without(LOCAL, "CPX"))):
        with pytest.raises(ErrorDeLectura, match=r"COLUMNA_1[89]"):
            leer([guardar(tmp_path, beside(lo, "", "PRI", 1, 2, 3))])


@pytest.mark.parametrize("form", ["VOTOS_{}", "NUM_VOTOS_{}", "TOTAL_VOTOS_{}", "V_{}", "{}_VOTOS"])
def test_the_two_boxes_of_every_acta_carry_that_word_too(form: str, tmp_path: Path) -> None:
    """They were one more party, or missing."""
    names = {c: form.format(c) for c in ("PAN", "PRI", "C_PAN_PRI", "MC", "NO_REGISTRADAS", "NULOS")}
    rows = tuple({names.get(c, c): v for c, v in f.items()} for f in COALITION.renglones)
    lo = replace(COALITION, columnas=tuple(names.get(c, c) for c in COALITION.columnas), renglones=rows)
    (read,) = leer([guardar(tmp_path, lo)])
    assert [(c.clave, c.tipo.name) for c in read.recuadros[-3:]] == [
        ("MC", "PARTIDO"),
        ("NO_REGISTRADAS", "NO_REGISTRADAS"),
        ("NULOS", "NULOS"),
    ]


@pytest.mark.parametrize(
    "name", ["CAND_NO_REG", "Candidato(a) no registrado(a)", "CAN_NREG", "NREG", "NO_REGISTRADO", "V_NO_REGISTRADAS"]
)
def test_candidacies_not_registered_by_the_stem_of_their_name(name: str, tmp_path: Path) -> None:
    rows = tuple({name if c == "NO_REGISTRADAS" else c: v for c, v in f.items()} for f in COALITION.renglones)
    names = tuple(name if c == "NO_REGISTRADAS" else c for c in COALITION.columnas)
    (read,) = leer([guardar(tmp_path, replace(COALITION, columnas=names, renglones=rows))])
    assert tuple(c.clave for c in read.recuadros) == (*BOXES, "NO_REGISTRADAS", "NULOS")


@pytest.mark.parametrize("names", [("PRI_PAN", "PAN_PRI"), ("PAN_PRI", "PRI_PAN"), ("C_PRI_PAN", "PAN_PRI")])
def test_two_columns_of_one_combination_are_refused(names: tuple[str, str], tmp_path: Path) -> None:
    votes = columns("PAN", "PRI", *names)
    with pytest.raises(ErrorDeLectura, match=f"línea 6, campo {names[1]}: es el mismo recuadro que «{names[0]}»"):
        leer([guardar(tmp_path, base(row(1, dict.fromkeys(votes, 5)), votos=votes))])


@pytest.mark.parametrize("name", ["PAN.1", "PAN...21"])
def test_a_column_twice_is_refused_also_renamed_by_a_data_library(name: str, tmp_path: Path) -> None:
    with pytest.raises(ErrorDeLectura, match="dos veces"):
        leer([guardar(tmp_path, beside(COALITION, name, "MC", 1, 2))])


KEYS = ("CLAVE_CASILLA", "CLAVE_ACTA")
PARTS = ("ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA")


@pytest.mark.parametrize(
    ("word", "letter"), [("Básica", "B"), ("ESPECIAL", "S"), ("Extraordinaria", "E"), ("MEC", "M"), ("S", "S")]
)
def test_a_type_of_casilla_in_words(word: str, letter: str, tmp_path: Path) -> None:
    """By its first letter a special one was extraordinary, and nothing said it."""
    lo = base(renglon() | {"TIPO_CASILLA": word})
    (read,) = leer([guardar(tmp_path, replace(lo, columnas=without(lo, *KEYS)))])
    assert [(r.clave_casilla, r.tipo_casilla) for r in read.renglones] == [(f"140001{letter}0100", letter)]


def test_a_casilla_by_its_name_alone(tmp_path: Path) -> None:
    names = {"B": "B0100", "C02": "C0200", "Contigua 3": "C0300", "E1C3": "E0103", "Especial 1": "S0100"}
    lo = beside(base(*(renglon(7) for _ in names)), "CASILLA", "SECCION", *names, without_=KEYS + PARTS)
    (read,) = leer([guardar(tmp_path, lo)])
    assert [r.clave_casilla for r in read.renglones] == [f"140007{k}" for k in names.values()]


@pytest.mark.parametrize(
    ("missing", "cell", "archive", "number"),
    [
        (("ID_ENTIDAD",), "Baja California Sur", DIPUTACION, 3),
        (("ID_ENTIDAD",), "Estado de México", DIPUTACION, 15),
        (("ID_ENTIDAD", "ENTIDAD"), "", "NAY_DIP_LOC_2024.csv", 18),
    ],
)
def test_the_entidad_by_its_name_or_by_the_initials_of_the_file(
    missing: tuple[str, ...], cell: str, archive: str, number: int, tmp_path: Path
) -> None:
    lo = base(renglon() | {"ENTIDAD": cell})
    (read,) = leer([guardar(tmp_path, replace(lo, columnas=without(lo, *KEYS, *missing)), nombre=archive)])
    (r,) = read.renglones
    assert (r.id_entidad, r.entidad, r.clave_casilla) == (number, cell, f"{number:02d}0001B0100")
    assert [a.campo for a in read.anomalias] == [""]  # no header figures


def test_keys_alone_say_the_seccion(tmp_path: Path) -> None:
    lo = base(renglon(12))
    (read,) = leer([guardar(tmp_path, replace(lo, columnas=without(lo, "SECCION", *PARTS)))])
    assert [r.clave_casilla for r in read.renglones] == ["140012B0100"]


# --- columns that the file does not have ------------------------------------------------------------------------------

UNCOUNTED = {"CONTABILIZADA": "0", "OBSERVACIONES": "EXCEDE LISTA NOMINAL"}
HEADER = {
    "ACTAS_ESPERADAS": "4",
    "ACTAS_REGISTRADAS": "4",
    "ACTAS_CAPTURADAS": "4",
    "ACTAS_CONTABILIZADAS": "2",
    "ACTAS_NO_CONTABILIZADAS": "2",
    "PORCENTAJE_ACTAS_INCONSISTENCIAS": "50.0000",
    "TOTAL_VOTOS_S_CS": "200",
}
MISSING = base(
    renglon(1),
    renglon(2, REPRESENTANTES_PP_CI="0"),
    renglon(3, LISTA_NOMINAL="80", **UNCOUNTED),
    sin_votos(renglon(4), TOTAL_VOTOS_CALCULADO="0", CONTABILIZADA="0", OBSERVACIONES="TODOS ILEGIBLES"),
    LISTA_NOMINAL_ACTAS_CONTABILIZADAS="1000",
    PORCENTAJE_PARTICIPACION_CIUDADANA="20.0000",
    **HEADER,
)


def compare_without(folder: Path, *names: str) -> tuple[Derivado, ComparacionEleccion]:
    derived = derive(folder, replace(MISSING, columnas=without(MISSING, *names)), GUBERNATURA)
    return derived, comparada(derived)


def unread(one: ComparacionEleccion) -> set[str]:
    assert verdicts(one) <= {Veredicto.IGUAL, Veredicto.NO_LEIDA}
    assert one.contradicciones == []
    return {c.nombre for c in one.cifras if c.veredicto is Veredicto.NO_LEIDA}


def test_without_lista_nominal_no_acta_exceeds_it(tmp_path: Path) -> None:
    """It was 0, and every acta of the source exceeded it."""
    derived, one = compare_without(tmp_path, "LISTA_NOMINAL")
    assert unread(one) == {"LISTA_NOMINAL_ACTAS_CONTABILIZADAS", "PORCENTAJE_PARTICIPACION_CIUDADANA"}
    assert [(s.campo, s.linea) for s in derived.supuestos] == [("LISTA_NOMINAL", 7)]
    assert compare_without(tmp_path)[0].supuestos == []


def test_an_acta_that_does_not_say_its_lista_nominal(tmp_path: Path) -> None:
    lo = replace(MISSING, renglones=(MISSING.renglones[0] | {"LISTA_NOMINAL": ""}, *MISSING.renglones[1:]))
    assert unread(comparada(derive(tmp_path, lo, GUBERNATURA))) == {
        "LISTA_NOMINAL_ACTAS_CONTABILIZADAS",
        "PORCENTAJE_PARTICIPACION_CIUDADANA",
    }


def test_without_observaciones_nobody_failed_to_say_why(tmp_path: Path) -> None:
    assert unread(compare_without(tmp_path, "OBSERVACIONES")[1]) <= {"PORCENTAJE_ACTAS_INCONSISTENCIAS"}


def test_without_what_says_if_an_acta_counts_its_figures_are_unread(tmp_path: Path) -> None:
    figures = unread(compare_without(tmp_path, "OBSERVACIONES", "CONTABILIZADA")[1])
    assert "TOTAL_VOTOS_S_CS" not in figures
    assert "ACTAS_REGISTRADAS" in figures


def test_percentages_that_a_spreadsheet_kept_as_fractions(tmp_path: Path) -> None:
    rows = (renglon(1), renglon(2), sin_votos(renglon(3), CONTABILIZADA="-", TOTAL_VOTOS_CALCULADO="-"))
    figures = {"ACTAS_ESPERADAS": "3", "ACTAS_CAPTURADAS": "2", "PORCENTAJE_PARTICIPACION_CIUDADANA": "0.2"}
    lo = base(*rows, **figures, PORCENTAJE_ACTAS_CAPTURADAS="0.666666")
    derived = derive(tmp_path, lo, GUBERNATURA)
    assert [c.publicado for c in comparada(derived).cifras if c.nombre.startswith("P")] == ["66.6666", "20"]
    assert verdicts(comparada(derived)) == {Veredicto.IGUAL}
    # Of many actas, two are less than one in a hundred: this one is a percentage.
    few = base(*rows, **figures | {"ACTAS_ESPERADAS": "250"}, PORCENTAJE_ACTAS_CAPTURADAS="0.8000")
    assert leer([guardar(tmp_path, few)])[0].resumen["PORCENTAJE_ACTAS_CAPTURADAS"] == "0.8000"


def test_an_unread_cell_of_an_acta_that_waits_accuses_nobody(tmp_path: Path) -> None:
    lo = base(renglon(1), sin_votos(renglon(2), CONTABILIZADA="-", TOTAL_VOTOS_CALCULADO="-", PAN="S/N"))
    assert comparada(derive(tmp_path, lo, GUBERNATURA)).contradicciones == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_names_in_several_lines(end: str, tmp_path: Path) -> None:
    """Those of the columns and of the figures of the header."""
    lo = base(renglon(), ACTAS_ESPERADAS="1", ACTAS_CAPTURADAS="1")
    path = guardar(tmp_path, lo)
    broken = {
        f"{a}_{b}": f'"{a}{end}{b}"' for a, b in (("ACTAS", "ESPERADAS"), ("ID", "ENTIDAD"), ("NO", "REGISTRADAS"))
    }
    text = path.read_text(encoding="utf-8-sig")
    for name, cell in broken.items():
        text = text.replace(f"{name},", f"{cell},", 1)
    path.write_bytes(text.encode())
    (read,) = leer([path])
    assert read.resumen == {"ACTAS_ESPERADAS": 1, "ACTAS_CAPTURADAS": 1}
    assert [(r.id_entidad, r.votos[-2], r.suma) for r in read.renglones] == [(14, 1, 100)]


def test_month_before_day_is_known_by_the_night_and_without_one_by_its_sunday(tmp_path: Path) -> None:
    """Saved by a spreadsheet of another language, without the lines of the header: 2 June 2024, and no other day."""

    def hours(*times: str) -> list[str]:
        rows = [renglon(i, **dict.fromkeys(HOURS, t)) for i, t in enumerate(times, 1)]
        (read,) = leer([guardar(tmp_path, Base((), {}, base().columnas, tuple(rows)))])
        return [f"{r.captura:%d/%m %H:%M}" for r in read.renglones if r.captura]

    assert hours("6/2/2024 21:00", "6/3/2024 1:00") == ["02/06 21:00", "03/06 01:00"]
    assert hours("6/2/2024 21:00") == hours("2/6/2024 21:00") == ["02/06 21:00"]
    assert hours("2/6/2024 21:00", "3/6/2024 1:00") == ["02/06 21:00", "03/06 01:00"]


def test_a_base_without_header_takes_the_time_of_its_corte_from_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "20240602_2330_PREP_GUB_JAL"
    folder.mkdir()
    (read,) = leer([guardar(folder, Base((), {}, base().columnas, (renglon(),))).parent])
    assert f"{read.corte:%d/%m/%Y %H:%M}" == "02/06/2024 23:30"
    assert any("por el nombre del archivo" in a.mensaje for a in read.anomalias)


def test_times_with_their_zone_give_the_order(tmp_path: Path) -> None:
    times = ("FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION")
    zoned = renglon(1)
    zoned |= {c: f"{zoned[c]} (UTC-6)" for c in times}
    assert (
        Guion(derive(tmp_path, base(zoned), GUBERNATURA)).momentos
        == Guion(derive(tmp_path, base(renglon(1)), GUBERNATURA)).momentos
    )


# --- explanations -----------------------------------------------------------------------------------------------------


def test_a_contradiction_explains_every_figure_it_touches_and_no_other(tmp_path: Path) -> None:
    lie = renglon(2, CONTABILIZADA="0", OBSERVACIONES="Excede Lista Nominal")
    head = CABEZA | {
        "ACTAS_CONTABILIZADAS": "1",
        "PORCENTAJE_ACTAS_CONTABILIZADAS": "50.0000",
        "PORCENTAJE_ACTAS_INCONSISTENCIAS": "50.0000",
        "ACTAS_NO_CONTABILIZADAS": "1",
        "TOTAL_VOTOS_C_CS": "100",
    }
    one = comparada(derive(tmp_path, base(renglon(1), lie, **head), GUBERNATURA))
    assert verdicts(one) == {Veredicto.IGUAL, Veredicto.EXPLICADA}
    assert one.sin_explicar == 0
    wrong = comparada(derive(tmp_path, base(renglon(1), lie, **head | {"ACTAS_CAPTURADAS": "3"}), GUBERNATURA))
    assert [c.nombre for c in wrong.cifras if c.veredicto is Veredicto.EXPLICADA and c.publicado == 3] == [
        "ACTAS_CAPTURADAS"  # the header against its own rows
    ]


def test_a_line_accused_of_one_thing_does_not_hide_another(tmp_path: Path) -> None:
    """A total that is not its sum says nothing of whether the acta counts."""
    odd = renglon(
        2, LISTA_NOMINAL="500", TOTAL_VOTOS_CALCULADO="101", CONTABILIZADA="0", OBSERVACIONES="Ilegible, Otra"
    )
    one = comparada(derive(tmp_path, base(renglon(1), odd), GUBERNATURA))
    assert {(a.campo, a.veredicto) for a in one.actas_distintas} == {
        ("TOTAL_VOTOS_CALCULADO", Veredicto.EXPLICADA),
        ("CONTABILIZADA", Veredicto.NO_LEIDA),
    }


# --- the bound of an acta ---------------------------------------------------------------------------------------------


def test_representatives_that_repeat_those_who_voted_in_almost_every_row(tmp_path: Path) -> None:
    rows = [renglon(s, REPRESENTANTES_PP_CI="4") for s in range(1, 31)]
    rows[3] |= {"REPRESENTANTES_PP_CI": "6"}
    rows[7] |= {"REPRESENTANTES_PP_CI": ""}
    rows[11] |= {"LISTA_NOMINAL": "90"}
    derived = derive(tmp_path, base(*rows, ACTAS_CONTABILIZADAS="30", TOTAL_VOTOS_C_CS="3000"), GUBERNATURA)
    one = comparada(derived)
    assert (verdicts(one), one.contradicciones) == ({Veredicto.IGUAL}, [])
    assert [a.linea for a in derived.supuestos if "acreditados que lo permite" in a.mensaje] == [18]


# --- nothing captured, no hour ----------------------------------------------------------------------------------------


def test_no_acta_and_no_hour_is_replayed_at_a_supposed_one(tmp_path: Path) -> None:
    lo = base(sin_votos(renglon(1), "-", CONTABILIZADA="-", TOTAL_VOTOS_CALCULADO="-"))
    times = ("FECHA_HORA_ACOPIO", "FECHA_HORA_CAPTURA", "FECHA_HORA_VERIFICACION")
    rows = tuple(r | dict.fromkeys(times, "") for r in lo.renglones)
    file = guardar(tmp_path, Base(("GUBERNATURA",), lo.resumen, lo.columnas, rows))
    guion = Guion(derivar_proceso(leer([file])))
    assert (guion.cierre.year, len(guion)) == (2024, 0)
    assert [a.mensaje for a in guion.anomalias] == ["No dice la hora del corte ni de ningún acta: se pone 01/01/2024."]

"""A drill designed: its votes count as it says, its outcomes come out, and its file says all of it."""

from __future__ import annotations

import io
from collections import Counter
from functools import cache
from math import log
from statistics import correlation, median

import pikepdf
import pypdfium2
import pytest

from prep.catalogo.ejemplo import ejemplo
from prep.dominio.acta import asentado
from prep.dominio.acta.asentado import Asentado
from prep.dominio.tabulacion.contabilidad import contabilizar
from prep.simulacro import verdad
from prep.simulacro.diseno import Diseno, disenar, pdf_empates
from prep.simulacro.verdad import VerdadInvalida, leer
from prep.simulacro.votos import CUENTAN, Desenlace, Papel, Suerte, Votos
from prep.transparencia.canonico import canonico, leer_canonico

SAL = "5a" * 32


@cache
def diseno(semilla: int = 7) -> Diseno:
    return disenar(*ejemplo(200), semilla, sal=SAL)


@cache
def papeles(semilla: int = 7) -> list[Papel]:
    return list(diseno(semilla).votos.papeles())


def sumas(contienda: tuple[str, int | None]) -> Counter[str]:
    """Votes by candidacy of a contest, of the papers that the law counts, added here."""
    votos: Counter[str] = Counter()
    for p in papeles():
        if p.eleccion.clave == contienda[0] and contienda[1] in (None, p.esperada.demarcacion) and cuenta(p):
            boleta = p.eleccion.boletas[p.esperada.demarcacion]
            for c in boleta.candidaturas:
                votos[c.clave] += sum(p.votos[boleta.claves[i]] for i in c.recuadros)
    return votos


def cuenta(p: Papel) -> bool:
    if p.suerte is Suerte.SIN_ACTA:
        return False
    boleta = p.eleccion.boletas[p.esperada.demarcacion]
    return contabilizar(Asentado.leer(p.valores), boleta, p.esperada, 750).contabilizada


def test_the_law_counts_the_actas_that_the_design_says() -> None:
    assert all(cuenta(p) == (p.suerte in CUENTAN) for p in papeles())
    assert {p.suerte for p in papeles()} >= {Suerte.NORMAL, Suerte.PARCIAL, Suerte.EXCEDE, Suerte.SIN_ACTA}


def test_every_outcome_comes_out() -> None:
    doc = leer_canonico(diseno().datos)
    vistos = {(d["desenlace"], d["eleccion"]) for d in doc["desenlaces"]}
    assert {("empate", "GUB"), ("empate", "DIP_LOC"), ("empate", "AYUN")} <= vistos
    assert {d for d, _ in vistos} == {d.value for d in Desenlace}
    for d in doc["desenlaces"]:
        (primera, a), (_, b) = sumas((d["eleccion"], d["demarcacion"])).most_common(2)
        match d["desenlace"]:
            case "empate":
                assert a == b
            case "casi_empate":
                assert a - b == 1
            case "arrasa":
                assert a > 2 * b
            case _:
                assert primera.startswith("CAND_IND_") and a > b


def test_the_ties_of_the_file_are_all_there_are() -> None:
    empates = {(e.eleccion, e.demarcacion): (set(e.candidaturas), e.votos) for e in diseno().verdad.empates}
    for e in {p.eleccion.clave: p.eleccion for p in papeles()}.values():
        for lugar in [None] if e.ambito == "entidad" else e.boletas:
            votos = sumas((e.clave, lugar))
            mas = max(votos.values(), default=0)
            quienes = {c for c, v in votos.items() if v == mas}
            hay = len(quienes) > 1 and mas > 0
            assert empates.pop((e.clave, lugar), None) == ((quienes, mas) if hay else None)
    assert not empates


def test_moving_votes_leaves_what_each_acta_adds_up_to() -> None:
    for p in papeles():
        if p.suerte is Suerte.NORMAL:
            assert sum(p.votos.values()) == p.valores["votos_sacados"] and max(p.votos.values()) <= 999


def test_what_goes_wrong_on_paper_is_as_frequent_as_on_a_real_night() -> None:
    proceso, _ = ejemplo(400)
    actas = list(Votos(proceso, 1, sin_sobre=200).papeles())
    cuantas = Counter(p.suerte for p in actas)
    assert 0.18 < cuantas[Suerte.SIN_ACTA] / len(actas) < 0.24
    assert 0.18 < cuantas[Suerte.PARCIAL] / (len(actas) - cuantas[Suerte.SIN_ACTA]) < 0.25
    assert Counter(p.motivo for p in actas).most_common(2)[1][0] == "3"


def test_an_election_has_geography() -> None:
    """A party that is strong in a municipio for one election is so for another; people of a casilla vote in both."""
    proceso, _ = ejemplo(400)
    gub, dip = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    de = {"GUB": gub, "DIP_LOC": dip}
    vinieron: dict[str, dict[str, float]] = {"GUB": {}, "DIP_LOC": {}}
    for p in Votos(proceso, 3).papeles():
        casilla = p.esperada.casilla
        if p.suerte is Suerte.NORMAL and p.eleccion.clave in de and casilla.lista_nominal:
            de[p.eleccion.clave].update({(casilla.municipio, c): v for c, v in p.votos.items()})
            vinieron[p.eleccion.clave][str(casilla.clave)] = sum(p.votos.values()) / casilla.lista_nominal
    assert all(0.1 < parte < 1.02 for partes in vinieron.values() for parte in partes.values())
    ambas = vinieron["GUB"].keys() & vinieron["DIP_LOC"].keys()
    assert correlation(*([partes[c] for c in ambas] for partes in vinieron.values())) > 0.7
    fuerzas = []
    for partido in {c for _, c in gub} & {c for _, c in dip} - {"NULOS"}:
        lugares = [m for m, c in gub if c == partido and gub[m, c] > 20 and dip[m, c] > 20]
        if len(lugares) > 40:
            totales = [Counter[int](), Counter[int]()]
            for suyos, todos in zip((gub, dip), totales, strict=True):
                for (m, _), v in suyos.items():
                    todos[m] += v
            fuerzas.append(
                correlation(
                    *(
                        [log(suyos[m, partido] / todos[m]) for m in lugares]
                        for suyos, todos in zip((gub, dip), totales, strict=True)
                    )
                )
            )
    assert len(fuerzas) >= 5 and median(fuerzas) > 0.4


def test_the_papers_are_the_same_each_time_and_those_of_the_file() -> None:
    d = diseno()
    una, otra = (list(d.votos.papeles()) for _ in range(2))
    assert una == otra and len(d.votos.logrados) == len(d.logrados)
    for p in una:
        v = d.verdad.elecciones[p.eleccion.clave]
        dice = v.actas[p.esperada.clave]
        if p.suerte is Suerte.SIN_ACTA:
            assert dice == p.motivo
        else:
            assert dict(zip(v.campos, dice, strict=True)).items() >= p.valores["votos"].items()


def test_the_file_has_the_fields_of_an_acta() -> None:
    assert verdad.TOTALES == asentado.TOTALES


def test_the_same_seed_gives_the_same_file_and_salt_hides_it() -> None:
    assert disenar(*ejemplo(60), 7, sal=SAL).datos == disenar(*ejemplo(60), 7, sal=SAL).datos
    una, otra = (disenar(*ejemplo(60), 7) for _ in range(2))
    assert una.verdad.elecciones == otra.verdad.elecciones and una.verdad.sha256 != otra.verdad.sha256
    assert una.verdad.elecciones != disenar(*ejemplo(60), 8).verdad.elecciones


def test_the_file_is_read_back_and_a_wrong_one_is_refused() -> None:
    doc = leer_canonico(diseno().datos)
    assert leer(canonico(doc)) == diseno().verdad
    acta = next(iter(doc["elecciones"]["GUB"]["actas"]))
    for cambio in (
        lambda d: d.update(formato="prep/otra/1"),
        lambda d: d["elecciones"]["GUB"]["actas"].update({acta: [1, 2]}),
        lambda d: d["elecciones"]["GUB"]["actas"].update({acta: "9"}),
        lambda d: d["elecciones"]["GUB"]["actas"][acta].__setitem__(0, -1),
        lambda d: d["elecciones"]["GUB"]["no_cuentan"].append("140000B0100G"),
        lambda d: d["casillas"].pop(acta[:11]),
        lambda d: d["empates"].append({**d["empates"][0], "eleccion": "OTRA"}),
        lambda d: d.pop("elecciones"),
    ):
        malo = leer_canonico(diseno().datos)
        cambio(malo)
        with pytest.raises(VerdadInvalida, match="No es la verdad"):
            leer(canonico(malo))
    with pytest.raises(VerdadInvalida):
        leer(b"[]")


def test_the_ties_are_told_in_an_accessible_pdf() -> None:
    proceso, _ = ejemplo(200)
    datos = pdf_empates(proceso, diseno())
    assert datos == pdf_empates(proceso, diseno())
    texto = "".join(p.get_textpage().get_text_bounded() for p in pypdfium2.PdfDocument(datos))
    for e in diseno().verdad.empates:
        assert f"{e.votos:,}" in texto
    assert diseno().verdad.sha256 in texto
    revisar_accesible(datos)


def revisar_accesible(datos: bytes) -> None:
    """What PDF/UA asks that can be seen from outside: everything drawn is of an element or an ornament."""
    with pikepdf.open(io.BytesIO(datos)) as pdf:
        raiz = pdf.Root
        assert raiz.Lang == "es-MX" and raiz.MarkInfo.Marked and raiz.ViewerPreferences.DisplayDocTitle
        assert b"<pdfuaid:part>1<" in raiz.Metadata.read_bytes() and pdf.docinfo.Title
        numeros = raiz.StructTreeRoot.ParentTree.Nums
        por_pagina = {int(numeros[i]): numeros[i + 1] for i in range(0, len(numeros), 2)}
        for pagina in pdf.pages:
            assert all(f.FontDescriptor.FontFile2 for f in pagina.Resources.Font.values())
            marcados, hondo = [], 0
            for operandos, operador in pikepdf.parse_content_stream(pagina):
                if str(operador) in ("BDC", "BMC"):
                    hondo += 1
                    if str(operador) == "BDC":
                        marcados.append(int(operandos[1].MCID))
                elif str(operador) == "EMC":
                    hondo -= 1
                elif str(operador) in ("Tj", "TJ", "S", "f", "B"):
                    assert hondo == 1
            assert marcados == list(range(len(por_pagina[int(pagina.StructParents)])))

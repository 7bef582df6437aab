"""The demonstration process at its sizes."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from prep.catalogo.ejemplo import CASILLAS_MAXIMO, ejemplo
from prep.catalogo.ejemplo.elenco import PARTIDOS
from prep.catalogo.ejemplo.lugares import DISTRITOS, ENTIDADES, MUNICIPIOS
from prep.catalogo.escritor import escribir_proceso
from prep.catalogo.lector import leer_proceso
from prep.dominio.tabulacion.boleta import TipoRecuadro


@pytest.mark.parametrize("casillas", [60, 137, 1000, CASILLAS_MAXIMO])
def test_every_size_is_exact_and_reads_back_the_same(tmp_path: Path, casillas: int) -> None:
    proceso, informativo = ejemplo(casillas)
    escribir_proceso(tmp_path / "p", proceso, informativo)
    assert leer_proceso(tmp_path / "p") == (proceso, informativo)
    assert [len(e.actas) for e in proceso.elecciones] == [casillas] * 3
    assert [len(e.demarcaciones) for e in proceso.elecciones[:2]] == [20, 20]
    assert {a.casilla.clave.tipo for a in proceso.elecciones[0].actas} == set("BCES")
    for eleccion in proceso.elecciones:
        assert {a.demarcacion for a in eleccion.actas} == set(eleccion.demarcaciones)


def test_more_casillas_fit_in_more_municipios() -> None:
    cuantos = [len(ejemplo(n)[1].municipios) for n in (60, 137, 300)]
    assert cuantos[0] >= 20
    assert cuantos[0] < cuantos[1] < cuantos[2] == 125


def test_the_seed_decides_everything() -> None:
    assert ejemplo(60, semilla=1) == ejemplo(60, semilla=1)
    assert ejemplo(60, semilla=1)[0].huella != ejemplo(60, semilla=2)[0].huella


@pytest.mark.parametrize(("casillas", "nacional"), [(59, False), (10_901, False), (299, True), (170_001, True)])
def test_a_size_out_of_bounds_is_refused(casillas: int, nacional: bool) -> None:
    with pytest.raises(ValueError, match="El ejemplo puede tener"):
        ejemplo(casillas, nacional=nacional)


def test_a_small_national_process_reads_back_the_same(tmp_path: Path) -> None:
    proceso, informativo = ejemplo(3000, nacional=True)
    escribir_proceso(tmp_path / "p", proceso, informativo)
    assert leer_proceso(tmp_path / "p") == (proceso, informativo)
    assert [(e.clave, len(e.actas), len(e.demarcaciones)) for e in proceso.elecciones] == [
        ("PRES", 3000, 300),
        ("SEN", 3000, 300),
        ("DIP_FED", 3000, 300),
    ]
    assert len({a.casilla.clave.entidad for a in proceso.elecciones[0].actas}) == 32


@pytest.mark.largo
def test_a_whole_national_process_reads_back_the_same(tmp_path: Path) -> None:
    proceso, informativo = ejemplo(170_000, nacional=True)
    escribir_proceso(tmp_path / "p", proceso, informativo)
    assert leer_proceso(tmp_path / "p") == (proceso, informativo)
    assert [len(e.actas) for e in proceso.elecciones] == [170_000] * 3
    assert max(a.casilla.clave.seccion for a in proceso.elecciones[0].actas) <= 9999


def test_coaliciones_of_five_and_of_three_whole_and_partial() -> None:
    proceso, _ = ejemplo(1000)
    for eleccion in proceso.elecciones:
        combinaciones = [c for c in eleccion.columnas if c.tipo is TipoRecuadro.COMBINACION]
        assert Counter(len(c.partidos) for c in combinaciones) == {5: 1, 4: 5, 3: 10 + 1, 2: 10 + 3}  # 26 + 4
    gub, dip, ayun = proceso.elecciones
    tamanos = {
        e.clave: {
            tuple(sorted(len(c.partidos) for c in b.candidaturas if len(c.partidos) > 1)) for b in e.boletas.values()
        }
        for e in proceso.elecciones
    }
    assert tamanos["GUB"] == {(3, 5)}
    assert {(3, 5), (5,), (3, 3), (3,)} <= tamanos["DIP_LOC"]
    assert any(r.tipo is TipoRecuadro.COMUN for b in ayun.boletas.values() for r in b.recuadros)
    independientes = [sum(r.tipo is TipoRecuadro.INDEPENDIENTE for r in b.recuadros) for b in ayun.boletas.values()]
    assert set(independientes) == {0, 1, 2}
    assert any(len(b.claves) != len(dip.columnas) for b in dip.boletas.values())
    assert not any(r.tipo is TipoRecuadro.INDEPENDIENTE for r in gub.columnas)


def test_everybody_who_stands_has_a_name() -> None:
    proceso, informativo = ejemplo(60)
    nombradas = {(c.eleccion, c.demarcacion, c.candidatura) for c in informativo.candidaturas}
    for e in proceso.elecciones:
        for d, boleta in e.boletas.items():
            for c in boleta.candidaturas:
                assert (e.clave, None if e.clave == "GUB" else d, c.clave) in nombradas


def test_people_are_opaque_and_every_catd_is_there() -> None:
    _, informativo = ejemplo(CASILLAS_MAXIMO)
    assert len(informativo.catds) == 145
    assert len({p.persona for p in informativo.personas}) == len(informativo.personas)
    assert {p.rol for p in informativo.personas} >= {"acopiador", "digitalizador", "capturista", "verificador", "cae"}
    assert all(p.persona.startswith("op-") for p in informativo.personas)


def test_colours_can_be_read_on_white() -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1, and no two parties alike."""

    def luminancia(color: str) -> float:
        canales = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lineales = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canales]
        return sum(p * c for p, c in zip((0.2126, 0.7152, 0.0722), lineales, strict=True))

    assert all(1.05 / (luminancia(p.color) + 0.05) >= 4.5 for p in PARTIDOS)
    assert len({p.color for p in PARTIDOS}) == len(PARTIDOS) == 9


def test_municipios_and_distritos_are_all_there() -> None:
    assert [m.id for m in MUNICIPIOS] == list(range(1, 126))
    assert {d for m in MUNICIPIOS for d in m.distritos} == set(DISTRITOS) == set(range(1, 21))
    assert sum(cuantos for _, cuantos in ENTIDADES.values()) == 300


def test_names_are_the_published_ones(datos: Callable[..., Path]) -> None:
    mapa = json.loads(datos("jalisco_geo", "mpios_jalisco.geojson").read_text(encoding="utf-8"))
    assert {m.nombre for m in MUNICIPIOS} == {f["properties"]["NOM_MUN"] for f in mapa["features"]}


def test_numbers_are_those_of_the_ine(datos: Callable[..., Path]) -> None:
    """INE's sample of 2018 carries its ids of municipio and local district."""
    ruta = datos("jalisco_casillas", "jalisco_conteo_rapido_2018_presidencial_muestra.csv")
    publicados: dict[int, set[int]] = defaultdict(set)
    with ruta.open(encoding="utf-8-sig") as archivo:
        for fila in csv.DictReader(archivo):
            publicados[int(fila["ID_MUNICIPIO"])].add(int(fila["ID_DIST_LOC"]))
    nuestros = {m.id: set(m.distritos) for m in MUNICIPIOS}
    coinciden = [m for m, distritos in publicados.items() if distritos <= nuestros[m]]
    assert len(coinciden) >= 0.9 * len(publicados)
    assert {m.id for m in MUNICIPIOS if m.nombre in ("Guadalajara", "Zapopan", "Puerto Vallarta")} == {41, 69, 120}


def test_proportions_are_those_of_a_real_catalogue(datos: Callable[..., Path]) -> None:
    with datos("jalisco_casillas", "jalisco_marco_casillas_2018.csv").open(encoding="utf-8-sig") as archivo:
        real = Counter(f["TIPO_CASILLA"] for f in csv.DictReader(archivo))
    proceso, _ = ejemplo(CASILLAS_MAXIMO)
    nuestro = Counter(a.casilla.clave.tipo for a in proceso.elecciones[0].actas)
    for tipo in "BCES":
        assert nuestro[tipo] / nuestro.total() == pytest.approx(real[tipo] / real.total(), abs=0.03)

"""Who saw each error: each step is told what came to it wrong and what of that it stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import Tipo, huella_lectura, sujeto_de
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.simulacro.filtros import Paso, vistos

IMAGEN = "ab" * 32
PAPEL = {"votos": {"SOL": 120, "LUZ": 80}, "total_asentado": 200}
MAL = PAPEL | {"votos": {"SOL": 102, "LUZ": 80}}
PEOR = PAPEL | {"votos": {"SOL": 120, "LUZ": 8}}


def hechos(*dichos: tuple[Tipo, dict[str, Any]]) -> list[Hecho]:
    desde = datetime.fromisoformat("2027-06-06T19:00:00-06:00")
    return [
        nuevo_hecho(tipo, sujeto_de("140001B0100G"), f"p-{i}", desde + timedelta(minutes=i), contenido)
        for i, (tipo, contenido) in enumerate(dichos)
    ]


def dice(tipo: Tipo, valores: dict[str, Any]) -> tuple[Tipo, dict[str, Any]]:
    return tipo, {"imagen": IMAGEN, "valores": valores}


def base(tipo: Tipo, valores: dict[str, Any]) -> tuple[Tipo, dict[str, Any]]:
    return tipo, {"base": huella_lectura(IMAGEN, valores)}


def quien_vio(*dichos: tuple[Tipo, dict[str, Any]], leidas: dict[str, bool] | None = None) -> list[Any]:
    return list(vistos(hechos(*dichos), Asentado.leer(PAPEL), leidas or {}))


def test_a_difference_is_seen_by_the_other_capture_and_by_whoever_rules_right() -> None:
    dos = dice(Tipo.CAPTURADA, PAPEL), dice(Tipo.CAPTURADA, MAL)
    bien = quien_vio(*dos, dice(Tipo.DICTAMINADA, PAPEL), base(Tipo.VERIFICADA, PAPEL))
    assert bien == [(Paso.DIFERENCIAS, True, True), (Paso.VERIFICACION, False, False), (Paso.OTRA_CAPTURA, True, True)]
    mal = quien_vio(*dos, dice(Tipo.DICTAMINADA, PEOR), dice(Tipo.DECIDIDA, PEOR), base(Tipo.DEVUELTA, PEOR))
    assert mal == [
        (Paso.DIFERENCIAS, True, False),
        (Paso.SUPERVISION, True, False),
        (Paso.VERIFICACION, True, True),
        (Paso.OTRA_CAPTURA, True, True),
    ]


def test_what_two_type_alike_is_left_to_the_reader_to_whoever_verifies_and_to_the_cotejo() -> None:
    iguales = dice(Tipo.CAPTURADA, MAL), dice(Tipo.CAPTURADA, MAL)
    pasan = [(Paso.OTRA_CAPTURA, True, False)] * 2
    leida = {huella_lectura(IMAGEN, MAL): False, "otra": True}
    visto = quien_vio(*iguales, base(Tipo.VERIFICADA, MAL), (Tipo.COTEJADA, {"resultado": "3"}), leidas=leida)
    assert visto == [
        (Paso.VERIFICACION, True, False),
        (Paso.COTEJO, True, True),
        *pasan,
        (Paso.LECTURA, True, False),
    ]
    otra_vez = quien_vio(*iguales, base(Tipo.DEVUELTA, MAL), dice(Tipo.CAPTURADA, MAL), dice(Tipo.CAPTURADA, PAPEL))
    assert otra_vez == [(Paso.VERIFICACION, True, True), *pasan, (Paso.OTRA_CAPTURA, True, True)]


def test_what_is_right_and_sent_back_is_nobody_s_catch() -> None:
    iguales = dice(Tipo.CAPTURADA, PAPEL), dice(Tipo.CAPTURADA, PAPEL)
    leida = {huella_lectura(IMAGEN, PAPEL): True}
    assert quien_vio(*iguales, dice(Tipo.DICTAMINADA, PAPEL), base(Tipo.DEVUELTA, PAPEL), leidas=leida) == [
        (Paso.VERIFICACION, False, True),
        (Paso.LECTURA, False, True),
    ]
    assert quien_vio(dice(Tipo.CAPTURADA, MAL), (Tipo.INCIDENTE, {"texto": "Se fue la luz."})) == []
    assert quien_vio((Tipo.VERIFICADA, {"base": "cd" * 32}), (Tipo.COTEJADA, {"resultado": "1"})) == []

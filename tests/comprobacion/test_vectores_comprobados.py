"""The command's reckoning and the outside script's against the shared vectors; the page's are in its own test."""

import importlib.util

import pytest

from prep.comprobacion.recalculo import Reglas, calcular, leer_base
from vectores import NOMBRES, VECTORES, proceso, tabla


@pytest.mark.parametrize("v", VECTORES, ids=NOMBRES)
def test_the_command(v):
    p = proceso(v)
    (e,) = p["elecciones"]
    base = leer_base(tabla(v), e, Reglas.de(p))
    assert base.defectos == []
    c = calcular(base, e)
    assert {
        "total": c.entidad.total,
        "por_partido": {k: list(x) for k, x in c.por_partido[None].items()},
        "por_candidatura": dict(c.por_candidatura[None]),
        "estadistica": c.entidad.estadistica(v["cierre"]),
    } == v["deben"]


@pytest.mark.parametrize("v", VECTORES, ids=NOMBRES)
def test_another_verdict_is_a_defect(v):
    """What the vector says of each acta is the only thing it can say."""
    p = proceso(v)
    (e,) = p["elecciones"]
    for i, a in enumerate(v["actas"]):
        if a["votos"] is None:
            continue
        for cambio in (
            {"observaciones": "Sin dato" if a["observaciones"] != "Sin dato" else ""},
            {"contabilizada": 1 - a["contabilizada"]},
        ):
            actas = [*v["actas"][:i], {**a, **cambio}, *v["actas"][i + 1 :]]
            assert leer_base(tabla({**v, "actas": actas}), e, Reglas.de(p)).defectos


@pytest.fixture(scope="module")
def script(pytestconfig):
    archivo = pytestconfig.rootpath / "src" / "prep" / "comprobacion" / "recalcular.py"
    ficha = importlib.util.spec_from_file_location("recalcular", archivo)
    modulo = importlib.util.module_from_spec(ficha)
    ficha.loader.exec_module(modulo)
    return modulo


@pytest.mark.parametrize("v", VECTORES, ids=NOMBRES)
def test_the_script(script, v):
    p = proceso(v)
    (e,) = p["elecciones"]
    encabezado, filas = script.leer_tabla(tabla(v))
    columnas = [c["clave"] for c in e["columnas"]]
    entidad, partidos, candidaturas = script.Suma(), {}, {}
    for fila, a in zip(filas, v["actas"], strict=True):
        entidad.acta(fila, columnas)
        if a["votos"] is not None:
            assert script.veredicto(fila, columnas, p) == (
                a["observaciones"].split(", ") if a["observaciones"] else [],
                bool(a["contabilizada"]),
            )
    for lugar in e["demarcaciones"]:
        suma = script.Suma()
        for fila in filas:
            if int(fila["ID_DISTRITO_LOCAL"]) == lugar["id"]:
                suma.acta(fila, columnas)
        for k, n in script.por_candidatura(suma.votos, e, lugar).items():
            candidaturas[k] = candidaturas.get(k, 0) + n
        for k, (propios, recibidos) in script.por_partido(suma.votos, e, lugar).items():
            antes = partidos.get(k, [0, 0])
            partidos[k] = [antes[0] + propios, antes[1] + recibidos]
    cifras = entidad.cifras(v["cierre"])
    assert {
        "total": entidad.cuantas["votos"],
        "por_partido": partidos,
        "por_candidatura": candidaturas,
        "estadistica": cifras,
    } == v["deben"]
    assert encabezado["ACTAS_ESPERADAS"] == str(cifras["actas_esperadas"])

"""The law against the vectors that every reckoner shares."""

import pytest

from prep.dominio.acta.asentado import Asentado
from prep.dominio.acta.hechos import MotivoSinActa
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.contabilidad import contabilizar, sin_acta
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Demarcacion, Eleccion
from prep.dominio.tabulacion.tabulacion import Cuenta, estadistica, resultado_demarcacion, resultado_entidad
from vectores import NOMBRES, VECTORES, boleta


@pytest.mark.parametrize("v", VECTORES, ids=NOMBRES)
def test_vectors(v):
    b = boleta(v)
    lugares = {a["demarcacion"]: Demarcacion(a["demarcacion"], "Distrito") for a in v["actas"]}
    boletas = dict.fromkeys(lugares, b)
    distrito = Ambito.DISTRITO
    e = Eleccion("E", "E", "E", distrito, distrito, b.recuadros, lugares, boletas, (), tuple(v["empates"]))
    cuentas = {d: Cuenta.vacia(b) for d in lugares}
    for a in v["actas"]:
        casilla = Casilla(ClaveCasilla.leer(a["casilla"]), 1, 1, a["lista_nominal"], v["boletas"].get(a["casilla"]))
        esperada = ActaEsperada(f"{a['casilla']}E", casilla, a["demarcacion"], a["representantes"])
        veredicto = None
        if a["votos"] is not None:
            asentado = Asentado.leer({"votos": a["votos"]})
            p = v["parametros"]
            veredicto = contabilizar(asentado, b, esperada, p["boletas_especiales"], False, p["mezcla_cuenta"])
        elif a["sin_acta"] is not None:
            veredicto = sin_acta(MotivoSinActa(str(a["sin_acta"])))
        if veredicto is not None:
            assert (", ".join(veredicto.observaciones), veredicto.contabilizada) == (
                a["observaciones"],
                a["contabilizada"],
            )
        cuentas[a["demarcacion"]].agregar_acta(esperada, veredicto)
    r = resultado_entidad(e, {d: resultado_demarcacion(e, d, c) for d, c in cuentas.items()}, 0)
    assert {
        "total": r.cuenta.total,
        "por_partido": {p.clave: [p.propios, p.coalicion] for p in r.por_partido},
        "por_candidatura": {c.clave: c.votos for c in r.por_candidatura},
        "estadistica": estadistica(r.cuenta, v["cierre"]),
    } == v["deben"]

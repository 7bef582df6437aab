"""Results of a set of facts by `dominio` alone, without bitácora nor corte: the oracle of the replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prep.dominio.acta.hechos import clave_de
from prep.dominio.acta.pliegue import estado
from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.hecho import Escrito, Hecho
from prep.dominio.tabulacion.contabilidad import Veredicto, contabilizar, sin_acta
from prep.dominio.tabulacion.tabulacion import Cuenta, estadistica, resultado_demarcacion, resultado_entidad
from prep.reproduccion.comparar import ActaCalculada, EleccionCalculada
from prep.reproduccion.derivar import Derivado


def calcular(derivado: Derivado, hechos: Iterable[Hecho]) -> dict[str, EleccionCalculada]:
    """Fold the facts, decide what counts and add: one `EleccionCalculada` per election."""
    por_acta: dict[str, list[Escrito]] = {}
    for hecho in hechos:
        por_acta.setdefault(clave_de(hecho.sujeto), []).append(Escrito(hecho, INSTITUTO))
    todos = Autoridad()  # who may do what is not what is compared here
    fuera: Counter[str] = Counter()
    for clave, suyos in por_acta.items():
        if clave.startswith("hoja:") and (hoja := estado(suyos, todos).fuera_vigente):
            fuera[hoja["eleccion"]] += 1
    mezcla = derivado.informativo.parametros.mezcla_cuenta
    calculadas = {}
    for eleccion in derivado.proceso.elecciones:
        cuentas = {id_: Cuenta.vacia(boleta) for id_, boleta in eleccion.boletas.items()}
        actas = {}
        for esperada in eleccion.actas:
            acta = estado(por_acta.get(esperada.clave, ()), todos)
            boleta = eleccion.boletas[esperada.demarcacion]
            veredicto: Veredicto | None = None
            if (motivo := acta.sin_acta_vigente) is not None:
                veredicto = sin_acta(motivo)
            elif acta.publicada is not None:
                publicada = acta.publicada
                veredicto = contabilizar(
                    publicada.asentado, boleta, esperada, derivado.boletas_especiales, publicada.por_pto, mezcla
                )
            cuentas[esperada.demarcacion].agregar_acta(esperada, veredicto)
            actas[esperada.clave] = (
                ActaCalculada(int(veredicto.contabilizada), veredicto.calculado, veredicto.inconsistente)
                if veredicto
                else ActaCalculada(None, None)
            )
        resultados = {id_: resultado_demarcacion(eleccion, id_, c) for id_, c in cuentas.items()}
        total = resultado_entidad(eleccion, resultados, fuera[eleccion.clave])
        calculadas[eleccion.clave] = EleccionCalculada(estadistica(total.cuenta, derivado.cierre), actas)
    return calculadas

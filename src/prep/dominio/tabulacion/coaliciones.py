"""Distribution of votes marked for several parties of one coalition.

LGIPE 311.1.c: the votes of each combination are divided equally among its parties; what is left over goes, one vote
each, to those of its parties with the most votes of their own. The sum is taken over the demarcation, not per casilla.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prep.dominio.tabulacion.boleta import Boleta, TipoRecuadro


def repartir(votos: int, partidos: Sequence[str], propios: Mapping[str, int], orden: Sequence[str]) -> dict[str, int]:
    """Divide the votes of one combination. `propios`: own votes of each party in the demarcation. `orden`: parties in
    order of registration, which breaks ties. Returns one integer per party; they add up to `votos`."""
    cociente, resto = divmod(votos, len(partidos))
    lugares = {p: i for i, p in enumerate(orden)}
    primeros = sorted(partidos, key=lambda p: (-propios[p], lugares.get(p, len(lugares)), partidos.index(p)))[:resto]
    return {p: cociente + (p in primeros) for p in partidos}


def votos_de_coalicion(boleta: Boleta, votos: Sequence[int], orden: Sequence[str]) -> dict[str, int]:
    """What each party receives from every combination of a demarcation. `votos`: one integer per box of the ballot."""
    propios = {r.clave: v for r, v in zip(boleta.recuadros, votos, strict=True) if r.tipo is TipoRecuadro.PARTIDO}
    recibidos = dict.fromkeys(propios, 0)
    for recuadro, v in zip(boleta.recuadros, votos, strict=True):
        if recuadro.tipo is TipoRecuadro.COMBINACION and v:
            for partido, parte in repartir(v, recuadro.partidos, propios, orden).items():
                recibidos[partido] += parte
    return recibidos

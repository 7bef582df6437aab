"""How people work: how long things take them, when they rest, what they type wrong and what they do not see.

Paces and rates are those of published studies of double entry; docs/simulacro.md names them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final

from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO, Marca, Valor
from prep.simulacro.verdad import TOTALES

SEGUNDOS: Final = {
    "captura": (80, 120),
    "diferencias": (15, 40),
    "decision": (30, 90),
    "verificacion": (25, 50),
    "identificacion": (8, 20),
    "peticiones": (15, 40),
    "cotejo": (20, 40),
    "reapertura": (30, 60),
    "acopio": (8, 20),
    "digitalizacion": (15, 30),
    "habilitacion": (20, 60),
    "marcha": (10, 20),
    "fotografia": (30, 90),
}
"""What one acta takes at each place, from and to; and one point of a centre, or saying that it opens or closes."""
JORNADA_S: Final = 55 * 60
DESCANSO_S: Final = 5 * 60
"""Five minutes an hour."""
DE_MAS: Final = 50
"""Votes that whoever colludes adds."""
MIRAR_S: Final = 20
"""How often somebody with nothing to do looks whether there is something."""
_TECLAS: Final = {ILEGIBLE: "*", SIN_DATO: "-"}
_VECINAS: Final = {
    "1": "24",
    "2": "135",
    "3": "26",
    "4": "157",
    "5": "2468",
    "6": "359",
    "7": "48",
    "8": "579",
    "9": "68",
    "0": "12",
}
"""Of each key of the pad, those beside it."""
_CLASES: Final = ("vecina", "de_mas", "de_menos", "al_reves", "de_arriba", "marca")
_PESOS: Final = (40, 12, 13, 20, 10, 5)


def tarda(que: str, azar: random.Random) -> float:
    """Seconds that an acta takes somebody."""
    return azar.uniform(*SEGUNDOS[que])


def teclear(
    campos: Sequence[str], dice: Mapping[str, Valor | None], por_diez_mil: int, azar: random.Random
) -> dict[str, str]:
    """What somebody types in these fields of a paper that says `dice`: mostly what it says."""
    tecleado: dict[str, str] = {}
    arriba = ""
    for campo in campos:
        dicho = dice.get(campo) if dice.get(campo) is not None else SIN_DATO
        bien = _TECLAS[dicho] if isinstance(dicho, Marca) else str(dicho)
        tecleado[campo] = _mal(bien, arriba, azar) if azar.randrange(10_000) < por_diez_mil else bien
        arriba = tecleado[campo]
    return tecleado


def _mal(bien: str, arriba: str, azar: random.Random) -> str:
    """Something else than `bien`."""
    if not bien.isdigit():
        return "0"
    (clase,) = azar.choices(_CLASES, _PESOS)
    i = azar.randrange(len(bien))
    mal = {
        "vecina": bien[:i] + azar.choice(_VECINAS[bien[i]]) + bien[i + 1 :],
        "de_mas": bien[:i] + bien[i] + bien[i:] if len(bien) < 4 else bien[1:],
        "de_menos": bien[:i] + bien[i + 1 :],
        "al_reves": bien[::-1],
        "de_arriba": arriba,
        "marca": "-",
    }[clase]
    igual = mal in ("", bien) or (mal.isdigit() and int(mal) == int(bien))
    return str((int(bien) + azar.randrange(1, 9)) % 10_000) if igual else mal


def alterar(tecleado: Mapping[str, str]) -> dict[str, str]:
    """The same with more votes where there are most: what those who agreed on it type, all alike. Where no votes are
    asked for, the same."""
    votos = {c: int(v) for c, v in tecleado.items() if v.isdigit() and c not in TOTALES}
    if not votos:
        return dict(tecleado)
    cual = max(votos, key=lambda c: (votos[c], c))
    return {**tecleado, cual: str(min(votos[cual] + DE_MAS, 9_999))}


def se_ven(
    mostrados: Mapping[str, str], dice: Mapping[str, Valor | None], atrapa: int, azar: random.Random
) -> list[str]:
    """The fields that somebody who compares with the paper finds wrong; of a hundred that are, `atrapa`."""
    return [c for c, v in mostrados.items() if v != _como_se_muestra(dice.get(c)) and azar.randrange(100) < atrapa]


def _como_se_muestra(dicho: Valor | None) -> str:
    return SIN_DATO if dicho is None else str(dicho)

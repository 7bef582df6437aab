"""Parties and people of the demonstration. None exists; any likeness is chance."""

from __future__ import annotations

import random
from typing import Final

from prep.catalogo.informativo import Partido

PARTIDOS: Final = (
    Partido("ENCINO", "Partido Encino", "#1B5E9E"),
    Partido("RAIZ", "Raíz Popular", "#B03A2E"),
    Partido("FARO", "Faro Democrático", "#1E7B4F"),
    Partido("ALBA", "Alba Social", "#8E5A00"),
    Partido("RIO", "Río de Todos", "#00788A"),
    Partido("CUMBRE", "Cumbre Ciudadana", "#6A3D9A"),
    Partido("PUENTE", "Puente Vecinal", "#A8326E"),
    Partido("BRISA", "Brisa Nueva", "#4D4D4D"),
    Partido("TRIGO", "Trigo y Trabajo", "#B3541E"),
)
"""In order of registration. Every colour reads on white with a contrast of at least 4.5 to 1."""

GRANDE: Final = ("RAIZ", "ALBA", "CUMBRE", "BRISA", "TRIGO")
"""The coalition of five: 26 combinations."""
CHICA: Final = ("ENCINO", "FARO", "RIO")
"""The coalition of three: 4 combinations."""
PARCIAL: Final = ("RAIZ", "ALBA", "CUMBRE")
"""What is left of the coalition of five where two of its parties stand alone."""
COMUN: Final = ("PUENTE", "BRISA")
"""They share one box where their candidacy is common."""
NOMBRES_COALICION: Final = {GRANDE: "Sembremos Futuro", CHICA: "Fuerza y Rumbo", PARCIAL: "Sembremos Futuro (parcial)"}


def _palabras(texto: str) -> tuple[str, ...]:
    return tuple(texto.split())


_NOMBRES: Final = _palabras(
    "Abril Amalia Anselmo Aurelio Beatriz Bruno Camila Celia Ciro Clara Damián Delia Eloísa Emilio Estela "
    "Fabián Gael Graciela Hilda Horacio Inés Irene Ismael Jacinto Julia Leandro Lidia Lorenzo Lucía Marcial "
    "Marina Matías Noé Nora Octavio Olivia Paloma Pascual Ramona Renata Rodolfo Rosaura Sabina Saúl Silvia "
    "Tadeo Teresa Ulises Valeria Violeta Wenceslao Ximena Yolanda Zacarías"
)
_APELLIDOS: Final = _palabras(
    "Alcaraz Almada Arriaga Barajas Bustos Cárdenas Ceballos Cisneros Covarrubias Dávalos Escobedo Fonseca "
    "Galindo Gaytán Haro Iturbe Jáuregui Larios Lomelí Madrigal Michel Montaño Naranjo Nuño Ochoa Orendáin "
    "Padilla Partida Quintero Rentería Robledo Saldaña Santana Tejeda Ugalde Urzúa Vallejo Villaseñor Yáñez "
    "Zamora Zepeda"
)


def persona(azar: random.Random) -> str:
    """A name nobody was asked for."""
    return f"{azar.choice(_NOMBRES)} {azar.choice(_APELLIDOS)} {azar.choice(_APELLIDOS)}"

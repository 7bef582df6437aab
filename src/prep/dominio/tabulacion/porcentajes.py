"""Percentages as the PREP prints them: four decimals, truncated, never rounded (LEEME, porcentajes)."""

from __future__ import annotations


def porcentaje(parte: int, todo: int) -> str | None:
    """`parte * 100 / todo` with exactly four decimals, truncated; `None` when there is nothing to divide by.

    >>> porcentaje(7407, 7548)
    '98.1319'
    """
    if todo == 0:
        return None
    diezmilesimas = parte * 1_000_000 // todo
    return f"{diezmilesimas // 10_000}.{diezmilesimas % 10_000:04d}"

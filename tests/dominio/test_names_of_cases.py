"""Mutation testing asks for the tests of the law by name, many times in one process."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_name_given_to_a_case_needs_no_escape(request: pytest.FixtureRequest) -> None:
    """pytest escapes those once more each time that it collects them, and finds none of them the second time."""
    given = set()
    for item in request.session.items:
        if item.path.parent == Path(__file__).parent:
            for mark in item.iter_markers("parametrize"):
                names, cases = mark.kwargs.get("ids") or (), mark.args[1]
                given |= {*(map(names, cases) if callable(names) else names)}
                given |= {case.id for case in cases if hasattr(case, "id")}
    assert [name for name in given if name is not None and not str(name).isascii()] == []

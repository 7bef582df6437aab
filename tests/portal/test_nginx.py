"""The configuration for nginx, whatever the folders are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from prep.plataforma.errores import Impedimento
from prep.portal.servido import configuracion


def test_a_folder_with_a_space_is_one_word_and_one_that_would_end_it_is_refused() -> None:
    dicho = configuracion(Path("/srv/mi prep"), "80", Path("/var/mi nginx"), Path("/run/mi.pid"))
    assert 'root "/srv/mi prep";' in dicho and '"/var/mi nginx/c"' in dicho and 'pid "/run/mi.pid";' in dicho
    for malo in ('/srv/a";', "/srv/$a", "/srv/a\nb"):
        with pytest.raises(Impedimento, match="nginx no admite"):
            configuracion(Path(malo), "80", Path("/var/nginx"), Path("/run/a.pid"))

"""What people read aloud, copy and compare."""

from __future__ import annotations

import re

from prep.plataforma import letras


def test_a_fingerprint_is_read_in_fours_and_tells_two_things_apart() -> None:
    una, otra = letras.huella(b"una", 20), letras.huella(b"otra", 20)
    assert re.fullmatch(rf"[{letras.LETRAS}]{{4}}(-[{letras.LETRAS}]{{4}}){{4}}", una)
    assert una == letras.huella(b"una", 20) and una != otra
    assert una.startswith(letras.huella(b"una", 8))  # the same, read shorter
    todas = {c for i in range(200) for c in letras.huella(str(i).encode(), 12)}
    assert todas == {*letras.LETRAS, "-"}

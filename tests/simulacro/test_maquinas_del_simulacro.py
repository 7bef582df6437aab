"""The machines of a drill, on this one."""

from __future__ import annotations

from pathlib import Path

from prep.practica.ejercicio import ARCHIVO
from prep.simulacro.maquinas import Maquina


def test_the_exercise_of_the_centre_gets_to_the_nodes_once_it_is_ready(tmp_path: Path) -> None:
    centro, uno, dos = (Maquina(n, tmp_path / n, n, 1, None) for n in ("centro", "uno", "dos"))  # type: ignore[arg-type]
    for maquina in (centro, uno, dos):
        maquina.datos.mkdir()
    suyo = centro.datos / "practica"
    suyo.mkdir()
    (suyo / "a.jpg").write_bytes(b"una imagen")
    centro.compartir_practica([uno, dos])  # its pictures come first, and then what names them
    assert not (uno.datos / "practica").exists()
    (suyo / ARCHIVO).write_bytes(b"{}")
    (dos.datos / "practica").mkdir()
    for _ in range(2):
        centro.compartir_practica([uno, dos])
    assert sorted(a.name for a in (uno.datos / "practica").iterdir()) == ["a.jpg", ARCHIVO]
    assert [a.name for a in uno.datos.iterdir()] == ["practica"] and not any((dos.datos / "practica").iterdir())

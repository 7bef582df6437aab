"""What the pages of a replay say that it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fabrica_publicado import base, guardar, renglon

from prep.bitacora.nodos import NodoInstituto, nodo_local
from prep.bitacora.services import anotar, fundar_instalacion
from prep.dominio.tabulacion.proceso import Modo
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.corte import hacer_corte
from prep.reproduccion import leer
from prep.reproduccion.derivar import AVISO, derivar_proceso
from prep.reproduccion.guion import Guion
from prep.sede.sala import publicador
from prep.transparencia.nota import LlavePrivada


def test_the_figures_of_a_real_night_are_not_called_fictitious(
    tmp_path: Path, bitacora_nueva: Callable[[], Any]
) -> None:
    derived = derivar_proceso(leer([guardar(tmp_path, base(renglon(1), renglon(2)))]))
    guion, node = Guion(derived), nodo_local(tmp_path, "reproduccion")
    key = LlavePrivada.nueva("reproduccion.prep.invalid/prueba")
    root, phones = NodoInstituto(key, key.llave.publica), guion.telefonos
    fundar_instalacion(derived.proceso.clave, "prueba", root, node, guion.cargos, guion.inicio, telefonos=phones)
    anotar(list(guion.hechos()), node, guion.cierre, phones)
    store = AlmacenCarpeta(tmp_path / "p")
    p = publicador(derived.proceso, derived.informativo, store, Modo.PRUEBA, key, con_libro=False)
    assert hacer_corte(p, guion.cierre).alarmas == ()
    for page, banner in (
        ("index.html", "PRUEBA DEL SISTEMA: esto no es"),
        ("en/index.html", "SYSTEM TEST: this is not"),
    ):
        written = (tmp_path / "p" / page).read_text("utf-8")
        assert AVISO in written
        assert banner in written
        assert "ficticios" not in written and "ictional" not in written

"""What people practised at the desks, from their facts. A handful a person: folded when asked."""

from __future__ import annotations

from collections.abc import Collection

from prep.bitacora.autoridad import autoridad
from prep.bitacora.escritos import escritos_de
from prep.dominio.practica import PRACTICA, Practicas, practicas


def practicas_de(personas: Collection[str]) -> dict[str, Practicas]:
    """The practice of each of these people: of the human behind, whichever account they did it with."""
    de = autoridad()
    cuentas = {p: de.cuentas_de(p) for p in personas}
    sujetos = {p: [f"{PRACTICA.nombre}:{c}" for c in sorted(suyas)] for p, suyas in cuentas.items()}
    escritos = escritos_de([s for suyos in sujetos.values() for s in suyos])
    return {p: practicas([e for s in suyos for e in escritos.get(s, ())], de) for p, suyos in sujetos.items()}

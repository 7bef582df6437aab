"""What people practised at the capture desk, from their facts. A handful a person: folded when asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.sobres import escrito_guardado
from prep.dominio.comun.hecho import Escrito
from prep.dominio.practica import PRACTICA, Practica, practica


def practicas_de(personas: Collection[str]) -> dict[str, Practica]:
    """The practice of each of these people: of the human behind, whichever account they did it with."""
    de = autoridad()
    cuentas = {p: de.cuentas_de(p) for p in personas}
    sujetos = [f"{PRACTICA.nombre}:{c}" for suyas in cuentas.values() for c in suyas]
    filas = FilaHecho.objects.filter(sujeto__in=sujetos).values_list("id", "nodo", "secuencia", "cuerpo")
    escritos: dict[str, list[Escrito]] = defaultdict(list)
    for identificador, nodo, secuencia, cuerpo in filas:
        escrito = escrito_guardado(identificador, nodo, secuencia, bytes(cuerpo))
        escritos[escrito.hecho.clave].append(escrito)
    return {p: practica([e for c in sorted(suyas) for e in escritos[c]], de) for p, suyas in cuentas.items()}

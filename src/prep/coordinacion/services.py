"""What this room puts on record: what was tried so that a missing acta comes, and who sees to it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from prep.bitacora.asientos import tomar_cabeza
from prep.bitacora.models import Hecho as FilaHecho
from prep.bitacora.nodos import nodo_de_aqui
from prep.bitacora.services import escribir
from prep.coordinacion.padron import padron
from prep.coordinacion.recuperar import de_casilla
from prep.dominio.acta.hechos import Intento, Tipo


def anotar_intento(casilla: str, intento: Intento, dicho: str, persona: str, orden: str, ahora: datetime) -> int:
    """One fact of each acta of a casilla that has no picture; how many. Raises `HechoRechazado` when that person may
    not. `orden`: id of the command; asked again, nothing is written."""
    with transaction.atomic():
        tomar_cabeza()
        if ya := FilaHecho.objects.filter(orden=orden).count():
            return ya
        contenido = {"texto": dicho, "intento": intento.value}
        faltan = de_casilla(padron(), casilla)
        for f in faltan:
            escribir(Tipo.INCIDENTE, f.clave, persona, contenido, ahora, nodo_de_aqui(), orden)
    return len(faltan)

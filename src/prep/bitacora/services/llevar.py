"""Append facts that devices signed in chains of their own: this node carries them in its own, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from prep.bitacora.asientos import asentar, final, finales, hechos_conocidos, tomar_cabeza
from prep.bitacora.autoridad import ambito
from prep.bitacora.proyecciones import proyectar
from prep.bitacora.sobres import FirmaDispositivo, Firmante, Sobre, sellar
from prep.dominio.comun.hecho import Hecho


def llevar(firmados: Sequence[tuple[Hecho, FirmaDispositivo]], firmante: Firmante, recibido: datetime) -> set[str]:
    """Append those that are new, in the order given, all or none; their ids. The caller has checked the signatures.

    What its subject's state does not admit, or its author may not write, is appended too: it happened, somewhere that
    did not know what is known here, and the fold says what it is worth.
    """
    de = ambito()
    with transaction.atomic():
        frontera = tomar_cabeza()
        ya = hechos_conocidos({h.id for h, _ in firmados})
        secuencia, previo = final(finales([firmante.nodo])[firmante.nodo])
        sobres: list[Sobre] = []
        nuevos: set[str] = set()
        for hecho, firma in firmados:
            if hecho.id in ya or hecho.id in nuevos:
                continue
            secuencia += 1
            sobre = sellar(hecho, firmante, de, secuencia, previo, firma)
            previo = sobre.hoja.hex()
            sobres.append(sobre)
            nuevos.add(hecho.id)
        asentar(sobres, recibido, frontera)
        proyectar([s.escrito for s in sobres])
    return nuevos

"""Append facts that devices signed in chains of their own: this node carries them in its own, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from prep.bitacora.services.asentar import Pedido
from prep.bitacora.services.grupo import asentar_en_grupo
from prep.bitacora.sobres import FirmaDispositivo, Firmante
from prep.dominio.comun.hecho import Hecho


def llevar(firmados: Sequence[tuple[Hecho, FirmaDispositivo]], firmante: Firmante, recibido: datetime) -> set[str]:
    """Append those that are new, in the order given, all or none; their ids. The caller has checked the signatures.

    What its subject's state does not admit, or its author may not write, is appended too: it happened, somewhere that
    did not know what is known here, and the fold says what it is worth.
    """
    firmas = {hecho.id: firma for hecho, firma in reversed(firmados)}  # of one that comes twice, as it came first
    pedido = Pedido([h for h, _ in firmados], recibido, lambda hecho, _: firmas[hecho.id], exige=False)
    return {h.id for h in asentar_en_grupo(pedido, firmante)}

"""Facts of small nights, for tests of every room."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from prep.bitacora.identificadores import uuid7
from prep.dominio.acta.hechos import Hecho, Tipo

INICIO = datetime(2027, 6, 7, 1, 0, tzinfo=UTC)


def imagen(texto: str) -> str:
    return hashlib.sha256(texto.encode()).hexdigest()


class Noche:
    """Writes facts one after another, each a second later, with repeatable ids."""

    def __init__(self, semilla: int = 1, inicio: datetime = INICIO) -> None:
        self.azar = random.Random(semilla)
        self.ahora = inicio

    def hecho(self, tipo: Tipo, acta: str, operador: str, /, **contenido: Any) -> Hecho:
        self.ahora += timedelta(seconds=1)
        identificador = uuid7(int(self.ahora.timestamp() * 1000), self.azar.getrandbits(74))
        return Hecho(identificador, tipo, acta, operador, self.ahora, contenido)

    def valores(self, votos: Mapping[str, Any], **totales: Any) -> dict[str, Any]:
        return {"votos": dict(votos), **totales}

    def completa(self, acta: str, votos: Mapping[str, Any], **totales: Any) -> list[Hecho]:
        """Every fact of an acta that goes well: from the sobre to the verification."""
        foto = imagen(acta)
        valores = self.valores(votos, **totales)
        hechos = [
            self.hecho(Tipo.ACOPIADA, acta, "acopio-1", hora=self.ahora.isoformat()),
            self.hecho(Tipo.DIGITALIZADA, acta, "digital-1", imagen=foto),
            self.hecho(Tipo.IDENTIFICADA, acta, "digital-1", imagen=foto, por="qr"),
            self.hecho(Tipo.CAPTURADA, acta, "captura-1", imagen=foto, valores=valores),
            self.hecho(Tipo.CAPTURADA, acta, "captura-2", imagen=foto, valores=valores),
        ]
        hechos.append(self.hecho(Tipo.VERIFICADA, acta, "verifica-1", base=hechos[-1].id))
        return hechos

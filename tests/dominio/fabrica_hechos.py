"""Facts and expected actas for the tests of `dominio`: no clock, no store, no chance."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from prep.dominio.acta.acta import Acta, estado
from prep.dominio.acta.hechos import Hecho, Tipo
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.proceso import ActaEsperada, Casilla

INICIO = datetime(2027, 6, 7, 1, 0, tzinfo=UTC)
ACTA = "140024C01001"
HOJA = "hoja:00000000-0000-4000-8000-000000000001"


def sha(texto: str) -> str:
    return hashlib.sha256(texto.encode()).hexdigest()


FOTO, ESCANEO, OTRA = sha("foto"), sha("escaneo"), sha("otra")
UNO = {"votos": {"A": 1, "NULOS": 0}, "total_asentado": 1}
DOS = {"votos": {"A": 2, "NULOS": 0}, "total_asentado": 1}


class Pluma:
    """Writes the facts of one acta, one second apart, with ids in that order."""

    def __init__(self, acta: str = ACTA) -> None:
        self.acta = acta
        self.hechos: list[Hecho] = []

    def __call__(self, tipo: Tipo, operador: str = "ana", **contenido: Any) -> Hecho:
        n = len(self.hechos) + 1
        hora = INICIO + timedelta(seconds=n)
        hecho = Hecho(f"{n:08x}-0000-7000-8000-000000000000", tipo, self.acta, operador, hora, contenido)
        self.hechos.append(hecho)
        return hecho

    @property
    def estado(self) -> Acta:
        return estado(self.hechos)

    def escaneada(self, imagen: str = ESCANEO) -> None:
        """Received, scanned and identified."""
        self(Tipo.ACOPIADA, "acopio", hora=INICIO.isoformat())
        self(Tipo.DIGITALIZADA, "digital", imagen=imagen)
        self(Tipo.IDENTIFICADA, "digital", imagen=imagen, por="qr")

    def dos_iguales(self, imagen: str = ESCANEO, valores: Any = UNO) -> Hecho:
        self(Tipo.CAPTURADA, "ana", imagen=imagen, valores=valores)
        return self(Tipo.CAPTURADA, "beto", imagen=imagen, valores=valores)

    def verificada(self, imagen: str = ESCANEO, valores: Any = UNO) -> None:
        """Two people agree and a third verifies."""
        self(Tipo.VERIFICADA, "vera", base=self.dos_iguales(imagen, valores).id)


def esperada(
    clave: str = "140024C0100",
    lista_nominal: int = 500,
    representantes: int | None = 10,
    boletas: int | None = None,
    demarcacion: int = 1,
) -> ActaEsperada:
    casilla = Casilla(ClaveCasilla.leer(clave), demarcacion, demarcacion, lista_nominal, boletas)
    return ActaEsperada(clave + "1", casilla, demarcacion, representantes)

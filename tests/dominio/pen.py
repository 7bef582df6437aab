"""Facts and expected actas for the tests of `dominio`: no clock, no store, no chance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import prep.dominio.clases  # noqa: F401 - every class of subject is known
from prep.dominio.acta.acta import Acta
from prep.dominio.acta.hechos import Tipo, huella_lectura, sujeto_de
from prep.dominio.acta.pliegue import Pliegue, estado
from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
from prep.dominio.comun.hecho import Escrito, Hecho, nuevo_hecho
from prep.dominio.comun.historia import ordenar
from prep.dominio.comun.rechazos import Rechazo
from prep.dominio.tabulacion.claves import ClaveCasilla
from prep.dominio.tabulacion.proceso import ActaEsperada, Casilla

START = datetime(2027, 6, 7, 1, 0, tzinfo=UTC)
ACTA = "140024C01001"
SHEET = "hoja:00000000-0000-4000-8000-000000000001"
ANYBODY = Autoridad()
"""With it, whatever the institute vouches for counts: who may do what is tested apart."""


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


PHOTO, SCAN, OTHER = sha("foto"), sha("escaneo"), sha("otra")
ONE = {"votos": {"A": 1, "NULOS": 0}, "total_asentado": 1}
TWO = {"votos": {"A": 2, "NULOS": 0}, "total_asentado": 1}
THREE = {"votos": {"A": 3, "NULOS": 0}, "total_asentado": 1}


def written(facts: Iterable[Hecho]) -> list[Escrito]:
    return [Escrito(h, INSTITUTO) for h in facts]


def reading(fact: Hecho) -> str:
    return huella_lectura(fact.contenido["imagen"], fact.contenido["valores"])


class Pen:
    """Writes the facts of one acta, one second apart, each knowing all that this pen knows. `branch` is a node that is
    cut off; `join` is what happens when it comes back."""

    def __init__(self, key: str = ACTA, facts: Iterable[Hecho] = (), authority: Autoridad = ANYBODY, at: int = 0):
        self.key, self.facts, self.authority, self.at = key, list(facts), authority, at

    def __call__(self, tipo: str, person: str = "ana", /, **content: Any) -> Hecho:
        self.at += 1
        heads = ordenar(written(self.facts)).cabezas
        fact = nuevo_hecho(tipo, sujeto_de(self.key), person, START + timedelta(seconds=self.at), content, heads)
        self.facts.append(fact)
        return fact

    @property
    def state(self) -> Acta:
        return estado(written(self.facts), self.authority)

    @property
    def refusal(self) -> Rechazo | None:
        """Why the last fact counted for nothing."""
        return dict(self.state.anomalias).get(self.facts[-1].id)

    def branch(self, at: int = 1000) -> Pen:
        return Pen(self.key, self.facts, self.authority, self.at + at)

    def join(self, *others: Pen) -> Pen:
        facts = {h.id: h for p in (self, *others) for h in p.facts}
        return Pen(self.key, facts.values(), self.authority, max(p.at for p in (self, *others)))

    def could(self, tipo: str, person: str = "ana", **content: Any) -> Rechazo | None:
        """What somebody who asked beforehand would be told."""
        fold = Pliegue(written(self.facts), self.authority)
        return fold.rechazar(fold.acta, self.branch(0)(tipo, person, **content))

    # --- usual walks ---

    def scanned(self, image: str = SCAN) -> None:
        self(Tipo.ACOPIADA, "acopio", hora=START.isoformat())
        self(Tipo.DIGITALIZADA, "digital", imagen=image)
        self(Tipo.IDENTIFICADA, "digital", imagen=image, por="qr")

    def two_equal(self, image: str = SCAN, values: Any = ONE, who: tuple[str, str] = ("ana", "beto")) -> Hecho:
        self(Tipo.CAPTURADA, who[0], imagen=image, valores=values)
        return self(Tipo.CAPTURADA, who[1], imagen=image, valores=values)

    def verified(
        self, image: str = SCAN, values: Any = ONE, who: tuple[str, str, str] = ("ana", "beto", "vera")
    ) -> Hecho:
        base = reading(self.two_equal(image, values, who[:2]))
        return self(Tipo.VERIFICADA, who[2], base=base)

    def no_acta(self, reason: str = "3") -> Hecho:
        said = self(Tipo.SIN_ACTA, "acopio", motivo=reason)
        return self(Tipo.SIN_ACTA_CONFIRMADA, "coord", peticion=said.id)

    def thrown_away(self, image: str = SCAN, who: tuple[str, str] = ("caro", "super")) -> Hecho:
        asked = self(Tipo.OTRA_IMAGEN_PEDIDA, who[0], imagen=image, motivo="No se distingue.")
        return self(Tipo.OTRA_IMAGEN_CONFIRMADA, who[1], peticion=asked.id)

    def reopened(self, who: tuple[str, str] = ("vera", "super")) -> Hecho:
        asked = self(Tipo.REAPERTURA_PEDIDA, who[0], motivo="Difiere del original.")
        return self(Tipo.REABIERTA, who[1], peticion=asked.id)

    def published(self, corte: int = 1, **content: Any) -> Hecho:
        """What the sede puts on record with the corte that carries it."""
        base = self.state.publicada
        assert base is not None
        return self(Tipo.PUBLICADA, "sede", corte=corte, base=base.base, hecho=base.hecho, **content)


def esperada(
    clave: str = "140024C0100",
    lista_nominal: int = 500,
    representantes: int | None = 10,
    boletas: int | None = None,
    demarcacion: int = 1,
) -> ActaEsperada:
    casilla = Casilla(ClaveCasilla.leer(clave), demarcacion, demarcacion, lista_nominal, boletas)
    return ActaEsperada(clave + "1", casilla, demarcacion, representantes)

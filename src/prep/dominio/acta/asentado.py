"""What an acta says, box by box, exactly as a person read it on the image.

Arithmetic never limits it: written totals may contradict the votes, and both are kept.
Source: Anexo 13; LEEME, TOTAL_VOTOS_ASENTADO.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from prep.dominio.comun.valores import Valor, ValorInvalido, valor
from prep.dominio.tabulacion.boleta import Boleta

TOTALES: Final = (
    "boletas_sobrantes",
    "personas_votaron",
    "representantes_votaron",
    "votos_sacados",
    "total_asentado",
)
"""The five boxes of an acta that are not votes. One that the form does not ask for is absent."""


class AsentadoInvalido(ValueError):
    """The content of a capture does not have the shape of an acta."""


@dataclass(frozen=True, slots=True)
class Asentado:
    """Totals (`TOTALES` names; absent when the form does not ask) and votes (box key -> value)."""

    totales: Mapping[str, Valor] = field(default_factory=dict)
    votos: Mapping[str, Valor] = field(default_factory=dict)

    @classmethod
    def leer(cls, contenido: Mapping[str, Any]) -> Asentado:
        """Read `{"votos": {clave: valor}, <total>: valor…}`; raise `AsentadoInvalido` naming the box."""
        if not isinstance(contenido, Mapping):
            raise AsentadoInvalido("Los valores deben ser un objeto de campo a valor.")
        campo = ""
        try:
            totales = {}
            votos = {}
            for campo, dato in contenido.items():
                if campo == "votos":
                    if not isinstance(dato, Mapping):
                        raise AsentadoInvalido("«votos» debe ser un objeto de recuadro a valor.")
                    continue
                if campo not in TOTALES:
                    raise AsentadoInvalido(f"«{campo}» no es un campo del acta.")
                totales[campo] = valor(dato)
            for campo, dato in contenido["votos"].items():
                votos[campo] = valor(dato)
        except ValorInvalido as error:
            raise AsentadoInvalido(f"{campo}: {error}") from None
        except KeyError:
            raise AsentadoInvalido("Faltan los votos.") from None
        return cls(totales, votos)

    def escribir(self) -> dict[str, Any]:
        """The same shape that `leer` reads."""
        return {**self.totales, "votos": dict(self.votos)}

    def revisar(self, boleta: Boleta) -> None:
        """Raise `AsentadoInvalido` unless there is exactly one value per vote box of the ballot."""
        claves = set(boleta.claves)
        if self.votos.keys() == claves:
            return
        sobran = self.votos.keys() - claves
        faltan = claves - self.votos.keys()
        if sobran:
            raise AsentadoInvalido(f"Recuadros que no están en la boleta: {', '.join(sorted(sobran))}.")
        raise AsentadoInvalido(f"Faltan recuadros de la boleta: {', '.join(sorted(faltan))}.")

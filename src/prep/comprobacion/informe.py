"""What a verification found, and its verdict in one line."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from prep.transparencia.errores import NoDisponible


class Nivel(StrEnum):
    """How a finding weighs."""

    BIEN = "bien"
    AVISO = "aviso"  # worth knowing; does not change the verdict
    MAL = "mal"
    SIN_COMPROBAR = "sin_comprobar"  # it could not be looked at
    NO_RECALCULADO = "no_recalculado"  # signed, and not computed again here: the verdict does not speak of it


MAXIMO_POR_ASUNTO = 20
MAXIMO_TEXTO = 400


def en_una_linea(texto: str) -> str:
    """What came from outside, fit to be shown: no control characters, nothing that fakes another line or turns it."""
    limpio = "".join(c if c.isprintable() else "\ufffd" for c in texto)
    return limpio if len(limpio) <= MAXIMO_TEXTO else limpio[:MAXIMO_TEXTO] + "…"


@dataclass(frozen=True)
class Hallazgo:
    nivel: Nivel
    asunto: str
    texto: str


@dataclass
class Informe:
    """Findings in order. `modo`, `corte`, `hora`: of the corte checked, once known; `parcial`: the node whose it is,
    where it is a corte parcial."""

    hallazgos: list[Hallazgo] = field(default_factory=list)
    proceso: str | None = None
    corte: int | None = None
    hora: str | None = None
    modo: str | None = None
    parcial: str | None = None
    omitidos: dict[tuple[str, str], int] = field(default_factory=dict)

    def anotar(self, nivel: Nivel, asunto: str, texto: str) -> None:
        """Add a finding; after twenty of one subject and level the rest are only counted."""
        asunto, texto = en_una_linea(asunto), en_una_linea(texto)
        clave = (nivel, asunto)
        if nivel != Nivel.BIEN and sum((h.nivel, h.asunto) == clave for h in self.hallazgos) >= MAXIMO_POR_ASUNTO:
            self.omitidos[clave] = self.omitidos.get(clave, 0) + 1
        else:
            self.hallazgos.append(Hallazgo(nivel, asunto, texto))

    def bien(self, asunto: str, texto: str) -> None:
        self.anotar(Nivel.BIEN, asunto, texto)

    def mal(self, asunto: str, texto: str) -> None:
        self.anotar(Nivel.MAL, asunto, texto)

    def aviso(self, asunto: str, texto: str) -> None:
        self.anotar(Nivel.AVISO, asunto, texto)

    def sin_comprobar(self, asunto: str, texto: str) -> None:
        self.anotar(Nivel.SIN_COMPROBAR, asunto, texto)

    def tropiezo(self, asunto: str, problema: object, antes: str = "") -> None:
        """Something is wrong, or could not be looked at: whoever could not read accuses nobody."""
        nivel = Nivel.SIN_COMPROBAR if isinstance(problema, NoDisponible) else Nivel.MAL
        self.anotar(nivel, asunto, f"{antes}{problema}")

    def no_recalculado(self, asunto: str, texto: str) -> None:
        self.anotar(Nivel.NO_RECALCULADO, asunto, texto)

    @property
    def no_recalculados(self) -> list[str]:
        """Subjects that were not computed again."""
        return list(dict.fromkeys(h.asunto for h in self.hallazgos if h.nivel == Nivel.NO_RECALCULADO))

    def hay(self, nivel: Nivel) -> int:
        """How many findings of a level, counting those left out of the list."""
        callados = sum(n for (v, _), n in self.omitidos.items() if v == nivel)
        return callados + sum(h.nivel == nivel for h in self.hallazgos)

    @property
    def tropiezos(self) -> int:
        """Findings that something is wrong or could not be looked at: while they do not grow, all was right."""
        return self.hay(Nivel.MAL) + self.hay(Nivel.SIN_COMPROBAR)

    @property
    def codigo(self) -> int:
        """0 everything checked is right, 1 something is wrong, 2 it could not be checked."""
        if self.hay(Nivel.MAL):
            return 1
        return 2 if self.hay(Nivel.SIN_COMPROBAR) or self.corte is None else 0

    @property
    def veredicto(self) -> str:
        que = "la emisión"
        if self.corte is not None:
            corte = "el corte" if self.parcial is None else f"el corte PARCIAL de {self.parcial},"
            que = f"{corte} {self.corte} de {self.proceso}, {self.hora}, {str(self.modo).upper()}"
        if self.codigo == 1:
            primero = next(h for h in self.hallazgos if h.nivel == Nivel.MAL)
            otros = self.hay(Nivel.MAL) - 1
            mas = f" (y {otros} {'problema' if otros == 1 else 'problemas'} más)" if otros else ""
            return f"NO COINCIDE: {que} no es de fiar: {primero.texto}{mas}"
        if self.codigo == 2:
            motivo = next((h.texto for h in self.hallazgos if h.nivel == Nivel.SIN_COMPROBAR), "no hay ningún corte")
            return f"NO SE PUDO COMPROBAR {que}: {motivo}"
        falta = self.no_recalculados
        salvo = f"; no se recalculó: {', '.join(falta)}" if falta else ""
        return f"CORRECTO: {que}, es auténtico y sus cifras salen de las actas publicadas{salvo}"

    def como_dict(self) -> dict[str, Any]:
        return {
            "veredicto": self.veredicto,
            "codigo": self.codigo,
            "proceso": self.proceso,
            "corte": self.corte,
            "hora": self.hora,
            "modo": self.modo,
            "parcial": self.parcial,
            "no_recalculado": self.no_recalculados,
            "hallazgos": [asdict(h) for h in self.hallazgos],
            "omitidos": [{"nivel": n, "asunto": a, "cuantos": c} for (n, a), c in self.omitidos.items()],
        }

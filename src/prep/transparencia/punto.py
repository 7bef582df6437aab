"""Checkpoints (C2SP tlog-checkpoint v1.0.0): who the log is, how many leaves it has and their root."""

from collections.abc import Iterable
from dataclasses import dataclass

from prep.transparencia.errores import FirmaInvalida, FormatoInvalido
from prep.transparencia.nota import FirmaVerificada, LlavePublica, Nota, b64, de_b64, entero


@dataclass(frozen=True)
class Punto:
    """The head of a log: `origen` (its name), `tamano` (leaves) and `raiz` (32 bytes)."""

    origen: str
    tamano: int
    raiz: bytes

    def texto(self) -> bytes:
        return f"{self.origen}\n{self.tamano}\n{b64(self.raiz)}\n".encode()

    @classmethod
    def leer(cls, texto: bytes) -> "Punto":
        """From a note's text. Extension lines are refused: nobody could audit what they say."""
        try:
            lineas = texto.decode("utf-8", "strict").split("\n")
        except UnicodeDecodeError as e:
            raise FormatoInvalido("el punto de control no es texto UTF-8") from e
        if len(lineas) != 4 or lineas[3] != "" or not lineas[0]:
            raise FormatoInvalido("el punto de control no tiene sus tres líneas: origen, tamaño y raíz")
        raiz = de_b64(lineas[2], "la raíz")
        if len(raiz) != 32:
            raise FormatoInvalido("la raíz del punto de control no mide 32 bytes")
        return cls(lineas[0], entero(lineas[1], "el tamaño"), raiz)


@dataclass(frozen=True)
class PuntoFirmado:
    """A checkpoint whose log signature held, with the cosignatures of known keys that held too."""

    punto: Punto
    nota: Nota
    firmas: tuple[FirmaVerificada, ...]

    @property
    def cofirmas(self) -> tuple[FirmaVerificada, ...]:
        return tuple(f for f in self.firmas if f.hora is not None)


def abrir_punto(datos: bytes, registro: Iterable[LlavePublica], testigos: Iterable[LlavePublica] = ()) -> PuntoFirmado:
    """Read a checkpoint signed by one of the log's keys, whose name must be the origin."""
    nota = Nota.leer(datos)
    punto = Punto.leer(nota.texto)
    llaves = {ll for ll in registro if ll.nombre == punto.origen}
    firmas = nota.comprobar([*llaves, *testigos])
    if not any(f.llave in llaves for f in firmas):
        raise FirmaInvalida(f"el registro «{punto.origen}» no firma este punto de control con una llave conocida")
    return PuntoFirmado(punto, nota, tuple(firmas))

"""Texts that carry Merkle proofs: proof files (tlog-proof, draft v1) and witness requests (tlog-witness v1.0.0)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prep.transparencia import arbol
from prep.transparencia.errores import FirmaInvalida, FormatoInvalido
from prep.transparencia.nota import b64, de_b64, entero
from prep.transparencia.politica import Politica
from prep.transparencia.punto import PuntoFirmado
from prep.transparencia.registro import Historia

_CABEZA = "c2sp.org/tlog-proof@v1"
_MAXIMO = 63


def _hashes(lineas: Iterable[str]) -> tuple[bytes, ...]:
    hashes = tuple(de_b64(linea, "un hash de la prueba") for linea in lineas)
    if len(hashes) > _MAXIMO or any(len(h) != 32 for h in hashes):
        raise FormatoInvalido("la prueba trae hashes de más o que no miden 32 bytes")
    return hashes


def _partir(datos: bytes) -> tuple[list[str], bytes]:
    """Lines before the first blank line, and the checkpoint after it."""
    cabeza, separador, punto = datos.partition(b"\n\n")
    try:
        lineas = cabeza.decode("ascii").split("\n")
    except UnicodeDecodeError as e:
        raise FormatoInvalido("la prueba trae caracteres que no debe") from e
    if not separador or len(datos) > 1_000_000:
        raise FormatoInvalido("la prueba está incompleta o es demasiado grande")
    return lineas, punto


@dataclass(frozen=True)
class PruebaDeInclusion:
    """Proof that a leaf is number `indice` of the log whose checkpoint (a signed note, as bytes) it carries."""

    indice: int
    hashes: Sequence[bytes]
    punto: bytes
    extra: bytes | None = None

    def escribir(self) -> bytes:
        lineas = [_CABEZA]
        if self.extra is not None:
            lineas.append(f"extra {b64(self.extra)}")
        lineas += [f"index {self.indice}", *map(b64, self.hashes), "", ""]
        return "\n".join(lineas).encode() + self.punto

    @classmethod
    def leer(cls, datos: bytes) -> "PruebaDeInclusion":
        lineas, punto = _partir(datos)
        if lineas.pop(0) != _CABEZA:
            raise FormatoInvalido("no es un archivo de prueba c2sp.org/tlog-proof@v1")
        extra = None
        if lineas and lineas[0].startswith("extra "):
            extra = de_b64(lineas.pop(0)[6:], "el dato extra")
        if not lineas or not lineas[0].startswith("index "):
            raise FormatoInvalido("la prueba no dice el índice de la hoja")
        return cls(entero(lineas[0][6:], "el índice"), _hashes(lineas[1:]), punto, extra)

    def verificar(self, hoja: bytes, politica: Politica) -> PuntoFirmado:
        """Raise unless `hoja` (its content) is in a log of the policy, cosigned as the policy demands."""
        firmado = politica.abrir(self.punto)
        if not politica.cumple(firmado):
            raise FirmaInvalida(f"faltan cofirmas: {politica.descripcion()}")
        p = firmado.punto
        arbol.verificar_inclusion(arbol.hoja(hoja), self.indice, p.tamano, self.hashes, p.raiz)
        return firmado


@dataclass(frozen=True)
class PeticionDeCofirma:
    """Body of `POST /add-checkpoint`: the size the witness should know, the proof from it, the new checkpoint."""

    viejo: int
    hashes: Sequence[bytes]
    punto: bytes

    def escribir(self) -> bytes:
        return "\n".join([f"old {self.viejo}", *map(b64, self.hashes), "", ""]).encode() + self.punto

    @classmethod
    def leer(cls, datos: bytes) -> "PeticionDeCofirma":
        lineas, punto = _partir(datos)
        if not lineas[0].startswith("old "):
            raise FormatoInvalido("la petición no comienza con «old <tamaño>»")
        return cls(entero(lineas[0][4:], "el tamaño anterior"), _hashes(lineas[1:]), punto)


def peticion_de(historia: Historia, viejo: int) -> PeticionDeCofirma:
    """Request to a witness that last saw `viejo` leaves."""
    hashes = arbol.prueba_consistencia(historia.arbol.nodos, viejo, historia.punto.tamano)
    return PeticionDeCofirma(viejo, hashes, historia.firmado.nota.escribir())

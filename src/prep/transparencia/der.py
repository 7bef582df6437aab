"""The little of DER (X.690) that dated stamps need: definite lengths, one-byte tags."""

from dataclasses import dataclass

from prep.transparencia.errores import FormatoInvalido

BOOLEANO, ENTERO, OCTETOS, OID, SECUENCIA = 0x01, 0x02, 0x04, 0x06, 0x30
_MAXIMA_PROFUNDIDAD = 30


@dataclass(frozen=True)
class Nodo:
    """One element: its tag, its content, its children if it is constructed, and its bytes as they came."""

    etiqueta: int
    valor: bytes
    hijos: tuple["Nodo", ...]
    crudo: bytes

    @property
    def entero(self) -> int:
        return int.from_bytes(self.valor, signed=True)

    @property
    def texto_oid(self) -> str:
        if self.etiqueta != OID or not self.valor:
            raise FormatoInvalido("se esperaba un identificador de objeto")
        numeros, actual = [], 0
        for b in self.valor:
            actual = actual << 7 | b & 0x7F
            if not b & 0x80:
                numeros.append(actual)
                actual = 0
        primero = min(numeros[0] // 40, 2)
        return ".".join(map(str, (primero, numeros[0] - 40 * primero, *numeros[1:])))

    @staticmethod
    def oid(texto: str) -> bytes:
        """DER of an object identifier."""
        a, b, *resto = map(int, texto.split("."))
        salida = b""
        for n in (40 * a + b, *resto):
            partes = [n & 0x7F]
            while n := n >> 7:
                partes.insert(0, n & 0x7F | 0x80)
            salida += bytes(partes)
        return escribir(OID, salida)


def leer(datos: bytes) -> Nodo:
    """The one element that `datos` are."""
    nodo, fin = _nodo(datos, 0, len(datos), 0)
    if fin != len(datos):
        raise FormatoInvalido("sobran bytes después del elemento DER")
    return nodo


def _nodo(datos: bytes, i: int, tope: int, profundidad: int) -> tuple[Nodo, int]:
    if profundidad > _MAXIMA_PROFUNDIDAD or i + 2 > tope or datos[i] & 0x1F == 0x1F:
        raise FormatoInvalido("DER truncado, demasiado profundo o con etiquetas que no se admiten")
    etiqueta, largo, j = datos[i], datos[i + 1], i + 2
    if largo >= 0x80:
        cuantos = largo & 0x7F
        if not 1 <= cuantos <= 4 or j + cuantos > tope:
            raise FormatoInvalido("DER con un largo que no se admite")
        largo, j = int.from_bytes(datos[j : j + cuantos]), j + cuantos
    fin = j + largo
    if fin > tope:
        raise FormatoInvalido("DER truncado")
    hijos = []
    if etiqueta & 0x20:
        k = j
        while k < fin:
            hijo, k = _nodo(datos, k, fin, profundidad + 1)
            hijos.append(hijo)
    return Nodo(etiqueta, datos[j:fin], tuple(hijos), datos[i:fin]), fin


def escribir(etiqueta: int, *partes: bytes) -> bytes:
    """An element with this tag and content."""
    valor = b"".join(partes)
    if len(valor) < 0x80:
        return bytes([etiqueta, len(valor)]) + valor
    largo = len(valor).to_bytes((len(valor).bit_length() + 7) // 8)
    return bytes([etiqueta, 0x80 | len(largo)]) + largo + valor


def escribir_entero(n: int) -> bytes:
    return escribir(ENTERO, n.to_bytes(n.bit_length() // 8 + 1, signed=True))

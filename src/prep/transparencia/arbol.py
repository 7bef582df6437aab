"""The Merkle tree of RFC 6962: roots, proofs and tiles. SHA-256; every hash is 32 bytes.

A range [a, b) of leaves names a node of the tree wherever the RFC's recursion produces it. `Nodos` is anything that
gives the hash of the perfect subtree number `indice` of height `nivel` (2^nivel leaves): a tree in memory or tiles.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from prep.transparencia.errores import PruebaInvalida

Nodos = Callable[[int, int], bytes]
RAIZ_VACIA = sha256(b"").digest()
ANCHO = 256  # hashes in a full tile
ALTO = 8  # levels of the tree that a tile spans


def hoja(dato: bytes) -> bytes:
    """Hash of a leaf's content."""
    return sha256(b"\x00" + dato).digest()


def nodo(izquierda: bytes, derecha: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + izquierda + derecha).digest()


class Frontera:
    """The roots of the perfect subtrees of a growing tree, largest first: all that appending and the root need."""

    __slots__ = ("_hashes", "tamano")

    def __init__(self, tamano: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if tamano < 0 or len(hashes) != tamano.bit_count() or any(len(h) != 32 for h in hashes):
            raise PruebaInvalida(f"la frontera no corresponde a un árbol de {tamano} hojas")
        self.tamano = tamano
        self._hashes = list(hashes)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def agregar(self, hash_de_hoja: bytes) -> None:
        """Append one leaf hash."""
        self.extender((hash_de_hoja,))

    def agregar_perfecto(self, nivel: int, hash_de_subarbol: bytes) -> None:
        """Append the 2^nivel leaves of a perfect subtree by its root, where one of that height begins."""
        if self.tamano & ((1 << nivel) - 1) or len(hash_de_subarbol) != 32:
            raise PruebaInvalida(f"después de {self.tamano} hojas no empieza un subárbol de {1 << nivel}")
        m, h = self.tamano >> nivel, hash_de_subarbol
        while m & 1:
            h = nodo(self._hashes.pop(), h)
            m >>= 1
        self._hashes.append(h)
        self.tamano += 1 << nivel

    def extender(self, hashes_de_hoja: Iterable[bytes]) -> None:
        """Append many leaf hashes; one inner hash each, amortised."""
        pila, n, h256 = self._hashes, self.tamano, sha256
        for h in hashes_de_hoja:
            if len(h) != 32:
                self.tamano = n
                raise PruebaInvalida("el hash de una hoja mide 32 bytes")
            m = n
            while m & 1:
                h = h256(b"\x01" + pila.pop() + h).digest()
                m >>= 1
            pila.append(h)
            n += 1
        self.tamano = n

    def raiz(self) -> bytes:
        """Root of the tree so far."""
        return _doblar(self._hashes)

    def copia(self) -> "Frontera":
        return Frontera(self.tamano, self._hashes)


def raiz_de(hashes_de_hoja: Iterable[bytes]) -> bytes:
    """Root over a list of leaf hashes, level by level: the last of an odd one goes up as it is."""
    nivel = list(hashes_de_hoja)
    if any(len(h) != 32 for h in nivel):
        raise PruebaInvalida("el hash de una hoja mide 32 bytes")
    while len(nivel) > 1:
        arriba = [sha256(b"\x01" + a + b).digest() for a, b in zip(nivel[::2], nivel[1::2], strict=False)]
        nivel = arriba + nivel[2 * len(arriba) :]
    return nivel[0] if nivel else RAIZ_VACIA


class Arbol:
    """A whole tree in memory, for logs small enough to hold (64 bytes a leaf)."""

    def __init__(self, hashes_de_hoja: Iterable[bytes] = ()) -> None:
        self._niveles: list[list[bytes]] = [[]]
        for h in hashes_de_hoja:
            self.agregar(h)

    @property
    def tamano(self) -> int:
        return len(self._niveles[0])

    def agregar(self, hash_de_hoja: bytes) -> None:
        nivel, h = 0, hash_de_hoja
        while True:
            if nivel == len(self._niveles):
                self._niveles.append([])
            fila = self._niveles[nivel]
            fila.append(h)
            if len(fila) % 2:
                return
            h = nodo(fila[-2], fila[-1])
            nivel += 1

    def nodos(self, nivel: int, indice: int) -> bytes:
        return self._niveles[nivel][indice]

    def raiz(self, tamano: int | None = None) -> bytes:
        return raiz(self.nodos, self.tamano if tamano is None else tamano)


# --- ranges -----------------------------------------------------------------------------------------------------------


def _doblar(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return RAIZ_VACIA
    h = hashes[-1]
    for izquierda in reversed(hashes[:-1]):
        h = nodo(izquierda, h)
    return h


def subarboles(inicio: int, fin: int) -> list[tuple[int, int]]:
    """The perfect subtrees (nivel, indice) that make up the node [inicio, fin), left to right."""
    partes = []
    while inicio < fin:
        nivel = (fin - inicio).bit_length() - 1
        partes.append((nivel, inicio >> nivel))
        inicio += 1 << nivel
    return partes


def _resumen(nodos: Nodos, inicio: int, fin: int) -> bytes:
    return _doblar([nodos(nivel, i) for nivel, i in subarboles(inicio, fin)])


def raiz(nodos: Nodos, tamano: int) -> bytes:
    """Root of the first `tamano` leaves."""
    return _resumen(nodos, 0, tamano)


def _corte(n: int) -> int:
    """Largest power of two smaller than n (n > 1)."""
    return 1 << ((n - 1).bit_length() - 1)


# --- proofs -----------------------------------------------------------------------------------------------------------


def prueba_inclusion(nodos: Nodos, indice: int, tamano: int) -> list[bytes]:
    """Audit path of leaf `indice` in the tree of `tamano` leaves (RFC 6962 §2.1.1), from the leaf up."""
    if not 0 <= indice < tamano:
        raise PruebaInvalida(f"no hay hoja {indice} en un árbol de {tamano}")
    camino: list[bytes] = []
    inicio, fin = 0, tamano
    while fin - inicio > 1:
        medio = inicio + _corte(fin - inicio)
        if indice < medio:
            camino.append(_resumen(nodos, medio, fin))
            fin = medio
        else:
            camino.append(_resumen(nodos, inicio, medio))
            inicio = medio
    return camino[::-1]


def prueba_consistencia(nodos: Nodos, viejo: int, nuevo: int) -> list[bytes]:
    """Consistency proof from `viejo` to `nuevo` leaves (RFC 6962 §2.1.2); empty from 0 or to itself."""
    if not 0 <= viejo <= nuevo:
        raise PruebaInvalida(f"no hay prueba de {viejo} a {nuevo} hojas")
    if viejo in (0, nuevo):
        return []
    camino: list[bytes] = []
    inicio, fin, entero = 0, nuevo, True
    while viejo != fin:
        medio = inicio + _corte(fin - inicio)
        if viejo <= medio:
            camino.append(_resumen(nodos, medio, fin))
            fin = medio
        else:
            camino.append(_resumen(nodos, inicio, medio))
            inicio, entero = medio, False
    if not entero:
        camino.append(_resumen(nodos, inicio, fin))
    return camino[::-1]


def verificar_inclusion(hash_de_hoja: bytes, indice: int, tamano: int, prueba: Sequence[bytes], raiz_: bytes) -> None:
    """Raise `PruebaInvalida` unless the leaf is number `indice` of the tree (RFC 9162 §2.1.3.2)."""
    if not 0 <= indice < tamano:
        raise PruebaInvalida(f"no hay hoja {indice} en un árbol de {tamano}")
    fn, sn, r = indice, tamano - 1, hash_de_hoja
    for p in prueba:
        if sn == 0:
            raise PruebaInvalida("la prueba de inclusión es más larga de lo debido")
        if fn & 1 or fn == sn:
            r = nodo(p, r)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            r = nodo(r, p)
        fn >>= 1
        sn >>= 1
    if sn or r != raiz_:
        raise PruebaInvalida("la prueba de inclusión no lleva a la raíz firmada")


def verificar_consistencia(
    viejo: int, raiz_vieja: bytes, nuevo: int, raiz_nueva: bytes, prueba: Sequence[bytes]
) -> None:
    """Raise `PruebaInvalida` unless the tree of `nuevo` leaves begins with that of `viejo` (RFC 9162 §2.1.4.2)."""
    if not 0 <= viejo <= nuevo:
        raise PruebaInvalida(f"un árbol de {nuevo} hojas no puede continuar a uno de {viejo}")
    if viejo in (0, nuevo):
        if prueba or (raiz_vieja != (raiz_nueva if viejo else RAIZ_VACIA)):
            raise PruebaInvalida("las raíces no concuerdan")
        return
    camino = list(prueba)
    if viejo & (viejo - 1) == 0:
        camino.insert(0, raiz_vieja)
    if not camino:
        raise PruebaInvalida("falta la prueba de consistencia")
    fn, sn = viejo - 1, nuevo - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = camino[0]
    for c in camino[1:]:
        if sn == 0:
            raise PruebaInvalida("la prueba de consistencia es más larga de lo debido")
        if fn & 1 or fn == sn:
            fr, sr = nodo(c, fr), nodo(c, sr)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            sr = nodo(sr, c)
        fn >>= 1
        sn >>= 1
    if sn or fr != raiz_vieja or sr != raiz_nueva:
        raise PruebaInvalida("la prueba de consistencia no lleva de una raíz a la otra")


# --- tiles ------------------------------------------------------------------------------------------------------------


def teselas(desde: int, hasta: int) -> list[tuple[int, int, int]]:
    """Tiles (nivel, numero, ancho) that the tree of `hasta` leaves has and that of `desde` lacks or has narrower."""
    lista = []
    nivel = 0
    while hasta >> (ALTO * nivel):
        viejo, nuevo = desde >> (ALTO * nivel), hasta >> (ALTO * nivel)
        if viejo != nuevo:
            for n in range(viejo // ANCHO, (nuevo + ANCHO - 1) // ANCHO):
                lista.append((nivel, n, min(ANCHO, nuevo - n * ANCHO)))
        nivel += 1
    return lista


def nodo_en_tesela(nivel: int, indice: int) -> tuple[int, int, int, int]:
    """Where the subtree (nivel, indice) is: tile level, tile number, and hashes [a, b) of the tile that fold to it."""
    nivel_tesela, alto = divmod(nivel, ALTO)
    primero = indice << alto
    numero, a = divmod(primero, ANCHO)
    return nivel_tesela, numero, a, a + (1 << alto)

"""The published log: leaves kept as tiles and entry bundles (C2SP tlog-tiles v0.1.0) under a signed checkpoint.

    checkpoint                    the newest head, with every signature received
    puntos/<tamano>               the same for each past size: who signed what, and when
    llaves/instituto.vkey         the key that signs it now
    tile/<L>/<N>[.p/<W>]          hashes
    tile/entries/<N>[.p/<W>]      leaves, each preceded by its length (u16, big endian)

Writing one leaf: its entry bundle first, created once (that is the commitment: whoever finds it finishes it), then the
tiles, then the checkpoint. Killed at any instant, the next writer completes what was begun and nothing is said twice.
"""

import contextlib
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from prep.transparencia import arbol
from prep.transparencia.almacen import Almacen, Lector
from prep.transparencia.arbol import ANCHO, Arbol
from prep.transparencia.errores import (
    ErrorEmision,
    FirmaInvalida,
    FormatoInvalido,
    Inconsistente,
    NoDisponible,
    PruebaInvalida,
)
from prep.transparencia.nota import FIRMA, Firma, Firmante, LlavePublica, Nota, firmar, leer_firmas
from prep.transparencia.punto import Punto, PuntoFirmado, abrir_punto
from prep.transparencia.vigencia import cambios_de_llaves, relevadas, revocadas

LLAVE_INSTITUTO = "llaves/instituto.vkey"
MAXIMO_HOJA = 1023
"""The format allows 64 kB; ours say what they have to in less than one, and no reader has to hold more."""
MAXIMO_HOJAS = 100_000
MAXIMO_PUNTO = 100_000
MAXIMO_TESELA = ANCHO * 32
MAXIMO_ENTRADAS = ANCHO * (MAXIMO_HOJA + 2)


def _numero(n: int) -> str:
    partes = [f"{n % 1000:03d}"]
    while n := n // 1000:
        partes.insert(0, f"x{n % 1000:03d}")
    return "/".join(partes)


def ruta_tesela(nivel: int, numero: int, ancho: int = ANCHO) -> str:
    """Path of a tile; full unless `ancho` is less than 256."""
    return f"tile/{nivel}/{_numero(numero)}" + (f".p/{ancho}" if ancho < ANCHO else "")


def ruta_entradas(numero: int, ancho: int = ANCHO) -> str:
    """Path of an entry bundle."""
    return f"tile/entries/{_numero(numero)}" + (f".p/{ancho}" if ancho < ANCHO else "")


def ruta_punto(tamano: int) -> str:
    return f"puntos/{tamano:06d}"


def empacar(hojas: Iterable[bytes]) -> bytes:
    """An entry bundle."""
    partes = []
    for h in hojas:
        if len(h) > MAXIMO_HOJA:
            raise FormatoInvalido(f"una hoja del registro no puede medir más de {MAXIMO_HOJA} bytes")
        partes.append(struct.pack(">H", len(h)) + h)
    return b"".join(partes)


def desempacar(datos: bytes, cuantas: int) -> list[bytes]:
    """The `cuantas` leaves of a bundle, which must hold those and nothing else."""
    hojas: list[bytes] = []
    i = 0
    while i < len(datos):
        if i + 2 > len(datos):
            raise FormatoInvalido("un paquete de hojas está truncado")
        (mide,) = struct.unpack_from(">H", datos, i)
        if i + 2 + mide > len(datos):
            raise FormatoInvalido("un paquete de hojas está truncado")
        if mide > MAXIMO_HOJA or len(hojas) >= cuantas:
            raise FormatoInvalido("un paquete trae hojas de más o demasiado largas")
        hojas.append(datos[i + 2 : i + 2 + mide])
        i += 2 + mide
    if len(hojas) != cuantas:
        raise FormatoInvalido(f"un paquete debe traer {cuantas} hojas y trae {len(hojas)}")
    return hojas


def _leer_pieza(lector: Lector, ruta: Callable[[int], str], ancho: int, maximo: int) -> tuple[bytes, int]:
    """A partial tile or bundle, or the full one that replaced it. Returns the bytes and their width."""
    for w in dict.fromkeys((ancho, ANCHO)):
        datos = lector.leer(ruta(w), maximo)
        if datos is not None:
            return datos, w
    raise NoDisponible(f"falta {ruta(ancho)} del registro")


class Teselas:
    """Hashes of the tree of `tamano` leaves, taken from published tiles. Call it as `arbol.Nodos`."""

    def __init__(self, lector: Lector, tamano: int) -> None:
        self._lector = lector
        self._tamano = tamano
        self._leidas: dict[tuple[int, int], bytes] = {}

    def tesela(self, nivel: int, numero: int) -> bytes:
        if (nivel, numero) not in self._leidas:
            ancho = min(ANCHO, (self._tamano >> (arbol.ALTO * nivel)) - numero * ANCHO)
            if ancho <= 0:
                raise PruebaInvalida("se pidió un nodo que el árbol no tiene")
            datos, w = _leer_pieza(self._lector, lambda w: ruta_tesela(nivel, numero, w), ancho, MAXIMO_TESELA)
            if len(datos) != 32 * w:
                raise FormatoInvalido(f"{ruta_tesela(nivel, numero, w)} no mide lo que debe")
            self._leidas[nivel, numero] = datos[: 32 * ancho]
        return self._leidas[nivel, numero]

    def __call__(self, nivel: int, indice: int) -> bytes:
        nivel_tesela, numero, a, b = arbol.nodo_en_tesela(nivel, indice)
        datos = self.tesela(nivel_tesela, numero)
        if len(datos) < 32 * b:
            raise PruebaInvalida("se pidió un nodo que el árbol no tiene")
        return arbol.raiz_de(datos[32 * i : 32 * i + 32] for i in range(a, b))


def leer_hojas(lector: Lector, tamano: int) -> list[bytes]:
    """Every leaf of the log, not yet checked against any root."""
    if tamano > MAXIMO_HOJAS:
        raise FormatoInvalido(f"el registro dice tener {tamano} hojas, más de las que se aceptan")
    hojas: list[bytes] = []
    for numero in range((tamano + ANCHO - 1) // ANCHO):
        ancho = min(ANCHO, tamano - numero * ANCHO)
        datos, w = _leer_pieza(lector, lambda w, n=numero: ruta_entradas(n, w), ancho, MAXIMO_ENTRADAS)  # type: ignore[misc]
        hojas += desempacar(datos, w)[:ancho]
    return hojas


@dataclass(frozen=True)
class Historia:
    """A log read whole: its signed head and every leaf under it, whose root was recomputed and matches."""

    firmado: PuntoFirmado
    hojas: Sequence[bytes]
    arbol: Arbol = field(repr=False)

    @property
    def punto(self) -> Punto:
        return self.firmado.punto

    def comprobar_continuacion(self, anterior: Punto) -> None:
        """Raise `Inconsistente` unless this history begins with the one whose head was `anterior`."""
        if anterior.origen != self.punto.origen:
            raise Inconsistente(f"es otro registro: antes «{anterior.origen}», ahora «{self.punto.origen}»")
        if anterior.tamano > self.punto.tamano:
            raise Inconsistente(
                f"el registro retrocedió: antes tenía {anterior.tamano} hojas y ahora {self.punto.tamano}"
            )
        if self.arbol.raiz(anterior.tamano) != anterior.raiz:
            raise Inconsistente(f"la historia fue reescrita: las primeras {anterior.tamano} hojas ya no son las mismas")


def historia_de(firmado: PuntoFirmado, hojas: Sequence[bytes]) -> Historia:
    """Build the tree over `hojas` and demand the signed root."""
    a = Arbol(map(arbol.hoja, hojas))
    if a.tamano != firmado.punto.tamano or a.raiz() != firmado.punto.raiz:
        raise PruebaInvalida("las hojas publicadas no dan la raíz que el registro firmó")
    return Historia(firmado, hojas, a)


def leer_historia(lector: Lector, registro: Iterable[LlavePublica], testigos: Iterable[LlavePublica] = ()) -> Historia:
    """Read the newest checkpoint, check its signatures, read every leaf and recompute the root; rotations are followed
    from the keys given, and the revoked ones refused.

    The signature comes first: nothing is read under a head that nobody known signs, but the few leaves that could say
    that its key follows a known one.
    """
    datos = lector.leer("checkpoint", MAXIMO_PUNTO)
    if datos is None:
        raise NoDisponible("no hay «checkpoint»: no es un registro publicado o está vacío")
    confiables, conocidos = list(registro), list(testigos)
    nota = Nota.leer(datos)
    punto = Punto.leer(nota.texto)
    if not any(f.es_de(ll) for f in nota.firmas for ll in confiables if ll.nombre == punto.origen):
        if not any(ll.nombre == punto.origen for ll in confiables):
            raise FirmaInvalida(f"ninguna llave conocida firma este registro, «{punto.origen}»")
    else:
        abrir_punto(datos, confiables, conocidos)
    hojas = leer_hojas(lector, punto.tamano)
    vivas = _seguir_relevos(lector, confiables, hojas)
    if not vivas:
        raise FirmaInvalida("todas las llaves conocidas del registro fueron revocadas")
    fuera = revocadas(hojas)
    return historia_de(abrir_punto(datos, vivas, [t for t in conocidos if t.publica not in fuera]), hojas)


def _seguir_relevos(lector: Lector, confiables: Iterable[LlavePublica], hojas: Sequence[bytes]) -> list[LlavePublica]:
    """The keys that count at the end of these leaves, taken in their order: one already revoked names no other, and
    does not come back."""
    vivas, fuera = list(confiables), set[bytes]()
    for posicion, hoja in cambios_de_llaves(hojas):
        llave = LlavePublica.leer(hoja["llave"])
        if hoja["accion"] == "revocacion":
            fuera.add(llave.publica)
            vivas = [ll for ll in vivas if ll.publica not in fuera]
        elif hoja["accion"] == "rotacion" and llave.tipo == FIRMA and llave.publica not in fuera:
            vieja = LlavePublica.leer(hoja["anterior"] or hoja["llave"])
            if vieja in vivas and llave not in vivas:
                _comprobar_relevo(lector, vieja, posicion, hojas)
                vivas.append(llave)
    return vivas


def _comprobar_relevo(lector: Lector, vieja: LlavePublica, posicion: int, hojas: Sequence[bytes]) -> None:
    datos = lector.leer(ruta_punto(posicion + 1), MAXIMO_PUNTO)
    if datos is None:
        raise NoDisponible(f"falta {ruta_punto(posicion + 1)}, que demuestra el cambio de llave")
    firmado = abrir_punto(datos, [vieja])
    if firmado.punto.tamano != posicion + 1 or firmado.punto.raiz != arbol.raiz_de(
        map(arbol.hoja, hojas[: posicion + 1])
    ):
        raise FirmaInvalida("el punto de control que anuncia el cambio de llave no es de esta historia")


def copiar_registro(
    fuente: Lector,
    destino: Almacen,
    historia: Historia,
    firmantes: Iterable[LlavePublica],
    testigos: Iterable[LlavePublica] = (),
) -> None:
    """Write the tiles and bundles of a log already checked, and the past checkpoints its source still has.

    Tiles are made from the leaves, not copied: what is written is what was verified. A past checkpoint that is not
    there, or is not well signed, is left out: it is optional.
    """
    n = historia.punto.tamano
    llaves, conocidos = tuple(firmantes), tuple(testigos)
    for nivel, numero, ancho in arbol.teselas(0, n):
        primero = numero * ANCHO
        hashes = [historia.arbol.nodos(arbol.ALTO * nivel, primero + i) for i in range(ancho)]
        destino.escribir(ruta_tesela(nivel, numero, ancho), b"".join(hashes))
        if nivel == 0:
            destino.escribir(ruta_entradas(numero, ancho), empacar(historia.hojas[primero : primero + ancho]))
    for tamano in range(1, n):
        if destino.leer(ruta_punto(tamano), MAXIMO_PUNTO) is not None:
            continue
        with contextlib.suppress(ErrorEmision):
            datos = fuente.leer(ruta_punto(tamano), MAXIMO_PUNTO)
            if datos is not None:
                punto = abrir_punto(datos, llaves, conocidos).punto
                if (punto.tamano, punto.raiz) == (tamano, historia.arbol.raiz(tamano)):
                    destino.escribir(ruta_punto(tamano), datos)


class Registro:
    """The writer of a log. One at a time: `candado` gives the lock; a store may bring its own. `llave_en`: where its
    public key is left. A head signed by the key that its own replaces, as the log itself says, is continued too."""

    def __init__(
        self,
        almacen: Almacen,
        firmante: Firmante,
        candado: Callable[[], AbstractContextManager[None]] | None = None,
        llave_en: str = LLAVE_INSTITUTO,
    ) -> None:
        self.almacen = almacen
        self.firmante = firmante
        self._llave_en = llave_en
        self.origen = firmante.llave.nombre
        propio: Callable[[], AbstractContextManager[None]] = getattr(almacen, "candado", contextlib.nullcontext)
        self._candado = candado or propio

    def historia(self) -> Historia | None:
        """The log as signed; None if it has not begun."""
        datos = self.almacen.leer("checkpoint", MAXIMO_PUNTO)
        if datos is None:
            return None
        propia = self.firmante.llave
        hojas = leer_hojas(self.almacen, Punto.leer(Nota.leer(datos).texto).tamano)
        if propia.publica in revocadas(hojas):
            raise FirmaInvalida(
                f"la llave de {propia.nombre} fue revocada en este registro: firme con la que la releva"
            )
        return historia_de(abrir_punto(datos, [propia, *relevadas(hojas, propia)]), hojas)

    def agregar(self, dato: bytes, antes_de_firmar: Callable[[], None] | None = None) -> int:
        """Publish a leaf and return its position. A leaf already there is not repeated.

        `antes_de_firmar` runs when the leaf is in the tiles and the checkpoint is not signed yet: the place to switch
        a pointer to what the leaf announces. It must be idempotent.
        """
        with self._candado():
            historia = self.historia()
            hojas = list(historia.hojas) if historia else []
            if dato in hojas:
                if antes_de_firmar:
                    antes_de_firmar()
                return hojas.index(dato)
            pendiente = self._pendiente(hojas)
            if pendiente is not None:
                self._publicar(hojas, pendiente, antes_de_firmar if pendiente == dato else None)
            if pendiente != dato:
                self._publicar(hojas, dato, antes_de_firmar)
            return len(hojas) - 1

    def terminar(self) -> bool:
        """Finish a leaf that a killed writer left begun. True if there was one."""
        with self._candado():
            historia = self.historia()
            hojas = list(historia.hojas) if historia else []
            pendiente = self._pendiente(hojas)
            if pendiente is not None:
                self._publicar(hojas, pendiente, None)
            return pendiente is not None

    def agregar_firmas(self, lineas: bytes | Iterable[Firma], testigos: Iterable[LlavePublica], tamano: int) -> Nota:
        """Merge cosignatures over the checkpoint of `tamano` leaves, current or past. Unknown: dropped; bad: raises."""
        firmas = leer_firmas(lineas) if isinstance(lineas, bytes) else tuple(lineas)
        conocidas = tuple(testigos)
        with self._candado():
            datos = self.almacen.leer(ruta_punto(tamano), MAXIMO_PUNTO)
            if datos is None:
                raise NoDisponible(f"no hay punto de control de {tamano} hojas")
            nota = Nota.leer(datos)
            buenas = [f for f in firmas if any(f.es_de(ll) for ll in conocidas)]
            nueva = nota.con(buenas)
            if nueva != nota:
                nueva.comprobar(conocidas)
                self.almacen.reemplazar(ruta_punto(tamano), nueva.escribir())
                actual = self.almacen.leer("checkpoint", MAXIMO_PUNTO)
                if actual is not None and Nota.leer(actual).texto == nueva.texto:
                    self.almacen.reemplazar("checkpoint", nueva.escribir())
            return nueva

    def _pendiente(self, hojas: list[bytes]) -> bytes | None:
        """The leaf whose bundle was written and whose checkpoint was not."""
        numero, resto = divmod(len(hojas), ANCHO)
        datos = self.almacen.leer(ruta_entradas(numero, resto + 1), MAXIMO_ENTRADAS)
        if datos is None:
            return None
        paquete = desempacar(datos, resto + 1)
        if paquete[:-1] != hojas[numero * ANCHO :]:
            raise Inconsistente("lo que quedó a medio escribir no continúa al registro firmado")
        return paquete[-1]

    def _publicar(self, hojas: list[bytes], dato: bytes, antes_de_firmar: Callable[[], None] | None) -> None:
        posicion = len(hojas)
        numero, resto = divmod(posicion, ANCHO)
        self.almacen.escribir(ruta_entradas(numero, resto + 1), empacar([*hojas[numero * ANCHO :], dato]))
        anteriores, nuevo, nivel, indice = Teselas(self.almacen, posicion), arbol.hoja(dato), 0, posicion
        while True:
            n, w = divmod(indice, ANCHO)
            contenido = (anteriores.tesela(nivel, n) if w else b"") + nuevo
            self.almacen.escribir(ruta_tesela(nivel, n, w + 1), contenido)
            if w + 1 < ANCHO:
                break
            nuevo = arbol.raiz_de(contenido[i : i + 32] for i in range(0, len(contenido), 32))
            nivel, indice = nivel + 1, n
        if antes_de_firmar:
            antes_de_firmar()
        hojas.append(dato)
        punto = Punto(self.origen, posicion + 1, arbol.raiz_de(map(arbol.hoja, hojas)))
        nota = Nota(punto.texto(), (firmar(punto.texto(), self.firmante),))
        if (ya := self.almacen.leer(ruta_punto(posicion + 1), MAXIMO_PUNTO)) is not None:
            if Nota.leer(ya).texto != nota.texto:
                raise Inconsistente(f"ya se firmó otro punto de control de {posicion + 1} hojas")
            nota = Nota.leer(ya).con(nota.firmas)
        vkey = f"{self.firmante.llave.vkey}\n".encode()
        if self.almacen.leer(self._llave_en, 1000) != vkey:
            self.almacen.reemplazar(self._llave_en, vkey)
        self.almacen.reemplazar(ruta_punto(posicion + 1), nota.escribir())
        self.almacen.reemplazar("checkpoint", nota.escribir())

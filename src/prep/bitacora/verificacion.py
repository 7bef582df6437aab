"""Check that the bitácora is what was written: every gap and every alteration is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from prep.bitacora import disparadores
from prep.bitacora.asientos import Finales, cabeza
from prep.bitacora.autoridad import ambito, autoridad_legible, instalacion, llaves, llaves_de_dispositivos
from prep.bitacora.proyecciones import diferencias
from prep.bitacora.publicado import Publicado
from prep.bitacora.sobres import (
    SIN_PREVIO,
    Sobre,
    SobreInvalido,
    guardado,
    revisar_firma,
    revisar_firma_dispositivo,
)
from prep.transparencia.arbol import Frontera
from prep.transparencia.arbol import hoja as hoja_de
from prep.transparencia.errores import PruebaInvalida


@dataclass(slots=True)
class Cadena:
    """Follows a stream of stored envelopes and names what breaks: positions, node chains, signatures.

    `testigos`: roots that others have signed, as published cortes give them.
    """

    ambito: str
    llaves: Mapping[str, Ed25519PublicKey]
    aparatos: Mapping[str, Ed25519PublicKey]
    testigos: dict[int, tuple[str, str]] = field(default_factory=dict)
    frontera: Frontera = field(default_factory=Frontera)
    ultima: int = 0
    finales: dict[str, Finales] = field(default_factory=dict)
    vistos: set[tuple[str, int, str]] = field(default_factory=set)
    """Node, sequence and hash of every envelope so far."""

    def avanzar(self, posicion: int) -> Iterator[str]:
        """Take the next position, be its envelope readable or not."""
        if posicion != self.ultima + 1:
            yield (
                f"posición {posicion}: se esperaba la {self.ultima + 1}; faltan hechos entre ambas"
                if posicion > self.ultima
                else f"posición {posicion}: está después de la {self.ultima}; los hechos se cambiaron de lugar"
            )
        self.ultima = posicion

    def sumar(self, hoja: bytes) -> Iterator[str]:
        """Add a leaf, and compare with whoever has seen the bitácora of that size."""
        self.frontera.agregar(hoja)
        if (testigo := self.testigos.pop(self.frontera.tamano, None)) is not None:
            raiz, quien = testigo
            if self.frontera.raiz().hex() != raiz:
                yield f"los primeros {self.frontera.tamano:,} hechos no son los que firmó {quien}: la historia cambió"

    def seguir(self, posicion: int, sobre: Sobre) -> Iterator[str]:
        """Take the next envelope; yield each problem in Spanish."""
        yield from self.avanzar(posicion)
        donde = f"posición {posicion}, hecho {sobre.hecho.id}"
        if sobre.ambito != self.ambito:
            yield f"{donde}: es de «{sobre.ambito}» y esta bitácora es de «{self.ambito}»"
        este, anterior = (sobre.nodo, sobre.secuencia, sobre.hoja.hex()), (sobre.secuencia - 1, sobre.previo)
        if este in self.vistos:
            yield f"{donde}: el sobre está repetido"
        fines = self.finales.setdefault(sobre.nodo, {SIN_PREVIO: 0})
        if fines.get(sobre.previo) == sobre.secuencia - 1:
            del fines[sobre.previo]
        elif anterior == (0, SIN_PREVIO) or (sobre.nodo, *anterior) in self.vistos:
            pass  # another branch of a chain that forked: kept, and told apart by its ends
        else:
            ultima = max(fines.values())
            yield f"{donde}: el nodo «{sobre.nodo}» salta de la secuencia {ultima} a la {sobre.secuencia}"
        fines[sobre.hoja.hex()] = sobre.secuencia
        self.vistos.add(este)
        yield from (f"{donde}: {problema}" for problema in self._firmas(sobre))
        yield from self.sumar(sobre.hoja)

    def _firmas(self, sobre: Sobre) -> Iterator[str]:
        llave = self.llaves.get(sobre.nodo)
        if llave is None:
            yield f"el instituto no dio de alta al nodo «{sobre.nodo}»"
            return
        try:
            revisar_firma(sobre, llave)
            if sobre.dispositivo is not None:
                if sobre.dispositivo.id not in self.aparatos:
                    yield f"el dispositivo «{sobre.dispositivo.id}» no está dado de alta"
                else:
                    revisar_firma_dispositivo(sobre, self.aparatos[sobre.dispositivo.id])
        except SobreInvalido as error:
            yield str(error)

    def faltantes(self, porque: str = "se perdieron los últimos") -> Iterator[str]:
        """Roots that others signed of a longer bitácora than this one: its end was dropped."""
        for tamano, (_, quien) in sorted(self.testigos.items()):
            if tamano:
                yield f"{quien} firmó {tamano:,} hechos y aquí hay {self.frontera.tamano:,}: {porque}"


def verificar(avance: Callable[[int], None] | None = None, publicado: Publicado | None = None) -> Iterator[str]:
    """Every problem of the stored bitácora; nothing when it is whole. One consistent snapshot.

    `publicado`: what the published cortes signed of it, read before. With that, whoever holds the whole database and no
    key cannot have changed what was there then.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        (quien, ilegibles), fila = autoridad_legible(), instalacion()
        raiz = bytes(fila.llave)
        if publicado is not None:
            yield from publicado.contra(fila.proceso, fila.modo, raiz, quien)
        testigos = dict(publicado.raices) if publicado is not None else {}
        cadena = Cadena(ambito(), llaves(quien, raiz), llaves_de_dispositivos(quien), testigos)
        for posicion, cuerpo, firma, hoja, columnas in _filas():
            try:
                sobre = guardado(cuerpo, firma)
            except SobreInvalido as error:
                yield from cadena.avanzar(posicion)
                yield f"posición {posicion}: {error}"
                yield from cadena.sumar(hoja_de(cuerpo + firma))
                continue
            yield from cadena.seguir(posicion, sobre)
            if hoja != sobre.hoja:
                yield f"posición {posicion}: el hash guardado no es el del contenido"
            h, d = sobre.hecho, sobre.dispositivo
            quien_y_que = (h.clase, h.tipo, h.sujeto, h.persona, d.id if d else "", h.orden)
            if columnas != (h.id, sobre.nodo, sobre.secuencia, *quien_y_que):
                yield f"posición {posicion}: las columnas no dicen lo mismo que el contenido firmado"
            if avance:
                avance(1)
        yield from cadena.faltantes()
        yield from _cabezas(cadena)
        yield from disparadores.problemas()
        if ilegibles:
            yield from ilegibles
            yield "las tablas que se calculan de los hechos no se compararon: no se puede leer quién puede actuar"
        else:
            yield from diferencias()


def _cabezas(cadena: Cadena) -> Iterator[str]:
    """The stored ends (of the bitácora and of each node) against those that the facts give."""
    try:
        final = cabeza()
    except PruebaInvalida as error:
        yield f"la cabeza no se puede leer: {error}"
    else:
        if (final.tamano, final.hashes) != (cadena.frontera.tamano, cadena.frontera.hashes):
            yield (
                f"la cabeza dice {final.tamano} hechos con raíz {final.raiz().hex()} y los hechos dan "
                f"{cadena.frontera.tamano} con raíz {cadena.frontera.raiz().hex()}"
            )
    guardados: dict[str, Finales] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT nodo, previo, secuencia FROM bitacora_cabezanodo")
        for nodo, previo, secuencia in cursor:
            guardados.setdefault(nodo, {})[previo] = secuencia
    for nodo in sorted(guardados.keys() | cadena.finales.keys()):
        if guardados.get(nodo) != cadena.finales.get(nodo):
            yield f"el final guardado de la cadena del nodo «{nodo}» no es el de sus hechos"


_Columnas = tuple[str, str, int, str, str, str, str, str, str]


def _filas() -> Iterable[tuple[int, bytes, bytes, bytes, _Columnas]]:
    desde = -(2**63)  # whatever is stored, even before the first position
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT posicion, cuerpo, firma, hoja, id, nodo, secuencia, clase, tipo, sujeto, persona, dispositivo,"
                " orden FROM bitacora_hecho WHERE posicion >= %s ORDER BY posicion LIMIT 5000",
                [desde],
            )
            filas = cursor.fetchall()
            if not filas:
                return
            for posicion, cuerpo, firma, hoja, *columnas in filas:
                yield posicion, bytes(cuerpo), bytes(firma), bytes(hoja), tuple(columnas)
            desde = filas[-1][0] + 1

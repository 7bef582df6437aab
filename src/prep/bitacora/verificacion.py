"""Check that the bitácora is what was written: every gap and every alteration is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from prep.bitacora.asientos import cabeza
from prep.bitacora.nodos import todas_las_llaves
from prep.bitacora.proyeccion import diferencias
from prep.bitacora.sobres import SIN_PREVIO, Sobre, SobreInvalido, guardado, revisar_firma
from prep.emision.arbol import Frontera


@dataclass(slots=True)
class Cadena:
    """Follows a stream of stored envelopes and names what breaks: positions, node chains, signatures."""

    llaves: dict[str, Ed25519PublicKey]
    frontera: Frontera = field(default_factory=Frontera)
    finales: dict[str, tuple[int, str]] = field(default_factory=dict)
    vistos: set[str] = field(default_factory=set)

    def seguir(self, posicion: int, sobre: Sobre) -> Iterator[str]:
        """Take the next envelope; yield each problem in Spanish."""
        esperada = self.frontera.tamano + 1
        if posicion != esperada:
            yield f"posición {posicion}: se esperaba la {esperada}; faltan hechos entre ambas"
        donde = f"posición {posicion}, hecho {sobre.hecho.id}"
        if sobre.hecho.id in self.vistos:
            yield f"{donde}: el identificador está repetido"
        self.vistos.add(sobre.hecho.id)
        secuencia, previo = self.finales.get(sobre.nodo, (0, SIN_PREVIO))
        if sobre.secuencia != secuencia + 1:
            yield f"{donde}: el nodo «{sobre.nodo}» salta de la secuencia {secuencia} a la {sobre.secuencia}"
        elif sobre.previo != previo:
            yield f"{donde}: no continúa al hecho anterior del nodo «{sobre.nodo}»"
        self.finales[sobre.nodo] = (sobre.secuencia, sobre.hoja.hex())
        llave = self.llaves.get(sobre.nodo)
        if llave is None:
            yield f"{donde}: no se conoce la llave del nodo «{sobre.nodo}»"
        else:
            try:
                revisar_firma(sobre, llave)
            except SobreInvalido as error:
                yield f"{donde}: {error}"
        self.frontera.agregar(sobre.hoja)


def verificar(avance: Callable[[int], None] | None = None) -> Iterator[str]:
    """Every problem of the stored bitácora; nothing when it is whole. One consistent snapshot."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cadena = Cadena(todas_las_llaves())
        for posicion, cuerpo, firma, hoja, columnas in _filas():
            sobre = guardado(cuerpo, firma)
            yield from cadena.seguir(posicion, sobre)
            if hoja != sobre.hoja:
                yield f"posición {posicion}: el hash guardado no es el del contenido"
            h = sobre.hecho
            if columnas != (h.id, sobre.nodo, sobre.secuencia, h.tipo.value, h.acta, h.operador):
                yield f"posición {posicion}: las columnas no dicen lo mismo que el contenido firmado"
            if avance:
                avance(1)
        final = cabeza()
        if (final.tamano, final.raiz()) != (cadena.frontera.tamano, cadena.frontera.raiz()):
            yield (
                f"la cabeza dice {final.tamano} hechos con raíz {final.raiz().hex()} y los hechos dan "
                f"{cadena.frontera.tamano} con raíz {cadena.frontera.raiz().hex()}"
            )
        yield from diferencias()


def _filas() -> Iterable[tuple[int, bytes, bytes, bytes, tuple[str, str, int, str, str, str]]]:
    desde = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT posicion, cuerpo, firma, hoja, id::text, nodo, secuencia, tipo, acta, operador"
                " FROM bitacora_hecho WHERE posicion > %s ORDER BY posicion LIMIT 5000",
                [desde],
            )
            filas = cursor.fetchall()
            if not filas:
                return
            for posicion, cuerpo, firma, hoja, *columnas in filas:
                yield posicion, bytes(cuerpo), bytes(firma), bytes(hoja), tuple(columnas)
            desde = filas[-1][0]

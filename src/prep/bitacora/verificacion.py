"""Check that the bitácora is what was written: every gap and every alteration is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from prep.bitacora.asientos import cabeza
from prep.bitacora.nodos import todas_las_llaves
from prep.bitacora.proyeccion import diferencias
from prep.bitacora.sobres import SIN_PREVIO, Sobre, SobreInvalido, guardado, revisar_firma
from prep.transparencia.arbol import Frontera
from prep.transparencia.arbol import hoja as hoja_de
from prep.transparencia.errores import PruebaInvalida

DISPARADORES: Final = frozenset({"solo_agregar_filas", "solo_agregar_tabla", "cabeza_crece", "cabeza_no_se_vacia"})


@dataclass(slots=True)
class Cadena:
    """Follows a stream of stored envelopes and names what breaks: positions, node chains, signatures."""

    llaves: dict[str, Ed25519PublicKey]
    frontera: Frontera = field(default_factory=Frontera)
    ultima: int = 0
    finales: dict[str, tuple[int, str]] = field(default_factory=dict)
    vistos: set[str] = field(default_factory=set)

    def avanzar(self, posicion: int) -> Iterator[str]:
        """Take the next position, be its envelope readable or not."""
        if posicion != self.ultima + 1:
            yield (
                f"posición {posicion}: se esperaba la {self.ultima + 1}; faltan hechos entre ambas"
                if posicion > self.ultima
                else f"posición {posicion}: está después de la {self.ultima}; los hechos se cambiaron de lugar"
            )
        self.ultima = posicion

    def seguir(self, posicion: int, sobre: Sobre) -> Iterator[str]:
        """Take the next envelope; yield each problem in Spanish."""
        yield from self.avanzar(posicion)
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
            try:
                sobre = guardado(cuerpo, firma)
            except SobreInvalido as error:
                yield from cadena.avanzar(posicion)
                yield f"posición {posicion}: {error}"
                cadena.frontera.agregar(hoja_de(cuerpo + firma))
                continue
            yield from cadena.seguir(posicion, sobre)
            if hoja != sobre.hoja:
                yield f"posición {posicion}: el hash guardado no es el del contenido"
            h = sobre.hecho
            if columnas != (h.id, sobre.nodo, sobre.secuencia, h.tipo.value, h.acta, h.operador):
                yield f"posición {posicion}: las columnas no dicen lo mismo que el contenido firmado"
            if avance:
                avance(1)
        yield from _cabezas(cadena)
        yield from _disparadores()
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
    with connection.cursor() as cursor:
        cursor.execute("SELECT nodo, secuencia, previo FROM bitacora_cabezanodo")
        guardados = {nodo: (secuencia, previo) for nodo, secuencia, previo in cursor}
    for nodo in sorted(guardados.keys() | cadena.finales.keys()):
        if guardados.get(nodo) != cadena.finales.get(nodo):
            yield f"el final guardado de la cadena del nodo «{nodo}» no es el de sus hechos"


def _disparadores() -> Iterator[str]:
    """The triggers that refuse changes must be there and always on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND NOT tgisinternal"
            " AND tgrelid IN ('bitacora_hecho'::regclass, 'bitacora_cabeza'::regclass)"
        )
        activos = {nombre for (nombre,) in cursor}
    for nombre in sorted(DISPARADORES - activos):
        yield f"el disparador {nombre}, que impide cambiar los hechos, falta o está apagado"


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

"""What this bitácora is of, and who may write in it: the fold of its facts of authority."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection

from prep.bitacora.asientos import Ultima, final, finales, tomar_cabeza, ultima_de_autoridad
from prep.bitacora.models import Instalacion
from prep.bitacora.nodos import publica
from prep.bitacora.sobres import ambito_de, escrito_guardado
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, INSTITUTO, TODO, Autoridad
from prep.dominio.comun.hecho import MAXIMO_CONOCIDOS, Escrito, revisar_hecho
from prep.dominio.comun.historia import ordenar
from prep.plataforma.errores import Impedimento
from prep.plataforma.peticion import una_vez


class SinFundar(Impedimento):
    """This installation does not know yet which process and institute it works for."""

    def __init__(self) -> None:
        super().__init__(
            "Esta instalación todavía no sabe de qué proceso e instituto es: fúndela con «prep operacion fundar»."
        )


class AutoridadIlegible(Impedimento):
    """Somebody altered what is stored of who may act, so much that it cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "No se puede leer quién puede actuar: alguien cambió los hechos guardados. Vea cuáles con «prep bitacora "
            "verificar» y restaure la base de datos."
        )


class OtraInstalacion(Impedimento):
    """The installation already belongs to another process, mode or institute."""


def fundar(proceso: str, modo: str, llave: bytes) -> str:
    """Say which process, mode and institute (raw public key) this bitácora is of; its ámbito. Idempotent."""
    fila, _ = Instalacion.objects.get_or_create(unica=True, defaults={"proceso": proceso, "modo": modo, "llave": llave})
    if (fila.proceso, fila.modo, bytes(fila.llave)) != (proceso, modo, llave):
        raise OtraInstalacion(
            f"Esta instalación ya es de «{ambito_de(fila.proceso, fila.modo, bytes(fila.llave))}»: use otra."
        )
    return ambito_de(proceso, modo, llave)


@una_vez
def instalacion() -> Instalacion:
    """The row; raise `SinFundar`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proceso, modo, llave FROM bitacora_instalacion")
        fila = cursor.fetchone()
    if fila is None:
        raise SinFundar
    return Instalacion(proceso=fila[0], modo=fila[1], llave=fila[2])


def ambito() -> str:
    """Ámbito of this installation; raise `SinFundar`."""
    fila = instalacion()
    return ambito_de(fila.proceso, fila.modo, bytes(fila.llave))


_ultima: tuple[tuple[str, int, str], Autoridad] | None = None


def autoridad(hasta: int | None = None) -> Autoridad:
    """Who may act, by the facts of this bitácora (up to position `hasta`). Folded again only when they grew."""
    return autoridad_tras(ultima_de_autoridad(hasta))


def autoridad_tras(ultima: Ultima) -> Autoridad:
    """Who may act once that fact of authority, the last one, was written."""
    global _ultima
    clave = (connection.settings_dict["NAME"], *ultima) if ultima else ("", 0, "")
    guardada = _ultima  # another thread may keep its own meanwhile
    if guardada is None or guardada[0] != clave:
        guardada = _ultima = (clave, _plegar(escritos_de_autoridad(clave[1])))
    return guardada[1]


@una_vez
def autoridad_vista() -> Autoridad:
    """`autoridad`, looked up once for each request: for what is shown and given. What is written looks again, with the
    head taken."""
    return autoridad()


def _plegar(escritos: list[Escrito]) -> Autoridad:
    try:
        return Autoridad.de(escritos)
    except _ILEGIBLE as error:
        raise AutoridadIlegible from error


def escritos_de_autoridad(hasta: int | None = None) -> list[Escrito]:
    """Every stored fact of authority; raise `AutoridadIlegible`."""
    try:
        return [escrito_guardado(i, n, s, c) for _, i, n, s, c in _de_autoridad(hasta)]
    except _ILEGIBLE as error:
        raise AutoridadIlegible from error


def autoridad_legible() -> tuple[Autoridad, list[str]]:
    """For whoever checks what is stored: who may act by the facts that can be read, and which of them cannot."""
    escritos, problemas = [], []
    for posicion, identificador, nodo, secuencia, cuerpo in _de_autoridad(None):
        try:
            revisar_hecho(orjson.loads(cuerpo)["hecho"])
            escritos.append(escrito_guardado(identificador, nodo, secuencia, cuerpo))
        except _ILEGIBLE as error:
            problemas.append(f"posición {posicion}: no se puede leer a quién da o quita facultades ({error})")
    return Autoridad.de(escritos), problemas


_ILEGIBLE: Final = (ValueError, KeyError, TypeError, AttributeError)
"""Whatever somebody wrote over a stored fact."""


def _de_autoridad(hasta: int | None) -> list[tuple[int, str, str, int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT posicion, id, nodo, secuencia, cuerpo FROM bitacora_hecho WHERE clase = ANY(%s)"
            " AND (%s::bigint IS NULL OR posicion <= %s) ORDER BY posicion",
            [list(CLASES_DE_AUTORIDAD), hasta, hasta],
        )
        return [(p, i, n, s, bytes(c)) for p, i, n, s, c in cursor]


def cabezas_de(sujeto: str) -> tuple[str, ...]:
    """What somebody who writes a fact of authority now knows of its subject."""
    suyos = (e for e in escritos_de_autoridad() if e.hecho.sujeto == sujeto)
    return ordenar(suyos).cabezas[:MAXIMO_CONOCIDOS]


class OtraLlave(Impedimento):
    """Whoever would sign is not who this bitácora knows by that name."""

    def __init__(self, nodo: str) -> None:
        super().__init__(
            f"Esa llave no es la de «{nodo}» en esta instalación: no se firmó nada. Si se perdió, el instituto da de "
            "alta un nodo con otro nombre."
        )


def exigir_llave(nodo: str, cruda: bytes, de: Autoridad) -> None:
    """Raise `OtraLlave` when the key is not that of the institute or of that node: nobody else could check what it
    signed."""
    suyo = de.nodos.get(nodo)
    suya = bytes(instalacion().llave) if nodo == INSTITUTO else bytes.fromhex(suyo.llave) if suyo else cruda
    if suya != cruda:
        raise OtraLlave(nodo)


def desde_ahora() -> dict[str, int]:
    """By node, the first sequence that is not written yet: what was done stands. Of a node enrolled later, all of it
    comes after. It takes the head: nobody writes in between this and what is said with it, in the same transaction."""
    tomar_cabeza()
    return {TODO: 1} | {n: final(fines)[0] + 1 for n, fines in finales({INSTITUTO, *autoridad().nodos}).items()}


def llaves(de: Autoridad, raiz: bytes) -> dict[str, Ed25519PublicKey]:
    """Public key of every node that was ever enrolled: the institute's by other means, the rest by its facts."""
    return {INSTITUTO: publica(raiz)} | {n: publica(bytes.fromhex(d.llave)) for n, d in de.nodos.items()}


def llaves_de_dispositivos(de: Autoridad) -> dict[str, Ed25519PublicKey]:
    """Public key of every device that was ever enrolled."""
    return {i: publica(bytes.fromhex(d.llave)) for i, d in de.dispositivos.items()}


def tocados(antes: Autoridad, ahora: Autoridad, clases: Sequence[str]) -> set[str]:
    """Subjects of those classes whose fold may change with who may act: what either authority tells differently of a
    fact's node, person or device. Whoever is revoked takes along those whom they enrolled."""
    cambios = antes.cambios(ahora)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT sujeto FROM bitacora_hecho WHERE clase = ANY(%s)"
            " AND (%s OR nodo = ANY(%s) OR persona = ANY(%s) OR dispositivo = ANY(%s))",
            [list(clases), cambios.reglas, *map(list, (cambios.nodos, cambios.personas, cambios.dispositivos))],
        )
        return {sujeto for (sujeto,) in cursor}

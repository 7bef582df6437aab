"""What this bitácora is of, and who may write in it: the fold of its facts of authority."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection

from prep.bitacora.models import Instalacion
from prep.bitacora.nodos import publica
from prep.bitacora.sobres import ambito_de, escrito_guardado
from prep.dominio.comun.autoridad import CLASES_DE_AUTORIDAD, INSTITUTO, Autoridad
from prep.dominio.comun.hecho import Escrito
from prep.plataforma.errores import Impedimento


class SinFundar(Impedimento):
    """This installation does not know yet which process and institute it works for."""

    def __init__(self) -> None:
        super().__init__(
            "Esta instalación todavía no sabe de qué proceso e instituto es: fúndela con «prep operacion fundar»."
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


def instalacion() -> Instalacion:
    """The row; raise `SinFundar`."""
    fila = Instalacion.objects.first()
    if fila is None:
        raise SinFundar
    return fila


def ambito() -> str:
    """Ámbito of this installation; raise `SinFundar`."""
    fila = instalacion()
    return ambito_de(fila.proceso, fila.modo, bytes(fila.llave))


_ULTIMA: Final = """
    SELECT h.posicion, encode(h.hoja, 'hex') FROM unnest(%s::text[]) AS c (clase) CROSS JOIN LATERAL (
        SELECT posicion, hoja FROM bitacora_hecho WHERE clase = c.clase AND (%s::bigint IS NULL OR posicion <= %s)
        ORDER BY posicion DESC LIMIT 1
    ) h ORDER BY h.posicion DESC LIMIT 1"""
_ultima: tuple[tuple[str, int, str], Autoridad] | None = None


def autoridad(hasta: int | None = None) -> Autoridad:
    """Who may act, by the facts of this bitácora (up to position `hasta`). Folded again only when they grew."""
    global _ultima
    with connection.cursor() as cursor:
        cursor.execute(_ULTIMA, [list(CLASES_DE_AUTORIDAD), hasta, hasta])
        fila = cursor.fetchone()
    clave = (connection.settings_dict["NAME"], *fila) if fila else ("", 0, "")
    guardada = _ultima  # another thread may keep its own meanwhile
    if guardada is None or guardada[0] != clave:
        guardada = _ultima = (clave, Autoridad.de(escritos_de_autoridad(hasta)))
    return guardada[1]


def escritos_de_autoridad(hasta: int | None = None) -> list[Escrito]:
    """Every stored fact of authority."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, nodo, secuencia, cuerpo FROM bitacora_hecho WHERE clase = ANY(%s)"
            " AND (%s::bigint IS NULL OR posicion <= %s) ORDER BY posicion",
            [list(CLASES_DE_AUTORIDAD), hasta, hasta],
        )
        return [escrito_guardado(i, n, s, bytes(c)) for i, n, s, c in cursor]


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

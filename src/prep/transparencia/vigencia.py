"""Which keys count, and until when: rotations and revocations are leaves of the log itself.

A rotation is believed when the checkpoint that first holds it (`puntos/<tamano>`) is signed by the key it replaces. A
revoked key does not count for any checkpoint that already holds its revocation.
"""

from collections.abc import Iterable
from typing import Any

from prep.transparencia import arbol
from prep.transparencia.almacen import Lector
from prep.transparencia.errores import ErrorEmision, FirmaInvalida, NoDisponible
from prep.transparencia.hojas import leer_hoja
from prep.transparencia.nota import FIRMA, LlavePublica, Nota
from prep.transparencia.punto import Punto, PuntoFirmado, abrir_punto
from prep.transparencia.registro import MAXIMO_PUNTO, Historia, historia_de, leer_hojas, ruta_punto


def cambios_de_llaves(hojas: Iterable[bytes]) -> list[tuple[int, dict[str, Any]]]:
    """(position, leaf) of every leaf about keys; leaves that cannot be read are skipped here and reported elsewhere."""
    cambios = []
    for i, dato in enumerate(hojas):
        try:
            hoja = leer_hoja(dato)
        except ErrorEmision:
            continue
        if hoja["tipo"] == "llaves":
            cambios.append((i, hoja))
    return cambios


def revocadas(hojas: Iterable[bytes]) -> dict[bytes, int]:
    """Public key -> position of the leaf that revoked it."""
    return {
        LlavePublica.leer(h["llave"]).publica: i for i, h in cambios_de_llaves(hojas) if h["accion"] == "revocacion"
    }


def leer_historia_vigente(
    lector: Lector, registro: Iterable[LlavePublica], testigos: Iterable[LlavePublica] = ()
) -> Historia:
    """Like `leer_historia`, following rotations from the keys given and refusing the revoked ones.

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
    for posicion, hoja in cambios_de_llaves(hojas):
        if hoja["accion"] == "rotacion":
            nueva, vieja = LlavePublica.leer(hoja["llave"]), LlavePublica.leer(hoja["anterior"] or hoja["llave"])
            if nueva.tipo == FIRMA and vieja in confiables and nueva not in confiables:
                _comprobar_relevo(lector, vieja, posicion, hojas)
                confiables.append(nueva)
    fuera = revocadas(hojas)
    vivas = [ll for ll in confiables if ll.publica not in fuera]
    if not vivas:
        raise FirmaInvalida("todas las llaves conocidas del registro fueron revocadas")
    firmado = abrir_punto(datos, vivas, [t for t in conocidos if t.publica not in fuera])
    return historia_de(firmado, hojas)


def _comprobar_relevo(lector: Lector, vieja: LlavePublica, posicion: int, hojas: list[bytes]) -> None:
    datos = lector.leer(ruta_punto(posicion + 1), MAXIMO_PUNTO)
    if datos is None:
        raise NoDisponible(f"falta {ruta_punto(posicion + 1)}, que demuestra el cambio de llave")
    firmado = abrir_punto(datos, [vieja])
    if firmado.punto.tamano != posicion + 1 or firmado.punto.raiz != arbol.raiz_de(
        map(arbol.hoja, hojas[: posicion + 1])
    ):
        raise FirmaInvalida("el punto de control que anuncia el cambio de llave no es de esta historia")


def cofirmas_vigentes(firmado: PuntoFirmado, hojas: Iterable[bytes]) -> PuntoFirmado:
    """The checkpoint without the signatures of keys revoked in what it covers."""
    fuera = revocadas(hojas)
    vivas = tuple(f for f in firmado.firmas if fuera.get(f.llave.publica, firmado.punto.tamano) >= firmado.punto.tamano)
    return PuntoFirmado(firmado.punto, firmado.nota, vivas)


def firmantes_de_siempre(historia: Historia, registros: Iterable[LlavePublica]) -> set[LlavePublica]:
    """Every key that has signed this log: the trusted ones and those its own leaves say came before or after."""
    rotaciones = [h for _, h in cambios_de_llaves(historia.hojas) if h["accion"] == "rotacion"]
    vkeys = {v for h in rotaciones for v in (h["llave"], h["anterior"]) if v}
    return {*registros, *map(LlavePublica.leer, vkeys)}

"""Asking for cosignatures, from the side of whoever publishes. It never delays a corte: it runs after, and again."""

import re
from dataclasses import dataclass

from prep.comprobacion.informe import en_una_linea
from prep.transparencia.errores import ErrorEmision, FormatoInvalido, NoDisponible
from prep.transparencia.nota import Nota, leer_firmas
from prep.transparencia.politica import Politica
from prep.transparencia.pruebas import peticion_de
from prep.transparencia.registro import Historia, Registro
from prep.transparencia.web import Web, enviar

ESPERA = 10.0
MAXIMO_RESPUESTA = 100_000


@dataclass(frozen=True)
class Cofirma:
    """What came of asking one witness: `problema` says why there is no cosignature."""

    testigo: str
    problema: str | None = None


def pedir_cofirmas(registro: Registro, politica: Politica) -> list[Cofirma]:
    """Ask every witness of the policy that has an address, and merge what they sign into the checkpoint.

    A witness is asked by the protocol (`POST /add-checkpoint`); a difusor that only publishes its mirror, by reading
    the checkpoint it serves.
    """
    historia = registro.historia()
    if historia is None:
        raise NoDisponible("el registro no tiene todavía ningún punto de control")
    resultado = []
    for nombre, llave in politica.testigos.items():
        if nombre not in politica.direcciones:
            continue
        try:
            lineas = _pedir(politica.direcciones[nombre], historia)
            firmas = [f for f in leer_firmas(lineas) if f.es_de(llave)]
            if not firmas:
                raise FormatoInvalido("respondió sin su cofirma")
            registro.agregar_firmas(firmas, [llave], historia.punto.tamano)
            resultado.append(Cofirma(nombre))
        except ErrorEmision as e:
            resultado.append(Cofirma(nombre, str(e)))
    return resultado


def _pedir(direccion: str, historia: Historia) -> bytes:
    viejo = 0
    for _ in range(3):
        codigo, cuerpo = _enviar(direccion, peticion_de(historia, viejo).escribir())
        if codigo == 200:
            return cuerpo
        if codigo in (404, 405, 501):
            return _de_espejo(direccion, historia)
        if codigo != 409 or not re.fullmatch(rb"[0-9]{1,18}\n?", cuerpo):
            raise NoDisponible(f"respondió {codigo}: {en_una_linea(cuerpo[:200].decode('utf-8', 'replace').strip())}")
        conocido = int(cuerpo)
        if conocido > historia.punto.tamano:
            raise FormatoInvalido(f"ya vio {conocido} hojas, más que las {historia.punto.tamano} de este registro")
        if conocido == viejo:
            raise FormatoInvalido("vio otra historia del mismo tamaño")
        viejo = conocido
    raise NoDisponible("su tamaño conocido cambia en cada respuesta")


def _de_espejo(direccion: str, historia: Historia) -> bytes:
    datos = Web(direccion, ESPERA).leer("checkpoint", MAXIMO_RESPUESTA)
    if datos is None:
        raise NoDisponible("no es un testigo ni un difusor")
    nota = Nota.leer(datos)
    if nota.texto != historia.firmado.nota.texto:
        raise NoDisponible("todavía no tiene este punto de control")
    return "".join(f.linea for f in nota.firmas).encode()


def _enviar(direccion: str, cuerpo: bytes) -> tuple[int, bytes]:
    url = Web(direccion).direccion + "add-checkpoint"
    return enviar(url, cuerpo, {"Content-Type": "text/plain"}, MAXIMO_RESPUESTA, ESPERA)

"""A witness (C2SP tlog-witness v1.0.0): cosigns a log's head only if it continues the one it cosigned before.

It keeps one file per log, the last checkpoint cosigned, and writes it durably before answering. It cannot go back: a
smaller or different head is refused, and a state it cannot read stops it instead of starting again.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from prep.transparencia import arbol
from prep.transparencia.almacen import Carpeta
from prep.transparencia.errores import ErrorEmision, FirmaInvalida, FormatoInvalido, NoDisponible, PruebaInvalida
from prep.transparencia.nota import COFIRMA, Firmante, LlavePublica, Nota, firmar
from prep.transparencia.pruebas import PeticionDeCofirma
from prep.transparencia.punto import Punto, abrir_punto

TEXTO = "text/plain; charset=utf-8"
MAXIMO_PETICION = 200_000


@dataclass(frozen=True)
class Respuesta:
    """Answer to a request: HTTP status, body and its type."""

    codigo: int
    cuerpo: bytes
    tipo: str = TEXTO


class Testigo:
    """The witness of some logs. `reloj` gives POSIX seconds."""

    def __init__(
        self, firmante: Firmante, registros: Iterable[LlavePublica], estado: Path, reloj: Callable[[], int]
    ) -> None:
        if firmante.llave.tipo != COFIRMA:
            raise FormatoInvalido("un testigo firma con una llave de cofirma (prep llaves crear --cofirma)")
        self.firmante = firmante
        self._registros: dict[str, list[LlavePublica]] = {}
        for llave in registros:
            self._registros.setdefault(llave.nombre, []).append(llave)
        self._estado = Carpeta(estado)
        self._reloj = reloj
        self._en_proceso = threading.Lock()

    def ultimo(self, origen: str) -> Punto | None:
        """The last head cosigned of a log. A damaged state raises: forgetting would be going back."""
        datos = self._estado.leer(_archivo(origen))
        if datos is None:
            return None
        punto = Punto.leer(Nota.leer(datos).texto)
        if punto.origen != origen:
            raise FormatoInvalido(f"el estado guardado de «{origen}» es de otro registro")
        return punto

    def agregar_punto(self, cuerpo: bytes) -> Respuesta:
        """`POST /add-checkpoint`."""
        try:
            peticion = PeticionDeCofirma.leer(cuerpo)
            origen = Punto.leer(Nota.leer(peticion.punto).texto).origen
        except FormatoInvalido as e:
            return _negar(400, str(e))
        if origen not in self._registros:
            return _negar(404, f"este testigo no vigila el registro «{origen}»")
        try:
            nuevo = abrir_punto(peticion.punto, self._registros[origen]).punto
        except FirmaInvalida as e:
            return _negar(403, str(e))
        except FormatoInvalido as e:
            return _negar(400, str(e))
        if peticion.viejo > nuevo.tamano:
            return _negar(400, "el tamaño anterior es mayor que el nuevo")
        try:
            with self._exclusivo():
                return self._cofirmar(peticion, nuevo)
        except NoDisponible as e:
            return _negar(503, str(e))

    def _cofirmar(self, peticion: PeticionDeCofirma, nuevo: Punto) -> Respuesta:
        try:
            conocido = self.ultimo(nuevo.origen)
        except ErrorEmision as e:
            return _negar(500, f"el estado de este testigo está dañado y no se cofirma nada: {e}")
        tamano = conocido.tamano if conocido else 0
        if peticion.viejo != tamano:
            return Respuesta(409, f"{tamano}\n".encode(), "text/x.tlog.size")
        if conocido and nuevo.tamano == tamano and nuevo.raiz != conocido.raiz:
            return Respuesta(409, f"{tamano}\n".encode(), "text/x.tlog.size")
        raiz_vieja = conocido.raiz if conocido else arbol.RAIZ_VACIA
        try:
            arbol.verificar_consistencia(tamano, raiz_vieja, nuevo.tamano, nuevo.raiz, peticion.hashes)
        except PruebaInvalida as e:
            return _negar(422, str(e))
        firma = firmar(nuevo.texto(), self.firmante, self._reloj())
        self._estado.reemplazar(_archivo(nuevo.origen), Nota.leer(peticion.punto).con([firma]).escribir())
        return Respuesta(200, firma.linea.encode())

    @contextlib.contextmanager
    def _exclusivo(self) -> Iterator[None]:
        """Checking the last head and storing the new one is one act, also between processes."""
        with self._en_proceso, self._estado.candado():
            yield


def _archivo(origen: str) -> str:
    return f"{sha256(origen.encode()).hexdigest()[:32]}.punto"


def _negar(codigo: int, texto: str) -> Respuesta:
    return Respuesta(codigo, f"{texto}\n".encode())

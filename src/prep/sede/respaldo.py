"""A copy of an installation from which another machine goes on: made while people work, restored whole or not at all.

    objetos/<aa>/<sha256>                 every file and every piece of the database, once, whatever its name
    respaldos/<hora>.<sha256>.json        what one copy is made of; `sha256` is its own

One copy more writes only the objects that no earlier one had, and its list last: what was interrupted is no copy. The
files of a corte are not in the list: the manifest of the corte, which is, names them with their hashes.

The order is what makes it whole: the publication first, so that no corte in it is ahead of the database; then the
database, one snapshot; the pictures last, so that none that a fact names is missing. Keys are in no copy.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
from django.db import connection
from psycopg.conninfo import make_conninfo

from prep.bitacora.asientos import cabeza, frontera_en
from prep.bitacora.autoridad import autoridad
from prep.bitacora.models import Instalacion
from prep.bitacora.nodos import nodo_local, nombre_en
from prep.bitacora.publicado import leer_publicado
from prep.plataforma.almacen import Almacen, AlmacenCarpeta
from prep.plataforma.arranque import poner_al_dia
from prep.plataforma.errores import Impedimento
from prep.plataforma.huella import huella
from prep.plataforma.volcado import cargar, volcar
from prep.publicacion.continuidad import ruptura, ultimo_corte
from prep.publicacion.corte import ruta_de
from prep.publicacion.instantanea import instantanea
from prep.transparencia.almacen import Carpeta
from prep.transparencia.nota import LlavePublica

FORMATO: Final = "prep/respaldo/1"
PUBLICACION: Final = "publicacion/"
EVIDENCIA: Final = "evidencia/"
ULTIMOS: Final = 12
"""Copies that are always kept, whatever their hour; of the earlier ones, one an hour."""
_TURNO: Final = 0x70726570_7265737
_LOTE: Final = 64 * 2**20
_LISTA: Final = re.compile(r"respaldos/\d{8}T\d{6}Z\.([0-9a-f]{64})\.json")
_NOMBRADO: Final = re.compile(r"(?:imagenes|originales|miniaturas)/[0-9a-f]{2}/([0-9a-f]{64})(?:\.[a-z]+)?")
"""Files whose name is their own hash: pictures."""

Decir = Callable[[str], object]


class RespaldoImposible(Impedimento):
    """The copy cannot be made or restored; says which file is wrong and what to do."""

    codigo = 1


@dataclass(frozen=True, slots=True)
class Respaldo:
    """One copy. `hechos`, `raiz`: the bitácora in it; `corte`: the last published in it; `base`: hashes of the pieces
    of the database, in order; `archivos`: hash by path of the files that no manifest of a corte names."""

    hora: str
    proceso: str
    modo: str
    llave: str
    hechos: int
    raiz: str
    corte: int | None
    software: str
    base: list[str]
    archivos: dict[str, str]


_FORMAS: Final = {
    **dict.fromkeys(("hora", "proceso", "modo", "llave", "raiz", "software"), str),
    "hechos": int,
    "corte": int | None,
    "base": list,
    "archivos": dict,
}


@dataclass(frozen=True, slots=True)
class Hecho:
    """A copy that was made. `nuevos`, `mide`: objects that no earlier one had, and what they measure. `danados`: files
    of this installation that are not what they say, and so are in no copy."""

    respaldo: Respaldo
    nuevos: int
    mide: int
    danados: list[str]


def hacer(destino: Almacen, publicacion: Almacen, evidencia: Almacen, hora: datetime, decir: Decir) -> Hecho:
    """Copy this installation, which goes on working. Raises `RespaldoImposible`."""
    fila = Instalacion.objects.first()
    if fila is None:
        raise RespaldoImposible("Esta instalación no se ha fundado: todavía no hay qué respaldar.")
    suyo = (fila.proceso, fila.modo, bytes(fila.llave).hex())
    if (previo := ultimo(destino)) and (previo.proceso, previo.modo, previo.llave) != suyo:
        raise RespaldoImposible(
            f"Ahí están los respaldos de {previo.proceso}, {previo.modo}, y esta instalación es de {fila.proceso}, "
            f"{fila.modo}, o de otra llave: indique otro lugar."
        )
    copia = _Copia(destino, {r.rpartition("/")[2] for r in destino.listar("objetos/")})
    decir("Copiando lo publicado…")
    manifiesto = _publicado(publicacion, copia)
    if manifiesto is not None and (rota := ruptura(manifiesto)):
        raise RespaldoImposible(f"No se hizo el respaldo: {rota}.")
    decir("Copiando la base de datos…")
    with instantanea(compartida=True) as foto:
        assert foto.identificador is not None
        base = [copia.objeto(pedazo) for pedazo in volcar(_conexion(), foto.identificador)]
    decir("Copiando las imágenes…")
    for ruta in evidencia.listar():
        copia.archivo(EVIDENCIA, ruta, evidencia)
    copia.asentar()
    corte = manifiesto["corte"] if manifiesto else None
    cuando = hora.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    hecho = Respaldo(cuando, *suyo, foto.posicion, foto.raiz, corte, huella(), base, copia.archivos)
    lista = orjson.dumps({"formato": FORMATO, **asdict(hecho)})
    destino.escribir(f"respaldos/{cuando}.{sha256(lista).hexdigest()}.json", lista)
    return Hecho(hecho, copia.nuevos, copia.mide, copia.danados)


@dataclass(slots=True)
class _Copia:
    """What one copy has so far. Objects are written in batches; those that are there already, never."""

    destino: Almacen
    conocidos: set[str]
    archivos: dict[str, str] = field(default_factory=dict)
    danados: list[str] = field(default_factory=list)
    nuevos: int = 0
    mide: int = 0
    _pendientes: list[bytes] = field(default_factory=list)
    _espera: int = 0

    def objeto(self, datos: bytes) -> str:
        nombre = sha256(datos).hexdigest()
        if nombre not in self.conocidos:
            self.conocidos.add(nombre)
            self._pendientes.append(datos)
            self.nuevos += 1
            self.mide += len(datos)
            self._espera += len(datos)
            if self._espera >= _LOTE:
                self.asentar()
        return nombre

    def nombrado(self, donde: str, ruta: str, nombre: str, almacen: Almacen) -> bool:
        """A file whose hash is known: read only if no copy has it. Whether it is what it says."""
        if nombre in self.conocidos:
            return True
        datos = almacen.leer(ruta)
        if datos is None or sha256(datos).hexdigest() != nombre:
            self.danados.append(f"{donde}{ruta}")
            return False
        self.objeto(datos)
        return True

    def archivo(self, donde: str, ruta: str, almacen: Almacen) -> None:
        """A file of the list."""
        if con_nombre := _NOMBRADO.fullmatch(ruta):
            if self.nombrado(donde, ruta, con_nombre[1], almacen):
                self.archivos[f"{donde}{ruta}"] = con_nombre[1]
        elif (datos := almacen.leer(ruta)) is not None:
            self.archivos[f"{donde}{ruta}"] = self.objeto(datos)

    def asentar(self) -> None:
        with self.destino.lote():
            for datos in self._pendientes:
                self.destino.escribir(_ruta(sha256(datos).hexdigest()), datos)
        self._pendientes.clear()
        self._espera = 0


def _publicado(almacen: Almacen, copia: _Copia) -> dict[str, Any] | None:
    """Copy what is published as at one moment: what may change is read while nobody writes the log, and what a corte
    or a picture is never does. The manifest of the last corte."""
    with almacen.candado() if isinstance(almacen, AlmacenCarpeta) else nullcontext():
        rutas = [r for r in almacen.listar() if not r.startswith("cortes/")]
        ultimo = ultimo_corte(almacen)
        for ruta in rutas:
            if not _NOMBRADO.fullmatch(ruta):
                copia.archivo(PUBLICACION, ruta, almacen)
    for ruta in filter(_NOMBRADO.fullmatch, rutas):
        copia.archivo(PUBLICACION, ruta, almacen)
    if ultimo is None:
        return None
    for numero in range(1, ultimo[0]["corte"] + 1):
        manifiesto = f"{ruta_de(numero)}/corte.json"
        copia.archivo(PUBLICACION, manifiesto, almacen)
        for archivo, nombre in _de_corte(almacen.leer(manifiesto)):
            copia.nombrado(PUBLICACION, f"{ruta_de(numero)}/{archivo}", nombre, almacen)
    return ultimo[1]


def _de_corte(manifiesto: bytes | None) -> Iterator[tuple[str, str]]:
    """Path and hash of each file of a corte, as its manifest names them."""
    for a in orjson.loads(manifiesto)["archivos"] if manifiesto else ():
        yield a["ruta"], a["sha256"]


def _ruta(nombre: str) -> str:
    return f"objetos/{nombre[:2]}/{nombre}"


@contextmanager
def turno() -> Iterator[None]:
    """One copy at a time of an installation: what one takes as copied, another one does not remove."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_TURNO])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_TURNO])


def podar(destino: Almacen) -> int:
    """Remove the copies that are too many, and the objects that only they had; how many copies. What is left is whole
    at every moment: lists go first. Raises `RespaldoImposible`, and removes nothing, if one that stays is damaged."""
    listas = sorted(r for r in destino.listar("respaldos/") if _LISTA.fullmatch(r))
    sobran = set(sobrantes(listas))
    if not sobran:
        return 0
    quedan = [leer(destino, ruta) for ruta in listas if ruta not in sobran]
    nombrados = {n for r in quedan for n in (*r.base, *r.archivos.values())}
    for corte in {n for r in quedan for ruta, n in r.archivos.items() if ruta.endswith("/corte.json")}:
        nombrados.update(n for _, n in _de_corte(_objeto(destino, corte, "un corte")))
    destino.quitar(sobran)
    destino.quitar(r for r in destino.listar("objetos/") if r.rpartition("/")[2] not in nombrados)
    return len(sobran)


def sobrantes(listas: list[str]) -> Iterator[str]:
    """Of the lists, in order: those that are neither of the last `ULTIMOS` nor the first of their hour."""
    hora = None
    for ruta in listas[:-ULTIMOS]:
        if ruta[: len("respaldos/AAAAMMDDTHH")] == hora:
            yield ruta
        hora = ruta[: len("respaldos/AAAAMMDDTHH")]


def _conexion() -> str:
    """The database that this process uses, as PostgreSQL's tools take it."""
    parametros = connection.get_connection_params()
    claves = (
        *("dbname", "user", "password", "host", "port", "target_session_attrs", "connect_timeout"),
        *("sslmode", "sslrootcert"),
    )
    return make_conninfo(**{k: parametros[k] for k in claves if parametros.get(k)})


def ultimo(origen: Almacen) -> Respaldo | None:
    """The newest copy; None where there is none. Raises `RespaldoImposible` for a damaged list."""
    listas = [r for r in origen.listar("respaldos/") if _LISTA.fullmatch(r)]
    return leer(origen, max(listas)) if listas else None


def leer(origen: Almacen, ruta: str) -> Respaldo:
    """The copy of a list, which must be what its name says."""
    nombre = _LISTA.fullmatch(ruta)
    datos = origen.leer(ruta)
    if nombre is None or datos is None or sha256(datos).hexdigest() != nombre[1]:
        raise RespaldoImposible(f"{ruta} está incompleto o alterado: ese respaldo no se usa. Bórrelo y use otro.")
    try:
        campos = orjson.loads(datos)
    except ValueError:
        campos = None
    if not isinstance(campos, dict) or campos.pop("formato", None) != FORMATO:
        raise RespaldoImposible(f"{ruta} es de otra versión del programa: restáurelo con ella.")
    if campos.keys() != _FORMAS.keys() or not all(isinstance(campos[c], forma) for c, forma in _FORMAS.items()):
        raise RespaldoImposible(f"{ruta} no dice lo que dice un respaldo: no se usa. Bórrelo y use otro.")
    return Respaldo(**campos)


@dataclass(frozen=True, slots=True)
class Restaurado:
    """`avisos`: keys without which this installation cannot do what that one did."""

    respaldo: Respaldo
    avisos: list[str]


def restaurar(origen: Almacen, publicacion: Path, evidencia: Path, llaves: Path, decir: Decir) -> Restaurado:
    """Make of this empty installation the one that was copied last. Raises `RespaldoImposible`; then nothing is left
    of it. `llaves`: where its keys were put, which a copy does not bring."""
    respaldo = ultimo(origen)
    if respaldo is None:
        raise RespaldoImposible("Ahí no hay ningún respaldo terminado: indique dónde los hace «prep respaldo hacer».")
    _exigir_vacia(publicacion, evidencia)
    anunciada = llaves / "instituto.vkey"
    if anunciada.exists() and LlavePublica.leer(anunciada.read_text()).publica.hex() != respaldo.llave:
        raise RespaldoImposible(
            f"El respaldo es de {respaldo.proceso}, {respaldo.modo}, y su llave del instituto no es la de {anunciada}: "
            "es de otra instalación."
        )
    try:
        decir("Restaurando lo publicado y las imágenes…")
        _poner_archivos(origen, respaldo, AlmacenCarpeta(publicacion), AlmacenCarpeta(evidencia, privado=True))
        decir("Restaurando la base de datos…")
        cargar(_conexion(), (_objeto(origen, nombre, "un pedazo de la base de datos") for nombre in respaldo.base))
        decir("Comprobando que sea la que se respaldó…")
        poner_al_dia()
        if mal := next(_problemas(respaldo, publicacion), None):
            raise RespaldoImposible(f"Lo restaurado no es lo que se respaldó: {mal}.")
    except BaseException:
        _deshacer(publicacion, evidencia)
        raise
    return Restaurado(respaldo, list(_llaves_que_faltan(llaves)))


def _llaves_que_faltan(llaves: Path) -> Iterator[str]:
    nodo = nombre_en(llaves)
    if not (llaves / f"nodo-{nodo}.llave").exists():
        yield f"falta la llave del nodo «{nodo}» ({llaves}/nodo-{nodo}.llave): sin ella no se escribe ningún hecho"
    elif (suyo := autoridad().nodos.get(nodo)) is None or suyo.llave != nodo_local(llaves, nodo).publica.hex():
        yield f"la llave que hay del nodo «{nodo}» no es la que dio de alta el instituto: con ella no se escribe nada"
    if not (llaves / "instituto.skey").exists():
        yield f"falta {llaves}/instituto.skey: indique con --llave con qué se firman los cortes"
    if not (llaves / "qr").exists():
        yield f"falta {llaves}/qr: sin él no se identifican solas las actas impresas"


def _exigir_vacia(publicacion: Path, evidencia: Path) -> None:
    for carpeta in (publicacion, evidencia):
        if carpeta.exists() and any(carpeta.iterdir()):
            raise RespaldoImposible(
                f"{carpeta} no está vacía: se restaura en una instalación nueva. Indique otra con PREP_DATOS_DIR."
            )
    if _tablas():
        raise RespaldoImposible(
            "La base de datos ya tiene tablas: se restaura en una vacía. Indique otra carpeta con PREP_DATOS_DIR, u "
            "otra base con DATABASE_URL."
        )


def _tablas() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [tabla for (tabla,) in cursor.fetchall()]


def _deshacer(publicacion: Path, evidencia: Path) -> None:
    """Leave it as empty as it was: it can be tried again, with another copy."""
    for carpeta in (publicacion, evidencia):
        shutil.rmtree(carpeta, ignore_errors=True)
    with connection.cursor() as cursor:
        if _tablas():
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def _poner_archivos(origen: Almacen, respaldo: Respaldo, publicacion: Almacen, evidencia: Almacen) -> None:
    """Every file in its place. A file that the corte before had too is linked, not written again."""
    suyos = [(r, n) for r, n in respaldo.archivos.items() if not r.startswith(f"{PUBLICACION}cortes/")]
    with publicacion.lote(), evidencia.lote():
        for ruta, nombre in suyos:
            a_donde, corta = (
                (evidencia, ruta.removeprefix(EVIDENCIA))
                if ruta.startswith(EVIDENCIA)
                else (publicacion, ruta.removeprefix(PUBLICACION))
            )
            a_donde.escribir(corta, _objeto(origen, nombre, ruta))
    previos: Mapping[str, str] = {}
    for numero in range(1, (respaldo.corte or 0) + 1):
        carpeta = ruta_de(numero)
        manifiesto = _objeto(origen, respaldo.archivos[f"{PUBLICACION}{carpeta}/corte.json"], f"{carpeta}/corte.json")
        archivos = dict(_de_corte(manifiesto))
        with publicacion.lote():
            for ruta, nombre in archivos.items():
                if previos.get(ruta) == nombre:
                    publicacion.copiar(f"{ruta_de(numero - 1)}/{ruta}", f"{carpeta}/{ruta}")
                else:
                    publicacion.escribir(f"{carpeta}/{ruta}", _objeto(origen, nombre, f"{carpeta}/{ruta}"))
            publicacion.escribir(f"{carpeta}/corte.json", manifiesto)
        previos = archivos


def _objeto(origen: Almacen, nombre: str, de: str) -> bytes:
    """The bytes of an object, which must be those that were copied."""
    datos = origen.leer(_ruta(nombre))
    if datos is not None and sha256(datos).hexdigest() == nombre:
        return datos
    que = "falta" if datos is None else "está incompleto o alterado"
    raise RespaldoImposible(
        f"En el respaldo {que} {_ruta(nombre)}, que es {de}. No se restauró nada. Use otra copia del respaldo; para "
        "que el siguiente lo traiga otra vez, borre ese archivo y haga uno nuevo."
    )


def _problemas(respaldo: Respaldo, publicacion: Path) -> Iterator[str]:
    """What is not as the list, or the signatures of what is published, say."""
    fila = Instalacion.objects.first()
    dice = (respaldo.proceso, respaldo.modo, respaldo.llave)
    if fila is None or (fila.proceso, fila.modo, bytes(fila.llave).hex()) != dice:
        yield "la base de datos es de otra instalación que la que dice la lista"
        return
    frontera = frontera_en(respaldo.hechos)
    if cabeza().tamano != respaldo.hechos or frontera is None or frontera.raiz().hex() != respaldo.raiz:
        yield f"la base de datos no tiene los {respaldo.hechos:,} hechos que dice la lista"
    if respaldo.corte is None:
        return
    publicado = leer_publicado(Carpeta(publicacion))
    yield from publicado.contra(respaldo.proceso, respaldo.modo, bytes.fromhex(respaldo.llave), autoridad())
    if (final := ultimo_corte(AlmacenCarpeta(publicacion))) and (rota := ruptura(final[1])):
        yield rota

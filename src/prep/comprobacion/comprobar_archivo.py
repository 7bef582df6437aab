#!/usr/bin/env python3
"""Comprueba el archivo de un PREP, sin red, sin base de datos y sin usar nada de PREP Abierto.

    python3 comprobar.py [ARCHIVO.zip | CARPETA] [--llave instituto.vkey]

Sin argumentos, comprueba la carpeta en que está. Solo necesita Python 3.9 o posterior. LEEME.txt dice qué hay y cómo
está escrito. Comprueba que esté completo y que nada cambiara: cada archivo contra el manifiesto; la firma del instituto
sobre el registro, y cada acto, corte, imagen, documento, informe y hecho contra ese registro. Con --llave, la del
instituto tal como se dio a conocer por otros medios; sin ella se usa la que viene aquí, y se dice. Las cifras se
recalculan con `python3 recalcular.py publicacion`.

Termina con 0 si todo coincide, 1 si algo no, 2 si no se pudo leer.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import lzma
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PUBLICACION = "publicacion/"
MAXIMO_JSON = 512 * 2**20


class Ilegible(Exception):
    """No se puede seguir; dice por qué."""


class Fuente:
    """The archive, zipped or not."""

    def __init__(self, donde: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(donde) if donde.is_file() else None
        except (NotImplementedError, ValueError, struct.error, OverflowError):
            raise Ilegible("el índice del zip no se entiende") from None
        self.raiz = donde
        if self.zip is not None:
            nombres = [i.filename for i in self.zip.infolist() if not i.is_dir()]
            if len(nombres) != len(set(nombres)):
                raise Ilegible("el zip trae dos veces un mismo nombre")
            self.rutas = set(nombres)
        else:
            self.rutas = {p.relative_to(donde).as_posix() for p in donde.rglob("*") if p.is_file()}

    def trozos(self, ruta: str) -> Iterator[bytes]:
        try:
            with self.zip.open(ruta) if self.zip is not None else (self.raiz / ruta).open("rb") as archivo:
                while trozo := archivo.read(1 << 20):
                    yield trozo
        except (RuntimeError, EOFError, zlib.error, lzma.LZMAError):  # in no way that Python can undo, or with a key
            raise Ilegible(f"{ruta} no se puede descomprimir") from None

    def leer(self, ruta: str) -> bytes:
        if ruta not in self.rutas:
            raise Ilegible(f"falta {ruta}")
        partes, total = [], 0
        for trozo in self.trozos(ruta):
            total += len(trozo)
            if total > MAXIMO_JSON:
                raise Ilegible(f"{ruta} es demasiado grande")
            partes.append(trozo)
        return b"".join(partes)

    def json(self, ruta: str) -> Any:
        try:
            return json.loads(self.leer(ruta).decode("utf-8"))
        except (ValueError, RecursionError):
            raise Ilegible(f"{ruta} no es JSON") from None

    def huella(self, ruta: str) -> str:
        """SHA-256 of a file; empty when it is not there."""
        if ruta not in self.rutas:
            return ""
        h = hashlib.sha256()
        for trozo in self.trozos(ruta):
            h.update(trozo)
        return h.hexdigest()


# --- Ed25519 (RFC 8032), solo para comprobar -------------------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_I = pow(2, (_P - 1) // 4, _P)
Punto = tuple[int, int, int, int]


def _sumar(a: Punto, b: Punto) -> Punto:
    x = (a[1] - a[0]) * (b[1] - b[0]) % _P
    y = (a[1] + a[0]) * (b[1] + b[0]) % _P
    t, z = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _por(n: int, a: Punto) -> Punto:
    suma = (0, 1, 1, 0)
    while n:
        if n & 1:
            suma = _sumar(suma, a)
        a, n = _sumar(a, a), n >> 1
    return suma


def _abrir_punto(datos: bytes) -> Punto | None:
    y = int.from_bytes(datos, "little")
    signo, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    x2 = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(x2, (_P + 3) // 8, _P)
    if (x * x - x2) % _P:
        x = x * _I % _P
    if (x * x - x2) % _P or (x == 0 and signo):
        return None
    x = _P - x if x & 1 != signo else x
    return x, y, 1, x * y % _P


_BASE = _abrir_punto(bytes.fromhex("58" + "66" * 31))


def firma_valida(llave: bytes, mensaje: bytes, firma: bytes) -> bool:
    """Whether that key signed that message."""
    if len(llave) != 32 or len(firma) != 64 or _BASE is None:
        return False
    a, r, s = _abrir_punto(llave), _abrir_punto(firma[:32]), int.from_bytes(firma[32:], "little")
    if a is None or r is None or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(firma[:32] + llave + mensaje).digest(), "little") % _L
    uno, otro = _por(s, _BASE), _sumar(r, _por(k, a))
    return (uno[0] * otro[2] - otro[0] * uno[2]) % _P == 0 and (uno[1] * otro[2] - otro[1] * uno[2]) % _P == 0


# --- el árbol (RFC 6962) ----------------------------------------------------------------------------------------------


def _hoja(datos: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + datos).digest()


class Arbol:
    """The root of a growing list of leaves."""

    def __init__(self) -> None:
        self.tamano = 0
        self.picos: list[bytes] = []

    def agregar(self, hoja: bytes) -> None:
        self.picos.append(hoja)
        n = self.tamano
        while n & 1:
            derecha, izquierda = self.picos.pop(), self.picos.pop()
            self.picos.append(hashlib.sha256(b"\x01" + izquierda + derecha).digest())
            n >>= 1
        self.tamano += 1

    def raiz(self) -> bytes:
        if not self.picos:
            return hashlib.sha256(b"").digest()
        raiz = self.picos[-1]
        for pico in reversed(self.picos[:-1]):
            raiz = hashlib.sha256(b"\x01" + pico + raiz).digest()
        return raiz


def _raiz_de(hojas: Iterable[bytes]) -> bytes:
    arbol = Arbol()
    for h in hojas:
        arbol.agregar(_hoja(h))
    return arbol.raiz()


# --- el registro firmado ----------------------------------------------------------------------------------------------


def leer_vkey(texto: str) -> tuple[str, bytes, bytes]:
    """(name, id, 32 bytes of the key) of `nombre+id+base64(tipo ‖ llave)`."""
    nombre, ident, datos = texto.strip().split("+", 2)
    cruda = base64.b64decode(datos, validate=True)
    debe = hashlib.sha256(nombre.encode() + b"\n" + cruda).digest()[:4]
    if len(cruda) != 33 or cruda[0] != 1 or debe.hex() != ident:
        raise ValueError("no es una llave del registro")
    return nombre, debe, cruda[1:]


def punto_firmado(nota: bytes, vkey: str) -> tuple[int, bytes] | None:
    """(size, root) of a checkpoint, if that key signed it."""
    nombre, ident, llave = leer_vkey(vkey)
    texto, _, firmas = nota.partition(b"\n\n")
    texto += b"\n"
    origen, tamano, raiz = texto.decode().split("\n")[:3]
    for linea in firmas.decode().splitlines():
        partes = linea.split(" ")
        if len(partes) == 3 and partes[:2] == ["\u2014", nombre]:
            firma = base64.b64decode(partes[2])
            if firma[:4] == ident and firma_valida(llave, texto, firma[4:]) and origen == nombre:
                return int(tamano), base64.b64decode(raiz)
    return None


def _numero(n: int) -> str:
    partes = [f"{n % 1000:03d}"]
    while n := n // 1000:
        partes.insert(0, f"x{n % 1000:03d}")
    return "/".join(partes)


def leer_hojas(fuente: Fuente, tamano: int) -> list[bytes]:
    """The leaves of the log, as it keeps them."""
    hojas: list[bytes] = []
    while len(hojas) < tamano:
        ancho = min(256, tamano - len(hojas))
        ruta = f"{PUBLICACION}tile/entries/{_numero(len(hojas) // 256)}" + (f".p/{ancho}" if ancho < 256 else "")
        datos, i = fuente.leer(ruta), 0
        for _ in range(ancho):
            (largo,) = struct.unpack_from(">H", datos, i)
            hojas.append(datos[i + 2 : i + 2 + largo])
            i += 2 + largo
        if i != len(datos):
            raise Ilegible(f"{ruta} no tiene las hojas que debe")
    return hojas


class Comprobacion:
    """Everything that was found wrong, and how much was looked at."""

    def __init__(self, fuente: Fuente) -> None:
        self.fuente = fuente
        self.mal: list[str] = []
        self.bien: list[str] = []

    def todo(self, llave: str | None) -> None:
        self.manifiesto()
        hojas = self.registro(llave)
        manifiestos = self.cortes(hojas)
        self.imagenes(manifiestos)
        self.documentos(hojas)
        self.hechos(manifiestos)

    def debe(self, cierto: bool, si_no: str) -> bool:
        if not cierto:
            self.mal.append(si_no)
        return cierto

    def manifiesto(self) -> None:
        doc = self.fuente.json("manifiesto.json")
        if doc.get("formato") != "prep/archivo/1":
            raise Ilegible("no es un archivo de «prep operacion archivar»")
        listados = {a["ruta"]: a for a in doc["archivos"]}
        for ruta, a in listados.items():
            huella = self.fuente.huella(ruta)
            if self.debe(bool(huella), f"falta {ruta}"):
                self.debe(huella == a["sha256"], f"{ruta} cambió: no es el que se archivó")
        for ruta in sorted(self.fuente.rutas - listados.keys() - {"manifiesto.json"}):
            self.debe(False, f"sobra {ruta}: el manifiesto no lo nombra")
        self.bien.append(f"{len(listados):,} archivos, contra el manifiesto")

    def registro(self, llave: str | None) -> list[dict[str, Any]]:
        """The leaves, once the institute's key signed their tree; a key that follows another, the old one signed it."""
        vkey = llave or self.fuente.leer("instituto.vkey").decode()
        nota = self.fuente.leer(f"{PUBLICACION}checkpoint")
        tamano = int(nota.split(b"\n")[1])
        crudas = leer_hojas(self.fuente, tamano)
        arbol, hojas = Arbol(), []
        for cruda in crudas:
            hoja = json.loads(cruda)
            arbol.agregar(_hoja(cruda))
            hojas.append(hoja)
            if hoja["tipo"] == "llaves" and hoja["accion"] == "rotacion" and hoja["anterior"] == vkey.strip():
                previa = self.fuente.leer(f"{PUBLICACION}puntos/{arbol.tamano:06d}")
                if punto_firmado(previa, vkey) == (arbol.tamano, arbol.raiz()):
                    vkey = hoja["llave"]
                else:
                    self.mal.append(f"la hoja {len(hojas) - 1} cambia de llave y la anterior no lo firmó")
        if punto_firmado(nota, vkey) != (tamano, arbol.raiz()):
            raise Ilegible("la llave del instituto no firmó este registro, o sus hojas cambiaron")
        self.bien.append(f"{tamano:,} actos y cortes, firmados por {vkey.split('+')[0]}")
        return hojas

    def cortes(self, hojas: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
        manifiestos = []
        for hoja in (h for h in hojas if h["tipo"] == "corte"):
            carpeta = f"{PUBLICACION}{hoja['ruta']}/"
            if not self.debe(
                self.fuente.huella(f"{carpeta}corte.json") == hoja["manifiesto"],
                f"el corte {hoja['corte']} no es el que se firmó, o falta",
            ):
                continue
            m = self.fuente.json(f"{carpeta}corte.json")
            nombrados = {f"{carpeta}corte.json"} | {carpeta + a["ruta"] for a in m["archivos"]}
            for a in m["archivos"]:
                self.debe(
                    self.fuente.huella(carpeta + a["ruta"]) == a["sha256"],
                    f"{carpeta}{a['ruta']} falta o no es el que firmó el corte {hoja['corte']}",
                )
            for ruta in sorted(r for r in self.fuente.rutas - nombrados if r.startswith(carpeta)):
                self.debe(False, f"sobra {ruta}: el corte {hoja['corte']} no lo nombra")
            manifiestos.append((carpeta, m))
        self.bien.append(f"{len(manifiestos):,} cortes, archivo por archivo")
        return manifiestos

    def imagenes(self, manifiestos: list[tuple[str, dict[str, Any]]]) -> None:
        """Every picture that the last corte publishes, against the root that it signed."""
        if not manifiestos:
            return
        carpeta, m = manifiestos[-1]
        hashes: set[str] = set()
        for a in m["archivos"]:
            if (
                "/demarcacion/" in a["ruta"]
                and a["ruta"].endswith(".json")
                and carpeta + a["ruta"] in self.fuente.rutas
            ):
                doc = self.fuente.json(carpeta + a["ruta"])
                actas = [x for s in doc["secciones"] for c in s["casillas"] for x in c["actas"]]
                for imagen in (x["imagen"] for x in (*actas, *doc.get("fuera_de_catalogo", ())) if "imagen" in x):
                    hashes.add(imagen["sha256"])
                    if "ruta" in imagen:
                        ruta = PUBLICACION + imagen["ruta"]
                        huella = self.fuente.huella(ruta)
                        if self.debe(bool(huella), f"falta la imagen {ruta}"):
                            self.debe(huella == imagen["sha256"], f"la imagen {ruta} fue alterada o cambiada por otra")
        raiz = _raiz_de(bytes.fromhex(h) for h in sorted(hashes)).hex()
        self.debe(
            (len(hashes), raiz) == (m["imagenes"]["total"], m["imagenes"]["raiz"]),
            f"las imágenes del corte {m['corte']} no son las que firmó",
        )
        self.bien.append(f"{len(hashes):,} imágenes del último corte")

    def documentos(self, hojas: list[dict[str, Any]]) -> None:
        """What each act attests, its report on paper, and the sealed truth."""
        sellada = next((h["compromiso"] for h in hojas if h["tipo"] == "verdad_sellada"), None)
        vistos = 0
        for i, hoja in enumerate(hojas):
            if "documento" not in hoja:
                continue
            ruta = f"{PUBLICACION}documentos/{hoja['documento']}.json"
            nombre = f"el acto {i} ({hoja['tipo'].replace('_', ' ')})"
            if not self.debe(self.fuente.huella(ruta) == hoja["documento"], f"{ruta}, de {nombre}, falta o cambió"):
                continue
            vistos += 1
            if hoja["tipo"] == "verdad_abierta":
                self.debe(hoja["documento"] == sellada, f"{nombre} abre una verdad que no es la que se selló")
                continue
            informe = self.fuente.json(ruta).get("informe")
            papel = f"actos/{hoja['tipo']}.pdf"
            if informe is not None:
                self.debe(self.fuente.huella(papel) == informe, f"{papel} falta o no es el que firmó {nombre}")
        self.bien.append(f"{vistos:,} documentos de actos")

    def hechos(self, manifiestos: list[tuple[str, dict[str, Any]]]) -> None:
        """The facts, against the root that each corte signed."""
        deben: dict[int, list[tuple[int, str]]] = {}
        for _, m in manifiestos:
            deben.setdefault(m["bitacora"]["posicion"], []).append((m["corte"], m["bitacora"]["raiz"]))
        arbol = Arbol()
        lineas = iter(self.fuente.leer("bitacora.jsonl").splitlines())
        encabezado = json.loads(next(lineas, b"{}"))
        for linea in (b"", *lineas):
            if linea:
                sobre = json.loads(linea)["sobre"]
                firma = base64.b64decode(sobre.pop("firma"))
                cuerpo = json.dumps(sobre, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
                arbol.agregar(_hoja(cuerpo + firma))
            for corte, raiz in deben.pop(arbol.tamano, ()):
                self.debe(arbol.raiz().hex() == raiz, f"los hechos no son los que firmó el corte {corte}")
        for corte, _ in (c for cortes in deben.values() for c in cortes):
            self.debe(False, f"faltan hechos de los que firmó el corte {corte}")
        self.debe(
            (arbol.tamano, arbol.raiz().hex()) == (encabezado.get("tamano"), encabezado.get("raiz")),
            "bitacora.jsonl no tiene los hechos que dice su encabezado",
        )
        self.bien.append(f"{arbol.tamano:,} hechos de la bitácora")


def comprobar(donde: Path, llave: str | None = None) -> Comprobacion:
    """Everything that can be looked at. `OSError`, `zipfile.BadZipFile` or `Ilegible` where there is no archive."""
    c = Comprobacion(Fuente(donde))
    try:
        c.todo(llave)
    except Ilegible as error:
        c.mal.append(str(error))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, struct.error) as error:
        c.mal.append(f"algo no tiene la forma que dice LEEME.txt ({type(error).__name__})")
    return c


def main() -> int:
    opciones = argparse.ArgumentParser(description="Comprueba el archivo de un PREP.", add_help=False)
    opciones.add_argument("donde", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    opciones.add_argument("--llave", type=Path)
    dicho = opciones.parse_args()
    try:
        c = comprobar(dicho.donde, dicho.llave.read_text() if dicho.llave else None)
    except (OSError, zipfile.BadZipFile, Ilegible):
        print(f"NO SE PUDO LEER {dicho.donde}: no es un archivo de «prep operacion archivar», o está dañado.")
        return 2
    for que in c.bien:
        print(f"- {que}")
    for que in c.mal[:50]:
        print(f"MAL: {que}")
    if c.mal:
        print(f"NO COINCIDE: {len(c.mal)} cosas no son como se firmaron.")
        return 1
    con = (
        "la llave indicada"
        if dicho.llave
        else "la llave que viene en el archivo: compárela con la que se dio a conocer"
    )
    print(f"CORRECTO, con {con}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

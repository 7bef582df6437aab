"""Several installations in one test: each with its own database, keys and pictures, and a line between them that fails
as it is told to."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
import pytest
from django.db import connections
from django.test import Client
from typer.testing import CliRunner

from noche import DE_CAMPO, INICIO, PROCESO, Noche, carpeta_de_ejemplo, raiz
from prep.acceso.models import Cuenta
from prep.bitacora import entregas
from prep.bitacora.autoridad import fundar
from prep.bitacora.models import Instalacion as Fundada
from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui, nodo_local, ser
from prep.bitacora.services import anotar, fundar_instalacion, recibir
from prep.bitacora.services.altas import alta_de_nodo
from prep.catalogo.services import congelar, importar, informativo
from prep.cli import app
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import ClaseNodo
from prep.dominio.comun.hecho import Hecho
from prep.dominio.tabulacion.proceso import Modo
from prep.evidencia.imagenes import guardar_como_llego, guardar_original
from prep.intercambio import habilitar
from prep.intercambio.enviar import Envio
from prep.intercambio.linea import Respuesta, SeCorto
from prep.plataforma.almacen import evidencia
from prep.plataforma.errores import Impedimento
from prep.transparencia.llaves import crear, leer_privada
from telefono import foto

PERSONAS = ("uno", "dos", "tres", "cuatro")
DE_SIEMPRE = (
    *((p, rol.value, f"lugar-{p}") for p in PERSONAS for rol in DE_CAMPO),
    *(("admin-1", "administrador", "SEDE"), ("cae-1", "cae", "CATD-1")),
)


class Muerte(BaseException):
    """The process ends here: nothing after it is done."""


class Instalacion:
    """A machine: `with maquina():` is being at it."""

    def __init__(self, base: str, datos: Path, pila: ExitStack) -> None:
        self.base, self.datos = base, datos
        self._conexion = connections["default"].copy()
        self._conexion.settings_dict["NAME"] = base
        pila.callback(self._conexion.close)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        previa = connections["default"]
        connections["default"] = self._conexion
        with pytest.MonkeyPatch.context() as entorno:
            entorno.setenv("PREP_DATOS_DIR", str(self.datos))
            try:
                yield
            finally:
                connections["default"] = previa


class Cable:
    """The line to an installation, in this process. `falla(n)`: what happens to its n-th request: `antes`, it does not
    arrive; `despues`, its answer does not; `a_medias`, half of its answer does; `muere_antes`, `muere_despues`: whoever
    asks dies."""

    def __init__(self, a: Instalacion, falla: Callable[[int], str] = lambda n: "") -> None:
        self.a, self.falla = a, falla
        self.pedidas: list[tuple[str, str]] = []
        self.cliente = Client()

    def pedir(self, metodo: str, ruta: str, cuerpo: bytes, cabeceras: Mapping[str, str]) -> Respuesta:
        que = self.falla(len(self.pedidas))
        self.pedidas.append((metodo, ruta))
        if que == "antes":
            raise SeCorto("se cortó la conexión")
        if que == "muere_antes":
            raise Muerte
        otras = {n: v for n, v in cabeceras.items() if n not in ("Content-Type", "Cookie")}
        with self.a():
            r = self.cliente.generic(metodo, ruta, cuerpo, content_type=cabeceras["Content-Type"], headers=otras)
        if que == "despues":
            raise SeCorto("no contestó a tiempo")
        if que == "muere_despues":
            raise Muerte
        datos = r.content[: len(r.content) // 2] if que == "a_medias" else r.content
        dichas = {n.lower(): v for n, v in r.headers.items()}
        if r.cookies:
            dichas["set-cookie"] = r.cookies.output(header="", sep=",")
        return Respuesta(r.status_code, dichas, datos)


class Pais:
    """A centre and the nodes that it has enrolled. `cargos`: of its people, if not those of always."""

    def __init__(
        self, bases: Any, carpeta: Path, pila: ExitStack, cargos: Sequence[tuple[str, str, str]] = DE_SIEMPRE
    ) -> None:
        self.bases, self.carpeta, self.pila = bases, carpeta, pila
        self.centro = self.maquina("centro")
        with self.centro():
            fundar_instalacion(PROCESO, "prueba", raiz(), nodo_de_aqui(), cargos, INICIO)

    def maquina(self, nombre: str) -> Instalacion:
        datos = self.carpeta / nombre
        datos.mkdir()
        return Instalacion(self.bases.prestada(self.pila), datos, self.pila)

    def copia(self, de: Instalacion, nombre: str, llaves: Instalacion | None = None) -> Instalacion:
        """A machine made from a copy of another's disk, or of its database alone with the keys of another."""
        de._conexion.close()  # nobody else may be in a database that is copied
        base = self.bases.copia(de.base, self.pila)
        shutil.copytree((llaves or de).datos, self.carpeta / nombre)
        return Instalacion(base, self.carpeta / nombre, self.pila)

    def nodo(self, nombre: str) -> Instalacion:
        """A new node that knows what the centre knew when it was enrolled."""
        maquina = self.maquina(nombre)
        with maquina():
            aqui = nodo_local(maquina.datos / "llaves", nombre)
            ser(maquina.datos / "llaves", nombre)
        with self.centro():
            anotar([alta_de_nodo(aqui, ClaseNodo.CATD, nombre, INICIO)], raiz(), INICIO)
            sobres = todos_los_sobres()
        with maquina():
            fundar(PROCESO, "prueba", raiz().publica)
            assert not recibir(sobres, INICIO).rechazados
        return maquina

    def envio(self, falla: Callable[[int], str] = lambda n: "") -> Envio:
        """Of the machine where one is."""
        return Envio("http://centro", Cable(self.centro, falla))


def todos_los_sobres() -> list[dict[str, Any]]:
    desde = dict.fromkeys(entregas.cadenas(), 0)
    return [s.escribir() for _, s in entregas.siguientes(desde, 0, 10_000, 2**30)]


def trabajar(actas: list[str], semilla: int = 1, persona: str = "uno", desde: datetime = INICIO) -> list[Hecho]:
    """What a CATD does with some actas: received, photographed, typed by two. `desde`: by its clock."""
    noche = Noche(semilla, desde)
    hechos: list[Hecho] = []
    for i, acta in enumerate(actas):
        datos = foto(semilla * 20 + i)
        huella = guardar_original(evidencia(), datos)
        guardar_como_llego(evidencia(), datos)
        valores = noche.valores({"PAZ": 100 + i, "SOL": 80, "NO_REGISTRADAS": 0, "NULOS": 3})
        hechos += [
            noche.hecho(Tipo.ACOPIADA, acta, persona, hora=noche.ahora.isoformat()),
            noche.hecho(Tipo.DIGITALIZADA, acta, persona, imagen=huella),
            noche.hecho(Tipo.IDENTIFICADA, acta, persona, imagen=huella, por="qr"),
            noche.hecho(Tipo.CAPTURADA, acta, persona, imagen=huella, valores=valores),
            noche.hecho(Tipo.CAPTURADA, acta, "dos", imagen=huella, valores=valores),
        ]
    for hecho in hechos:  # one by one, as it happens
        anotar([hecho], nodo_de_aqui(), noche.ahora)
    return hechos


def intentar(acta: str) -> None:
    """Write something of an acta."""
    anotar([Noche(99).hecho(Tipo.INCIDENTE, acta, "uno", texto="Se fue la luz.")], nodo_de_aqui(), INICIO)


def al_azar(semilla: int, parte: float = 0.3, *que: str) -> Callable[[int], str]:
    azar = random.Random(semilla)
    fallas = que or ("antes", "despues", "a_medias")
    return lambda n: azar.choice(fallas) if azar.random() < parte else ""


class Sede:
    """A centre with its catalogue frozen, its people and the institute's key in its folder."""

    def __init__(self, bases: Any, carpeta: Path, pila: ExitStack) -> None:
        self.bases, self.carpeta, self.pila = bases, carpeta, pila
        self.maquina = self.nueva("centro")
        with self.maquina():
            privada, _ = crear("instituto.example/prep/prueba", self.maquina.datos / "llaves", archivo="instituto")
            self.llave = leer_privada(privada)
            proceso = importar(carpeta_de_ejemplo(), INICIO).proceso
            congelar(proceso.clave, Modo.PRUEBA, INICIO)
            self.catd = informativo().catds[0].clave
            self.actas = [a.clave for e in proceso.elecciones for a in e.actas if a.casilla.catd == self.catd][:3]
            gente = [("uno", r, self.catd) for r in ("acopiador", "digitalizador", "capturista")]
            gente += [("dos", "capturista", self.catd), ("cuatro", "verificador", self.catd)]
            raiz = NodoInstituto(self.llave, self.llave.llave.publica)
            fundar_instalacion(proceso.clave, "prueba", raiz, nodo_de_aqui(), gente, INICIO)
            for persona, lugar in (("uno", self.catd), ("dos", self.catd), ("tres", "SEDE")):
                cuenta = Cuenta(usuario=persona, persona=persona, nombre=persona.title(), lugar=lugar, alta=INICIO)
                cuenta.set_password(f"clave de {persona}")
                cuenta.save()
            self.huella = Fundada.objects.get().llave.hex()

    def nueva(self, nombre: str) -> Instalacion:
        datos = self.carpeta / nombre
        datos.mkdir()
        return Instalacion(self.bases.prestada(self.pila), datos, self.pila)

    def paquete(self, solicitud: dict[str, str], destino: Path, **cambios: Any) -> Path:
        con = {"clase": ClaseNodo.CATD, "nombre": "CATD 14", "catd": self.catd} | cambios
        with self.maquina():
            habilitar.dar_de_alta(orjson.dumps(solicitud), self.llave, destino=destino, **con)
        return destino


def huella_de(sede: Sede) -> str:
    return sha256(bytes.fromhex(sede.huella)).hexdigest()[:16]


def entorno(maquina: Instalacion, rol: str | None = None) -> dict[str, str]:
    partes = urlsplit(os.environ["DATABASE_URL"])
    if rol:
        partes = partes._replace(netloc=f"{rol}@{partes.netloc.rpartition('@')[2]}")
    url = urlunsplit(partes._replace(path=f"/{maquina.base}"))
    return os.environ | {"DATABASE_URL": url, "PREP_DATOS_DIR": str(maquina.datos), "COLUMNS": "200"}


def prep(maquina: Instalacion, *orden: str | Path, codigo: int = 0) -> str:
    """What a command says at that machine; it raises the `Impedimento` that it would end by."""
    with maquina(), pytest.MonkeyPatch.context() as ahi:
        ahi.chdir(maquina.datos)
        ahi.setenv("DATABASE_URL", entorno(maquina)["DATABASE_URL"])
        hecho = CliRunner().invoke(app, list(map(str, orden)), env={"COLUMNS": "200"})
    if isinstance(hecho.exception, Impedimento):
        raise hecho.exception
    assert hecho.exit_code == codigo, hecho.output
    return " ".join(hecho.output.split())

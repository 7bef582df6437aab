"""Every door through which something from outside is read: what comes in that is good, what reads it, how it refuses.

A row is a function `(folder) -> (good inputs, reader)`. The good ones are made by the product itself. `errores`: what
the reader may raise of a stranger's bytes; whatever else it raises is a defect. `base`: it needs the database.
"""

from __future__ import annotations

import base64
import io
import json
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from PIL import Image

import sellos
from deformar import deformar
from gente import escribano, terminal
from noche import INICIO, INSTITUTO, PROCESO, TELEFONO, carpeta_de_ejemplo, nodo_de
from prep.acceso import listas, terminales
from prep.auditoria import expediente
from prep.bitacora import exportacion, sobres
from prep.bitacora.nodos import DispositivoLocal, nodo_de_aqui
from prep.catalogo.lector import leer_proceso
from prep.catalogo.problemas import ProcesoInvalido
from prep.ccv.services import Ficha, FichaInvalida
from prep.comprobacion import comprobar_archivo, recalcular
from prep.comprobacion.comprobado import Comprobado, Origen, Sabida, Tabla
from prep.comprobacion.recalculo import NoCuadra, leer_tabla
from prep.comprobacion.sitio import leer_sitio
from prep.comprobacion.verificar import Opciones, verificar
from prep.coordinacion import muros
from prep.difusion.espejo import Espejo
from prep.difusion.testigo import Testigo
from prep.dominio.comun.hecho import HechoInvalido, escribir_hecho, nuevo_hecho
from prep.evidencia import imagenes
from prep.intercambio import cadenas, ceros, contactos, entre_nodos, habilitar, linea, lotes, paquete
from prep.intercambio.errores import Negado
from prep.intercambio.firmas import Nodo
from prep.lectura import ajena
from prep.papel import qr
from prep.plataforma import fallas, pases
from prep.plataforma.almacen import AlmacenCarpeta
from prep.plataforma.errores import Impedimento
from prep.portal.mapa import MapaInvalido
from prep.portal.mapa import importar as importar_mapa
from prep.practica import ejercicio
from prep.publicacion.reserva import Reserva, ReservaDanada
from prep.reproduccion.lector import leer as leer_publicadas
from prep.reproduccion.publicado import ErrorDeLectura
from prep.sede import cotejo, nodos, respaldo, sala
from prep.seguimiento.carpeta import iniciar, leer_plan
from prep.simulacro import verdad
from prep.simulacro.informe import VeredictoInvalido, leer_corrida, leer_veredicto
from prep.simulacro.plan import leer_plan as leer_plan_de_simulacro
from prep.transparencia.canonico import NoCanonico, canonico, leer_canonico, leer_json
from prep.transparencia.delegacion import leer_delegacion, probar_delegacion
from prep.transparencia.entre_dos import cifrar, descifrar
from prep.transparencia.errores import ErrorEmision
from prep.transparencia.hojas import escribir_hoja, leer_hoja
from prep.transparencia.manifiesto import Manifiesto
from prep.transparencia.nota import COFIRMA, LlavePrivada, LlavePublica, Nota, leer_firmas
from prep.transparencia.politica import Politica, leer_politica
from prep.transparencia.pruebas import PeticionDeCofirma, peticion_de
from prep.transparencia.punto import abrir_punto
from prep.transparencia.registro import leer_historia
from prep.transparencia.sello import peticion, verificar_sello
from veredictos import corrida, veredicto

Lector = Callable[[bytes], object]
AMBITO = sobres.ambito_de(PROCESO, "prueba", INSTITUTO.llave.publica)


@dataclass(frozen=True)
class Puerta:
    preparar: Callable[[Path], tuple[list[bytes], Lector]]
    errores: tuple[type[Exception], ...]
    base: bool
    cara: int
    """One of so many spoiled copies is tried: some readers take long."""


PUERTAS: dict[str, Puerta] = {}


def puerta(*errores: type[Exception], base: bool = False, cara: int = 1) -> Callable[[Any], Any]:
    def anotar(f: Callable[[Path], tuple[list[bytes], Lector]]) -> Any:
        PUERTAS[f.__name__] = Puerta(f, errores, base, cara)
        return f

    return anotar


def atacar(nombre: str, abierta: tuple[list[bytes], Lector], semilla: int) -> None:
    """One spoiled copy of something good through a door; `AssertionError` where it is neither read nor refused."""
    semillas, leer = abierta
    azar = random.Random(f"{nombre}:{semilla}")
    datos = deformar(azar.choice(semillas), azar)
    try:
        leer(datos)
    except PUERTAS[nombre].errores as error:
        assert str(error), f"{nombre}, semilla {semilla}: se niega sin decir por qué"
    except Exception as error:
        raise AssertionError(
            f"{nombre}, semilla {semilla}: {type(error).__name__}: {error}; {datos[:200]!r}"
        ) from error


def de_archivo(carpeta: Path, nombre: str, leer: Callable[[Path], object]) -> Lector:
    """A reader of bytes from one that reads a file."""

    def con_bytes(datos: bytes) -> object:
        archivo = carpeta / nombre
        archivo.write_bytes(datos)
        return leer(archivo)

    return con_bytes


# publications, logs and notes


@cache
def noche() -> Any:
    """Two cortes and their log, in a folder of their own."""
    from emision_fabrica import Noche

    hecha = Noche(Path(tempfile.mkdtemp(prefix="prep-entradas-")), secciones=3)
    hecha.paginas = {"index.html": b"<h1>uno</h1>"}
    hecha.publicar(0.6)
    return hecha


def publicado(ruta: str) -> bytes:
    return (noche().carpeta / ruta).read_bytes()


@puerta(NoCanonico)
def json_estricto(c: Path) -> tuple[list[bytes], Lector]:
    return [publicado("ultimo.json"), publicado("cortes/0002/proceso.json"), b"[1,2]"], leer_json


@puerta(NoCanonico)
def json_canonico(c: Path) -> tuple[list[bytes], Lector]:
    return [publicado("cortes/0002/corte.json"), canonico({"a": [1, "ñ\U0001f600"], "\U0001f600": None})], leer_canonico


@puerta(ErrorEmision)
def nota_firmada(c: Path) -> tuple[list[bytes], Lector]:
    def leer(datos: bytes) -> None:
        Nota.leer(datos)
        abrir_punto(datos, [noche().registro.firmante.llave])

    return [publicado("checkpoint")], leer


@puerta(ErrorEmision)
def firmas_de_testigos(c: Path) -> tuple[list[bytes], Lector]:
    from emision_fabrica import AUDITOR
    from prep.transparencia.nota import firmar

    return [firmar(b"a\n1\nb\n", AUDITOR, 1_717_380_000).linea.encode()], leer_firmas


@puerta(ErrorEmision)
def llave_publica(c: Path) -> tuple[list[bytes], Lector]:
    def leer(datos: bytes) -> None:
        LlavePublica.leer(datos.decode("utf-8", "replace"))

    return [INSTITUTO.llave.vkey.encode()], leer


@puerta(ErrorEmision)
def llave_privada(c: Path) -> tuple[list[bytes], Lector]:
    return [INSTITUTO.skey.encode()], lambda datos: LlavePrivada.leer(datos.decode("utf-8", "replace"))


@puerta(ErrorEmision, cara=12)
def secreto_entre_dos(c: Path) -> tuple[list[bytes], Lector]:
    frases = ("una frase de quien custodia", "otra frase de otra persona")
    return [cifrar(INSTITUTO.skey, frases).encode()], lambda datos: descifrar(datos.decode("utf-8", "replace"), frases)


@puerta(ErrorEmision)
def politica(c: Path) -> tuple[list[bytes], Lector]:
    from emision_fabrica import AUDITOR

    larga = f"log {INSTITUTO.llave.vkey}\nwitness a {AUDITOR.llave.vkey} https://a.example/\ngroup g any a\nquorum g\n"
    return [publicado("politica"), larga.encode()], leer_politica


@puerta(ErrorEmision)
def manifiesto(c: Path) -> tuple[list[bytes], Lector]:
    return [publicado("cortes/0002/corte.json")], Manifiesto.leer


@puerta(ErrorEmision)
def lista_de_paginas(c: Path) -> tuple[list[bytes], Lector]:
    return [publicado("cortes/0002/sitio.json")], leer_sitio


@puerta(ErrorEmision)
def hoja_del_registro(c: Path) -> tuple[list[bytes], Lector]:
    from prep.transparencia.almacen import Carpeta

    return leer_historia(Carpeta(noche().carpeta), [noche().registro.firmante.llave]).hojas, leer_hoja


@puerta(ErrorEmision)
def delegacion(c: Path) -> tuple[list[bytes], Lector]:
    from prep.transparencia.almacen import Carpeta
    from prep.transparencia.registro import Registro

    registro = Registro(Carpeta(c / "delegada", duradero=False), INSTITUTO)
    campos = {"nodo": "catd-1", "llave": "11" * 32, "desde": INICIO.isoformat(), "hasta": INICIO.isoformat()}
    comunes = {"proceso": PROCESO, "modo": "prueba", "hora": INICIO.isoformat(), "documento": "22" * 32}
    registro.agregar(escribir_hoja("delegacion", **comunes, **campos))
    prueba = probar_delegacion(registro.historia(), 0)
    return [prueba], lambda datos: leer_delegacion(datos, [INSTITUTO.llave])


@puerta(ErrorEmision)
def peticion_de_cofirma(c: Path) -> tuple[list[bytes], Lector]:
    historia = noche().registro.historia()
    return [peticion_de(historia, n).escribir() for n in (0, 1)], PeticionDeCofirma.leer


@puerta()
def testigo(c: Path) -> tuple[list[bytes], Lector]:
    """What a witness answers to anybody: always something."""
    historia = noche().registro.historia()
    suyo = LlavePrivada("testigo.example", COFIRMA, b"\7" * 32)
    (c / "testigo").mkdir()
    atiende = Testigo(suyo, [noche().registro.firmante.llave], c / "testigo", lambda: 1_717_380_000)
    return [peticion_de(historia, n).escribir() for n in (0, 1)], atiende.agregar_punto


@puerta(ErrorEmision)
def sello_de_tiempo(c: Path) -> tuple[list[bytes], Lector]:
    return [sellos.responder(sellos.autoridad(c), peticion(b"hola\n", 77))], lambda d: verificar_sello(d, b"hola\n")


class Alterada:
    """A publication of which one file says something else."""

    def __init__(self, ruta: str, datos: bytes) -> None:
        from prep.transparencia.almacen import Carpeta

        self._ruta, self._datos, self._buena = ruta, datos, Carpeta(noche().carpeta)

    def leer(self, ruta: str, maximo: int = 2**29) -> bytes | None:
        return self._datos[: maximo + 1] if ruta == self._ruta else self._buena.leer(ruta, maximo)

    def rutas(self, bajo: str = "") -> Iterator[str]:
        return self._buena.rutas(bajo)

    def ajenos(self) -> Iterator[str]:
        return iter(())


def _verificada(ruta: str) -> Callable[[Path], tuple[list[bytes], Lector]]:
    return lambda c: ([publicado(ruta)], lambda datos: verificar(Alterada(ruta, datos), Opciones(espera=0)))  # type: ignore[arg-type]


for _ruta in ("checkpoint", "ultimo.json", "tile/entries/000.p/3", "cortes/0002/corte.json"):
    PUERTAS[f"verificar:{_ruta}"] = Puerta(_verificada(_ruta), (), False, 8)


def _firmada(ruta: str) -> Callable[[Path], tuple[list[bytes], Lector]]:
    """A file spoiled before the institute lists and signs it: what is wrong with it is for whoever reads it to say.
    The command and the script for third parties both read it."""

    def preparar(c: Path) -> tuple[list[bytes], Lector]:
        numero = iter(range(10**6))

        def leer(datos: bytes) -> None:
            otra = noche().copia(c / f"{ruta.replace('/', '-')}-{next(numero)}")
            m, archivos = otra.preparar()
            suya = next(r for r in archivos if r.startswith(ruta))
            carpeta = otra.emitir(otra.sellar(m, archivos | {suya: datos}), archivos | {suya: datos})
            informe = verificar(otra.almacen, Opciones(espera=0))
            assert informe.veredicto
            try:
                recalcular.recalcular(carpeta, recalcular.Cotejo(False))
            except Exception as error:  # its `principal` says this of whatever a stranger's file brings
                assert not isinstance(error, MemoryError)

        _, archivos = noche().copia(c / ruta.replace("/", "-")).preparar()
        return [d for r, d in archivos.items() if r.startswith(ruta)][:1], leer

    return preparar


for _ruta in ("proceso.json", "avance.json", "secciones.json", "GUB/resumen.json", "GUB/demarcacion/", "bd/"):
    PUERTAS[f"firmado:{_ruta}"] = Puerta(_firmada(_ruta), (), False, 12)


@puerta()
def guion_para_terceros(c: Path) -> tuple[list[bytes], Lector]:
    """The script that anybody runs on what they downloaded says whatever it is, and never breaks."""
    noche().copia(c / "bajada")

    def leer(datos: bytes) -> None:
        (c / "bajada" / "ultimo.json").write_bytes(datos)
        with pytest.MonkeyPatch.context() as otra:
            otra.setattr(sys, "argv", ["recalcular", str(c / "bajada")])
            assert recalcular.principal() in (0, 1, 2)

    return [publicado("ultimo.json")], leer


@puerta(OSError, zipfile.BadZipFile, comprobar_archivo.Ilegible, cara=4)
def archivo_de_una_noche(c: Path) -> tuple[list[bytes], Lector]:
    """What a stranger has in ten years: one of its files spoiled, and the whole zip."""
    publicacion = noche().carpeta
    partes = {f"publicacion/{r}": (publicacion / r).read_bytes() for r in sorted(noche().almacen.rutas())}
    partes |= {"instituto.vkey": INSTITUTO.llave.vkey.encode(), "bitacora.jsonl": bitacora_exportada(c)[0][0]}
    lista = [{"ruta": r, "sha256": sha256(d).hexdigest()} for r, d in partes.items()]
    partes["manifiesto.json"] = orjson.dumps({"formato": "prep/archivo/1", "archivos": lista})
    llave = noche().registro.firmante.llave.vkey

    def escrito(otras: dict[str, bytes]) -> bytes:
        with zipfile.ZipFile(salida := io.BytesIO(), "w") as z:
            for ruta, datos in (partes | otras).items():
                z.writestr(ruta, datos)
        return salida.getvalue()

    def leer(datos: bytes) -> None:
        una = zipfile.is_zipfile(io.BytesIO(datos))
        entero = datos if una else escrito({"manifiesto.json": datos, "bitacora.jsonl": datos})
        (c / "a.zip").write_bytes(entero)
        comprobar_archivo.comprobar(c / "a.zip", llave)

    return [escrito({}), partes["manifiesto.json"], partes["bitacora.jsonl"]], leer


@puerta(cara=4)
def espejo(c: Path) -> tuple[list[bytes], Lector]:
    """A round of a mirror ends, whatever its source offers, saying what is wrong in words of ours."""
    suya = Politica((noche().registro.firmante.llave,))
    rutas = ("checkpoint", "ultimo.json", "cortes/0002/corte.json", "cortes/0002/sitio.json", "tile/entries/000.p/3")
    buenos = {publicado(r): r for r in rutas}
    numero = iter(range(10**6))

    def leer(datos: bytes) -> None:
        ruta = buenos.get(datos) or min(rutas, key=lambda r: publicado(r)[:40] != datos[:40])
        ronda = Espejo(Alterada(ruta, datos), c / str(next(numero)), suya, lambda: 1_717_380_000).sincronizar()  # type: ignore[arg-type]
        assert "no se entiende" not in (ronda.problema or "")

    return list(buenos), leer


@puerta(NoCuadra)
def csv_publicado(c: Path) -> tuple[list[bytes], Lector]:
    return [_tabla()], leer_tabla


def _tabla() -> bytes:
    """The results of an election, as they are published."""
    (ruta,) = (noche().carpeta / "cortes/0002/bd").iterdir()
    with zipfile.ZipFile(ruta) as fuera:
        dentro = zipfile.ZipFile(io.BytesIO(fuera.read(next(n for n in fuera.namelist() if "_GUB_" in n))))
        return dentro.read("JAL_GUB_2024.csv")


@puerta(ErrorDeLectura)
def base_de_otro_prep(c: Path) -> tuple[list[bytes], Lector]:
    """Any published database, in its zip of zips, alone or in a tar."""
    (ruta,) = (noche().carpeta / "cortes/0002/bd").iterdir()
    leer_csv, leer_zip = (de_archivo(c, n, lambda r: leer_publicadas([r])) for n in ("base.csv", "base.zip"))
    return [_tabla(), ruta.read_bytes()], lambda datos: (leer_zip if datos[:2] == b"PK" else leer_csv)(datos)


@puerta(ErrorDeLectura)
def base_en_tar(c: Path) -> tuple[list[bytes], Lector]:
    import gzip
    import tarfile

    salida = io.BytesIO()
    with tarfile.open(fileobj=salida, mode="w") as tar:
        ficha = tarfile.TarInfo("base.csv")
        ficha.size = len(_tabla())
        tar.addfile(ficha, io.BytesIO(_tabla()))
    crudo = salida.getvalue()
    abren = {n: de_archivo(c, n, lambda r: leer_publicadas([r])) for n in ("base.tar", "base.tgz", "base.csv.gz")}

    def leer(datos: bytes) -> None:
        abren["base.tgz" if datos[:2] == b"\x1f\x8b" else "base.tar"](datos)
        try:
            abren["base.csv.gz"](datos)
        except ErrorDeLectura as no:
            assert str(no)

    return [crudo, gzip.compress(crudo, mtime=0)], leer


# facts and what travels between machines


def _hecho(texto: str = "Se mojó.") -> Any:
    return nuevo_hecho("incidente", "acta:140021B0100G", "cae-1", INICIO, {"texto": texto})


def _sobre() -> sobres.Sobre:
    aparato = DispositivoLocal(TELEFONO.id, TELEFONO.llave)
    return sobres.sellar(_hecho(), nodo_de("central"), AMBITO, 1, "0" * 64, aparato.firmar(_hecho(), AMBITO))


@puerta(sobres.SobreInvalido, HechoInvalido)
def sobre(c: Path) -> tuple[list[bytes], Lector]:
    def leer(datos: bytes) -> None:
        try:
            dicho = orjson.loads(datos)
        except ValueError:
            return
        sobres.abrir(dicho)

    return [orjson.dumps(_sobre().escribir())], leer


@puerta(sobres.SobreInvalido, HechoInvalido)
def hecho_de_dispositivo(c: Path) -> tuple[list[bytes], Lector]:
    def leer(datos: bytes) -> None:
        try:
            dicho = orjson.loads(datos)
        except ValueError:
            return
        sobres.abrir_firmado(dicho)

    suyo = _sobre()
    assert suyo.dispositivo is not None
    return [orjson.dumps({"hecho": escribir_hecho(suyo.hecho), "dispositivo": suyo.dispositivo.escribir()})], leer


@puerta(sobres.SobreInvalido)
def sobre_guardado(c: Path) -> tuple[list[bytes], Lector]:
    """What is in the database, where somebody may have changed it."""
    return [_sobre().cuerpo], lambda datos: sobres.guardado(datos, _sobre().firma)


@puerta(exportacion.ArchivoInvalido)
def bitacora_exportada(c: Path) -> tuple[list[bytes], Lector]:
    encabezado = {"formato": exportacion.FORMATO, "tamano": 1, "raiz": "00" * 32, "proceso": PROCESO, "modo": "prueba"}
    encabezado["llave"] = INSTITUTO.llave.publica.hex()
    linea_ = {"posicion": 1, "recibido": INICIO.isoformat(), "sobre": _sobre().escribir()}
    bueno = b"".join(orjson.dumps(x) + b"\n" for x in (encabezado, linea_))

    def leer(archivo: Path) -> None:
        for _ in exportacion.verificar_archivo(archivo):
            pass
        expediente.leer(archivo)

    return [bueno], de_archivo(c, "bitacora.jsonl", leer)


@puerta(Negado)
def entrega_de_telefono(c: Path) -> tuple[list[bytes], Lector]:
    return [orjson.dumps([{"hecho": escribir_hecho(_hecho()), "dispositivo": {}}])], cadenas.leer_lote


@puerta(Negado)
def lo_que_dice_un_telefono(c: Path) -> tuple[list[bytes], Lector]:
    dicho = {"version": "a1b2", "por_enviar": 3, "rechazados": 0, "hora": INICIO.isoformat()}
    return [orjson.dumps(dicho)], contactos.leer


@puerta(Impedimento)
def solicitud_de_alta(c: Path) -> tuple[list[bytes], Lector]:
    suyo, sello = nodo_de("catd-9"), b"s" * 32
    firma = base64.b64encode(suyo.firmar(habilitar._dicho("catd-9", suyo.publica, sello))).decode()
    dicha = {"formato": habilitar.SOLICITUD, "nodo": "catd-9", "llave": suyo.publica.hex(), "sello": sello.hex()}
    return [orjson.dumps(dicha | {"firma": firma})], habilitar.leer_solicitud


@puerta(Impedimento)
def paquete_de_nodo(c: Path) -> tuple[list[bytes], Lector]:
    cosas = [("datos/catalogo.json", b"{}"), *paquete.en_grupos([_sobre().escribir()])]
    bueno = c / "bueno.zip"
    paquete.escribir(bueno, {"formato": habilitar.FORMATO, "nodo": "catd-1"}, cosas, nodo_de("central"))

    def leer(archivo: Path) -> None:
        with paquete.abrir(archivo, habilitar.FORMATO) as abierto:
            for nombre in abierto.cosas("datos"):
                abierto.leer(nombre)
            for grupo in abierto.hechos():
                for uno in grupo:
                    try:
                        sobres.abrir(uno)
                    except (sobres.SobreInvalido, HechoInvalido):
                        pass

    return [bueno.read_bytes()], de_archivo(c, "malo.zip", leer)


@puerta()
def respuesta_de_otro_nodo(c: Path) -> tuple[list[bytes], Lector]:
    azar = random.Random(3)

    class Dice:
        def __init__(self, datos: bytes) -> None:
            self.datos = datos

        def pedir(self, *_: Any) -> linea.Respuesta:
            estado = azar.choice((200, 201, 400, 401, 403, 413, 429, 500, 503))
            return linea.Respuesta(estado, {"retry-after": azar.choice(("5", "9" * 400, "-1", "²"))}, self.datos)

    bueno = {"codigo": "reloj", "detalle": "El reloj…", "hora": INICIO.isoformat()}
    otro = nodo_de("catd-1")

    def leer(datos: bytes) -> None:
        try:
            linea.Otro(Dice(datos), otro, AMBITO).pedir("GET", "/v1/nodo")
        except (linea.Espere, linea.NoQuiere) as no:
            assert str(no)

    return [orjson.dumps(bueno)], leer


# pictures and paper


@cache
def _fotos() -> list[bytes]:
    ruido = np.random.default_rng(1).integers(0, 255, (340, 340, 3), np.uint8)
    imagen = Image.fromarray(ruido // 16 * 16)
    salidas = []
    for formato, mas in (
        ("JPEG", {"quality": 30}),
        ("PNG", {}),
        ("JPEG", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"}),
    ):
        salida = io.BytesIO()
        imagen.save(salida, formato, **mas)
        salidas.append(salida.getvalue())
    return salidas


@puerta(imagenes.ArchivoRechazado, cara=3)
def fotografia(c: Path) -> tuple[list[bytes], Lector]:
    def leer(datos: bytes) -> None:
        for pagina in imagenes.paginas(datos) if datos[:2] not in (b"II", b"MM", b"%P") else ():
            imagenes.derivar(pagina, None)

    return _fotos(), leer


@puerta(imagenes.ArchivoRechazado)
def fotografia_de_telefono(c: Path) -> tuple[list[bytes], Lector]:
    return _fotos()[:1], imagenes.admitir_foto


@puerta(imagenes.ArchivoRechazado, cara=4)
def documento_digitalizado(c: Path) -> tuple[list[bytes], Lector]:
    """PDF and TIFF, as they are opened in the process apart."""
    from reportlab.pdfgen.canvas import Canvas

    pdf = io.BytesIO()
    lienzo = Canvas(pdf, (200, 200), invariant=True)
    lienzo.drawString(20, 100, "ACTA")
    lienzo.save()
    tiff = io.BytesIO()
    Image.new("L", (330, 330), 200).save(tiff, "TIFF", compression="packbits")
    return [pdf.getvalue(), tiff.getvalue()], lambda datos: [*imagenes.abrir_documento(datos, 320)]


@puerta()
def lector_de_actas(c: Path) -> tuple[list[bytes], Lector]:
    """Whatever a picture is, the reader says something of it."""
    from prep.lectura.lector import Rechazo, descifrar

    def leer(datos: bytes) -> None:
        try:
            qr.hallar(descifrar(datos))
        except Rechazo as error:
            assert error.detalle

    return _fotos(), leer


@puerta(qr.QRInvalido)
def contenido_de_un_qr(c: Path) -> tuple[list[bytes], Lector]:
    bueno = qr.codificar(qr.Etiqueta("PRUEBAS-2027", "140021B0100G", "A1B2"), b"k" * 32)
    return [bueno.encode()], lambda d: qr.descodificar(d.decode("utf-8", "surrogateescape"), "PRUEBAS-2027", b"k" * 32)


@puerta(ajena.FormaInvalida)
def forma_ajena(c: Path) -> tuple[list[bytes], Lector]:
    caja = {"x": 150, "y": 60, "ancho": 7, "alto": 8, "cifras": 3, "separacion": 0}
    marcas = [{"id": 7 + i, "x": x, "y": y} for i, (x, y) in enumerate(((8, 8), (199, 8), (199, 263), (8, 263)))]
    anclas = {"tipo": "aruco", "diccionario": "DICT_5X5_100", "lado": 8, "marcas": marcas}
    forma = {"forma": "Ejemplo", "hoja": {"ancho": 215.9, "alto": 279.4}, "anclas": anclas}
    forma["campos"] = [{"clave": "A", "numero": caja, "letra": {"x": 60, "y": 60, "ancho": 85, "alto": 8}}]
    return [json.dumps(forma).encode()], ajena.leer


@puerta()
def ficha_de_imagen(c: Path) -> tuple[list[bytes], Lector]:
    """What says which pictures came from which: one that is not understood is one that was altered."""
    almacen = AlmacenCarpeta(c / "evidencia")
    huella = imagenes.guardar_original(almacen, _fotos()[0])
    imagenes.guardar_derivados(almacen, huella, 1, imagenes.derivar(_fotos()[0], None))
    (ruta,) = almacen.listar("fichas/")

    def leer(datos: bytes) -> object:
        (c / "evidencia" / ruta).unlink()
        almacen.escribir(ruta, datos)
        return imagenes.revisar_almacen(almacen)

    return [almacen.leer(ruta) or b""], leer


# what operators write


@puerta(ProcesoInvalido, cara=6)
def carpeta_de_proceso(c: Path) -> tuple[list[bytes], Lector]:
    import shutil

    shutil.copytree(carpeta_de_ejemplo(), c / "proceso")
    archivos = {r.name: r for r in sorted((c / "proceso").rglob("*")) if r.suffix in (".toml", ".csv")}
    buenos = {n: r.read_bytes() for n, r in archivos.items()}
    turno = random.Random(4)

    def leer(datos: bytes) -> object:
        nombre = max(
            buenos, key=lambda n: (buenos[n][:60] == datos[:60], buenos[n][-60:] == datos[-60:], turno.random())
        )
        archivos[nombre].write_bytes(datos)
        try:
            return leer_proceso(c / "proceso")
        finally:
            archivos[nombre].write_bytes(buenos[nombre])

    return list(buenos.values()), leer


@puerta(ProcesoInvalido)
def plan_de_simulacro(c: Path) -> tuple[list[bytes], Lector]:
    from prep.simulacro.plan import hora_de

    toml = f"""[noche]
casillas = 60
centros = 2
hasta = "{hora_de(240)}"
[gente]
telefonos = 10
capturistas = 6
[[falla]]
tipo = "sin_internet"
de = "20:15"
a = "21:00"
donde = "catd-1"
[[falla]]
tipo = "reloj"
de = "19:00"
telefonos = 2
minutos = -30
"""
    return [toml.encode()], de_archivo(c, "plan.toml", leer_plan_de_simulacro)


@puerta(verdad.VerdadInvalida)
def verdad_de_simulacro(c: Path) -> tuple[list[bytes], Lector]:
    acta = "140021B0100G"
    doc = {
        "formato": verdad.FORMATO, "proceso": PROCESO, "modo": "simulacro", "catalogo": "00" * 32, "semilla": 1,
        "sal": "5a" * 32, "desenlaces": {}, "empates": [], "catds": {"C1": "Centro"}, "casillas": {acta[:11]: "C1"},
        "elecciones": {"GUB": {"nombre": "G", "campos": ["A", "B"], "actas": {acta: [1, 2]}, "no_cuentan": []}},
    }  # fmt: skip
    return [canonico(doc)], verdad.leer


@puerta(ProcesoInvalido, cara=3)
def plan_de_trabajo(c: Path) -> tuple[list[bytes], Lector]:
    iniciar(c / "plan", date(2027, 6, 6), "Proceso", "Instituto")
    archivos = {r.name: r for r in sorted((c / "plan").glob("*.csv"))}
    buenos = {n: r.read_bytes() for n, r in archivos.items()}

    def leer(datos: bytes) -> object:
        nombre = max(buenos, key=lambda n: (buenos[n][:30] == datos[:30], buenos[n][-30:] == datos[-30:]))
        archivos[nombre].write_bytes(datos)
        try:
            return leer_plan(c / "plan", date(2027, 6, 1))
        finally:
            archivos[nombre].write_bytes(buenos[nombre])

    return list(buenos.values()), leer


@puerta(Impedimento)
def huella_de_un_equipo(c: Path) -> tuple[list[bytes], Lector]:
    buena = {s: [["una", "00" * 32], ["otra", "texto"]] for s in cotejo.SECCIONES}
    return [json.dumps(buena).encode()], de_archivo(c, "huella.json", cotejo.leer)


@puerta(Impedimento, base=True)
def declaracion_de_ceros(c: Path) -> tuple[list[bytes], Lector]:
    escribano()
    return [ceros.declarar(nodo_de_aqui(), ceros.Existencias(0, 0, 0), INICIO)], lambda datos: ceros.leer(datos, INICIO)


@puerta(respaldo.RespaldoImposible)
def lista_de_respaldo(c: Path) -> tuple[list[bytes], Lector]:
    almacen = AlmacenCarpeta(c / "respaldos")
    bueno = respaldo.Respaldo(
        INICIO.isoformat(), PROCESO, "prueba", "11" * 32, 3, "22" * 32, 1, "v", [], {"a": "33" * 32}
    )

    def leer(datos: bytes) -> object:
        ruta = f"respaldos/20270606T000000Z.{sha256(datos).hexdigest()}.json"
        almacen.escribir(ruta, datos)
        return respaldo.leer(almacen, ruta)

    return [orjson.dumps({"formato": respaldo.FORMATO, **asdict(bueno)})], leer


@puerta()
def pizarra_guardada(c: Path) -> tuple[list[bytes], Lector]:
    """A forecast that was left for the board: one that is not understood is none."""
    from prep.catalogo.pronostico import PASOS, leer

    dicho = {"proceso": "h", "cierre": INICIO.isoformat(), "llegadas": {"C1": [10, [0] * (PASOS + 1)]}}
    return [json.dumps(dicho).encode()], de_archivo(c, "pizarra.json", lambda r: leer(r, "h"))


@puerta(MapaInvalido)
def mapa(c: Path) -> tuple[list[bytes], Lector]:
    anillo = [[-103.0, 20.0], [-103.0, 21.0], [-102.0, 21.0], [-103.0, 20.0]]
    rasgos = [
        {
            "type": "Feature",
            "properties": {"DISTRITO": i, "n": "x"},
            "geometry": {"type": "Polygon", "coordinates": [anillo]},
        }
        for i in (1, 2)
    ]
    doc = {"type": "FeatureCollection", "features": rasgos}
    return [json.dumps(doc).encode()], de_archivo(c, "mapa.geojson", lambda r: importar_mapa(r, "distrito"))


@puerta(Impedimento)
def mapa_hecho(c: Path) -> tuple[list[bytes], Lector]:
    return [b'{"formato":"prep/mapa/1","capas":{}}'], de_archivo(c, "mapa.json", sala._contornos)


@puerta(Impedimento)
def archivo_de_delegacion(c: Path) -> tuple[list[bytes], Lector]:
    return [canonico({"formato": nodos.FORMATO, "documento": {"alcance": "todo"}, "prueba": "c2sp…"})], nodos._abrir


@puerta(VeredictoInvalido, cara=2)
def veredicto_de_simulacro(c: Path) -> tuple[list[bytes], Lector]:
    return [json.dumps(veredicto(2, 1)).encode()], lambda datos: leer_veredicto(datos, "veredicto.json")


@puerta(VeredictoInvalido, cara=2)
def corrida_de_simulacro(c: Path) -> tuple[list[bytes], Lector]:
    return [json.dumps(corrida()).encode()], lambda datos: leer_corrida(datos, "corrida.json")


@puerta(ReservaDanada)
def reserva_de_un_corte(c: Path) -> tuple[list[bytes], Lector]:
    for nombre in ("una", "otra"):
        Reserva(c).guardar(nombre, {"acta": 1}, b"abc", [b"de", b"fgh"])
    return [(c / "una").read_bytes()], de_archivo(c, "otra", lambda r: Reserva(c).leer(r.name))


@puerta()
def lo_que_se_calculo_antes(c: Path) -> tuple[list[bytes], Lector]:
    """What whoever verifies keeps: spoiled, it is as if it were not there."""
    sabida = Sabida(1, 21, 1, "11" * 32, "22" * 32, "1 0 0 0 0 0 0 3 4", "33" * 32, "", [])
    tablas = {"GUB": Tabla(["CLAVE_CASILLA", "PAN", "PRI"], ["PAN", "PRI"], "-", [sabida])}
    Comprobado(2, "44" * 32, Origen("55" * 32, "66" * 32, "77" * 32, False), tablas).escribir(c / "una")
    assert Comprobado.leer(c / "una") is not None
    return [(c / "una").read_bytes()], de_archivo(c, "otra", Comprobado.leer)


@puerta()
def fallas_anotadas(c: Path) -> tuple[list[bytes], Lector]:
    """What the board of machines reads, where a full disk may have cut it anywhere."""
    fallas.anotar(fallas.Falla(INICIO, "ABCDEFGH", "ValueError", "prep.ñ:3"))
    archivo = fallas._archivo()
    return [archivo.read_bytes()], de_archivo(archivo.parent, archivo.name, lambda _: fallas.desde(INICIO))


@puerta(ejercicio.EjercicioInvalido)
def ejercicio_de_practica(c: Path) -> tuple[list[bytes], Lector]:
    uno = ejercicio.Ejercicio("140021B0100G", "11" * 32, ejercicio.Leccion.LIMPIA, "", {"PAN": 3, "PRI": 0})
    llegada = ejercicio.Llegada(("140021B0100G",), "20:15")
    otro = ejercicio.Ejercicio("140021B0100G", "", ejercicio.Leccion.CON_SELLO, "", llegada=llegada, catd="CATD-001")
    ejercicio.escribir(c / "practica", PROCESO, [(uno, b"foto"), (otro, b"")])
    archivo = c / "practica" / ejercicio.ARCHIVO
    return [archivo.read_bytes()], de_archivo(archivo.parent, archivo.name, lambda r: ejercicio.leer(r.parent))


# with the database: people, phones and nodes at the door


@puerta(listas.ListaConErrores, base=True)
def lista_de_personas(c: Path) -> tuple[list[bytes], Lector]:
    buena = "usuario,nombre,roles,lugar,alcance\n,María Peña,capturista|verificador,CCV,\njefa,Ana,supervisor,CCV,\n"
    return [buena.encode()], lambda datos: listas.leer(datos.decode("utf-8", "replace"))


@puerta(Impedimento, base=True, cara=2)
def lote_de_telefono(c: Path) -> tuple[list[bytes], Lector]:
    tel, foto = _telefono()
    fotos = {sha256(foto).hexdigest(): base64.b64encode(foto).decode()}
    hechos = [tel.fotografiada("140020B0100G", foto)]
    datos = {
        "formato": lotes.FORMATO,
        "ambito": AMBITO,
        "dispositivo": tel.aparato.id,
        "hechos": hechos,
        "fotos": fotos,
    }
    return [orjson.dumps(datos)], lotes.importar


def _telefono() -> tuple[Any, bytes]:
    from prep.bitacora.models import Instalacion
    from prep.intercambio import nodo
    from prep.plataforma.reloj import RelojFijo
    from telefono import AHORA, Telefono, foto, fundar

    nodo.reloj = RelojFijo(AHORA)
    if not Instalacion.objects.exists():
        fundar()
    return Telefono(), foto()


@puerta(Negado, base=True)
def entrega_de_nodo(c: Path) -> tuple[list[bytes], Lector]:
    """What one node says to another, whoever it is once it signed."""
    _telefono()
    quien = Nodo("catd-1", "")
    dice = {"version": "a1", "por_enviar": 0, "rechazados": 0, "hora": INICIO.isoformat()}
    presentacion = {"cadenas": {"catd-1": [[1, "11" * 32]], "central": [[3, "22" * 32]]}, "dice": dice}
    buenos = [presentacion, ["11" * 32, "22" * 32], [_sobre().escribir()]]

    def leer(datos: bytes) -> None:
        for hacer in (
            lambda: entre_nodos.presentarse(quien, datos, INICIO),
            lambda: entre_nodos.cuales_faltan(datos),
            lambda: entre_nodos.recibir(quien, datos, INICIO),
        ):
            try:
                hacer()
            except Negado as no:
                assert no.detalle

    return [orjson.dumps(b) for b in buenos], leer


@puerta(base=True)
def galletas(c: Path) -> tuple[list[bytes], Lector]:
    """What a browser gives back: signed by us or worth nothing."""
    from django.test import Client, RequestFactory

    navegador = Client()
    terminales_firmada = terminal(navegador)
    ficha = Ficha("o", "140021B0100G", "captura", "11" * 32, "p-1").escribir()
    assert terminales_firmada

    def leer(datos: bytes) -> None:
        dicha = datos.decode("utf-8", "replace")  # as Django reads a header
        pedido = RequestFactory().get("/")
        pedido.COOKIES[terminales.GALLETA] = dicha
        terminales.de(pedido)
        pases.leer(dicha)
        muros.abrir(dicha)
        try:
            Ficha.leer(dicha, ["captura"], "p-1")
        except FichaInvalida:
            pass

    return [navegador.cookies[terminales.GALLETA].value.encode(), ficha.encode()], leer

"""The archive of a process: everything that was published, signed and written, in one zip that proves itself for good.

It needs neither this program nor a database to be checked: `comprobar.py`, inside, asks only for Python.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from prep.bitacora.exportacion import exportar
from prep.comprobacion.comprobar_archivo import Comprobacion, comprobar
from prep.publicacion.publicador import Publicador
from prep.sede import informes
from prep.sede.actos import ActoImposible, firmadas

FORMATO: Final = "prep/archivo/1"
_YA_COMPRIMIDOS: Final = (".jpg", ".png", ".zip", ".xlsx", ".pdf")


def archivar(p: Publicador, destino: Path, actos: Path, hora: datetime) -> Comprobacion:
    """Write the archive of a closed operation and check it as a stranger would. `actos`: where the reports are; one
    that is not there (another machine made it) is drawn again."""
    if not any(h["tipo"] == "cierre" for h in firmadas(p)):
        raise ActoImposible("Se archiva después del cierre: antes, «prep operacion cierre».")
    if destino.exists():
        raise ActoImposible(f"{destino} ya existe: indique un archivo nuevo.")
    aparte = destino.with_name(f"{destino.name}.parte")
    fecha = hora.timetuple()[:6]
    try:
        with ZipFile(aparte, "w") as paquete:
            listados = []
            for ruta, datos in _contenido(p, actos):
                ficha = ZipInfo(ruta, fecha)
                ficha.compress_type = ZIP_STORED if ruta.endswith(_YA_COMPRIMIDOS) else ZIP_DEFLATED
                ficha.external_attr = 0o644 << 16
                paquete.writestr(ficha, datos)
                listados.append({"ruta": ruta, "sha256": hashlib.sha256(datos).hexdigest(), "bytes": len(datos)})
            manifiesto = {
                "formato": FORMATO,
                "proceso": p.proceso.clave,
                "modo": p.modo.value,
                "hora": hora.replace(microsecond=0).isoformat(),
                "archivos": sorted(listados, key=lambda a: str(a["ruta"])),
            }
            texto = json.dumps(manifiesto, ensure_ascii=False, indent=1) + "\n"
            paquete.writestr(ZipInfo("manifiesto.json", fecha), texto, ZIP_DEFLATED)
        hecho = comprobar(aparte)
        aparte.rename(destino)
    finally:
        aparte.unlink(missing_ok=True)
    return hecho


def _contenido(p: Publicador, actos: Path) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of each file, one at a time."""
    yield "LEEME.txt", LEEME.format(nombre=p.proceso.nombre, proceso=p.proceso.clave, modo=p.modo.value).encode()
    propios = files("prep.comprobacion")
    yield "comprobar.py", (propios / "comprobar_archivo.py").read_bytes()
    yield "recalcular.py", (propios / "recalcular.py").read_bytes()
    yield "instituto.vkey", f"{p.registro.firmante.llave.vkey}\n".encode()
    bitacora = BytesIO()
    exportar(bitacora)
    yield "bitacora.jsonl", bitacora.getvalue()
    for hoja in (h for h in firmadas(p) if h["tipo"] in informes.REDACTAN):
        nombre = f"{hoja['tipo']}.pdf"
        guardado = actos / nombre
        if guardado.exists():
            yield f"actos/{nombre}", guardado.read_bytes()
        else:
            yield f"actos/{nombre}", informes.del_documento(p.almacen, hoja["tipo"], hoja["documento"])
    for ruta in p.almacen.listar():
        datos = p.almacen.leer(ruta)
        if datos is not None:
            yield f"publicacion/{ruta}", datos


LEEME: Final = """Archivo de {nombre} ({proceso}, modo {modo})

Contiene todo lo que se publicó, lo que se firmó y lo que cada quien hizo. Se comprueba sin red, sin base de datos y sin
el programa que lo hizo:

    python3 comprobar.py                 en esta carpeta, o: python3 comprobar.py ARCHIVO.zip
    python3 recalcular.py publicacion    vuelve a sumar cada cifra del último corte desde sus actas

Use la llave pública del instituto que se dio a conocer por otros medios: comprobar.py --llave instituto.vkey.

QUÉ HAY
  manifiesto.json   cada archivo con su tamaño y su SHA-256
  instituto.vkey    la llave pública que firma el registro: nombre+identificador+base64(0x01 y 32 bytes de Ed25519)
  publicacion/      lo publicado, tal cual: cortes, imágenes, registro y documentos de los actos
  bitacora.jsonl    los hechos: qué hizo cada quien, firmado; las personas van con claves opacas
  actos/            los informes en PDF de los actos
  comprobar.py      comprueba todo lo anterior; recalcular.py, las cifras

CÓMO ESTÁ ESCRITO (para quien quiera hacer su propio programa)
  Los textos son UTF-8; lo firmado es JSON canónico (RFC 8785), sin decimales.
  Registro: publicacion/checkpoint es una nota firmada (C2SP signed-note): tres renglones, origen, tamaño y raíz en
  base64; un renglón vacío; firmas «— nombre base64(4 bytes de identificador y 64 de Ed25519)» sobre los tres renglones
  con su salto final. La raíz es la de RFC 6962 con SHA-256. Las hojas están en publicacion/tile/entries/NNN, 256 por
  archivo (.p/N si son menos), cada una precedida por su tamaño en dos bytes.
  Hoja: objeto con formato, tipo, proceso, modo y hora. La de tipo corte dice el SHA-256 de cortes/NNNN/corte.json, que
  nombra cada archivo del corte con el suyo, la raíz de sus imágenes (RFC 6962 sobre los SHA-256 en orden, 32 bytes cada
  hoja) y cuántos hechos había y su raíz. Las que tienen documento dicen el SHA-256 de documentos/<sha256>.json; el
  documento con «informe», el de actos/<tipo>.pdf. verdad_sellada es el SHA-256 de la verdad que verdad_abierta publica.
  Llaves: la hoja llaves con accion rotacion cambia la llave; la anterior firma publicacion/puntos/<tamaño> de esa hoja.
  Hecho: el primer renglón de bitacora.jsonl dice tamano y raiz; cada uno de los demás trae un sobre. La hoja del árbol
  es el sobre canónico sin «firma» seguido de los 64 bytes de la firma (base64), que es del nodo que lo escribió.
"""

"""The end of a night: what its report and its archive say, and that whatever was altered is named by Python alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from instalada import CIERRE, Sede, poner_en_ceros, quien

from prep.bitacora.marcha import la_noche, servicio_de
from prep.comprobacion import comprobar_archivo
from prep.comprobacion.comprobar_archivo import firma_valida
from prep.dominio.operacion import Marcha
from prep.plataforma.almacen import AlmacenCarpeta
from prep.publicacion.corte import hacer_corte
from prep.publicacion.filas import ruta_imagen
from prep.publicacion.publicador import Cerrada
from prep.sede import actos
from prep.sede.archivo import archivar
from prep.transparencia.nota import LlavePrivada


def test_our_signature_check_is_that_of_the_library() -> None:
    key = LlavePrivada.nueva("una")
    good, message = key.firmar(b"mensaje"), b"mensaje"
    assert firma_valida(key.llave.publica, message, good)
    for bad in (good[:-1] + bytes([good[-1] ^ 1]), bytes([good[0] ^ 1]) + good[1:], bytes(64), b""):
        assert not firma_valida(key.llave.publica, message, bad)
    assert not firma_valida(key.llave.publica, b"otro", good)
    assert not firma_valida(LlavePrivada.nueva("otra").llave.publica, message, good)


def comprobar(carpeta: Path) -> tuple[int, str]:
    """As a stranger would in ten years: Python alone, from another folder."""
    orden = [sys.executable, "-I", str(carpeta / "comprobar.py")]
    hecho = subprocess.run(orden, cwd="/", capture_output=True, text=True, check=False)
    assert not hecho.stderr, hecho.stderr
    return hecho.returncode, hecho.stdout


@pytest.mark.parametrize(("donde", "que"), [(6, 99), (46, 255)])
def test_a_zip_whose_list_no_program_of_today_reads_is_said(donde: int, que: int, tmp_path: Path) -> None:
    """Its first entry asks for version 9.9 to open it, or has a name in UTF-8 that is none."""
    with zipfile.ZipFile(tmp_path / "noche.zip", "w") as z:
        z.writestr("ñ", b"")
    datos = bytearray((tmp_path / "noche.zip").read_bytes())
    datos[datos.index(b"PK\x01\x02") + donde] = que
    (tmp_path / "noche.zip").write_bytes(datos)
    orden = [sys.executable, "-I", comprobar_archivo.__file__, str(tmp_path / "noche.zip")]
    hecho = subprocess.run(orden, capture_output=True, text=True, check=False)
    assert (hecho.returncode, hecho.stderr) == (2, "") and hecho.stdout.startswith("NO SE PUDO LEER")


def test_a_closed_night_is_archived_and_each_alteration_is_named(sede: Sede, tmp_path: Path) -> None:
    p = sede.publicador
    poner_en_ceros(sede)
    sede.anotar_noche(4)
    evidencia = AlmacenCarpeta(sede.carpeta / "evidencia", privado=True)
    for acta in (a for e in p.proceso.elecciones for a in e.actas):
        datos = f"{p.proceso.clave}:{acta.clave}".encode()
        evidencia.escribir(ruta_imagen(sha256(datos).hexdigest()), datos)
    p.evidencia = evidencia
    hacer_corte(p, CIERRE + timedelta(hours=2))
    with pytest.raises(actos.ActoImposible, match="Se archiva después del cierre"):
        archivar(p, tmp_path / "a.zip", tmp_path / "actos", CIERRE)
    fin = p.informativo.publicacion.fin
    assert fin is not None
    with pytest.raises(actos.ActoImposible, match="Una prórroga es para después"):
        actos.prorroga(p, CIERRE, fin, "Faltan paquetes.")
    actos.prorroga(p, CIERRE + timedelta(hours=3), fin + timedelta(hours=2), "Faltan paquetes.")
    cierre = actos.cierre(p, CIERRE + timedelta(hours=12), quien(sede, "administrador"))
    noche = servicio_de(la_noche())  # every desk and node reads it
    assert (noche.marcha, noche.quien) == (Marcha.CERRADO, quien(sede, "administrador"))
    doc = sede.documento(cierre)
    assert doc["cerro"] == quien(sede, "administrador") and doc["prorrogas"][0]["motivo"] == "Faltan paquetes."
    esperadas = sum(c["esperadas"] for c in doc["cuentas"].values())
    contadas = sum(n for e in doc["situacion"].values() for n in e.values())
    faltan = [clave for claves in doc["faltan"].values() for clave in claves]
    terminadas = sum(e.get("publicada", 0) + e.get("sin_acta", 0) for e in doc["situacion"].values())
    assert contadas == esperadas and len(faltan) == len(set(faltan)) == esperadas - terminadas > 0 < terminadas
    with pytest.raises(Cerrada, match="ya se cerró con el corte 3"):
        hacer_corte(p, CIERRE + timedelta(hours=13))
    for acto in (actos.cierre, lambda p, h: actos.prorroga(p, h, fin + timedelta(days=9), "Más.")):
        with pytest.raises(actos.ActoImposible, match="ya se cerró"):
            acto(p, CIERRE + timedelta(hours=13))
    with pytest.raises(actos.ActoImposible, match="no tiene aquí el rol fedatario"):
        actos.fe_publica(p, CIERRE, 1, quien(sede, "administrador"), "Ante mí.")
    actos.fe_publica(p, CIERRE + timedelta(hours=13), cierre.posicion, quien(sede, "fedatario"), "Ante mí.")

    hecho = archivar(p, tmp_path / "noche.zip", tmp_path / "actos", CIERRE + timedelta(hours=14))
    assert hecho.mal == [] and any("imágenes del último corte" in b for b in hecho.bien)

    buena = tmp_path / "buena"
    with zipfile.ZipFile(tmp_path / "noche.zip") as paquete:
        paquete.extractall(buena)
    assert comprobar(buena)[0] == 0 and len(list((buena / "actos").iterdir())) == 2
    foto = next((buena / "publicacion" / "imagenes").rglob("*.jpg")).relative_to(buena)
    entradas = (buena / "publicacion" / "tile" / "entries" / "000.p").iterdir()
    registro = max(entradas, key=lambda r: int(r.name)).relative_to(buena)
    ataques: list[tuple[str, Callable[[Path], None], str]] = [
        (str(foto), Path.unlink, f"falta la imagen {foto}"),
        (str(foto), lambda f: cambiar(f, b":", b";"), f"la imagen {foto} fue alterada"),
        ("publicacion/cortes/0003/corte.json", lambda f: cambiar(f, b'"cierre":true', b'"cierre":false'), "corte 3"),
        ("publicacion/cortes/0002/avance.json", lambda f: cambiar(f, b"[", b"[ "), "que firmó el corte 2"),
        ("actos/cierre.pdf", lambda f: cambiar(f, b"%%EOF", b"%%EOF "), "actos/cierre.pdf falta o no es"),
        ("bitacora.jsonl", lambda f: f.write_bytes(b"\n".join(f.read_bytes().split(b"\n")[:-3]) + b"\n"), "hechos"),
        ("instituto.vkey", lambda f: f.write_text(LlavePrivada.nueva("otra").llave.vkey), "no firmó este registro"),
        (str(registro), lambda f: cambiar(f, b"Faltan paquetes", b"Sobran paquetes"), "sus hojas"),
        ("publicacion/de-mas.html", lambda f: f.write_text("hola"), "sobra publicacion/de-mas.html"),
    ]
    for ruta, alterar, dice in ataques:
        mala = tmp_path / "mala"
        shutil.copytree(buena, mala)
        alterar(mala / ruta)
        if not ruta.endswith("de-mas.html"):
            sellar_otra_vez(mala)
        codigo, dicho = comprobar(mala)
        assert codigo == 1 and dice in dicho, (ruta, dicho)
        shutil.rmtree(mala)


def cambiar(archivo: Path, antes: bytes, despues: bytes) -> None:
    datos = archivo.read_bytes()
    assert antes in datos
    archivo.write_bytes(datos.replace(antes, despues))


def sellar_otra_vez(carpeta: Path) -> None:
    """Whoever alters the archive writes its manifest again: nothing signs it."""
    archivo = carpeta / "manifiesto.json"
    doc = json.loads(archivo.read_text())
    doc["archivos"] = [
        {
            "ruta": f.relative_to(carpeta).as_posix(),
            "sha256": sha256(f.read_bytes()).hexdigest(),
            "bytes": f.stat().st_size,
        }
        for f in sorted(carpeta.rglob("*"))
        if f.is_file() and f != archivo
    ]
    archivo.write_text(json.dumps(doc))

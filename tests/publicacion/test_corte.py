"""A corte read back as the public reads it: figures from the table alone, formats by a reference validator."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from escena import CIERRE, INSTITUTO, Escena, Tabla, noche

from noche import Noche
from prep import portal
from prep.bitacora.asientos import cabeza
from prep.bitacora.models import Hecho
from prep.comprobacion.informe import Nivel
from prep.comprobacion.verificar import Opciones, verificar
from prep.dominio.acta.hechos import Tipo
from prep.dominio.tabulacion.proceso import Demarcacion, Modo
from prep.plataforma.almacen import AlmacenCarpeta, ErrorAlmacen
from prep.portal import redibujo
from prep.publicacion.esquemas import FORMATOS
from prep.publicacion.publicador import CorteImposible
from prep.simulacro.votos import CUENTAN
from prep.transparencia.almacen import Carpeta
from prep.transparencia.politica import Politica

HOJA = "hoja:01890a5d-ac96-774b-bcce-b302099a8057"
COLUMNAS = (
    "CLAVE_CASILLA,CLAVE_ACTA,ID_ENTIDAD,ENTIDAD,{demarcacion},SECCION,ID_CASILLA,TIPO_CASILLA,EXT_CONTIGUA,"
    "UBICACION_CASILLA,TIPO_ACTA,TOTAL_BOLETAS_SOBRANTES,TOTAL_PERSONAS_VOTARON,TOTAL_REP_PARTIDO_CI_VOTARON,"
    "TOTAL_VOTOS_SACADOS,{votos},TOTAL_VOTOS_ASENTADO,TOTAL_VOTOS_CALCULADO,LISTA_NOMINAL,REPRESENTANTES_PP_CI,"
    "OBSERVACIONES,CONTABILIZADA,MECANISMOS_TRASLADO,CODIGO_INTEGRIDAD,FECHA_HORA_ACOPIO,FECHA_HORA_CAPTURA,"
    "FECHA_HORA_VERIFICACION,ORIGEN,DIGITALIZACION,TIPO_DOCUMENTO,COTEJADA"
)
SUMARIO = (
    "ACTAS_ESPERADAS,ACTAS_REGISTRADAS,ACTAS_FUERA_CATALOGO,ACTAS_CAPTURADAS,PORCENTAJE_ACTAS_CAPTURADAS,"
    "ACTAS_CONTABILIZADAS,PORCENTAJE_ACTAS_CONTABILIZADAS,PORCENTAJE_ACTAS_INCONSISTENCIAS,ACTAS_NO_CONTABILIZADAS,"
    "LISTA_NOMINAL_ACTAS_CONTABILIZADAS,TOTAL_VOTOS_C_CS,TOTAL_VOTOS_S_CS,PORCENTAJE_PARTICIPACION_CIUDADANA"
)


def validar_todo(escena: Escena, ruta: str) -> int:
    """Every JSON of a corte against docs/formatos, by jsonschema; how many."""
    nombres = {
        "corte.json": "corte",
        "proceso.json": "proceso",
        "avance.json": "avance",
        "secciones.json": "secciones",
        "resumen.json": "resumen",
        "especiales.json": "especiales",
        "municipios.json": "municipios",
    }
    vistos = 0
    for archivo, datos in {**escena.archivos(ruta), "ultimo.json": (escena.raiz / "ultimo.json").read_bytes()}.items():
        if not archivo.endswith(".json"):
            continue
        base = archivo.rpartition("/")[2]
        nombre = "ultimo" if base == "ultimo.json" else "demarcacion" if "/demarcacion/" in archivo else nombres[base]
        esquema = json.loads((FORMATOS / f"{nombre}.schema.json").read_text("utf-8"))
        formatos = jsonschema.Draft202012Validator.FORMAT_CHECKER
        jsonschema.Draft202012Validator(esquema, format_checker=formatos).validate(json.loads(datos))
        vistos += 1
    return vistos


def por_ciento(parte: int, todo: int) -> str:
    return f"{parte * 100 // todo}.{parte * 1_000_000 // todo % 10_000:04d}" if todo else ""


def recalcular_sumario(tabla: Tabla, cierre: bool) -> dict[str, str]:
    """The header of a table from its lines, by the rules of the LEEME, without the product's code."""
    filas = list(tabla)
    fuera = [f for f in filas if f["CONTABILIZADA"] == "2"]
    dentro = [f for f in filas if f["CONTABILIZADA"] != "2"]
    capturadas = [f for f in dentro if f["CONTABILIZADA"] in "01"]
    cuentan = [f for f in dentro if f["CONTABILIZADA"] == "1"]
    malas = ("Ilegible", "Sin dato", "Todos los campos", "Excede")
    inconsistentes = [f for f in capturadas if any(m in f["OBSERVACIONES"] for m in malas)]
    nominal = sum(int(f["LISTA_NOMINAL"]) for f in cuentan)
    con = sum(int(f["TOTAL_VOTOS_CALCULADO"]) for f in cuentan)
    sin = sum(int(f["TOTAL_VOTOS_CALCULADO"]) for f in cuentan if f["TIPO_CASILLA"] != "S")
    n = len(dentro)
    valores = [
        n,
        len(capturadas) + len(fuera),
        len(fuera),
        len(capturadas),
        por_ciento(len(capturadas), n),
        len(cuentan),
        por_ciento(len(cuentan), n),
        por_ciento(len(inconsistentes), n),
        len(capturadas) - len(cuentan),
        nominal,
        con,
        sin,
        por_ciento(con if cierre else sin, nominal),
    ]
    return dict(zip(SUMARIO.split(","), map(str, valores), strict=True))


# --- Páginas que no se pueden dibujar --------------------------------------------------------------------------------


class PortalRoto:
    """Draws as the real one until its last page of the root, and then fails."""

    dibujos, recursos = staticmethod(portal.dibujos), staticmethod(portal.recursos)

    @staticmethod
    def portada(corte: Any) -> Any:
        yield from portal.portada(corte)
        raise KeyError("por_candidatura")


SIN_CEROS = "actos"
"""These nights are published without the puesta en ceros, which the desk of acts makes; nothing else may be wrong."""


def test_a_page_that_fails_does_not_stop_the_data(escena: Escena, monkeypatch: pytest.MonkeyPatch) -> None:
    _, hechos = noche()
    escena.anotar(hechos[:200])
    escena.portal = portal
    primero = escena.corte()
    entrada = (escena.raiz / "index.html").read_bytes()
    escena.anotar(hechos[200:400])
    segundo = escena.corte(minutos=5, portal=PortalRoto())
    (alarma,) = segundo.alarmas
    assert "No se pudieron dibujar las páginas" in alarma and "KeyError: 'por_candidatura'" in alarma
    assert escena.json("ultimo.json")["corte"] == 2
    antes, ahora = escena.archivos(primero.ruta), escena.archivos(segundo.ruta)
    assert len(Tabla.leer(escena.csv_de(segundo.ruta, "GUB")).filas) > 0
    assert segundo.cuentas != primero.cuentas
    assert {a for a in antes if not a.startswith("bd/")} - set(ahora) == {
        a for a in antes if "html" in a or a.endswith(".csv")
    } | {
        "cabecera.json",
        "nist.json",
    }
    assert ahora["sitio.json"] == antes["sitio.json"] and (escena.raiz / "index.html").read_bytes() == entrada
    opciones = Opciones(politica=Politica((INSTITUTO.llave,)), imagenes=False, todo=True)
    informe = verificar(Carpeta(escena.raiz), opciones)
    assert not [h for h in informe.hallazgos if h.nivel == Nivel.MAL and h.asunto != SIN_CEROS]
    assert any("páginas de la raíz son las firmadas" in h.texto for h in informe.hallazgos)
    monkeypatch.setattr(redibujo, "huella", lambda: "ab" * 32)  # the program of the scene
    con_programa = replace(opciones, redibujar=redibujo.redibujar)
    dichos = [h.texto for h in verificar(Carpeta(escena.raiz), con_programa).hallazgos]
    assert any("dibujadas de nuevo" in d for d in dichos) and any("son las de un corte anterior" in d for d in dichos)

    tercero = escena.corte(minutos=10)
    assert tercero.alarmas == () and (escena.raiz / tercero.ruta / "index.html").exists()
    assert (escena.raiz / "index.html").read_bytes() != entrada
    assert not [
        h for h in verificar(Carpeta(escena.raiz), opciones).hallazgos if h.nivel == Nivel.MAL and h.asunto != SIN_CEROS
    ]


# --- En ceros --------------------------------------------------------------------------------------------------------


def test_in_ceros_as_it_is_practised(escena: Escena) -> None:
    corte = escena.corte()
    assert corte.numero == 1 and corte.alarmas == ()
    assert validar_todo(escena, corte.ruta) > 20
    for eleccion in escena.proceso.elecciones:
        datos = escena.csv_de(corte.ruta, eleccion.clave)
        assert f"\r\n{len(eleccion.actas)},0,0,0,0,0,0,0,0,,,0,\r\n\r\nCLAVE_CASILLA,".encode() in datos
        tabla = Tabla.leer(datos)
        filas = list(tabla)
        assert [f["CLAVE_ACTA"] for f in filas] == [a.clave for a in eleccion.actas]
        for fila, acta in zip(filas, eleccion.actas, strict=True):
            assert fila["LISTA_NOMINAL"] == str(acta.casilla.lista_nominal)
            vacias = tabla.columnas[tabla.columnas.index("TIPO_ACTA") + 1 : tabla.columnas.index("LISTA_NOMINAL")]
            vacias += ["OBSERVACIONES", "CONTABILIZADA", "CODIGO_INTEGRIDAD", "FECHA_HORA_ACOPIO", "COTEJADA"]
            assert {fila[c] for c in vacias} == {""}


# --- La noche --------------------------------------------------------------------------------------------------------


@pytest.fixture
def a_media_noche(escena: Escena) -> Escena:
    """Half the facts, two sheets out of catalogue, one corte."""
    _, hechos = noche()
    escena.anotar(hechos[: len(hechos) * 3 // 4])
    gub = escena.proceso.elecciones[0]
    extra = Noche(99)
    foto = "c" * 64
    escena.anotar(
        [
            extra.hecho(Tipo.DIGITALIZADA, HOJA, "digital-1", imagen=foto),
            extra.hecho(
                Tipo.FUERA_DE_CATALOGO,
                HOJA,
                "supervisa-1",
                eleccion=gub.clave,
                demarcacion=f"{next(iter(gub.demarcaciones)):03d}",
                seccion="=1+1",
                tipo="-",
            ),
            extra.hecho(Tipo.FUERA_DE_CATALOGO, HOJA[:-1] + "8", "supervisa-1", eleccion=gub.clave, demarcacion="²"),
        ]
    )
    return escena


def test_the_figures_come_from_the_table_itself(a_media_noche: Escena) -> None:
    escena = a_media_noche
    for cierre in (False, True):
        corte = escena.corte(240, cierre)
        assert validar_todo(escena, corte.ruta) > 20
        for eleccion in escena.proceso.elecciones:
            tabla = Tabla.leer(escena.csv_de(corte.ruta, eleccion.clave))
            assert tabla.nombres == SUMARIO.split(",")
            assert tabla.sumario == recalcular_sumario(tabla, cierre)
            estadistica = escena.json(f"{corte.ruta}/{eleccion.clave}/resumen.json")["estadistica"]
            assert {k.upper(): str(v) for k, v in estadistica.items()} == {k: v for k, v in tabla.sumario.items() if v}
            for fila in tabla:
                if fila["CONTABILIZADA"] in ("0", "1") and fila["TOTAL_VOTOS_CALCULADO"]:
                    votos = [fila[r.clave] for r in eleccion.columnas]
                    assert int(fila["TOTAL_VOTOS_CALCULADO"]) == sum(int(v) for v in votos if v.isdecimal())


def test_every_place_adds_up_to_its_parts(a_media_noche: Escena) -> None:
    escena = a_media_noche
    ruta = escena.corte(240).ruta

    def sumar(partes: list[Any], entero: Any, con_fuera: bool = True) -> None:
        for cifra, valor in entero["estadistica"].items():
            if not cifra.startswith("porcentaje") and (
                con_fuera or ("fuera" not in cifra and "registradas" not in cifra)
            ):
                assert valor == sum(p["estadistica"].get(cifra, 0) for p in partes), cifra
        for grupo in ("no_registradas", "nulos"):
            assert entero[grupo]["votos"] == sum(p[grupo]["votos"] for p in partes)
        assert entero["total"] == sum(p["total"] for p in partes)
        votos: dict[str, int] = {}
        for p in partes:
            for f in p["por_candidatura"]:
                votos[f["clave"]] = votos.get(f["clave"], 0) + f["votos"]
        assert {f["clave"]: f["votos"] for f in entero["por_candidatura"]} == votos
        assert sum(votos.values()) + entero["no_registradas"]["votos"] + entero["nulos"]["votos"] == entero["total"]

    for eleccion in escena.proceso.elecciones:
        resumen = escena.json(f"{ruta}/{eleccion.clave}/resumen.json")
        sumar(resumen["demarcaciones"], resumen, con_fuera=False)
        assert sum(f["votos"] for f in resumen["por_partido"]) == sum(f["votos"] for f in resumen["por_candidatura"])
        for d in resumen["demarcaciones"]:
            documento = escena.json(f"{ruta}/{eleccion.clave}/demarcacion/{d['id']}.json")
            assert documento["estadistica"] == d["estadistica"] and documento["total"] == d["total"]
            sumar(documento["secciones"], documento, con_fuera=False)
            for seccion in documento["secciones"]:
                actas = [a for c in seccion["casillas"] for a in c["actas"]]
                cuentan = [a["valores"]["total_calculado"] for a in actas if a.get("contabilizada") == 1]
                assert (len(cuentan), sum(cuentan)) == (
                    seccion["estadistica"]["actas_contabilizadas"],
                    seccion["total"],
                )


def test_an_election_of_the_whole_state_adds_up_by_municipio(a_media_noche: Escena) -> None:
    """From its secciones, which are told in the documents of its distritos."""
    escena = a_media_noche
    ruta = escena.corte(240).ruta
    donde = escena.json(f"{ruta}/secciones.json")["secciones"]
    assert [r for r in escena.archivos(ruta) if r.endswith("municipios.json")] == ["GUB/municipios.json"]
    suyos: dict[int, list[Any]] = {}
    for d in escena.json(f"{ruta}/GUB/resumen.json")["demarcaciones"]:
        for seccion in escena.json(f"{ruta}/GUB/demarcacion/{d['id']}.json")["secciones"]:
            suyos.setdefault(donde[str(seccion["seccion"])][1], []).append(seccion)
    municipios = escena.json(f"{ruta}/GUB/municipios.json")["municipios"]
    assert len(municipios) > 1 and any(len(suyos.get(m["id"], ())) > 1 for m in municipios)
    for m in municipios:
        partes = suyos.pop(m["id"], [])
        votos = Counter({c["clave"]: 0 for c in m["por_candidatura"]})
        for s in partes:
            votos.update({c["clave"]: c["votos"] for c in s["por_candidatura"]})
        assert {c["clave"]: c["votos"] for c in m["por_candidatura"]} == votos
        assert m["total"] == sum(s["total"] for s in partes)
        for cifra in ("actas_esperadas", "actas_capturadas", "actas_contabilizadas"):
            assert m["estadistica"][cifra] == sum(s["estadistica"][cifra] for s in partes)
        assert all(c.get("porcentaje", "") == por_ciento(c["votos"], m["total"]) for c in m["por_candidatura"])
    assert not suyos


def test_in_the_end_the_truth_is_published(escena: Escena) -> None:
    actas, hechos = noche()
    escena.anotar(hechos)
    ruta = escena.corte(900, cierre=True).ruta
    for clave in {a.eleccion.clave for a in actas}:
        suyas = [a for a in actas if a.eleccion.clave == clave]
        deben = [a for a in suyas if a.suerte in CUENTAN]
        votos = sum((Counter(a.votos) for a in deben), Counter())
        tabla = Tabla.leer(escena.csv_de(ruta, clave))
        cuentan = [f for f in tabla if f["CONTABILIZADA"] == "1"]
        assert (len(tabla.filas), len(cuentan)) == (len(suyas), len(deben))
        for recuadro in deben[0].eleccion.columnas:
            columna = recuadro.clave
            assert sum(int(f[columna]) for f in cuentan if f[columna].isdecimal()) == votos[columna]


def test_the_table_and_its_rows(a_media_noche: Escena) -> None:
    escena = a_media_noche
    ruta = escena.corte(240).ruta
    nombres = {"distrito": "ID_DISTRITO_LOCAL,DISTRITO_LOCAL", "municipio": "ID_MUNICIPIO,MUNICIPIO"}
    vistas: set[str] = set()
    for eleccion in escena.proceso.elecciones:
        datos = escena.csv_de(ruta, eleccion.clave)
        assert (
            datos.startswith(b"\xef\xbb\xbf") and datos.count(b"\n") == datos.count(b"\r\n") and datos.endswith(b"\r\n")
        )
        tabla = Tabla.leer(datos)
        assert (tabla.titulo, tabla.hora) == (eleccion.nombre.upper(), "06/06/2027 22:00 (UTC-6)")
        votos = ",".join(r.clave for r in eleccion.columnas)
        assert ",".join(tabla.columnas) == COLUMNAS.format(demarcacion=nombres[eleccion.agrupa], votos=votos)
        filas = list(tabla)
        dentro = filas[: len(eleccion.actas)]
        assert [f["CLAVE_ACTA"] for f in dentro] == [a.clave for a in eleccion.actas]
        orden = [
            (
                f[nombres[eleccion.agrupa].split(",")[0]],
                f["SECCION"],
                "BCESMVPA".index(f["TIPO_CASILLA"]),
                f["ID_CASILLA"],
                f["EXT_CONTIGUA"],
            )
            for f in dentro
        ]
        assert [o[:2] for o in orden] == sorted(o[:2] for o in orden)
        for f in dentro:
            assert f["CLAVE_ACTA"] == f["CLAVE_CASILLA"] + f["TIPO_ACTA"]
            assert f["CLAVE_CASILLA"] == "14" + f["SECCION"] + f["TIPO_CASILLA"] + f["ID_CASILLA"] + f["EXT_CONTIGUA"]
            assert (f["CONTABILIZADA"] == "-") == (f["OBSERVACIONES"] == "-")
            vistas.update({f["OBSERVACIONES"], f["CONTABILIZADA"]} | {f[r.clave] for r in eleccion.columnas})
        fuera = filas[len(eleccion.actas) :]
        assert len(fuera) == (2 if eleccion is escena.proceso.elecciones[0] else 0)
        for f in fuera:
            assert (f["CLAVE_ACTA"], f["OBSERVACIONES"], f["CONTABILIZADA"]) == ("-", "Fuera de Catálogo", "2")
            assert {f[r.clave] for r in eleccion.columnas} == {"-"} and f["UBICACION_CASILLA"] == "3"
        if fuera:
            assert [f["SECCION"] for f in fuera] == ["'=1+1", "-"] and fuera[0]["TIPO_CASILLA"] == "-"
    assert {"Sin dato", "-", "0", "1", ""} <= vistas and any(v.startswith("Sin acta(") for v in vistas)


def test_in_a_simulacro_the_title_says_so(escena: Escena) -> None:
    escena.modo = Modo.SIMULACRO
    ruta = escena.corte().ruta
    assert Tabla.leer(escena.csv_de(ruta, "GUB")).titulo.startswith("SIMULACRO - ")
    assert escena.json("ultimo.json")["modo"] == escena.json(f"{ruta}/corte.json")["modo"] == "simulacro"


def test_the_zip_and_the_workbook(a_media_noche: Escena) -> None:
    escena = a_media_noche
    ruta = escena.corte(240).ruta
    claves = [e.clave for e in escena.proceso.elecciones]
    afuera = escena.paquete(ruta)
    assert Path(str(afuera.filename)).name == "20270606_2200_PREP_JAL.zip"
    assert afuera.namelist() == [f"20270606_2200_PREP_{c}_JAL.zip" for c in claves]
    libro = openpyxl.load_workbook(escena.raiz / ruta / "bd" / "20270606_2200_PREP_JAL.xlsx")
    assert libro.sheetnames == claves
    for clave in claves:
        adentro = zipfile.ZipFile(io.BytesIO(afuera.read(f"20270606_2200_PREP_{clave}_JAL.zip")))
        assert adentro.namelist() == [f"JAL_{clave}_2027.csv", f"JAL_{clave}_CANDIDATURAS_2027.csv", "LEEME.txt"]
        assert adentro.testzip() is None
        assert {i.date_time for i in adentro.infolist()} == {(2027, 6, 6, 22, 0, 0)}
        tabla = Tabla.leer(adentro.read(f"JAL_{clave}_2027.csv"))
        lineas = [[tabla.titulo], [tabla.hora], tabla.nombres, tabla.cifras, [], tabla.columnas, *tabla.filas]
        hoja = libro[clave]
        for fila, linea in zip(hoja.iter_rows(max_row=len(lineas)), lineas, strict=True):
            celdas = ["" if c.value is None else str(c.value) for c in fila]
            assert celdas == linea + [""] * (len(celdas) - len(linea))
            assert all(c.data_type != "f" for c in fila)
        assert hoja.max_row == len(lineas)


# --- Mismos hechos, mismos bytes -------------------------------------------------------------------------------------


def test_the_same_bytes_with_one_process_or_two(a_media_noche: Escena, tmp_path: Path) -> None:
    escena = a_media_noche
    escena.registra = False  # the second corte is of the same facts
    uno = escena.archivos(escena.corte(240).ruta)
    escena.raiz, escena.procesos = tmp_path / "dos", 2
    assert escena.archivos(escena.corte(240).ruta) == uno


def test_the_same_bytes_in_another_interpreter(escena: Escena, tmp_path: Path) -> None:
    """Another process, another hash seed, another locale and time zone."""
    escena.anotar(noche()[1][:400])
    escena.registra = False
    aqui = escena.archivos(escena.corte(120).ruta)
    from django.db import connection

    guion = (
        "import sys, django; django.setup(); sys.path[:0] = sys.argv[2:]\n"
        "from django.db import connection; connection.settings_dict['NAME'] = sys.argv[1].split('|')[0]\n"
        "from pathlib import Path; from escena import Escena; Escena(Path(sys.argv[1].split('|')[1])).corte(120)\n"
    )
    aqui_mismo = Path(__file__).parent
    entorno = os.environ | {"PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    argumentos = [f"{connection.settings_dict['NAME']}|{tmp_path / 'otra'}", str(aqui_mismo), str(aqui_mismo.parent)]
    subprocess.run([sys.executable, "-c", guion, *argumentos], env=entorno, check=True, timeout=120)
    assert Escena(tmp_path / "otra").archivos("cortes/0001") == aqui


def test_what_does_not_change_is_linked_and_not_rewritten(escena: Escena) -> None:
    _, hechos = noche()
    escena.anotar(hechos[:300])
    uno = escena.corte(120)
    sujeto = hechos[300].sujeto
    escena.anotar([h for h in hechos[300:] if h.sujeto == sujeto])
    dos = escena.corte(135)
    previos, nuevos = escena.archivos(uno.ruta), escena.archivos(dos.ruta)
    iguales = {r for r in nuevos if previos.get(r) == nuevos[r]}
    for ruta in nuevos:
        uno_, dos_ = escena.raiz / uno.ruta / ruta, escena.raiz / dos.ruta / ruta
        assert (uno_.exists() and uno_.stat().st_ino == dos_.stat().st_ino) == (ruta in iguales)
    assert dos.iguales == len(iguales) and dos.nuevos == len(nuevos) - 1 - len(iguales)
    demarcaciones = [r for r in nuevos if "/demarcacion/" in r]
    assert len([r for r in demarcaciones if r not in iguales]) <= 1 < len(demarcaciones)


def test_the_chain_of_cortes(escena: Escena) -> None:
    _, hechos = noche()
    anterior, antes, altas = None, 0, cabeza().tamano
    for i in range(3):
        escena.anotar(hechos[i * 200 : (i + 1) * 200])
        corte = escena.corte(60 * (i + 1))
        crudo = (escena.raiz / corte.ruta / "corte.json").read_bytes()
        m = json.loads(crudo)
        assert (m["corte"], m["anterior"], corte.ruta) == (i + 1, anterior, f"cortes/{i + 1:04d}")
        anterior = hashlib.sha256(crudo).hexdigest()
        ultimo = escena.json("ultimo.json")
        assert (ultimo["manifiesto"], ultimo["ruta"], ultimo["corte"]) == (anterior, corte.ruta, i + 1)
        archivos = escena.archivos(corte.ruta)
        del archivos["corte.json"]
        assert [(a["ruta"], a["sha256"], a["bytes"]) for a in m["archivos"]] == [
            (r, hashlib.sha256(d).hexdigest(), len(d)) for r, d in sorted(archivos.items())
        ]
        assert m["catalogo"] == escena.proceso.huella and m["bitacora"]["posicion"] == altas + 200 * (i + 1) + antes
        antes = Hecho.objects.filter(tipo="publicada").count()  # what this corte was the first to carry
        avance = escena.json(f"{corte.ruta}/avance.json")
        assert avance["cortes"] == list(range(1, i + 2)) and len(avance["horas"]) == i + 1
        for clave, serie in avance["elecciones"].items():
            e = escena.json(f"{corte.ruta}/{clave}/resumen.json")
            assert serie["capturadas"][-1] == e["estadistica"]["actas_capturadas"]
            assert serie["total"][-1] == e["total"]
            listas = [*serie["candidaturas"].values(), *serie["demarcaciones"].values(), serie["contabilizadas"]]
            assert {len(x) for x in listas} == {i + 1}
    informe = verificar(
        Carpeta(escena.raiz), Opciones(politica=Politica((INSTITUTO.llave,)), imagenes=False, todo=True)
    )
    assert [h for h in informe.hallazgos if h.nivel == "mal" and h.asunto != SIN_CEROS] == []


# --- Lo que sale mal -------------------------------------------------------------------------------------------------


def test_an_acta_that_does_not_fit_its_boleta_is_set_apart_with_an_alarm(escena: Escena) -> None:
    gub = escena.proceso.elecciones[0]
    buena, mala = gub.actas[0], gub.actas[1]
    extra = Noche(5)
    votos = dict.fromkeys(gub.boletas[buena.demarcacion].claves, 3)
    escena.anotar(extra.completa(buena.clave, votos))
    escena.anotar(extra.completa(mala.clave, {**votos, "INTRUSO": 1}))
    corte = escena.corte(60)
    assert len(corte.alarmas) == 1 and mala.clave in corte.alarmas[0] and "INTRUSO" in corte.alarmas[0]
    assert corte.cuentas["GUB"]["capturadas"] == 1
    filas = {f["CLAVE_ACTA"]: f for f in Tabla.leer(escena.csv_de(corte.ruta, "GUB"))}
    assert (filas[mala.clave]["CONTABILIZADA"], filas[buena.clave]["CONTABILIZADA"]) == ("-", "1")
    assert validar_todo(escena, corte.ruta)


def test_facts_of_actas_that_are_not_in_the_catalogue_raise_an_alarm(escena: Escena) -> None:
    extra = Noche(5)
    escena.anotar([extra.hecho(Tipo.ACOPIADA, "149999B0100G", "acopio-1", hora=CIERRE.isoformat())])
    assert escena.corte(60).alarmas == ("1 actas con hechos no están en el catálogo; revise de qué nodo vienen.",)


def test_what_no_corte_carries_is_not_put_on_record_as_published(escena: Escena) -> None:
    gub = escena.proceso.elecciones[0]
    votos = dict.fromkeys(gub.boletas[gub.actas[0].demarcacion].claves, 3)
    escena.anotar(Noche(5).completa("149999B0100G", votos))
    escena.anotar(Noche(6).completa(gub.actas[0].clave, votos))
    escena.corte(60)
    publicadas = Hecho.objects.filter(tipo="publicada").values_list("sujeto", flat=True)
    assert list(publicadas) == [f"acta:{gub.actas[0].clave}"]


def test_why_a_corte_failed_is_said_without_names_of_the_program(
    escena: Escena, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (ErrorAlmacen("El almacén no contesta."), OSError(errno.ENOSPC, "No space left on device", "/srv/x")):

        def falla(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr("prep.publicacion.corte.componer", falla)
        with pytest.raises(CorteImposible) as visto:
            escena.corte()
        assert not re.search(r"Error|Errno|space", str(visto.value)), str(visto.value)


@pytest.mark.parametrize("signo", "=+-@\t\r＝")
def test_names_that_look_like_formulas_are_neutralised(escena: Escena, signo: str) -> None:
    gub = escena.proceso.elecciones[0]
    malo = f"{signo}HYPERLINK(1)"
    lugares = {i: Demarcacion(i, malo) for i in gub.demarcaciones}
    escena.proceso = replace(
        escena.proceso,
        entidad_nombre=malo,
        elecciones=(replace(gub, demarcaciones=lugares, nombre=malo), *escena.proceso.elecciones[1:]),
    )
    ruta = escena.corte().ruta
    tabla = Tabla.leer(escena.csv_de(ruta, "GUB"))
    assert tabla.titulo == "'" + malo.upper()
    assert {(f["ENTIDAD"], f["DISTRITO_LOCAL"]) for f in tabla} == {("'" + malo, "'" + malo)}
    hoja = openpyxl.load_workbook(next((escena.raiz / ruta / "bd").glob("*.xlsx")))["GUB"]
    assert all(c.data_type != "f" for fila in hoja.iter_rows() for c in fila)


def test_another_process_or_another_mode_is_not_published_on_top(escena: Escena) -> None:
    escena.corte()
    antes = escena.archivos(".")
    with pytest.raises(CorteImposible, match="ya tiene la jornada del proceso"):
        escena.corte(10, modo=Modo.SIMULACRO)
    with pytest.raises(CorteImposible, match="ya tiene la jornada del proceso"):
        escena.corte(10, proceso=replace(escena.proceso, clave="OTRO"))
    assert escena.archivos(".") == antes


def test_if_the_clock_goes_back_it_is_published_with_an_alarm(escena: Escena) -> None:
    escena.corte(60)
    corte = escena.corte(30)
    assert corte.hora == CIERRE.replace(hour=19) and "reloj" in corte.alarmas[0]


class DiscoLleno(AlmacenCarpeta):
    """Fails at the n-th object that it is given."""

    def __init__(self, raiz: Path, quedan: int) -> None:
        super().__init__(raiz)
        self.quedan = quedan

    def escribir(self, ruta: str, datos: bytes) -> None:
        self._uno_mas(ruta)
        super().escribir(ruta, datos)

    def adoptar(self, ruta: str, archivo: Path) -> bool:
        self._uno_mas(ruta)
        return super().adoptar(ruta, archivo)

    def _uno_mas(self, ruta: str) -> None:
        self.quedan -= 1
        if self.quedan < 0:
            raise ErrorAlmacen(f"No se pudo usar {ruta} en el almacén: No queda espacio.")


@pytest.mark.parametrize("escrituras", [0, 1, 10, 45, 47, 48])
def test_with_a_full_disk_the_one_before_stays(escena: Escena, escrituras: int) -> None:
    escena.anotar(noche()[1][:200])
    escena.corte(60)
    antes = escena.archivos("cortes/0001")
    escena.anotar(noche()[1][200:])
    try:
        escena.corte(75, almacen=DiscoLleno(escena.raiz, escrituras))
    except CorteImposible as error:
        assert "sigue publicado el anterior" in str(error) and "No queda espacio" in str(error)
    assert escena.archivos("cortes/0001") == antes
    entero(escena)
    escena.corte(90)
    entero(escena)


def test_what_a_disk_spoils_of_a_corte_is_not_in_the_next(escena: Escena) -> None:
    """A file that did not change is the same on the disk: one that is not what was published is written again."""
    escena.anotar(noche()[1][:200])
    corte = escena.corte(60)
    archivos = [ruta for ruta in escena.archivos(corte.ruta) if ruta not in ("corte.json", "avance.json")]
    for i, ruta in enumerate(archivos):
        estropear(escena.raiz / corte.ruta / ruta, i * 997)
    siguiente = escena.corte(61)
    entero(escena)
    assert siguiente.iguales > 20
    assert escena.distinto_de_los_hechos(siguiente.ruta) == []


@pytest.mark.parametrize("archivo", ["avance.json", "corte.json"])
def test_what_a_disk_spoils_of_what_the_next_corte_goes_on_from_is_told(escena: Escena, archivo: str) -> None:
    corte = escena.corte(60)
    bueno = (escena.raiz / corte.ruta / archivo).read_bytes()
    estropear(escena.raiz / corte.ruta / archivo, 30)
    with pytest.raises(CorteImposible, match=r"sigue publicado el anterior.*cortes/0001.*disco.*espejo"):
        escena.corte(61)
    (escena.raiz / corte.ruta / archivo).write_bytes(bueno)
    assert escena.corte(62).numero == 2


def estropear(archivo: Path, donde: int) -> None:
    """A bit of it is another, as a disk leaves it."""
    datos = bytearray(archivo.read_bytes())
    datos[donde % len(datos)] ^= 0x10
    archivo.write_bytes(datos)


def test_a_document_that_does_not_keep_its_format_is_not_published(
    escena: Escena, monkeypatch: pytest.MonkeyPatch
) -> None:
    escena.corte(60)
    from prep.publicacion import documentos

    original = documentos.resumen
    monkeypatch.setattr(documentos, "resumen", lambda *a: {**original(*a), "total": "mucho"})
    with pytest.raises(CorteImposible, match="resumen"):
        escena.corte(75)
    monkeypatch.undo()
    assert escena.json("ultimo.json")["corte"] == 1
    assert escena.corte(90).numero == 2


def test_without_a_database_it_says_why(escena: Escena, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    escena.corte(60)
    connection.close()
    with monkeypatch.context() as m, pytest.raises(CorteImposible, match="La base de datos no responde"):
        m.setitem(connection.settings_dict, "NAME", "no_existe")
        escena.corte(75)
    connection.close()


def entero(escena: Escena) -> None:
    """The pointer names a whole corte: every file of its manifest, with its hash."""
    ultimo = escena.json("ultimo.json")
    crudo = (escena.raiz / ultimo["ruta"] / "corte.json").read_bytes()
    assert hashlib.sha256(crudo).hexdigest() == ultimo["manifiesto"]
    for a in json.loads(crudo)["archivos"]:
        datos = (escena.raiz / ultimo["ruta"] / a["ruta"]).read_bytes()
        assert (hashlib.sha256(datos).hexdigest(), len(datos)) == (a["sha256"], a["bytes"])


def test_the_same_on_s3(escena: Escena, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3
    from moto import mock_aws

    from prep.plataforma.almacen import AlmacenS3

    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "prueba")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    _, hechos = noche()
    escena.registra = False
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="prep")
        nube = AlmacenS3("prep", "jornada")
        for i in range(2):
            escena.anotar(hechos[i * 300 : (i + 1) * 300])
            escena.corte(60 * (i + 1))
            escena.corte(60 * (i + 1), almacen=nube)
        carpeta = AlmacenCarpeta(escena.raiz)
        assert {r: nube.leer(r) for r in nube.listar()} == {r: carpeta.leer(r) for r in carpeta.listar()}

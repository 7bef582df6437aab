"""A published night through the real bitácora and cortes, and read back from what was published."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from fabrica_publicado import base, guardar, renglon, sin_votos

import prep
from prep.comprobacion.verificar import Opciones, verificar
from prep.reproduccion import leer
from prep.reproduccion.comprobador import PublicacionIncorrecta, comprobar
from prep.reproduccion.derivar import derivar_proceso
from prep.reproduccion.guion import Guion
from prep.transparencia.almacen import Carpeta

FILAS = (
    renglon(1),
    renglon(2, tipo="S", distrito=2, FECHA_HORA_VERIFICACION="02/06/2024 22:31:00"),
    renglon(3, PAN="Ilegible", PRI="Sin dato", TOTAL_VOTOS_CALCULADO="30", OBSERVACIONES="['Ilegible', 'Sin dato']"),
    renglon(4, LISTA_NOMINAL="80", OBSERVACIONES="Excede Lista Nominal", CONTABILIZADA="0"),
    sin_votos(renglon(5), "", OBSERVACIONES="Sin acta(3)", CONTABILIZADA="0", TOTAL_VOTOS_CALCULADO=""),
    sin_votos(renglon(6, distrito=2), "", OBSERVACIONES="-", CONTABILIZADA="-", TOTAL_VOTOS_CALCULADO=""),
    renglon(7, DIGITALIZACION="Móvil", ORIGEN="CASILLA"),
    sin_votos(
        renglon(9),
        "-",
        OBSERVACIONES="Fuera de Catálogo",
        CONTABILIZADA="2",
        CLAVE_CASILLA="-",
        CLAVE_ACTA="-",
        TOTAL_VOTOS_CALCULADO="-",
    ),
)
CABEZA = {
    "ACTAS_ESPERADAS": "7",
    "ACTAS_REGISTRADAS": "7",
    "ACTAS_FUERA_CATALOGO": "1",
    "ACTAS_CAPTURADAS": "6",
    "PORCENTAJE_ACTAS_CAPTURADAS": "85.7142",
    "ACTAS_CONTABILIZADAS": "4",
    "PORCENTAJE_ACTAS_CONTABILIZADAS": "57.1428",
    "PORCENTAJE_ACTAS_INCONSISTENCIAS": "28.5714",
    "ACTAS_NO_CONTABILIZADAS": "2",
    "LISTA_NOMINAL_ACTAS_CONTABILIZADAS": "1500",
    "TOTAL_VOTOS_C_CS": "330",
    "TOTAL_VOTOS_S_CS": "230",
    "PORCENTAJE_PARTICIPACION_CIUDADANA": "22.0000",
}


def reproducir(url: str, que: Path, salida: Path, *opciones: str) -> str:
    """The command itself, on a database of its own in the session's server; what it prints once all went well."""
    orden = [sys.executable, "-m", "prep", "reproducir", str(que), "--salida", str(salida), *opciones]
    entorno = os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(Path(prep.__file__).parents[1]), "COLUMNS": "500"}
    hecho = subprocess.run(orden, env=entorno, capture_output=True, text=True, check=False)
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    return hecho.stdout


def test_a_whole_night_and_back(tmp_path: Path, url_postgres: str) -> None:
    archivo = guardar(tmp_path, base(*FILAS, **CABEZA))
    (original,) = leer([archivo])
    impreso = reproducir(
        url_postgres, archivo, tmp_path / "r", "--estricto", "--informe", str(tmp_path / "informe.html")
    )
    assert impreso.splitlines()[0] == (
        "GUB. 13 cifras del encabezado: 13 iguales, 0 explicadas, 0 no leídas, 0 distintas; 7 actas: todas iguales."
    )
    assert "13 iguales" in (tmp_path / "informe.html").read_text(encoding="utf-8")
    comparacion = orjson.loads((tmp_path / "r" / "comparacion.json").read_bytes())
    (una,) = comparacion["elecciones"]
    assert [c for c in una["cifras"] if c["veredicto"] != "igual"] == []
    assert len(una["cifras"]) == 13
    assert (una["actas_distintas"], una["contradicciones"]) == ([], [])
    assert comparacion["hechos"] == len(Guion(derivar_proceso([original])))
    assert comparacion["cortes"] == 4  # 21:00, 22:00, 23:00 and the close

    ultimo = orjson.loads((tmp_path / "r" / "publicacion" / "ultimo.json").read_bytes())
    assert ultimo["modo"] == "prueba"
    (nuestra,) = leer((tmp_path / "r" / "publicacion" / ultimo["ruta"] / "bd").glob("*.zip"))
    assert nuestra.resumen == original.resumen
    assert nuestra.corte == original.corte
    assert nuestra.anomalias == []

    def dicho(base_leida) -> list[tuple[object, ...]]:  # type: ignore[no-untyped-def]
        return [
            (r.clave_acta, r.contabilizada, r.lista_nominal, r.suma, r.acopio, r.captura, r.verificacion, r.cotejada)
            for r in sorted(base_leida.renglones, key=lambda r: r.clave_acta)
            if r.contabilizada == 1
        ]

    assert dicho(nuestra) == dicho(original)
    assert {r.clave_acta: set(r.notas) for r in nuestra.renglones} == {
        r.clave_acta: set(r.notas) for r in original.renglones
    }

    # What it publishes is verified before anything is said of it.
    publicacion = tmp_path / "r" / "publicacion"
    assert comprobar(publicacion).startswith("CORRECTO")
    resumen = publicacion / ultimo["ruta"] / "GUB" / "resumen.json"
    resumen.write_bytes(resumen.read_bytes().replace(b"330", b"331"))
    with pytest.raises(PublicacionIncorrecta, match="NO COINCIDE"):
        comprobar(publicacion)


def test_columns_and_rows_in_any_order_are_published_and_verified(tmp_path: Path, url_postgres: str) -> None:
    """A candidatura común that the source writes before the parties; a sección that comes back further on; actas of one
    key in two districts."""
    votos = ("CC_PAN_PRI", "PAN", "PRI", "MC", "NO_REGISTRADAS", "NULOS")
    nadie = {"NO_REGISTRADAS": "0", "NULOS": "3", "MC": "40"}
    juntos = renglon(1, CC_PAN_PRI="90", PAN="-", PRI="-", TOTAL_VOTOS_CALCULADO="133", **nadie)
    solos = renglon(2, distrito=2, CC_PAN_PRI="-", PAN="60", PRI="50", TOTAL_VOTOS_CALCULADO="153", **nadie)
    especial = juntos | renglon(1, tipo="S", **{v: juntos[v] for v in votos}, TOTAL_VOTOS_CALCULADO="133")
    otra = juntos | {"CLAVE_CASILLA": "140003B0100", "CLAVE_ACTA": "140003B010001", "SECCION": "0003"}
    de_todas = {"CLAVE_CASILLA": "140000A0100", "CLAVE_ACTA": "140000A010001", "TIPO_CASILLA": "A", "SECCION": "N/A"}
    filas = (juntos | de_todas, solos | de_todas, juntos, otra, solos, especial)
    archivo = guardar(tmp_path, base(*filas, votos=votos), nombre="JAL_DIP_LOC_2024.csv")
    assert "comprobado: CORRECTO" in reproducir(url_postgres, archivo, tmp_path / "r")


@pytest.mark.largo
def test_every_small_case_is_published_and_verified(
    datos: Callable[..., Path], tmp_path: Path, url_postgres: str
) -> None:
    """Small inputs that once failed; their right values are in the tests of each kind."""
    casos = [c for c in sorted((datos().parent / "casos").iterdir()) if list(c.glob("*.csv"))]
    assert len(casos) > 15
    for caso in casos:
        assert "comprobado: CORRECTO" in reproducir(url_postgres, caso, tmp_path / caso.name), caso.name


def test_tamaulipas_2023_whole_and_verified(datos: Callable[..., Path], tmp_path: Path, url_postgres: str) -> None:
    """A real night through the command: the thirteen figures it published, and a stranger accepts what we publish."""
    opciones = ("--cada", "360", "--boletas-especiales", "1000", "--estricto")
    reproducir(url_postgres, datos("tamps2023_ext_prep"), tmp_path / "r", *opciones)
    (una,) = orjson.loads((tmp_path / "r" / "comparacion.json").read_bytes())["elecciones"]
    assert [c["nombre"] for c in una["cifras"] if c["veredicto"] != "igual"] == []
    assert len(una["cifras"]) == 13
    informe = verificar(Carpeta(tmp_path / "r" / "publicacion"), Opciones(imagenes=False))
    assert informe.codigo == 0, informe.veredicto

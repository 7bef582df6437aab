"""A published night through the real bitácora and cortes, and read back from what was published."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from fabrica_publicado import base, guardar, renglon, sin_votos

from prep.dominio.proceso import Modo
from prep.emision.nota import LlavePrivada
from prep.plataforma.almacen import abrir
from prep.simulacro.publicado import leer
from prep.simulacro.publicado.derivar import derivar_proceso
from prep.simulacro.publicado.guion import Guion

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


@pytest.mark.django_db
def test_una_noche_entera_y_de_vuelta(tmp_path: Path) -> None:
    from prep.bitacora.models import Hecho
    from prep.bitacora.nodos import nodo_local
    from prep.publicacion.corte import Publicador
    from prep.simulacro.reproduccion import reproducir

    (original,) = leer([guardar(tmp_path, base(*FILAS, **CABEZA))])
    derivado = derivar_proceso([original], 1000)
    guion = Guion(derivado)
    publicador = Publicador(
        proceso=derivado.proceso,
        informativo=derivado.informativo,
        almacen=abrir(str(tmp_path / "publicacion")),
        modo=Modo.PRUEBA,
        firmante=LlavePrivada.nueva("pruebas.prep.invalid"),
        procesos=1,
    )
    nodo = nodo_local(tmp_path, guion.inicio, "reproduccion")
    hecha = reproducir(derivado, guion, publicador, nodo, timedelta(minutes=60))

    (una,) = hecha.comparaciones
    assert {c.nombre: (c.publicado, c.calculado) for c in una.cifras if not c.igual} == {}
    assert una.actas_distintas == []
    assert una.contradicciones == []
    assert hecha.hechos == len(guion) == Hecho.objects.count()
    assert [c.hora.strftime("%H:%M") for c in hecha.cortes] == ["21:00", "22:00", "23:00", "23:30"]

    ultimo = orjson.loads((tmp_path / "publicacion" / "ultimo.json").read_bytes())
    assert ultimo["modo"] == "prueba"
    (nuestra,) = leer((tmp_path / "publicacion" / ultimo["ruta"] / "bd").glob("*.zip"))
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

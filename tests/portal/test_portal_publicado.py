"""The pages as publicacion publishes them: in the manifest, linked while equal, entry after the switch."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from prep import portal
from prep.portal import bench
from prep.portal.cifras import miles


def test_a_simulated_night_is_drawn(tmp_path: Path, bitacora_nueva: Any) -> None:
    from prep.bitacora.actas import fila_de, guardar_filas
    from prep.catalogo.ejemplo import ejemplo
    from prep.dominio.acta.pliegue import estado
    from prep.dominio.comun.autoridad import INSTITUTO, Autoridad
    from prep.dominio.comun.hecho import Escrito
    from prep.dominio.tabulacion.proceso import Ambito, Modo
    from prep.plataforma.almacen import AlmacenCarpeta
    from prep.publicacion.corte import hacer_corte
    from prep.publicacion.publicador import Publicador
    from prep.simulacro.noche import Noche
    from prep.transparencia.nota import LlavePrivada

    proceso, info = ejemplo(60)
    cierre = datetime(2027, 6, 6, 18, 0, tzinfo=ZoneInfo(proceso.zona_horaria))
    llave = LlavePrivada.nueva("pruebas.prep.invalid")
    publicador = Publicador(proceso, info, AlmacenCarpeta(tmp_path), Modo.SIMULACRO, llave, procesos=1, portal=portal)
    hacer_corte(publicador, cierre)
    ceros = (tmp_path / "index.html").read_text("utf-8")
    actas = list(Noche(proceso, info, cierre, 1).actas())
    plegadas = [(a.esperada.clave, [Escrito(h, INSTITUTO) for h in a.hechos]) for a in actas]
    guardar_filas([fila_de(clave, len(suyos), estado(suyos, Autoridad())) for clave, suyos in plegadas])
    hacer_corte(publicador, cierre + timedelta(hours=12))
    hacer_corte(publicador, cierre + timedelta(hours=12, minutes=15))

    manifiesto = orjson.loads((tmp_path / "cortes/0003/corte.json").read_bytes())
    listados = {a["ruta"] for a in manifiesto["archivos"]}
    assert {"index.html", "en/GUB/index.html", "nist.json", "cabecera.json"} <= listados
    carpeta = tmp_path / "cortes/0003"
    reales = {str(p.relative_to(carpeta)) for p in carpeta.rglob("*") if p.is_file()}
    assert reales == listados | {"corte.json"}
    quieto = bench.cortes(tmp_path)[2]
    assert quieto.paginas_nuevas < 30  # nothing happened: only what carries the hour is written again
    lugar = f"GUB/{proceso.elecciones[0].actas[0].demarcacion}.html"
    assert (tmp_path / "cortes/0002" / lugar).samefile(tmp_path / "cortes/0003" / lugar)

    entrada = (tmp_path / "index.html").read_text("utf-8")
    assert entrada != ceros and 'href="cortes/0003/GUB/index.html"' in entrada
    for e in proceso.elecciones:
        resumen = orjson.loads((carpeta / e.clave / "resumen.json").read_bytes())
        pagina = (carpeta / e.clave / "index.html").read_text("utf-8")
        assert miles(resumen["total"]) in pagina
        suyas = [c for c in resumen["por_candidatura"] if c["partidos"] or e.ambito is Ambito.ENTIDAD]
        assert suyas and all(c["porcentaje"] in pagina for c in suyas)  # independents of many places are one row
    assert bench.primera_vista(tmp_path).total <= 60_000

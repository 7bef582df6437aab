"""The report against a night counted by hand, and the commands as people run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree

import pytest
from django.db import connection
from noche_leida import CIERRE, LLAVE, NocheLeida, Papeles, clave, leida, valores

from noche import imagen
from noche import lectura as lectura_de
from prep.catalogo.escritor import escribir_proceso
from prep.catalogo.services import importar
from prep.dominio.acta.hechos import Tipo, clave_de
from prep.dominio.comun.hecho import Hecho
from prep.dominio.comun.valores import Valor
from prep.lectura.balance import balance, por_revisar, renglones, svg
from prep.lectura.lectores import no_leida
from prep.lectura.resultado import Lectura
from prep.lectura.revision import Opinion

BIEN, ATRAPADO, FALSA, NO_VISTO, SIN_IMAGEN, PENDIENTE, DISTINTAS, SIN_LEER = (clave(i) for i in range(8))


def leer(acta: str, foto: str) -> Lectura:
    """Every paper says `VOTOS`; of one the reader is sure of something else, and one has no picture."""
    if acta == SIN_IMAGEN:
        return no_leida(foto, "imagen_perdida")
    return leida(acta, foto, RIO=26) if acta == FALSA else leida(acta, foto)


def verificar(n: NocheLeida, base: Hecho) -> None:
    n.hecho(Tipo.VERIFICADA, clave_de(base.sujeto), "verifica-1", base=lectura_de(base))


def dictaminar(n: NocheLeida, acta: str, **cambios: Valor) -> None:
    """A third person rules; what nobody had typed, a supervisor decides."""
    que = {"imagen": imagen(acta), "valores": valores(**cambios)}
    fallo = n.hecho(Tipo.DICTAMINADA, acta, "supervisa-1", **que)
    if n.captura_de(acta) == "escalada":
        fallo = n.hecho(Tipo.DECIDIDA, acta, "supervisa-2", motivo="Se ve.", **que)
    verificar(n, fallo)


def noche_contada(n: NocheLeida) -> None:
    """Six matches are read; one acta was typed differently, and one was verified before anybody read it."""
    bases = {
        BIEN: n.coincide(BIEN, valores()),
        ATRAPADO: n.coincide(ATRAPADO, valores(SOL=617)),
        FALSA: n.coincide(FALSA, valores()),
        SIN_IMAGEN: n.coincide(SIN_IMAGEN, valores(NULOS=8)),
        PENDIENTE: n.coincide(PENDIENTE, valores()),
    }
    n.llega(DISTINTAS)
    n.teclea(DISTINTAS, "captura-1", valores())
    n.teclea(DISTINTAS, "captura-2", valores(RIO=21))
    dictaminar(n, DISTINTAS)
    verificar(n, n.coincide(SIN_LEER, valores()))
    n.reloj.poner(n.noche.ahora)
    n.leer(leer)
    verificar(n, bases[BIEN])
    dictaminar(n, ATRAPADO)
    dictaminar(n, FALSA)
    # Nobody read it; the verifier saw that both were wrong, and it was typed again. That match is read too.
    n.hecho(Tipo.DEVUELTA, SIN_IMAGEN, "verifica-1", base=lectura_de(bases[SIN_IMAGEN]), motivo="No coincide.")
    n.teclea(SIN_IMAGEN, "captura-3", valores())
    otra = n.teclea(SIN_IMAGEN, "captura-4", valores())
    n.leer(leer)
    verificar(n, otra)


def test_the_report_against_a_night_counted_by_hand(noche_leida: NocheLeida) -> None:
    noche_contada(noche_leida)
    b = balance()
    assert b["formato"] == "prep/informe-lectura/1"
    assert b["actas"] == 6  # five actas, one of them twice
    assert b["opiniones"] == {"confirma": 2, "devuelve": 2, "sin_opinion": 2}
    assert (b["errores_atrapados"], b["falsas_alarmas"], b["errores_no_vistos"]) == (1, 1, 1)
    assert (b["avisos_tardios"], b["pendientes"], b["sin_leer"]) == (0, 1, 1)
    assert b["rechazos"] == {"imagen_perdida": 2}
    # BIEN, ATRAPADO and FALSA have something to be compared with, three fields each; FALSA's RIO was read wrong.
    assert (b["campos"], b["aceptados"], b["aceptados_iguales"]) == (9, 9, 8)
    assert [(t["campos"], t["iguales"]) for t in b["calibracion"]] == [(9, 8)]
    assert {(a["acta"], *a["campos"], a["desenlace"]) for a in b["avisos"]} == {
        (ATRAPADO, "SOL", "atrapado"),
        (FALSA, "RIO", "falsa_alarma"),
    }
    assert por_revisar(b) == []
    assert b["segundos"]["hasta_opinar"]["mediana"] >= 0
    assert "117" not in json.dumps(b) and "617" not in json.dumps(b)  # no number of any acta
    dichos = dict(renglones(b))
    assert dichos["Errores de ambas personas que la lectura devolvió"] == "1"
    assert dichos["Aceptados que son lo que quedó"] == "8 de 9"


def test_without_readings_the_report_is_all_zeros(noche_leida: NocheLeida) -> None:
    b = balance()
    assert (b["actas"], b["calibracion"], b["segundos"]) == (0, [], {"hasta_opinar": None, "leer": None})


def test_the_curve_puts_each_stretch_in_its_place() -> None:
    tramos = [
        {"confianza": 0.9, "campos": 10, "iguales": 9, "intervalo": [0.6, 0.98]},
        {"confianza": 0.999, "campos": 1000, "iguales": 999, "intervalo": [0.994, 0.9998]},
    ]
    dibujo = ElementTree.fromstring(svg(tramos))
    circulos = dibujo.findall("{http://www.w3.org/2000/svg}circle")
    # Right as often as they said: both on the diagonal, one quarter and three quarters of the way to certainty.
    assert [(c.get("cx"), c.get("cy")) for c in circulos] == [("133.0", "287.0"), ("287.0", "133.0")]


# --- the commands --------------------------------------------------------------------------------------------------


class Sede:
    """An installation whose process reads in a mode, with its key of QR codes and its evidence."""

    def __init__(self, carpeta: Path, papeles: Papeles, modo: str) -> None:
        self.carpeta = carpeta
        informativo = papeles.informativo
        parametros = replace(informativo.parametros, lectura=modo)
        escribir_proceso(carpeta / "proceso", papeles.proceso, replace(informativo, parametros=parametros))
        importar(carpeta / "proceso", CIERRE)
        (carpeta / "llaves").mkdir()
        (carpeta / "llaves" / "qr").write_bytes(LLAVE)
        (carpeta / "evidencia").symlink_to(papeles.carpeta)

    def arrancar(self, *orden: object) -> subprocess.Popen[str]:
        base = connection.settings_dict["NAME"]
        url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{base}"))
        entorno = {"DATABASE_URL": url, "PREP_DATOS_DIR": str(self.carpeta), "COLUMNS": "200", "NO_COLOR": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "prep", *map(str, orden)],
            env=os.environ | entorno,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def prep(self, *orden: object) -> subprocess.CompletedProcess[str]:
        proceso = self.arrancar(*orden)
        salida, errores = proceso.communicate(timeout=120)
        return subprocess.CompletedProcess(orden, proceso.returncode, salida, errores)


def sembrar(n: NocheLeida, papeles: Papeles) -> list[str]:
    """Four real actas that two people typed; in the second both typed the same mistake."""
    for i, acta in enumerate(papeles.actas):
        dichos: dict[str, Any] = acta.valores
        if i == 1:
            mayor = max(dichos["votos"], key=lambda c: dichos["votos"][c])
            dichos = {**dichos, "votos": {**dichos["votos"], mayor: 3}}
        n.coincide(acta.esperada.clave, dichos, papeles.imagenes[acta.esperada.clave])
    return [a.esperada.clave for a in papeles.actas]


@pytest.mark.parametrize("modo", ["apagada", "piloto", "revisora"])
def test_trabajar_in_every_mode(noche_leida: NocheLeida, papeles: Papeles, tmp_path: Path, modo: str) -> None:
    n, sede = noche_leida, Sede(tmp_path, papeles, modo)
    n.nodo = sede_nodo(sede)
    actas = sembrar(n, papeles)
    r = sede.prep("lectura", "trabajar", "--una-vuelta", "--procesos", 2)
    assert r.returncode == 0, r.stderr
    if modo == "apagada":
        assert "está apagada" in r.stdout and n.lecturas() == {} and n.revisadas() == []
        assert "No hay ninguna lectura guardada" in sede.prep("lectura", "informe").stdout
        return
    dicho = "devueltas" if modo == "revisora" else "se habrían devuelto"
    assert f"Actas leídas: 4; confirmadas 3, {dicho} 1, sin opinión 0; no se pudieron leer 0;" in r.stdout
    assert {a: f.opinion for a, f in n.lecturas().items()} == {
        a: (Opinion.DEVUELVE if i == 1 else Opinion.CONFIRMA).value for i, a in enumerate(actas)
    }
    assert [h.sujeto for h in n.revisadas()] == ([f"acta:{actas[1]}"] if modo == "revisora" else [])
    if modo == "piloto":
        return
    assert sede.prep("lectura", "trabajar", "--una-vuelta").returncode == 0
    assert len(n.lecturas()) == 4

    curva = tmp_path / "curva.svg"
    r = sede.prep("lectura", "informe", "--json", "--curva", curva)
    assert r.returncode == 0, r.stderr
    assert json.loads(r.stdout)["opiniones"] == {"confirma": 3, "devuelve": 1, "sin_opinion": 0}
    assert ElementTree.parse(curva).getroot().tag.endswith("svg")
    r = sede.prep("lectura", "informe")
    assert "Devueltas a una tercera persona" in r.stdout and "4" in r.stdout


def test_it_works_until_it_is_told_even_if_the_database_falls(
    noche_leida: NocheLeida, papeles: Papeles, tmp_path: Path
) -> None:
    n, sede = noche_leida, Sede(tmp_path, papeles, "revisora")
    n.nodo = sede_nodo(sede)
    obrero = sede.arrancar("lectura", "trabajar", "--procesos", 1)
    try:
        actas = sembrar(n, papeles)
        esperar(lambda: len(n.lecturas()) == 4)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchall() == [(True,)]
        supervisada = next(a for a in papeles.actas if a.esperada.clave == actas[1])
        foto = papeles.imagenes[actas[1]]
        que = {"imagen": foto, "valores": supervisada.valores}
        n.hecho(Tipo.DICTAMINADA, actas[1], "supervisa-1", **que)
        bien = n.hecho(Tipo.DECIDIDA, actas[1], "supervisa-2", motivo="Se ve.", **que)
        n.hecho(Tipo.DEVUELTA, actas[1], "verifica-1", base=lectura_de(bien), motivo="Otra vez.")
        n.teclea(actas[1], "captura-3", supervisada.valores, foto)
        n.teclea(actas[1], "captura-4", supervisada.valores, foto)
        esperar(lambda: n.lecturas()[actas[1]].opinion == "confirma")
        assert obrero.stdout is not None
        assert [next(obrero.stdout).partition(";")[0] for _ in range(2)] == ["Actas leídas: 4", "Actas leídas: 1"]
        obrero.send_signal(signal.SIGINT)
        _, errores = obrero.communicate(timeout=240)
        assert obrero.returncode == 0 and "Terminado." in errores, errores
    finally:
        obrero.kill()
        obrero.communicate()


def esperar(listo: Any) -> None:
    limite = time.monotonic() + 120
    while not listo():
        assert time.monotonic() < limite, "no se leyó a tiempo"
        time.sleep(0.1)


def sede_nodo(sede: Sede) -> Any:
    """The installation's own node, which the command writes with."""
    from prep.bitacora.nodos import nodo_local

    archivo = sede.carpeta / "llaves" / "nodo-central.llave"
    archivo.write_text("central")  # the secret of the node that these nights enrol
    archivo.chmod(0o600)
    return nodo_local(sede.carpeta / "llaves")


def test_without_a_process_or_a_secret_it_says_what_to_do(
    noche_leida: NocheLeida, papeles: Papeles, tmp_path: Path
) -> None:
    sede = Sede(tmp_path, papeles, "revisora")
    (tmp_path / "llaves" / "qr").unlink()
    r = sede.prep("lectura", "trabajar", "--una-vuelta")
    assert r.returncode == 2 and "secreto de los QR" in r.stderr and "--llave" in r.stderr
    assert not (tmp_path / "llaves" / "qr").exists()  # one made now would call every acta a forgery
    (tmp_path / "llaves" / "qr").write_text("corto")
    r = sede.prep("lectura", "trabajar", "--una-vuelta")
    assert r.returncode == 2 and "demasiado corto" in r.stderr

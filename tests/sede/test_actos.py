"""The acts that open, mark and close a night: what they refuse, what they sign, and that strangers accept it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from instalada import CIERRE, Sede, poner_en_ceros

from prep.bitacora.autoridad import autoridad
from prep.bitacora.services import anotar
from prep.catalogo.services import vigente
from prep.comprobacion.verificar import Opciones, verificar
from prep.dominio.comun.hecho import nuevo_hecho
from prep.dominio.tabulacion.proceso import Modo
from prep.publicacion.corte import hacer_corte
from prep.sede import actos
from prep.sede.huella import tomar
from prep.simulacro.diseno import disenar
from prep.simulacro.sello import abrir, sellar
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import canonico, leer_canonico
from prep.transparencia.nota import LlavePrivada


def test_a_whole_night_is_signed(sede: Sede) -> None:
    p = sede.publicador
    politica = f"log {p.registro.firmante.llave.vkey}\nquorum none\n".encode()
    ceros = poner_en_ceros(sede, politica=politica)
    documento = sede.documento(ceros)
    assert documento["hechos"] == 0 and documento["altas"] > 5
    assert documento["llaves"] == {"central": sede.nodo.publica.hex()}
    assert vigente().estado == "congelado"
    sede.anotar_noche(12)
    hacer_corte(p, CIERRE + timedelta(hours=3))
    actos.contingencia(p, CIERRE + timedelta(hours=4), "CATD-SIN-RED", "El CATD 12 trabaja sin internet.")
    actos.huella(p, CIERRE + timedelta(hours=5), "durante", tomar())
    actos.correccion(p, CIERRE + timedelta(hours=6), 1, 2, "Prueba de corrección.")
    fin = actos.cierre(p, CIERRE + timedelta(hours=12))
    assert sede.tipos == [
        *("aprobacion", "llaves", "huella", "corte", "puesta_en_ceros", "corte", "contingencia", "huella"),
        *("correccion", "huella", "corte", "cierre"),
    ]
    assert fin.corte is not None
    assert sede.documento(fin)["corte"] == fin.corte.numero == 3
    informe = verificar(Carpeta(sede.carpeta / "publicacion"), Opciones(imagenes=False))
    assert informe.codigo == 0, informe.como_dict()


def test_there_is_no_puesta_en_ceros_with_facts(sede: Sede) -> None:
    sede.anotar_noche(1)
    with pytest.raises(actos.ActoImposible, match="ya tiene"):
        actos.puesta_en_ceros(sede.publicador, CIERRE)
    assert not (sede.carpeta / "publicacion" / "checkpoint").exists()


def test_who_practised_before_stops_neither_the_puesta_en_ceros_nor_the_seal_of_a_drill(sede: Sede) -> None:
    """Nor does a centre that opened."""
    dice = {"escritorio": "captura", "ejercicio": "0" * 64, "campos": 100, "errores": 0, "tolera": 2}
    dice |= {"segundos": 300, "teclas": 400}
    for tipo, sujeto, contenido in (("terminada", "practica:ana", dice), ("abierto", "catd:CATD-001", {})):
        anotar([nuevo_hecho(tipo, sujeto, "ana", CIERRE, contenido)], sede.nodo, CIERRE)
    poner_en_ceros(sede)
    sellar(sede.publicador, CIERRE, verdad(sede))
    informe = verificar(Carpeta(sede.carpeta / "publicacion"), Opciones(imagenes=False))
    assert informe.codigo == 0, informe.como_dict()


def test_founding_again_enrols_only_whoever_is_new(sede: Sede) -> None:
    before = actos.fundar(sede.publicador, sede.nodo, CIERRE)
    assert actos.fundar(sede.publicador, sede.nodo, CIERRE + timedelta(hours=1)) == before
    assert {p.persona for p in sede.publicador.informativo.personas} <= autoridad().personas.keys()


def test_an_installation_of_another_mode_or_key_is_refused(sede: Sede) -> None:
    p = sede.publicador
    with pytest.raises(actos.ActoImposible, match="ya es de"):
        actos.fundar(
            replace(p, modo=Modo.JORNADA, firmante=LlavePrivada.nueva("instituto.example/prep")), sede.nodo, CIERRE
        )
    with pytest.raises(actos.ActoImposible, match="no se ha fundado"):
        actos.puesta_en_ceros(replace(p, modo=Modo.JORNADA), CIERRE)
    with pytest.raises(actos.ActoImposible, match="no es la que fundó"):
        actos.puesta_en_ceros(replace(p, firmante=LlavePrivada.nueva("instituto.example/prep")), CIERRE)


@pytest.mark.parametrize(
    "mode, name, good",
    [
        ("jornada", "instituto.example/prep/simulacro", False),
        ("jornada", "instituto.example/prep/prueba", False),
        ("jornada", "instituto.example/prep", True),
        ("simulacro", "instituto.example/prep", False),
        ("simulacro", "instituto.example/prep/prueba", False),
        ("simulacro", "instituto.example/simulacro", True),
        ("simulacro", "simulacro", False),
        ("prueba", "instituto.example/prep", False),
        ("prueba", "instituto.example/prep/prueba", True),
    ],
)
def test_a_key_signs_only_in_the_mode_that_its_name_says(sede: Sede, mode: str, name: str, good: bool) -> None:
    other = replace(sede.publicador, modo=Modo(mode), firmante=LlavePrivada.nueva(name))
    with pytest.raises(actos.ActoImposible, match="ya es de" if good else "no firma en modo"):
        actos.fundar(other, sede.nodo, CIERRE)


def test_the_zero_state_asks_for_the_key_of_its_mode_too(sede: Sede) -> None:
    """An installation founded otherwise (an imported bitácora) is told before anything is signed or frozen."""
    key = sede.publicador.registro.firmante
    assert isinstance(key, LlavePrivada)
    renamed = LlavePrivada.leer(key.skey)
    renamed.llave = replace(renamed.llave, nombre="instituto.example/prep")
    with pytest.raises(actos.ActoImposible, match="no firma en modo simulacro"):
        actos.puesta_en_ceros(replace(sede.publicador, firmante=renamed), CIERRE)
    assert vigente().estado != "congelado" and not (sede.carpeta / "publicacion" / "checkpoint").exists()


def test_the_puesta_en_ceros_is_not_repeated(sede: Sede) -> None:
    poner_en_ceros(sede)
    with pytest.raises(actos.ActoImposible, match="ya está firmada"):
        poner_en_ceros(sede)


def test_an_interrupted_puesta_en_ceros_can_be_finished(sede: Sede, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the key and the fingerprint were signed: the second try leaves one key and one act."""

    def caer(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr(actos, "hacer_corte", caer)
        with pytest.raises(KeyboardInterrupt):
            poner_en_ceros(sede)
    poner_en_ceros(sede, CIERRE + timedelta(minutes=1))
    assert sede.tipos.count("llaves") == sede.tipos.count("puesta_en_ceros") == sede.tipos.count("corte") == 1


@pytest.mark.parametrize("corte, por, dice", [(1, 9, "No hay corte 9"), (1, 1, "posterior")])
def test_a_correction_names_published_cortes(sede: Sede, corte: int, por: int, dice: str) -> None:
    poner_en_ceros(sede)
    with pytest.raises(actos.ActoImposible, match=dice):
        actos.correccion(sede.publicador, CIERRE, corte, por, "Prueba.")


def test_the_fingerprint_lists_the_program(sede: Sede) -> None:
    poner_en_ceros(sede)
    acto = actos.huella(sede.publicador, CIERRE, "durante", tomar())
    documento = sede.documento(acto)
    lista = "".join(f"{sha}  {ruta}\n" for ruta, sha in documento["archivos"])
    assert hashlib.sha256(lista.encode()).hexdigest() == documento["software"]
    assert "dominio/tabulacion/contabilidad.py" in dict(documento["archivos"])


def verdad(sede: Sede, **otros: Any) -> bytes:
    p = sede.publicador
    return canonico(leer_canonico(disenar(p.proceso, p.informativo, 7, sal="5a" * 32).datos) | otros)


def test_the_truth_of_a_drill_is_sealed_before_and_opened_after(sede: Sede) -> None:
    p, datos = sede.publicador, verdad(sede, largo="a" * 5 * 2**20)  # more than any other act may attest
    poner_en_ceros(sede)
    sello = sellar(p, CIERRE, datos)
    assert sello.documento == hashlib.sha256(datos).hexdigest()
    with pytest.raises(actos.ActoImposible, match="ya tiene sellada"):
        sellar(p, CIERRE, datos)
    with pytest.raises(actos.ActoImposible, match="después del cierre"):
        abrir(p, CIERRE, datos)
    sede.anotar_noche(3)
    actos.cierre(p, CIERRE + timedelta(hours=12))
    with pytest.raises(actos.ActoImposible, match="no es el que se selló"):
        abrir(p, CIERRE + timedelta(hours=12), datos + b" ")
    abrir(p, CIERRE + timedelta(hours=12), datos)
    assert sede.tipos[-1] == "verdad_abierta" and sede.tipos.index("verdad_sellada") == 5
    informe = verificar(Carpeta(sede.carpeta / "publicacion"), Opciones(imagenes=False))
    assert informe.codigo == 0, informe.como_dict()


def test_a_truth_that_comes_late_or_is_another_s_is_not_sealed(sede: Sede) -> None:
    p = sede.publicador
    poner_en_ceros(sede)
    elecciones = leer_canonico(verdad(sede))["elecciones"]
    sin_una = {k: e | {"actas": dict(list(e["actas"].items())[1:]), "no_cuentan": []} for k, e in elecciones.items()}
    for datos, dice in (
        (verdad(sede, modo="prueba"), f"es la verdad de {p.proceso.clave}, prueba, y esta instalación"),
        (verdad(sede, proceso="OTRO"), "es la verdad de OTRO, simulacro, y esta"),
        (verdad(sede, catalogo="0" * 64), "otro catálogo"),
        (verdad(sede, elecciones=sin_una), "otro catálogo"),
        (verdad(sede, elecciones={}, empates=[]), "otro catálogo"),
        (verdad(sede, casillas={}), "no dice de qué CATD"),
        (verdad(sede) + b" ", "No es la verdad de un simulacro"),
        (b"[]", "No es la verdad de un simulacro"),
    ):
        with pytest.raises(actos.ActoImposible, match=f"{dice}.*«prep simulacro disenar»"):
            sellar(p, CIERRE, datos)
    with pytest.raises(actos.ActoImposible, match="Solo un simulacro"):
        sellar(replace(p, modo=Modo.JORNADA), CIERRE, verdad(sede, modo="jornada"))
    sede.anotar_noche(1)
    with pytest.raises(actos.ActoImposible, match="antes de la primera"):
        sellar(p, CIERRE, verdad(sede))
    assert "verdad_sellada" not in sede.tipos

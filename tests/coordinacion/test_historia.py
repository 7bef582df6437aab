"""The whole history of an acta, who may read it, and who may see what each person typed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sala import AHORA, Sala

from noche import lectura
from prep.acceso.models import Registro
from prep.acceso.roles import LECTURA, OPERATIVOS, Rol
from prep.coordinacion import historia
from prep.coordinacion.historia import frase
from prep.dominio.acta.hechos import DE_ACTA, DE_HOJA, Tipo
from prep.dominio.comun.hecho import nuevo_hecho
from prep.dominio.comun.rechazos import Rechazo


def ruta(clave: str) -> str:
    return f"/coordinacion/acta/{clave}/"


def con_diferencia(sala: Sala) -> str:
    """Two people differ, a third settles it, and it is verified and published in a corte."""
    clave = sala.claves[0]
    sala.llega(clave)
    for quien, nulos in (("ana", 7531), ("beto", 8642)):
        sala.captura(clave, quien, NULOS=nulos)
    return clave


def resuelve(sala: Sala, clave: str) -> None:
    imagen = sala.acta(clave).imagen
    assert imagen is not None
    valores = sala.valores(clave, NULOS=7531)
    base = lectura(sala.hecho(Tipo.DICTAMINADA, clave, "dora", imagen=imagen.sha256, valores=valores))
    verificada = sala.hecho(Tipo.VERIFICADA, clave, "caro", base=base)
    sala.hecho(Tipo.PUBLICADA, clave, "sistema.sede", corte=12, base=base, hecho=verificada.id)


def test_every_fact_is_told_with_what_it_did_and_both_clocks(sala: Sala) -> None:
    clave = con_diferencia(sala)
    resuelve(sala, clave)
    contada = historia.contar(clave, sala.padron.actas[clave])
    assert [s.tipo for s in contada.sucesos] == [
        *("acopiada", "digitalizada", "identificada", "capturada", "capturada"),
        *("dictaminada", "verificada", "publicada"),
    ]
    assert [s.efecto for s in contada.sucesos[2:7]] == [
        (("digitalizada", "identificada"),),
        (("por_capturar", "primera"),),
        (("primera", "discrepante"),),
        (("discrepante", "dictaminada"),),
        (("dictaminada", "verificada"), ("en_captura", "publicada")),
    ]
    assert all(s.rechazo is None and s.recibido == AHORA and s.hora < AHORA for s in contada.sucesos)
    assert contada.cortes == (f"Corte 12: lectura {sala.acta(clave).publicada.base[:12]}…",)
    suma = sala.valores(clave, NULOS=7531)["total_asentado"]
    sumas = [str(n) for n in (suma, suma + 1111, suma, suma)]
    assert [(n, d) for n, d, distintos in contada.renglones if distintos] == [
        ("Personas que votaron", sumas),
        ("Votos sacados de la urna", sumas),
        ("Votos nulos", ["7531", "8642", "7531", "7531"]),
        ("Total", sumas),
    ]


def test_what_counted_for_nothing_says_why(sala: Sala) -> None:
    """Somebody cut off from this node typed it too, after it was verified here."""
    clave = sala.claves[0]
    sala.llega(clave)
    antes = list(sala.acta(clave).cabezas)
    sala.captura(clave, "ana")
    sala.noche.conoce[clave] = antes
    imagen = sala.acta(clave).imagen
    assert imagen is not None
    otra = sala.noche.hecho(Tipo.CAPTURADA, clave, "ana", imagen=imagen.sha256, valores=sala.valores(clave, NULOS=3))
    from prep.bitacora.asientos import asentar, final, finales, tomar_cabeza
    from prep.bitacora.autoridad import ambito
    from prep.bitacora.proyecciones import proyectar
    from prep.bitacora.sobres import sellar

    secuencia, previo = final(finales([sala.nodo.nodo])[sala.nodo.nodo])
    sobre = sellar(otra, sala.nodo, ambito(), secuencia + 1, previo, None)
    proyectar(asentar([(sobre, AHORA + timedelta(minutes=9))], tomar_cabeza()))
    suya = next(s for s in historia.contar(clave, sala.padron.actas[clave]).sucesos if s.id == otra.id)
    assert suya.rechazo is Rechazo.MISMA_PERSONA
    assert suya.desfase
    html = sala.entra(Rol.AUDITOR).get(ruta(clave)).content.decode()
    assert "No contó." in html
    assert Rechazo.MISMA_PERSONA in html
    assert "los relojes no coinciden" in html


def test_every_type_of_fact_has_its_sentence() -> None:
    ejemplos: dict[str, Any] = {
        "hora": AHORA.isoformat(),
        "motivo": "3",
        "imagen": "0" * 64,
        "por": "qr",
        "peticion": "0" * 64,
        "acta": "140024C010001",
        "valores": {"votos": {}},
        "base": "0" * 64,
        "resultado": "1",
        "corte": 3,
        "hecho": "0" * 64,
        "texto": "Algo.",
        "documento": "Hoja de incidentes",
        "eleccion": "GUB",
        "opinion": "devuelve",
        "campos": ["NULOS"],
    }
    for clase, sujeto in ((DE_ACTA, "acta:140024C010001"), (DE_HOJA, "hoja:" + "0" * 8 + "-0000" * 3 + "-" + "0" * 12)):
        for tipo in clase:
            dicha = frase(nuevo_hecho(tipo, sujeto, "ana", AHORA, ejemplos), {"NULOS": "Votos nulos"})
            assert "no conoce" not in dicha
            assert not re.search(r"[{}]|None", dicha), dicha
    nuevo = nuevo_hecho("teletransportada", "acta:140024C010001", "ana", AHORA, {})
    assert frase(nuevo, {}) == "Hecho de un tipo que este programa no conoce: teletransportada."


@pytest.mark.parametrize(
    ("rol", "antes", "despues"),
    [
        (Rol.AUDITOR, True, True),
        (Rol.ADMINISTRADOR, True, True),
        (Rol.SUPERVISOR, False, True),  # they may still have to decide it
        (Rol.COORDINADOR, False, True),
        (Rol.COTAPREP, False, True),
        (Rol.CONSEJO, False, True),
    ],
)
def test_who_sees_what_each_person_typed(sala: Sala, rol: Rol, antes: bool, despues: bool) -> None:
    clave = con_diferencia(sala)
    cliente = sala.entra(rol)
    html = cliente.get(ruta(clave)).content.decode()
    assert ("7531" in html, "8642" in html) == (antes, antes)
    resuelve(sala, clave)
    assert ("8642" in cliente.get(ruta(clave)).content.decode()) == despues


def test_whoever_commands_and_decides_sees_what_whoever_decides_sees(sala: Sala) -> None:
    clave = con_diferencia(sala)
    html = sala.entra(Rol.SUPERVISOR, Rol.ADMINISTRADOR).get(ruta(clave)).content.decode()
    assert "7531" not in html
    assert "Se muestra cuando el acta está verificada" in html


@pytest.mark.parametrize("rol", sorted((OPERATIVOS | LECTURA) - {Rol.AUDITOR, Rol.COTAPREP, Rol.CONSEJO}))
def test_nobody_at_a_desk_opens_a_history_nor_its_pictures(sala: Sala, rol: Rol) -> None:
    clave = con_diferencia(sala)
    cliente = sala.entra(rol)
    imagen = sala.acta(clave).imagen.sha256
    assert [cliente.get(r).status_code for r in (ruta(clave), f"{ruta(clave)}imagen/{imagen}/")] == [403, 403]


def test_pictures_are_of_their_acta_within_ones_reach_and_on_the_register(sala: Sala) -> None:
    clave, otra = sala.claves[0], next(c for c in sala.claves if c[:11] != sala.claves[0][:11])
    huella, ajena = sala.llega(clave), sala.llega(otra)
    cliente = sala.entra(Rol.COORDINADOR, alcance=(clave[:11],))
    respuesta = cliente.get(f"{ruta(clave)}imagen/{huella}/")
    assert respuesta.status_code == 200
    assert respuesta.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in respuesta.headers["Cache-Control"]
    assert cliente.get(ruta(clave)).status_code == 200
    assert set(Registro.objects.filter(que="leyo").values_list("objeto", flat=True)) == {clave, f"{clave} {huella}"}
    assert cliente.get(f"{ruta(clave)}imagen/{ajena}/").status_code == 404  # of another acta
    assert cliente.get(ruta(otra)).status_code == 403  # out of reach
    assert cliente.get(f"{ruta(otra)}imagen/{ajena}/").status_code == 403
    assert cliente.get(ruta("150024C010001")).status_code == 404  # of another process
    assert Registro.objects.filter(que="leyo").count() == 2


def test_a_sheet_is_reached_by_whoever_reaches_everything(sala: Sala) -> None:
    hoja = "hoja:0b7e2c1a-0000-4000-8000-000000000001"
    sala.hecho(Tipo.DIGITALIZADA, hoja, "campo", imagen="a" * 64)
    assert "Hoja sin identificar" in sala.entra(Rol.SUPERVISOR).get(ruta(hoja)).content.decode()
    assert sala.entra(Rol.COORDINADOR, alcance=(sala.claves[0][:11],)).get(ruta(hoja)).status_code == 403
    assert sala.entra(Rol.AUDITOR).get(ruta(hoja[:-1] + "9")).status_code == 404


def test_no_name_of_anybody_is_in_a_history(sala: Sala) -> None:
    clave = sala.claves[0]
    sala.llega(clave)
    ana = sala.persona(Rol.CAPTURISTA, nombre="Ximena Secreta")
    sala.captura(clave, ana.persona)
    html = sala.entra(Rol.AUDITOR).get(ruta(clave)).content.decode()
    assert ana.persona in html
    assert "Ximena" not in html
    assert "Captura (CCV)" in html

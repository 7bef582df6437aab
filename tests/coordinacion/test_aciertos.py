"""Who slipped, in each way in which two captures may fail; and the rows where people slip."""

from __future__ import annotations

import csv
import io

import pytest
from sala import Sala

from noche import lectura
from prep.acceso.models import Cuenta
from prep.acceso.roles import Rol
from prep.coordinacion import aciertos
from prep.dominio.acta.hechos import Tipo


def verifica(sala: Sala, clave: str, base: str) -> None:
    sala.hecho(Tipo.VERIFICADA, clave, "caro", base=base, lugar="CCV")


def distintos(sala: Sala) -> dict[str, int]:
    return {p: c.distintos for p, c in aciertos.medir(sala.padron).personas.items()}


def test_whoever_read_well_is_blamed_for_nothing(sala: Sala) -> None:
    una, otra, tercera, cuarta = sala.claves[:4]
    for clave in (una, otra, tercera, cuarta):
        sala.llega(clave)

    def dice(tipo: Tipo, clave: str, quien: str, **cambios: object) -> str:
        valores = sala.valores(clave, **cambios)
        imagen = sala.acta(clave).imagen.sha256
        mas = {"lugar": "CCV"} if tipo is Tipo.CAPTURADA else {"motivo": "Se ve."} if tipo is Tipo.DECIDIDA else {}
        return lectura(sala.hecho(tipo, clave, quien, imagen=imagen, valores=valores, **mas))

    # alike and right
    dice(Tipo.CAPTURADA, una, "ana")
    verifica(sala, una, dice(Tipo.CAPTURADA, una, "beto"))
    assert distintos(sala) == {"ana": 0, "beto": 0}
    # one of them slips: the other one is right
    dice(Tipo.CAPTURADA, otra, "ana", NULOS=7)
    dice(Tipo.CAPTURADA, otra, "beto")
    verifica(sala, otra, dice(Tipo.DICTAMINADA, otra, "dora"))
    slips = distintos(sala)
    assert slips["beto"] == 0 and slips["ana"] >= 1
    # neither: a supervisor decides what neither typed
    dice(Tipo.CAPTURADA, tercera, "ana", NULOS=7)
    dice(Tipo.CAPTURADA, tercera, "beto", NULOS=8)
    dice(Tipo.DICTAMINADA, tercera, "dora", NULOS=9)
    verifica(sala, tercera, dice(Tipo.DECIDIDA, tercera, "otro"))
    antes = distintos(sala)
    assert antes["beto"] >= 1 and antes["ana"] > slips["ana"]
    # alike and wrong: it is given back and typed again, well, by others
    dice(Tipo.CAPTURADA, cuarta, "ana", NULOS=7)
    base = dice(Tipo.CAPTURADA, cuarta, "beto", NULOS=7)
    sala.hecho(Tipo.DEVUELTA, cuarta, "caro", base=base, motivo="No es.", campos=["NULOS"])
    assert distintos(sala) == antes  # nothing is verified: nothing is said
    dice(Tipo.CAPTURADA, cuarta, "campo")
    sala.hecho(Tipo.VERIFICADA, cuarta, "dora", base=dice(Tipo.CAPTURADA, cuarta, "otro"), lugar="CCV")
    fin = distintos(sala)
    assert (fin["campo"], fin["otro"]) == (0, 0)
    assert fin["ana"] > antes["ana"] and fin["beto"] > antes["beto"]


def test_the_row_where_people_slip_goes_first_and_a_figure_needs_some_actas(
    sala: Sala, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuenta = sala.persona(Rol.CAPTURISTA, nombre="Rita Sanz")
    for clave in sala.claves[:3]:
        sala.llega(clave)
        sala.captura(clave, cuenta.persona, NULOS=7)
        sala.captura(clave, "beto")
        imagen, valores = sala.acta(clave).imagen.sha256, sala.valores(clave)
        verifica(sala, clave, lectura(sala.hecho(Tipo.DICTAMINADA, clave, "dora", imagen=imagen, valores=valores)))

    def tabla(cual: str) -> list[dict[str, str]]:
        respuesta = sala.entra(Rol.SUPERVISOR).get("/coordinacion/puestos/", {"csv": cual})
        return list(csv.DictReader(io.StringIO(respuesta.content.decode("utf-8-sig"))))

    assert Cuenta.objects.filter(nombre="Rita Sanz").exists()
    (fila,) = tabla("aciertos")
    assert (fila["Persona"], fila["Actas comparadas"], fila["Por cada mil"]) == ("Rita Sanz", "3", "")
    monkeypatch.setattr(aciertos, "BASTAN", 3)
    (fila,) = tabla("aciertos")
    campos, mal = int(fila["Campos"]), int(fila["Distintos"])
    assert mal >= 3 and int(fila["Por cada mil"]) == -(-mal * 1000 // campos)
    primera = tabla("renglones")[0]
    assert (primera["Campos"], primera["Distintos"], primera["Por cada mil"]) == ("6", "3", "500")


def test_only_what_changed_is_added_again_and_what_is_no_longer_so_is_taken_away(
    sala: Sala, monkeypatch: pytest.MonkeyPatch
) -> None:
    una, otra = sala.claves[:2]
    for clave in (una, otra):
        sala.llega(clave)
        sala.captura(clave, "ana", NULOS=7)
        imagen, valores = sala.acta(clave).imagen.sha256, sala.valores(clave)
        sala.captura(clave, "beto")
        verifica(sala, clave, lectura(sala.hecho(Tipo.DICTAMINADA, clave, "dora", imagen=imagen, valores=valores)))
    antes = aciertos.medir(sala.padron)
    comparadas = list[list[str]]()
    comparar = aciertos._comparar
    monkeypatch.setattr(aciertos, "_comparar", lambda claves: comparadas.append(list(claves)) or comparar(claves))
    assert aciertos.medir(sala.padron) == antes and comparadas == []
    # it is opened again and says something else: who was right is no longer, and the other way round
    pedida = sala.hecho(Tipo.REAPERTURA_PEDIDA, una, "otro", motivo="Otro número.")
    sala.hecho(Tipo.REABIERTA, una, "campo", peticion=pedida.id)
    uno, dos, tres = (sala.persona(r).persona for r in (Rol.CAPTURISTA, Rol.CAPTURISTA, Rol.VERIFICADOR))
    sala.captura(una, uno, NULOS=7)
    base = lectura(sala.captura(una, dos, NULOS=7))
    sala.hecho(Tipo.VERIFICADA, una, tres, base=base, lugar="CCV")
    ahora = aciertos.medir(sala.padron)
    assert {c for lote in comparadas for c in lote} == {una}
    assert ahora != antes and ahora.personas["ana"].distintos < antes.personas["ana"].distintos
    monkeypatch.setattr(aciertos, "_sabido", aciertos._Sabido())
    assert aciertos.medir(sala.padron) == ahora

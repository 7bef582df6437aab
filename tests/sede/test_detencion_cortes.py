"""While two people stopped the publication no corte is made, by hand or on schedule, and the alarm says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.db import connection
from instalada import CIERRE, Sede, poner_en_ceros

from prep.bitacora.marcha import decir_de_la_publicacion, la_noche, servicio_de
from prep.bitacora.nodos import NodoInstituto
from prep.bitacora.services import fundar_instalacion
from prep.publicacion.corte import hacer_corte
from prep.publicacion.programador import Alarma, intentar
from prep.publicacion.publicador import Detenida
from prep.sede import actos

HORA = CIERRE + timedelta(hours=2)


@pytest.fixture
def abierta(sede: Sede) -> Sede:
    """A night whose central operation is two people."""
    firmante = sede.publicador.registro.firmante
    raiz = NodoInstituto(firmante, firmante.llave.publica)
    cargos = [(p, "administrador", "SEDE") for p in ("ana", "eva")]
    fundar_instalacion(sede.publicador.proceso.clave, "simulacro", raiz, sede.nodo, cargos, CIERRE)
    poner_en_ceros(sede)
    return sede


def decir(sede: Sede, que: str, quien: str, **contenido: str) -> None:
    decir_de_la_publicacion(que, contenido, quien, HORA, sede.nodo, str(uuid4()))


def detener(sede: Sede) -> None:
    decir(sede, "detencion_pedida", "ana", motivo="Se publica otra elección.")
    (peticion,) = servicio_de(la_noche()).pedidas
    decir(sede, "detenida", "eva", peticion=peticion)


def test_no_corte_while_it_is_stopped_and_the_next_one_when_it_goes_on(abierta: Sede) -> None:
    p, alarma = abierta.publicador, Alarma(abierta.carpeta / "alarma.json")
    decir(abierta, "detencion_pedida", "ana", motivo="Se publica otra elección.")
    assert hacer_corte(p, HORA).numero == 2  # asked for by one, nothing stops
    (peticion,) = servicio_de(la_noche()).pedidas
    decir(abierta, "detenida", "eva", peticion=peticion)
    antes = sorted(str(f) for f in (abierta.carpeta / "publicacion").rglob("*"))
    assert intentar(lambda hora: hacer_corte(p, hora), HORA, alarma) is None
    motivo = orjson.loads(alarma.archivo.read_bytes())["motivo"]
    assert "Dos personas detuvieron la publicación el 06/06/2027 a las 20:00: «Se publica otra elección.»" in motivo
    assert sorted(str(f) for f in (abierta.carpeta / "publicacion").rglob("*")) == antes
    decir(abierta, "reanudada", "eva")
    hecho = intentar(lambda hora: hacer_corte(p, hora), HORA, alarma)
    assert hecho is not None and hecho.numero == 3 and not alarma.archivo.exists()


@dataclass
class MientrasSeDibuja:
    """Pages of nothing: while they are drawn, somebody else does something."""

    hacer: Callable[[], None]

    def dibujos(self, _corte: Mapping[str, Any], /) -> Sequence[Iterable[tuple[str, bytes]]]:
        otro = Thread(target=self._en_su_conexion)
        otro.start()
        otro.join()
        return ()

    def _en_su_conexion(self) -> None:
        self.hacer()
        connection.close()

    def recursos(self, _corte: Mapping[str, Any], /) -> Iterable[tuple[str, bytes]]:
        return ()

    def portada(self, _corte: Mapping[str, Any], /) -> Iterable[tuple[str, bytes]]:
        return ()


def test_what_is_stopped_while_it_is_made_is_not_switched_to(abierta: Sede) -> None:
    ultimo = abierta.carpeta / "publicacion" / "ultimo.json"
    antes = ultimo.read_bytes()
    with pytest.raises(Detenida):
        hacer_corte(replace(abierta.publicador, portal=MientrasSeDibuja(lambda: detener(abierta))), HORA)
    assert servicio_de(la_noche()).detencion and ultimo.read_bytes() == antes


def test_the_close_is_not_stopped(abierta: Sede) -> None:
    detener(abierta)
    assert actos.cierre(abierta.publicador, CIERRE + timedelta(hours=12)).corte is not None

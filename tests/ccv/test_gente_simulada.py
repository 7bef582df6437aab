"""The people of a drill ask of a desk what a browser asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from prep.acceso.roles import Rol
from prep.dominio.acta.transiciones import Captura
from prep.simulacro.puertas.escritorio import EnManos, Escritorio
from prep.simulacro.puertas.navegador import Navegador

if TYPE_CHECKING:
    from centro import Centro


@pytest.fixture
def sede(django_db_setup: None, bitacora_nueva: Any) -> Iterator[tuple[Centro, Callable[..., Escritorio]]]:
    """A centre that is served, and `sentar(pedidas, rol, mesa)`: somebody new of that role at that desk."""
    from centro import Centro
    from pytest_django.live_server_helper import LiveServer

    from prep.ccv import oficina

    servidor, centro = LiveServer("localhost"), Centro()

    def sentar(pedidas: Counter[str], rol: Rol, mesa: str) -> Escritorio:
        def contar(_: str) -> None:
            pedidas["todas"] += 1

        cliente, _ = centro.entra(rol)
        nav = Navegador(servidor.url, lambda: None, contar, "ccv")
        nav._galletas = {n: m.value for n, m in cliente.cookies.items()}
        return Escritorio(nav, (mesa,))

    with pytest.MonkeyPatch.context() as cambio:
        cambio.setattr(oficina, "reloj", centro.reloj)
        yield centro, sentar
    servidor.stop()


def teclear(centro: Centro, suya: EnManos) -> list[tuple[str, str]]:
    return [(f"v.{c}", str(centro.valores(suya.acta)[c])) for c in suya.pedidos]


def test_the_next_acta_costs_a_send_and_a_picture(sede: Any) -> None:
    """It comes inside the answer, whole: what it is of, its fields to type or to look at, its slip."""
    centro, sentar = sede
    claves = centro.claves[:3]
    for clave in claves:
        centro.llega(clave)
        centro.captura(clave, "ajena-1")
    for rol, mesa, estado in (
        (Rol.CAPTURISTA, "captura", Captura.COINCIDE),
        (Rol.VERIFICADOR, "verificacion", Captura.VERIFICADA),
    ):
        pedidas: Counter[str] = Counter()
        escritorio = sentar(pedidas, rol, mesa)
        vistas = []
        for _ in claves:
            suya = escritorio.tomar()
            assert suya is not None and suya.imagen
            if mesa == "captura":
                assert list(suya.pedidos) == centro.campos(suya.acta)
            else:
                assert suya.mostrados == {c: str(v) for c, v in centro.valores(suya.acta).items()}
            assert escritorio.enviar(suya, "enviar", *teclear(centro, suya)) == ""
            vistas.append(suya.acta)
        assert sorted(vistas) == sorted(claves)
        assert pedidas["todas"] == len(["page", "take", "page", "picture"]) + 2 * len(["send", "picture"]) + 1
        assert escritorio.tomar() is None
        assert {centro.acta(c).captura for c in claves} == {estado}

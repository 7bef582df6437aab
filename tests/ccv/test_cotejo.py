"""What is published, beside the paper acta, where the paper is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from centro import Centro, envio

from prep.bitacora.models import Hecho
from prep.ccv.cola import VIGENCIA
from prep.dominio.acta.hechos import Tipo, sujeto_de
from prep.dominio.acta.transiciones import Captura
from prep.dominio.comun.facultades import Rol

RUTA = "/ccv/cotejo/"


def tipos(clave: str) -> list[str]:
    return list(Hecho.objects.filter(sujeto=sujeto_de(clave)).order_by("posicion").values_list("tipo", flat=True))


@pytest.fixture
def publicada(centro: Centro) -> tuple[Centro, str, str]:
    """A published acta, and the CATD where its paper is."""
    acta = next(a for e in centro.proceso.elecciones for a in e.actas if a.casilla.catd)
    centro.llega(acta.clave)
    centro.hace(Tipo.VERIFICADA, acta.clave, "campo", base=centro.coinciden(acta.clave))
    return centro, acta.clave, acta.casilla.catd


def toma(cliente: Any, **otros: str) -> Any:
    assert cliente.post(RUTA, {"accion": "tomar", **otros}).status_code == 302
    return cliente.get(RUTA)


@pytest.mark.parametrize("rol", [Rol.ACOPIADOR, Rol.COORDINADOR])
@pytest.mark.parametrize("resultado", ["1", "2"])
def test_what_is_published_is_what_the_paper_says(publicada: Any, rol: Rol, resultado: str) -> None:
    centro, clave, catd = publicada
    cliente, _ = centro.entra(rol, lugar=catd)
    pagina = toma(cliente)
    valores = [int(v) for v in re.findall(r'class="valor">(\d+)<', pagina.content.decode())]
    assert valores == list(centro.valores(clave).values())
    assert cliente.get(f"/ccv/imagen/{clave}/").status_code == 200
    datos = envio(pagina, {}, accion="enviar", resultado=resultado)
    assert [cliente.post(RUTA, datos).json() for _ in range(2)] == [{"ir": RUTA}] * 2
    assert centro.acta(clave).cotejo == int(resultado)
    assert tipos(clave).count(Tipo.COTEJADA) == 1
    assert toma(cliente).templates[0].name == "ccv/espera.html"


def test_without_its_picture_here_the_paper_is_enough(centro: Centro) -> None:
    """At a node: the phone's picture went to the centre."""
    acta = next(a for e in centro.proceso.elecciones for a in e.actas if a.casilla.catd)
    centro.llega(acta.clave, huella="a" * 64)
    centro.hace(Tipo.VERIFICADA, acta.clave, "campo", base=centro.coinciden(acta.clave))
    cliente, _ = centro.entra(Rol.ACOPIADOR, lugar=acta.casilla.catd)
    pagina = toma(cliente)
    dicha = pagina.content.decode()
    assert "Su fotografía está en el centro." in dicha and "/ccv/imagen/" not in dicha
    assert cliente.post(RUTA, envio(pagina, {}, accion="enviar", resultado="1")).json() == {"ir": RUTA}
    assert centro.acta(acta.clave).cotejo == 1


def test_only_in_the_catd_of_that_acta_even_by_its_key(publicada: Any) -> None:
    centro, clave, catd = publicada
    for lugar in ("CCV", "", "CATD-99"):
        cliente, _ = centro.entra(Rol.ACOPIADOR, lugar=lugar)
        assert f'value="{clave}"' not in cliente.get(RUTA + "buscar/", {"q": clave}).content.decode()
        assert toma(cliente, clave=clave).templates[0].name == "ccv/espera.html"
    cliente, _ = centro.entra(Rol.ACOPIADOR, lugar=catd)
    assert f'value="{clave}"' in cliente.get(RUTA + "buscar/", {"q": clave}).content.decode()
    assert toma(cliente, clave=clave).context["ficha"]


def test_a_key_chooses_the_acta_in_ones_hand_and_no_desk_that_types_lets_one_choose(publicada: Any) -> None:
    centro, _, catd = publicada
    suyas = [a.clave for e in centro.proceso.elecciones for a in e.actas if a.casilla.catd == catd]
    segunda = suyas[1]
    centro.llega(segunda)
    centro.hace(Tipo.VERIFICADA, segunda, "campo", base=centro.coinciden(segunda))
    cliente, _ = centro.entra(Rol.COORDINADOR, lugar=catd)
    assert segunda in toma(cliente, clave=segunda).context["imagen"]
    for clave in centro.claves[-2:]:
        centro.llega(clave)
    captura, _ = centro.entra(Rol.CAPTURISTA)
    captura.post("/ccv/captura/", {"accion": "tomar", "clave": centro.claves[-1]})
    assert centro.claves[-2] in captura.get("/ccv/captura/").context["imagen"]


def test_what_differs_from_the_paper_is_said_and_waits_for_its_correction(publicada: Any) -> None:
    centro, clave, catd = publicada
    cliente, _ = centro.entra(Rol.ACOPIADOR, lugar=catd)
    pagina = toma(cliente)
    assert cliente.post(RUTA, envio(pagina, {}, accion="enviar", resultado="4")).status_code == 400
    sin_nota = cliente.post(RUTA, envio(pagina, {}, accion="enviar", resultado="3", motivo=" "))
    assert (sin_nota.status_code, sin_nota.json()["campos"]) == (400, ["motivo"])
    datos = envio(pagina, {}, accion="enviar", resultado="3", motivo="Nulos")
    assert cliente.post(RUTA, datos).status_code == 200
    acta = centro.acta(clave)
    assert (acta.cotejo, len(acta.incidentes), acta.captura) == (3, 1, Captura.VERIFICADA)
    verifica, _ = centro.entra(Rol.VERIFICADOR)
    assert f"/ccv/reapertura/{clave}/" in verifica.get("/ccv/reapertura/").content.decode()
    pagina = verifica.get(f"/ccv/reapertura/{clave}/").content.decode()
    assert "no coincide con el acta en papel" in pagina
    assert "Cotejo contra el acta en papel: Nulos" in pagina
    assert toma(cliente).templates[0].name == "ccv/espera.html"
    peticion = centro.hace(Tipo.REAPERTURA_PEDIDA, clave, "ajena-1", motivo="El papel.")
    centro.hace(Tipo.REABIERTA, clave, "ajena-2", peticion=peticion.id)
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=centro.coinciden(clave))
    assert "se corrigió" in toma(cliente).content.decode()


def test_a_three_that_was_a_mistake_is_taken_back_by_its_key_and_offered_to_nobody(publicada: Any) -> None:
    centro, clave, catd = publicada
    cliente, _ = centro.entra(Rol.ACOPIADOR, lugar=catd)
    datos = envio(toma(cliente), {}, accion="enviar", resultado="3", motivo="Nulos.")
    assert cliente.post(RUTA, datos).status_code == 200
    assert not cliente.get(RUTA).context["hay"]
    assert toma(cliente).templates[0].name == "ccv/espera.html"
    assert f'value="{clave}"' in cliente.get(RUTA + "buscar/", {"q": clave}).content.decode()
    pagina = toma(cliente, clave=clave)
    assert "todavía no se corrige" in pagina.content.decode()
    otra = centro.entra(Rol.COORDINADOR, lugar=catd)[0]
    assert toma(otra, clave=clave).templates[0].name == "ccv/espera.html"  # somebody has it
    assert cliente.post(RUTA, envio(pagina, {}, accion="enviar", resultado="1")).status_code == 200
    assert (centro.acta(clave).cotejo, tipos(clave).count(Tipo.COTEJADA)) == (1, 2)
    assert toma(cliente, clave=clave).templates[0].name == "ccv/espera.html"


def test_nobody_collates_what_they_typed(publicada: Any) -> None:
    centro, _, catd = publicada
    clave = next(a.clave for e in centro.proceso.elecciones[::-1] for a in e.actas if a.casilla.catd)
    cliente, quien = centro.entra(Rol.ACOPIADOR, Rol.CAPTURISTA, lugar=catd)
    centro.llega(clave)
    centro.captura(clave, quien.persona)
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=centro.coinciden_con(clave, "ajena-2"))
    assert toma(cliente, clave=clave).templates[0].name == "ccv/espera.html"


def test_what_is_sent_late_overwrites_nobody_nor_speaks_of_what_was_not_seen(publicada: Any) -> None:
    """Another one compared it meanwhile; or the acta was opened again and says something else."""
    centro, clave, catd = publicada
    tarde, _ = centro.entra(Rol.ACOPIADOR, lugar=catd)
    suyo = envio(toma(tarde), {}, accion="enviar", resultado="1")
    centro.reloj.avanzar(VIGENCIA * 2)
    otro, _ = centro.entra(Rol.COORDINADOR, lugar=catd)
    datos = envio(toma(otro), {}, accion="enviar", resultado="3", motivo="Nulos.")
    assert otro.post(RUTA, datos).status_code == 200
    respuesta = tarde.post(RUTA, suyo)
    assert (respuesta.status_code, centro.acta(clave).cotejo) == (409, 3)
    pedida = centro.hace(Tipo.REAPERTURA_PEDIDA, clave, "campo", motivo="Difiere.")
    centro.hace(Tipo.REABIERTA, clave, "ajena-1", peticion=pedida.id)
    centro.hace(Tipo.VERIFICADA, clave, "campo", base=centro.coinciden(clave, NULOS=1))
    assert tarde.post(RUTA, suyo).status_code == 409
    assert tipos(clave).count(Tipo.COTEJADA) == 1

"""What is signed is the canonical form of the whole, however it was put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from noche import INSTITUTO, PROCESO, nodo_de
from prep.bitacora.nodos import DispositivoLocal
from prep.bitacora.sobres import SIN_PREVIO, abrir, abrir_firmado, ambito_de, cuerpo_de_dispositivo, guardado, sellar
from prep.dominio.comun.hecho import escribir_hecho, nuevo_hecho
from prep.transparencia.canonico import canonico

AMBITO = ambito_de(PROCESO, "prueba", INSTITUTO.llave.publica)
HORA = datetime(2027, 6, 7, 2, 0, tzinfo=UTC)
textos = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
contenidos = st.dictionaries(textos, st.recursive(st.none() | st.integers(-9, 9) | textos, st.lists, max_leaves=4))


@settings(max_examples=50)
@given(contenidos, st.booleans())
def test_it_is_the_canonical_form_of_what_travels(contenido: dict[str, Any], de_aparato: bool) -> None:
    hecho = nuevo_hecho("visto", "paquete:p-1", "cae-1", HORA, contenido)
    aparato = DispositivoLocal("tel-1", nodo_de("tel-1").llave)
    firma = aparato.firmar(hecho, AMBITO) if de_aparato else None
    for suyo in (hecho, replace(hecho, canonico=b"")):
        sobre = sellar(suyo, nodo_de("central"), AMBITO, 1, SIN_PREVIO, firma)
        viaja = sobre.escribir()
        assert sobre.cuerpo == canonico({c: v for c, v in viaja.items() if c != "firma"})
        for leido in (abrir(viaja, AMBITO), guardado(sobre.cuerpo, sobre.firma)):
            assert leido == sobre and leido.hecho.canonico == hecho.canonico
    suscrito = {"ambito": AMBITO, "dispositivo": "tel-1", "secuencia": 7, "previo": SIN_PREVIO}
    suscrito["hecho"] = escribir_hecho(hecho)
    assert cuerpo_de_dispositivo(hecho, AMBITO, "tel-1", 7, SIN_PREVIO) == canonico(suscrito)
    if firma:
        llevado, _ = abrir_firmado({"hecho": escribir_hecho(hecho), "dispositivo": firma.escribir()})
        assert llevado == hecho and llevado.canonico == hecho.canonico

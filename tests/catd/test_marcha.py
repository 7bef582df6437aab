"""A centre that is paused or closed: its desks say so, finish what they began and begin nothing; nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from centro_catd import ALLA, AQUI, Centro, hoja_digitalizada, tipos

from gente import dentro
from prep.bitacora.marcha import del_centro, servicio_de
from prep.catd.oficina import NoTrabaja
from prep.catd.vigilancia import Vigilancia
from prep.coordinacion import oficina as de_coordinacion
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import Rol
from prep.dominio.operacion import Marcha

ACOPIO, SIN_ACTA, DIGITALIZACION = "/catd/acopio/", "/catd/sin-acta/", "/catd/digitalizacion/"


def envio(**otros: object) -> dict[str, object]:
    return {"orden": uuid4().hex, **otros}


def test_a_paused_centre_says_who_and_when_finishes_and_begins_nothing(
    catd: Centro, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    una = catd.claves[0]
    hermana = next(c for c in catd.claves if c != una and c[:11] == una[:11])
    nueva, otra = [c for c in catd.claves if c[:11] != una[:11]][:2]
    acopia, digitaliza = catd.entra(Rol.ACOPIADOR), catd.entra(Rol.DIGITALIZADOR)
    quien_manda = catd.persona(Rol.COORDINADOR)
    jefa, central = dentro(quien_manda), catd.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    primera = envio(clave=una)
    assert acopia.post(ACOPIO, primera).status_code == 200

    # whoever coordinates goes to her centre, and to no other; a pause says why
    assert jefa.get("/catd/centros/").url == f"/catd/centros/{AQUI}/"
    assert jefa.post(f"/catd/centros/{ALLA}/", envio(que="pausado", motivo="Luz.")).status_code == 404
    assert "Escriba el motivo" in jefa.post(f"/catd/centros/{AQUI}/", envio(que="pausado")).context["frase"]
    catd.reloj.avanzar(timedelta(minutes=40))
    pausa = envio(que="pausado", motivo="Se fue la luz.")
    for _ in range(2):
        assert jefa.post(f"/catd/centros/{AQUI}/", pausa).status_code == 302
    assert (
        "Otra persona lo cambió"
        in jefa.post(f"/catd/centros/{AQUI}/", envio(que="pausado", motivo="x")).context["frase"]
    )
    assert (servicio_de(del_centro(AQUI)).marcha, servicio_de(del_centro(ALLA)).marcha) == (
        Marcha.PAUSADO,
        Marcha.SIN_ABRIR,
    )

    # every desk says so; what is new waits, and whoever sent it is told to keep it
    for cliente, ruta in ((acopia, ACOPIO), (acopia, SIN_ACTA), (digitaliza, DIGITALIZACION)):
        pagina = " ".join(cliente.get(ruta).content.decode().split())
        assert f"desde el 06/06/2027 21:40, por {quien_manda.nombre}. «Se fue la luz.»" in pagina, ruta
    escaneada = tmp_path / "nueva.jpg"
    escaneada.write_bytes(hoja_digitalizada(nueva))
    nuevo = envio(clave=nueva)
    assert acopia.post(ACOPIO, nuevo).status_code == 423
    assert acopia.post(SIN_ACTA, envio(clave=otra, motivo="3")).status_code == 423
    with escaneada.open("rb") as archivo:
        respuesta = digitaliza.post(DIGITALIZACION, {"archivo": archivo})
    assert respuesta.status_code == 423
    assert f"en pausa desde el 06/06/2027 21:40, por {quien_manda.nombre}" in respuesta.context["frase"]
    assert [tipos(nueva), tipos(otra)] == [[], []]
    vigila = Vigilancia(tmp_path, catd.quien(Rol.DIGITALIZADOR), "Acta PREP")
    assert list(vigila.vuelta()) == []
    for _ in range(2):  # the folder keeps its file
        with pytest.raises(NoTrabaja):
            list(vigila.vuelta())
    assert escaneada.exists()
    captura = catd.entra(Rol.CAPTURISTA)
    captura.post("/ccv/captura/", {"accion": "tomar"})
    assert "Este centro está en pausa" in captura.get("/ccv/captura/").content.decode()

    # what was begun is finished, and what was asked again is answered as it was
    assert acopia.post(ACOPIO, primera).status_code == 200
    assert acopia.post(ACOPIO, envio(clave=hermana)).context["hechas"][0]["nueva"]
    suya = tmp_path / "aparte.jpg"
    suya.write_bytes(hoja_digitalizada(una))
    with suya.open("rb") as archivo:
        assert digitaliza.post(DIGITALIZACION, {"archivo": archivo}).status_code == 200
    suya.unlink()
    assert tipos(una) == [Tipo.ACOPIADA, Tipo.DIGITALIZADA, Tipo.IDENTIFICADA]

    # coordination sees it; central operation opens it again, and what waited goes by itself
    monkeypatch.setattr(de_coordinacion, "reloj", catd.reloj)
    filas = central.get("/coordinacion/").context["tablas"]["catd"].filas
    assert [f["ir"] for f in filas if f["marcha"] == "pausado"] == [f"/coordinacion/actas/?catd={AQUI}"]
    assert {f["marcha"] for f in filas} == {"pausado", None}  # of the rest nobody said anything
    assert central.get("/catd/centros/").context["filas"][0][0] == AQUI
    assert central.post(f"/catd/centros/{AQUI}/", envio(que="abierto")).status_code == 302
    assert acopia.post(ACOPIO, nuevo).context["hechas"][0]["nueva"]
    assert [h.bien for h in vigila.vuelta()] == [True]
    assert "en pausa" not in acopia.get(ACOPIO).content.decode()

    # the night stops every centre
    assert central.post("/coordinacion/marcha/noche/", envio(que="cerrado")).status_code == 302
    assert "La noche ya cerró" in acopia.get(ACOPIO).content.decode()
    respuesta = acopia.post(ACOPIO, envio(clave=otra))
    assert respuesta.status_code == 423 and "la noche ya cerró" in respuesta.context["frase"]

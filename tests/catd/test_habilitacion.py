"""What a centre has before the night: said at the centre, followed from the sede, and never written twice."""

from __future__ import annotations

from uuid import uuid4

from centro_catd import ALLA, AQUI, Centro

from gente import dentro
from prep.bitacora.models import Hecho
from prep.catd import habilitacion
from prep.dominio.comun.facultades import Rol
from prep.dominio.operacion import Punto

SUYA = f"/catd/centros/{AQUI}/habilitacion/"


def test_point_by_point_and_each_once(catd: Centro) -> None:
    quien_manda = catd.persona(Rol.COORDINADOR)
    jefa, central = dentro(quien_manda), catd.entra(Rol.ADMINISTRADOR, lugar="SEDE")
    assert jefa.get(f"/catd/centros/{ALLA}/habilitacion/").status_code == 404
    assert {v.estado for v in habilitacion.ver([AQUI])[AQUI]} == {"sin_revisar"}

    envio = {"orden": uuid4().hex, "energia": "no", "nota-energia": "La planta no arranca.", "enlace": "si"}
    for _ in range(2):
        assert jefa.post(SUYA, envio).status_code == 302
    assert Hecho.objects.filter(tipo="revisado").count() == 2
    page = " ".join(jefa.get(SUYA).content.decode().split())
    assert "La planta no arranca." in page and f"Lo dijo {quien_manda.nombre}," in page

    # a note without its mark is not lost: the page asks for it; what did not change is not written again
    sin_marca = {"orden": uuid4().hex, "nota-red": "Faltan cables."}
    assert "Marque" in jefa.post(SUYA, sin_marca).context["frase"]
    assert "Faltan cables." in jefa.post(SUYA, sin_marca).content.decode()
    todo = {p.value: "si" for p in Punto} | {"orden": uuid4().hex}
    assert jefa.post(SUYA, todo).status_code == 302
    assert Hecho.objects.filter(tipo="revisado").count() == 2 + len(Punto) - 1  # `enlace` was ready already
    assert all(v.estado == "listo" and not v.nota for v in habilitacion.ver([AQUI])[AQUI])

    de_los_centros = {c: (listos, puntos) for c, _, _, listos, puntos in central.get("/catd/centros/").context["filas"]}
    assert de_los_centros[AQUI] == (len(Punto), len(Punto)) and de_los_centros[ALLA] == (0, len(Punto))
    assert catd.entra(Rol.ACOPIADOR).get(SUYA).status_code == 403

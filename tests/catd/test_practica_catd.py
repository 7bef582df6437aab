"""Practice at the desks of a centre: what arrives and what is scanned, who is admitted, and nothing of any acta."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from centro_catd import ALLA, AQUI, Centro, tipos

from gente import dentro
from noche import INICIO, carpeta_de_ejemplo
from prep.acceso.roles import Rol
from prep.bitacora.models import Hecho
from prep.bitacora.practicas import practicas_de
from prep.catalogo.services import cargar, importar
from prep.dominio.practica import PRACTICA
from prep.papel.vigente import formas
from prep.practica import services as ensayo
from prep.practica.ejercicio import (
    SALIO_MAL,
    SIRVE,
    Ejercicio,
    EjercicioInvalido,
    Leccion,
    Llegada,
    escribir,
    leer,
)
from prep.practica.models import Practica
from prep.practica.services import Respuesta

ACOPIO, DIGITALIZACION = "/catd/practica/acopio/", "/catd/practica/digitalizacion/"
LECCIONES = (Leccion.NITIDA, Leccion.BORROSA, Leccion.DE_OTRO_SOBRE)


@pytest.fixture
def carpeta(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("prep.practica.services.dir_practica", lambda: tmp_path / "practica")
    return tmp_path / "practica"


def de_la_casilla(clave: str) -> tuple[str, ...]:
    return tuple(a.clave for a in formas().actas(casilla=clave[:11]))


def sobres(catd: Centro, carpeta: Path) -> list[Ejercicio]:
    """One package, those of a casilla with their stamp, one of another centre, and a casilla without."""
    casillas = list(dict.fromkeys(c[:11] for c in catd.claves))
    una, dos, tres = (de_la_casilla(c) for c in casillas[:3])
    partes = [
        (Leccion.SOBRE, Llegada(una[:1])),
        (Leccion.CON_SELLO, Llegada(dos, "20:15")),
        (Leccion.SOBRE_AJENO, Llegada((catd.de_otro,))),
        (Leccion.SIN_SOBRE, Llegada(tres, motivo="3")),
    ]
    hechos = [Ejercicio(ll.claves[0], "", leccion, "", llegada=ll, catd=AQUI) for leccion, ll in partes]
    escribir(carpeta, cargar().clave, [(e, b"") for e in hechos])
    return hechos


def imagenes(catd: Centro, carpeta: Path) -> list[Ejercicio]:
    hechos = []
    for lugar, leccion in enumerate(LECCIONES):
        datos, clave = b"\xff\xd8\xff\xe0" + leccion.value.encode(), catd.claves[lugar]
        plantilla = formas().plantilla_de(clave)
        assert plantilla is not None
        valores = {c.clave: n for n, c in enumerate(plantilla.campos) if c.captura}
        huella = hashlib.sha256(datos).hexdigest()
        hechos.append((Ejercicio(clave, huella, leccion, SALIO_MAL.get(leccion, ""), valores), datos))
    escribir(carpeta, cargar().clave, hechos)
    return [e for e, _ in hechos]


def abre(cliente: Any, ruta: str) -> Any:
    """The page of what comes next in the exercise."""
    assert cliente.post(ruta, {"accion": "tomar"}).status_code == 302
    return cliente.get(ruta)


def manda(cliente: Any, pagina: Any, ruta: str = ACOPIO, **dicho: Any) -> Any:
    """What a form of that page sends; the page that comes of it."""
    accion = "recibir" if ruta == ACOPIO else "responder"
    datos = {"accion": accion, "orden": pagina.context["orden"], "teclas": "7", **dicho}
    return cliente.post(ruta, datos, follow=True)


def recibe(cliente: Any, e: Ejercicio, **otro: Any) -> Any:
    """Who receives it as it came, or says otherwise."""
    assert e.llegada is not None
    dice = {"clave": e.llegada.claves, "sello": e.llegada.sello, "confirma": "1"}
    if e.llegada.motivo:
        dice = {"clave": e.llegada.claves, "sin_acta": "1", "motivo": e.llegada.motivo}
    return manda(cliente, abre(cliente, ACOPIO), **(dice | otro))


def de_actas() -> list[str]:
    return list(Hecho.objects.exclude(clase=PRACTICA.nombre).values_list("id", flat=True))


def exigir(carpeta: Path) -> None:
    """The process asks for practice from now on."""
    shutil.copytree(carpeta_de_ejemplo(), carpeta / "proceso")
    archivo = carpeta / "proceso" / "proceso.toml"
    archivo.write_text(archivo.read_text().replace("exigida = false", "exigida = true"))
    importar(carpeta / "proceso", INICIO)


def test_who_receives_what_arrives_is_admitted_on_record_and_nothing_of_any_acta_is_written(
    catd: Centro, carpeta: Path
) -> None:
    partes, cuenta = sobres(catd, carpeta), catd.persona(Rol.ACOPIADOR)
    cliente, antes = dentro(cuenta), de_actas()
    assert cliente.get("/catd/practica/").url == ACOPIO
    assert "Práctica: Acopio" in cliente.get(ACOPIO).content.decode()
    for n, e in enumerate(partes, 1):
        pagina = recibe(cliente, e)
        assert f"Ejercicio {n} de 4" in pagina.content.decode() and pagina.context["ultimo"]["errores"] == 0
    assert pagina.context["admitida"] is True and "Práctica aprobada" in pagina.content.decode()
    suya = practicas_de([cuenta.persona])[cuenta.persona].en["acopio"]
    assert suya.ultima is not None and suya.admitida == catd.reloj.ahora()
    dicho = {c: suya.ultima.contenido[c] for c in ("escritorio", "campos", "errores", "tolera", "teclas")}
    assert dicho == {"escritorio": "acopio", "campos": 12, "errores": 0, "tolera": 0, "teclas": 28}
    assert de_actas() == antes and all(tipos(c) == [] for e in partes for c in de_la_casilla(e.clave))


def test_what_was_said_wrong_is_told_with_what_it_was(catd: Centro, carpeta: Path) -> None:
    uno, dos, *_ = sobres(catd, carpeta)
    cliente = catd.entra(Rol.ACOPIADOR)
    assert uno.llegada is not None
    pagina = recibe(cliente, uno, clave=de_la_casilla(uno.clave), sello="19:30")
    mal = pagina.context["distintos"]
    assert [d["que"] for d in mal] == ["Qué actas", "Hora del sello"]
    i = formas().identificacion(uno.clave)
    assert (mal[0]["era"], mal[1]["dijo"], mal[1]["era"]) == (
        f"{i.seccion} {i.casilla}, {i.eleccion}",
        "19:30",
        "Ahora",
    )
    assert len(mal[0]["dijo"].split("; ")) == len(de_la_casilla(uno.clave))
    assert "1 de 3" in pagina.context["medida"]
    pagina = recibe(cliente, dos, sin_acta="1", motivo="2")
    assert [(d["que"], d["dijo"], d["era"]) for d in pagina.context["distintos"]] == [
        ("Hora del sello", "Ahora", "20:15"),
        ("Si hay acta", "La casilla no se instaló", "Sí llegó"),
    ]


def test_the_desk_asks_and_refuses_with_the_words_of_the_night(catd: Centro, carpeta: Path) -> None:
    partes = sobres(catd, carpeta)
    cliente = catd.entra(Rol.ACOPIADOR)
    pagina = abre(cliente, ACOPIO)
    i = formas().identificacion(partes[0].clave)
    assert "No se encontró ninguna casilla" in manda(cliente, pagina, q="nada 99999").content.decode()
    elige = manda(cliente, pagina, q=partes[0].clave[:11])
    assert {e["clave"] for e in elige.context["elegir"]} == {*de_la_casilla(partes[0].clave)}
    assert all(e["marcada"] for e in elige.context["elegir"])
    una = manda(cliente, pagina, q=partes[0].clave)
    assert [e["clave"] for e in una.context["elegir"]] == [partes[0].clave]
    assert f"{i.seccion}" in una.content.decode() and una.context["teclas"] == 7
    assert "No se entiende la hora" in manda(cliente, pagina, clave=partes[0].clave, sello="x").content.decode()
    fuera = manda(cliente, pagina, clave="149999B010005")
    assert "no está en el catálogo" in fuera.content.decode()
    fuera = manda(cliente, pagina, clave="149999B010005", sin_acta="1", motivo="3")
    assert "no está en el catálogo" in fuera.content.decode()
    falta = manda(cliente, pagina, clave=partes[0].clave, sin_acta="1")
    assert "Elija el motivo" in falta.content.decode() and falta.context["elegir"]
    assert manda(cliente, pagina).context["practica"]["n"] == 1  # nothing said: nothing answered
    assert Practica.objects.get().hechos == []
    manda(cliente, pagina, clave=partes[0].clave)
    recibe(cliente, partes[1])
    ajena = recibe(cliente, partes[2], confirma=[])
    assert ajena.context["practica"]["n"] == 3 and ALLA in ajena.context["suyo"]
    assert "Este sobre es de otro centro" in ajena.content.decode()
    assert manda(cliente, ajena, clave=partes[2].clave, confirma="1").context["ultimo"]["errores"] == 0


def test_a_stamp_of_now_is_now_and_the_hour_is_read_as_the_desk_does(catd: Centro, carpeta: Path) -> None:
    uno, dos, *_ = sobres(catd, carpeta)
    cliente = catd.entra(Rol.ACOPIADOR)
    assert recibe(cliente, uno, sello="20:58").context["ultimo"]["errores"] == 0  # it is 21:00
    assert recibe(cliente, dos, sello="20.15").context["ultimo"]["errores"] == 0


def test_who_looks_at_each_scan_says_how_it_came_out(catd: Centro, carpeta: Path) -> None:
    partes, cuenta = imagenes(catd, carpeta), catd.persona(Rol.DIGITALIZADOR)
    cliente, antes = dentro(cuenta), de_actas()
    for bien in (False, True):
        for e in partes:
            pagina = abre(cliente, DIGITALIZACION)
            assert f"{formas().identificacion(e.clave).seccion}" in pagina.content.decode()
            assert cliente.get(pagina.context["imagen"]).content.endswith(e.leccion.value.encode())
            dicho = e.respuesta if bien or e.leccion is not Leccion.BORROSA else SIRVE
            fin = manda(cliente, pagina, DIGITALIZACION, dicho=dicho, teclas="1")
            assert "y 1 tecla." in fin.content.decode()
            assert ("así salió" in fin.content.decode()) is (dicho == e.respuesta)
            if e.leccion is Leccion.BORROSA:
                assert "limpie el cristal" in fin.content.decode()  # what the desk says of one like this
                assert ("se contesta 2" in fin.content.decode()) is not bien
                assert ('<dd class="mal">Bien: se envía</dd>' in fin.content.decode()) is not bien
        assert fin.context["admitida"] is bien
    suya = practicas_de([cuenta.persona])[cuenta.persona].en["digitalizacion"]
    assert (suya.veces, suya.admitida is not None) == (2, True) and de_actas() == antes


def test_sent_twice_it_counts_once_and_what_is_of_before_or_of_another_desk_is_not_taken(
    catd: Centro, carpeta: Path
) -> None:
    partes = sobres(catd, carpeta)
    cliente = catd.entra(Rol.COORDINADOR)
    pagina = abre(cliente, ACOPIO)
    for _ in range(3):
        assert manda(cliente, pagina, clave=partes[0].clave).context["n"] == 1
    assert len(Practica.objects.get().hechos) == 1
    vieja = abre(cliente, ACOPIO)
    cliente.post(ACOPIO, {"accion": "dejar"})
    abre(cliente, ACOPIO)
    manda(cliente, vieja, clave=partes[1].llegada.claves, sello="20:15")  # type: ignore[union-attr]
    assert len(Practica.objects.get().hechos) == 1
    manda(cliente, abre(cliente, ACOPIO), DIGITALIZACION, dicho=SIRVE)
    assert len(Practica.objects.get().hechos) == 1


def test_the_desks_ask_for_practice_only_where_the_process_does(catd: Centro, carpeta: Path, tmp_path: Path) -> None:
    partes = sobres(catd, carpeta)
    cliente, clave = catd.entra(Rol.ACOPIADOR), catd.claves[0]
    otro = catd.entra(Rol.DIGITALIZADOR)
    assert "¿Es su primera vez?" in cliente.get("/catd/acopio/").content.decode()
    assert "¿Es su primera vez?" not in otro.get("/catd/digitalizacion/").content.decode()  # there is none of it
    exigir(tmp_path)
    for ruta in ("/catd/acopio/", "/catd/sin-acta/"):
        assert "Antes de empezar, practique" in cliente.get(ruta).content.decode()
    assert "Antes de empezar, practique" in otro.get("/catd/digitalizacion/").content.decode()
    dicho = {"clave": clave, "motivo": "3"}
    assert cliente.post("/catd/acopio/", {"clave": clave}).status_code == 428  # the page keeps it and sends it again
    assert cliente.post("/catd/sin-acta/", dicho).status_code == otro.post("/catd/digitalizacion/").status_code == 428
    assert tipos(clave) == []
    for e in partes:
        recibe(cliente, e)
    assert cliente.post("/catd/acopio/", {"clave": clave}).status_code == 200
    assert tipos(clave) == ["acopiada"]
    assert cliente.get("/catd/sin-acta/").context["filas"] == []


def test_without_an_exercise_or_with_packages_of_other_actas_the_page_says_what_to_do(
    catd: Centro, carpeta: Path
) -> None:
    cliente = catd.entra(Rol.ACOPIADOR)
    assert "prep actas practica" in abre(cliente, ACOPIO).content.decode()
    uno, *_ = sobres(catd, carpeta)
    otras = replace(uno, llegada=Llegada(("149999B010005",)))
    escribir(carpeta, cargar().clave, [(otras, b"")])
    assert "prep actas practica" in abre(cliente, ACOPIO).content.decode()


@pytest.mark.parametrize(
    "mal",
    [
        lambda e: e.update(llegada=None),
        lambda e: e.update(imagen="0" * 64),
        lambda e: e.update(catd=7),
        lambda e: e.update(clave="149999B010005"),
        lambda e: e["llegada"].update(claves=[]),
        lambda e: e["llegada"].update(sello=20),
        lambda e: e.update(leccion="limpia", imagen="0" * 64, valores={"PAN": 1}),
    ],
)
def test_what_arrived_is_written_whole_or_it_is_no_exercise(
    catd: Centro, carpeta: Path, mal: Callable[[dict[str, Any]], None]
) -> None:
    partes, archivo = sobres(catd, carpeta), carpeta / "practica.json"
    este = leer(carpeta)
    assert este is not None and list(este.ejercicios) == partes
    dicho = orjson.loads(archivo.read_bytes())
    mal(dicho["ejercicios"][0])
    archivo.write_bytes(orjson.dumps(dicho))
    with pytest.raises(EjercicioInvalido):
        leer(carpeta)


def test_how_much_may_be_said_wrong_of_what_arrives() -> None:
    e = Ejercicio("a", "", Leccion.CON_SELLO, "", llegada=Llegada(("a", "b"), "20:15"), catd="C")
    dicen = {
        0: Llegada(("b", "a"), "20:15"),
        1: Llegada(("a",), "20:15"),
        2: Llegada(("a", "c"), ""),
        3: Llegada((), "", "3"),
    }
    assert {ensayo.errores(e, Respuesta(llegada=ll)): ll for ll in dicen.values()} == dicen
    assert ensayo.errores(e, Respuesta()) == 2

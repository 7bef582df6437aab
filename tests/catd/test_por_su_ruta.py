"""Packages that no CAE brings: which centre may take those of each kind of casilla, and that each counts once."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pypdfium2
import pytest
from centro_catd import ALLA, AQUI, Centro, hoja_digitalizada, tipos

from noche import INICIO, carpeta_de_ejemplo
from prep.catalogo.lector import leer_proceso
from prep.catalogo.problemas import ProcesoInvalido
from prep.catalogo.services import cargar, importar, informativo, rutas
from prep.catd import acopio, centro
from prep.catd.acopio import Que
from prep.catd.digitalizacion import digitalizar
from prep.catd.empaquetado import empaquetado
from prep.catd.oficina import Quien
from prep.dominio.acta.hechos import Tipo
from prep.dominio.comun.facultades import Rol
from prep.dominio.tabulacion.claves import TIPOS_CASILLA
from prep.papel.formas import Formas

POR_AQUI = "APV"
"""Kinds whose route this centre is on; the foreign vote goes to the other one alone."""


def con_rutas(carpeta: Path, rutas: str) -> Path:
    """The example, with a casilla of each kind that the other centre expects, and routes."""
    copytree(carpeta_de_ejemplo(), carpeta)
    with (carpeta / "casillas.csv").open("a", encoding="utf-8") as archivo:
        archivo.writelines(f"1,{t},9,,1,{'' if t == 'S' else 300},,{ALLA},D,0,0,0\n" for t in TIPOS_CASILLA if t != "B")
    proceso = carpeta / "proceso.toml"
    proceso.write_text(proceso.read_text().replace("[[elecciones]]", f"[rutas]\n{rutas}\n\n[[elecciones]]", 1))
    return carpeta


@pytest.fixture
def clave_de(catd: Centro, tmp_path: Path) -> dict[str, str]:
    """An acta of each kind, that the other centre expects."""
    suyas = f'anticipado = ["{AQUI}"]\nprision = ["{ALLA}", "{AQUI}"]\nextranjero = ["{ALLA}"]'
    importar(con_rutas(tmp_path / "a", suyas), INICIO)
    de_alla = [a for a in cargar().elecciones[0].actas if a.casilla.catd == ALLA]
    return {a.casilla.clave.tipo: a.clave for a in de_alla}


def test_a_centre_takes_what_comes_by_its_routes_and_asks_of_the_rest(catd: Centro, clave_de: dict[str, str]) -> None:
    assert set(clave_de) == set(TIPOS_CASILLA)
    aqui, alla = catd.quien(Rol.ACOPIADOR), catd.quien(Rol.ACOPIADOR, lugar=ALLA)

    def recibe(quien: Quien, clave: str) -> Que:
        return acopio.recibir(quien, [clave], acopio.Lectura(uuid4().hex, catd.reloj.ahora()))[0].que

    assert {t: recibe(aqui, c) is Que.NUEVA for t, c in clave_de.items()} == {t: t in POR_AQUI for t in TIPOS_CASILLA}
    for tipo, clave in clave_de.items():  # whoever expects it takes what is left, and nothing twice
        assert recibe(alla, clave) is (Que.REPETIDA if tipo in POR_AQUI else Que.NUEVA), tipo
        assert tipos(clave) == [Tipo.ACOPIADA]
    uno, otro = centro.ver(AQUI).cuenta, centro.ver(ALLA).cuenta
    assert (uno.recibidas, uno.por_ruta, uno.ajenas) == (0, len(POR_AQUI), 0)
    assert (otro.recibidas, otro.en_otro, otro.ajenas) == (len(clave_de) - len(POR_AQUI), len(POR_AQUI), 0)
    assert sum(n.recibidas + n.por_ruta + n.ajenas for n in (uno, otro)) == len(clave_de)
    assert not any(f.ajena for f in centro.ver(AQUI).recibidas())
    pagina = catd.entra(Rol.ACOPIADOR).get("/catd/acopio/").content.decode()
    assert "Por ruta propia" in pagina
    assert "otro centro" not in pagina
    respuesta = catd.entra(Rol.ACOPIADOR).post("/catd/acopio/", {"q": clave_de["B"][:-2] + "03", "orden": "x"})
    assert respuesta.context["ajenas"][0]["centros"] == "CATD-012 Ocotlán"  # of a casilla of the day, as before


def test_an_acta_of_a_route_is_scanned_where_it_came_and_packed_apart(catd: Centro, clave_de: dict[str, str]) -> None:
    clave = clave_de["A"]
    (hecha,) = digitalizar(catd.quien(Rol.DIGITALIZADOR), "a.jpg", hoja_digitalizada(clave), "Acta PREP")
    assert (hecha.clave, tipos(clave)) == (clave, [Tipo.DIGITALIZADA, Tipo.IDENTIFICADA])
    assert not any("otro centro" in nota for nota in hecha.notas)
    hojas = pypdfium2.PdfDocument(empaquetado(Formas(cargar(), informativo(), b""), ALLA))
    dicho = " ".join("\n".join(h.get_textpage().get_text_range() for h in hojas).split())
    for eleccion in cargar().elecciones:
        for ruta, cuantas in (
            ("voto anticipado", "1 acta"),
            ("prisión preventiva", "2 actas"),
            ("extranjero", "1 acta"),
        ):
            assert f"{eleccion.nombre} · {ruta}: {cuantas}, en este orden" in dicho
    assert dicho.count("en este orden") == 4 * len(cargar().elecciones)


def test_routes_change_on_the_night_and_name_centres_that_there_are(
    catd: Centro, clave_de: dict[str, str], tmp_path: Path
) -> None:
    antes = cargar().huella
    suyas = f'anticipado = ["{ALLA}"]\nextranjero = ["{AQUI}"]'
    importar(con_rutas(tmp_path / "b", suyas), INICIO)
    assert (cargar().huella, rutas().extranjero, rutas().prision) == (antes, (AQUI,), ())
    assert {t: AQUI in centro.centros_de(c) for t, c in clave_de.items()} == {t: t == "M" for t in TIPOS_CASILLA}
    with pytest.raises(ProcesoInvalido) as error:
        leer_proceso(con_rutas(tmp_path / "c", 'prision = ["CATD-999"]\nanticipada = []'))
    dichos = {(p.archivo, p.campo) for p in error.value.problemas}
    assert dichos == {("proceso.toml", "rutas.prision"), ("proceso.toml", "rutas.anticipada")}

"""A node publishes what it has while the centre is down, and later the centre accounts for each acta: as people type
it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from nodos_aparte import Cable, Instalacion, Sede, huella_de, prep

from noche import INICIO, Noche, lectura
from prep.bitacora import identidad
from prep.bitacora.actas import acta_de
from prep.bitacora.marcha import decir_de_la_publicacion, la_noche, servicio_de
from prep.bitacora.models import Hecho
from prep.bitacora.nodos import NodoInstituto, nodo_de_aqui
from prep.bitacora.services import anotar
from prep.bitacora.services.altas import alta_de_persona
from prep.bitacora.verificacion import verificar
from prep.catalogo.services import cargar, informativo
from prep.dominio.acta.hechos import Tipo
from prep.dominio.tabulacion.proceso import Modo, Proceso
from prep.evidencia.imagenes import guardar_como_llego, guardar_original
from prep.intercambio import lotes_de_nodo
from prep.intercambio.enviar import Envio
from prep.plataforma.almacen import AlmacenCarpeta, evidencia
from prep.plataforma.errores import Impedimento
from prep.publicacion.corte import hacer_corte
from prep.publicacion.publicador import CorteImposible, Publicador
from prep.sede import nodos
from telefono import foto


@pytest.fixture
def sede(bitacora_nueva: Any, bases: Any, tmp_path: Path) -> Iterator[Sede]:
    with ExitStack() as pila:
        yield Sede(bases, tmp_path, pila)


def publicables(proceso: Proceso, actas: list[str], votos: int) -> None:
    """Here: from the picture to the verified reading of each."""
    boletas = {a.clave: e.boletas[a.demarcacion] for e in proceso.elecciones for a in e.actas}
    noche = Noche(votos)
    for i, acta in enumerate(actas):
        datos = foto(votos + i)
        huella = guardar_original(evidencia(), datos)
        guardar_como_llego(evidencia(), datos)
        valores = noche.valores(dict.fromkeys(boletas[acta].claves, votos))
        hechos = [
            noche.hecho(Tipo.DIGITALIZADA, acta, "uno", imagen=huella),
            noche.hecho(Tipo.IDENTIFICADA, acta, "uno", imagen=huella, por="qr"),
            noche.hecho(Tipo.CAPTURADA, acta, "uno", imagen=huella, valores=valores),
            noche.hecho(Tipo.CAPTURADA, acta, "dos", imagen=huella, valores=valores),
        ]
        hechos.append(noche.hecho(Tipo.VERIFICADA, acta, "cuatro", base=lectura(hechos[-1])))
        anotar(hechos, nodo_de_aqui(), noche.ahora)


def habilitado(sede: Sede) -> Instalacion:
    """The laptop of the CATD, which was delegated before the night."""
    catd, centro = sede.nueva("catd"), sede.maquina
    prep(catd, "nodo", "preparar", "catd-014")
    prep(centro, "nodo", "alta", catd.datos / "catd-014.solicitud.json", "--catd", sede.catd, "--nombre", "CATD 14")
    dicho = prep(centro, "operacion", "delegar", "catd-014", "--hasta", "2099-01-01 00:00")
    assert "«catd-014» puede publicar hasta el 01/01/2099 00:00" in dicho
    prep(catd, "nodo", "recibir", centro.datos / "catd-014.prep-nodo", "--instituto", huella_de(sede))
    return catd


def exigir_que_sea_suya(sede: Sede, catd: Instalacion) -> None:
    """A delegation is of one node, for one log, within its time; nothing else is signed with it."""
    centro, archivo = sede.maquina, (sede.maquina.datos / "catd-014.delegacion").read_bytes()
    for con, dice in (
        (["nadie", "--hasta", "2099-01-01 00:00"], "No hay ningún nodo «nadie»"),
        (["catd-014", "--hasta", "2020-01-01 00:00"], "debe vencer después de ahora"),
        (["catd-014", "--hasta", "2099-01-01 00:00", "--catd", "NADA"], "no hay ningún centro «NADA»"),
    ):
        with pytest.raises(Impedimento, match=dice):
            prep(centro, "operacion", "delegar", *con)
    with centro():
        otro = next(c.clave for c in informativo().catds if c.clave != sede.catd)
        casillas = {a.casilla for e in cargar().elecciones for a in e.actas}
    for con, de in ((["--todo"], ""), (["--catd", otro], otro), ([], sede.catd)):
        alcance = sorted(str(c.clave) for c in casillas if c.catd == de) or "todo"
        prep(centro, "operacion", "delegar", "catd-014", "--hasta", "2099-01-01 00:00", *con, "--salida", "otra")
        assert json.loads((centro.datos / "otra").read_bytes())["documento"]["alcance"] == alcance
    with catd():
        lugar = AlmacenCarpeta(catd.datos / "otra")
        dicho = json.loads(archivo)
        alterado = json.dumps(dicho | {"documento": dicho["documento"] | {"alcance": "todo"}}).encode()
        for malo, dice in ((b"{}", "no es una delegación"), (alterado, "no es el que el instituto firmó")):
            with pytest.raises(Impedimento, match=dice):
                nodos.encargo(lugar, malo, nodo_de_aqui())
        identidad.detener("catd-014", "otro equipo usa ese nombre.")
        with pytest.raises(Impedimento, match="otro equipo usa ese nombre"):
            nodos.encargo(lugar, archivo, nodo_de_aqui())
        (catd.datos / "llaves" / "nodo-catd-014.detenido").unlink()
        assert not lugar.existe("checkpoint")
        firmante, parcial = nodos.encargo(lugar, archivo, nodo_de_aqui())
        vencida = replace(parcial, hasta=parcial.desde)
        p = Publicador(cargar(), informativo(), lugar, Modo.PRUEBA, firmante, procesos=1, parcial=vencida)
        with pytest.raises(CorteImposible, match="La delegación para publicar vale de"):
            hacer_corte(p, parcial.hasta)
        lugar = AlmacenCarpeta(catd.datos / "ajena")
        lugar.escribir("checkpoint", b"de otra publicacion")
        with pytest.raises(Impedimento, match="ya hay otra publicación"):
            nodos.encargo(lugar, archivo, nodo_de_aqui())
    with centro(), pytest.raises(Impedimento, match="es para el nodo «catd-014» y este equipo es «central»"):
        nodos.encargo(AlmacenCarpeta(catd.datos / "centro"), archivo, nodo_de_aqui())


def test_a_node_publishes_cut_off_and_the_centre_accounts_for_every_acta(sede: Sede) -> None:
    catd, centro = habilitado(sede), sede.maquina
    with catd():
        proceso = cargar()
        ajena = next(a.clave for e in proceso.elecciones for a in e.actas if a.casilla.catd != sede.catd)
        publicables(proceso, [*sede.actas, ajena], 20)
    with pytest.raises(Impedimento, match="indique el archivo que hizo"):
        prep(catd, "nodo", "corte")
    exigir_que_sea_suya(sede, catd)
    dicho = prep(catd, "nodo", "corte", "--delegacion", centro.datos / "catd-014.delegacion")
    assert "Corte parcial de CATD 14: solo las actas que este centro tiene" in dicho
    prep(catd, "nodo", "corte")  # from then on it needs no file, and says nothing twice
    parcial, entera = catd.datos / "publicacion", centro.datos / "publicacion"
    with catd():
        assert Hecho.objects.filter(nodo="catd-014", tipo="publicada").count() == len(sede.actas)
        assert all(acta_de(a).verificadas[0].parcial for a in sede.actas) and list(verificar()) == []
    cuentas = json.loads((parcial / "cortes/0002/corte.json").read_text())["cuentas"]
    assert sum(c["capturadas"] for c in cuentas.values()) == len(sede.actas)  # not the one of another centre's casilla
    assert sum(c["esperadas"] for c in cuentas.values()) == sum(len(e.actas) for e in proceso.elecciones)
    for pagina in ("index.html", "cortes/0002/casilla.html", "cortes/0002/muro.html"):
        assert "CORTE PARCIAL de CATD 14: solo las actas que este centro tiene." in (parcial / pagina).read_text()
    assert "Corte parcial 2 de CATD 14" in (parcial / "index.html").read_text()
    dicho = prep(catd, "verificar", parcial)
    assert "CORRECTO: el corte PARCIAL de CATD 14, 2 de" in dicho and "«catd-014», delegado por" in dicho
    assert "no se encontró" not in dicho and "páginas son las que estas cifras dan" in dicho

    assert prep(catd, "corte", "rehacer", *sorted((parcial / "cortes").iterdir())).count("todos idénticos") == 2
    suya = json.loads((parcial / "cortes/0002/corte.json").read_text())["parcial"]["delegacion"]
    delegacion = parcial / f"documentos/{suya}.json"
    delegacion.rename(aparte := catd.datos / "aparte")
    with pytest.raises(Impedimento, match="es la delegación con que se publicó"):
        prep(catd, "corte", "rehacer", parcial / "cortes/0002")
    aparte.rename(delegacion)
    with centro():  # meanwhile, of one of them another picture was read there, and published
        publicables(proceso, sede.actas[:1], 60)
    prep(centro, "corte")
    with catd():
        lotes_de_nodo.exportar(catd.datos / "lote")
    with centro():
        lotes_de_nodo.importar(catd.datos / "lote")
    with pytest.raises(Impedimento, match="corte 1 no trae 2 de las actas"):
        prep(centro, "operacion", "reconocer-nodo", parcial)
    prep(centro, "corte")
    dicho = prep(centro, "operacion", "reconocer-nodo", parcial)
    assert "3 actas; con otra lectura en el instituto: 1." in dicho and f"{sede.actas[0]}: en conflicto" in dicho
    dicho = prep(centro, "verificar", entera, "--nodo", parcial, "--sin-paginas")
    assert dicho.startswith("CORRECTO: el corte 2 de") and "nodo catd-014: 2 de las 3 actas que publicó" in dicho
    assert f"acta {sede.actas[0]}: el instituto publica otra lectura y lo dice (en_conflicto" in dicho
    with centro():
        assert list(verificar()) == []
        assert acta_de(sede.actas[1]).verificadas[0].corte == 2  # and now it is the sede's too


def test_what_two_people_stop_at_the_centre_a_node_stops_too_once_it_knows(sede: Sede) -> None:
    catd, centro = habilitado(sede), sede.maquina

    def decir(que: str, quien: str, **contenido: str) -> None:
        with centro():
            decir_de_la_publicacion(que, contenido, quien, INICIO, nodo_de_aqui(), str(uuid4()))
        with catd():
            Envio("http://centro", Cable(centro)).ronda()

    with centro():
        raiz = NodoInstituto(sede.llave, sede.llave.llave.publica)
        anotar([alta_de_persona((p, "administrador", "SEDE"), INICIO) for p in ("ana", "eva")], raiz, INICIO)
    prep(catd, "nodo", "corte", "--delegacion", centro.datos / "catd-014.delegacion")
    decir("detencion_pedida", "ana", motivo="Se publica otra elección.")
    prep(catd, "nodo", "corte")  # asked for by one
    with centro():
        (peticion,) = servicio_de(la_noche()).pedidas
    decir("detenida", "eva", peticion=peticion)
    cortes = sorted((catd.datos / "publicacion" / "cortes").iterdir())
    dicho = prep(catd, "nodo", "corte", codigo=1)
    assert "Dos personas detuvieron la publicación" in dicho and "«Se publica otra elección.»" in dicho
    assert sorted((catd.datos / "publicacion" / "cortes").iterdir()) == cortes
    decir("reanudada", "ana")
    prep(catd, "nodo", "corte")
    assert len(list((catd.datos / "publicacion" / "cortes").iterdir())) == len(cortes) + 1

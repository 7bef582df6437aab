"""The judge of a drill: says 100 % only when it is, and otherwise names each acta and what is wrong with it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pequeno import MEDIA as MEDIA_NOCHE
from pequeno import Plan, Simulacro, UnaPagina, actas_en, correr, falsear, redibujar
from prep.catalogo.ejemplo import CASILLAS_MINIMO, ejemplo
from prep.dominio.acta.hechos import Tipo
from prep.laboratorio.llenar import en_blanco
from prep.papel.formas import Formas
from prep.papel.plantilla import LADO_MARCA, MARCAS, Caja
from prep.simulacro import juez, mostradas
from prep.simulacro.avance import Avance
from prep.simulacro.juez import NoSePuedeJuzgar
from prep.simulacro.noche import ActaSimulada, Suerte
from prep.simulacro.veredicto import renglones
from prep.simulacro.vigia import Vigia, Vistazo
from prep.transparencia.almacen import Carpeta
from prep.transparencia.canonico import canonico, leer_canonico


def juzgar(verdad: bytes, lector: Carpeta) -> dict[str, Any]:
    return juez.juzgar(verdad, lector, redibujar, actas_en)


def normales(actas: list[ActaSimulada], eleccion: str = "GUB") -> list[ActaSimulada]:
    return [a for a in actas if a.suerte is Suerte.NORMAL and a.eleccion.clave == eleccion]


def campo(doc: dict[str, Any], eleccion: str, nombre: str) -> int:
    return int(doc["elecciones"][eleccion]["campos"].index(nombre))


@pytest.fixture(scope="module")
def buena(bases: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulacro]:
    with django_db_blocker.unblock(), bases.nueva():
        yield correr(tmp_path_factory.mktemp("buena"), Plan(portal=UnaPagina()))


@pytest.fixture(scope="module")
def mala(bases: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mala]:
    with django_db_blocker.unblock(), bases.nueva():
        m = Mala()
        plan = Plan(m.vivir, m.tarde, m.papel, UnaPagina())
        m.simulacro = correr(tmp_path_factory.mktemp("mala"), plan, cerrar=False)
        yield m


class Mala:
    """A night with something of each."""

    simulacro: Simulacro

    def papel(self, doc: dict[str, Any], actas: list[ActaSimulada]) -> None:
        """Choose who suffers what; whoever wrote the wrong number was everybody who typed it."""
        por_escaner = [a for a in normales(actas) if not a.movil]
        self.en_captura, self.no_digitalizada, self.no_recibida, *_ = por_escaner
        self.equivocada = normales(actas, "DIP_LOC")[0]
        self.lenta = next(a for a in normales(actas, "AYUN") if a.hechos[-1].hora < MEDIA_NOCHE)
        fila = doc["elecciones"]["DIP_LOC"]["actas"][self.equivocada.esperada.clave]
        fila[campo(doc, "DIP_LOC", "NULOS")] += 1

    def vivir(self, acta: ActaSimulada) -> list[Any]:
        tipos = [h.tipo for h in acta.hechos]
        if acta is self.en_captura:
            return acta.hechos[: tipos.index(Tipo.CAPTURADA) + 1]
        if acta is self.no_digitalizada:
            return acta.hechos[: tipos.index(Tipo.ACOPIADA) + 1]
        return [] if acta is self.no_recibida else acta.hechos

    def tarde(self, acta: ActaSimulada) -> list[Any]:
        return acta.hechos[-1:] if acta is self.lenta else []


def test_a_night_that_says_what_the_paper_says_is_a_hundred_per_cent(buena: Simulacro) -> None:
    v = juzgar(buena.verdad, Carpeta(buena.publicacion))
    assert v["codigo"] == 0, [v["veredicto"], *renglones(v)]
    existen = sum(a.suerte is not Suerte.SIN_ACTA for a in buena.actas)
    assert v["veredicto"].startswith(f"100 % DE LO QUE EXISTE: {existen:,} actas")
    assert list(renglones(v)) == []
    assert sum(e["bien"] for e in v["elecciones"].values()) == existen
    for e in v["elecciones"].values():
        assert e["votos_publicados"] == e["votos_en_papel"] > 0 and e["contabilizadas"] == e["deben_contar"]
    assert len(v["empates"]) >= 3 and all(e["igual"] for e in v["empates"])
    assert v["sello"]["antes"] and v["cierre"]
    assert [c["corte"] for c in v["avance"]] == [1, 2, 3]
    for i, corte in enumerate(v["avance"]):
        assert sum(c["llegada"][i] for c in v["catds"]) == sum(e["publicadas"] for e in corte["elecciones"].values())
    assert {(f["desde"], f["hasta"]) for f in v["fases"]} >= {("acopio", "captura"), ("verificacion", "publicacion")}
    assert all(0 <= f["p10"] <= f["p50"] <= f["p90"] <= f["p99"] for f in v["fases"])


def test_each_acta_that_is_not_right_is_named_with_its_reason(mala: Mala) -> None:
    v = juzgar(mala.simulacro.verdad, Carpeta(mala.simulacro.publicacion))
    assert v["codigo"] == 1 and v["problemas"] == []
    faltan = {f["acta"]: f["situacion"] for f in v["faltan"]}
    assert faltan == {
        mala.en_captura.esperada.clave: "en_captura",
        mala.no_digitalizada.esperada.clave: "no_digitalizada",
        mala.no_recibida.esperada.clave: "no_recibida",
    }
    (mal,) = v["mal"]
    nulos = mala.equivocada.votos["NULOS"]
    assert mal["acta"] == mala.equivocada.esperada.clave
    assert mal["campos"] == [{"campo": "NULOS", "dice": nulos, "debe": nulos + 1}]
    assert "verificacion" in mal["pudo"]
    (tarde,) = v["tarde"]
    assert (tarde["acta"], tarde["debio"], tarde["salio"]) == (mala.lenta.esperada.clave, 2, 3)
    bien = sum(a.suerte is not Suerte.SIN_ACTA for a in mala.simulacro.actas) - 4
    assert f"bien {bien:,}" in v["veredicto"] and "mal publicadas 1" in v["veredicto"] and "faltan 3" in v["veredicto"]
    dicho = "\n".join(renglones(v))
    nombres = {c: e["nombre"] for c, e in v["elecciones"].items()}
    assert all(f"{nombres['GUB']}, {a}: " in dicho for a in faltan)
    assert f"{nombres['DIP_LOC']}, {mal['acta']}: " in dicho and f"{nombres['AYUN']}, {tarde['acta']}: " in dicho


def test_how_far_it_is_from_the_paper_is_seen_while_the_night_goes_on(mala: Mala, tmp_path: Path) -> None:
    """The lookout says of the last corte what the judge will; each time it reads what is new of it."""
    copia = tmp_path / "copia"
    shutil.copytree(mala.simulacro.publicacion, copia)
    vigia = Vigia(mala.simulacro.verdad, Carpeta(copia))
    v = juzgar(mala.simulacro.verdad, Carpeta(copia))
    publicadas = sum(e["publicadas"] for e in v["avance"][-1]["elecciones"].values())
    assert vigia.mirar() == vigia.mirar() == Vistazo(v["corte"], publicadas, len(v["mal"])) and len(v["mal"]) == 1

    avance = Avance(vigia)
    antes = avance.renglon(120, Counter(esperada=30, verificada=10), [], 100)
    assert antes == "20:00 Esperada 30, Verificada 10"
    avance.hay_corte()
    despues = avance.renglon(150, Counter(verificada=40), ["catd-1 sin internet"], 130)
    publicado = f"corte {v['corte']} con {publicadas:,} actas, 1 distinta del papel"
    assert despues == f"20:30 Verificada 40; 60 verificadas por minuto; {publicado}; catd-1 sin internet"
    shutil.rmtree(copia / "cortes")
    avance.hay_corte()  # what cannot be read is for the verdict to say
    assert avance.renglon(151, Counter(verificada=40), [], 191) == "20:31 Verificada 40"


def test_a_truth_that_was_not_the_sealed_one_does_not_pass(buena: Simulacro) -> None:
    doc = leer_canonico(buena.verdad)
    acta = next(a for a in buena.actas if a.suerte is Suerte.SIN_ACTA)
    clave, eleccion = acta.esperada.clave, acta.eleccion.clave
    otra = normales(buena.actas, eleccion)[0].esperada.clave
    doc["elecciones"][eleccion]["actas"][clave] = doc["elecciones"][eleccion]["actas"][otra]
    doc["elecciones"][eleccion]["actas"][otra] = "3"
    doc["empates"][0]["votos"] += 1
    v = juzgar(canonico(doc), Carpeta(buena.publicacion))
    assert v["codigo"] == 1 and v["sello"] is None and "no está sellada" in v["problemas"][0]
    assert [(f["acta"], f["situacion"]) for f in v["faltan"]] == [(clave, "sin_acta")]
    assert [(m["acta"], m["campos"][0]["debe"]) for m in v["mal"]] == [(otra, "Sin acta(3)")]
    assert [e["igual"] for e in v["empates"]].count(False) == 1
    assert "empates que no salieron 1" in v["veredicto"]


def test_of_several_sealed_truths_the_first_counts(buena: Simulacro, tmp_path: Path) -> None:
    otra = canonico(leer_canonico(buena.verdad) | {"semilla": 12})

    def con(*verdades: bytes) -> Carpeta:
        copia = tmp_path / str(len(verdades[0]) + len(list(tmp_path.iterdir())))
        return Carpeta(falsear(buena, copia, lambda corte, acta: None, sellar=verdades))

    for verdades, dice in (((otra, buena.verdad), "Antes que esta verdad se selló otra"), ((buena.verdad, otra), "")):
        v = juzgar(buena.verdad, con(*verdades))
        assert v["codigo"] == 1 and v["sello"]["antes"]
        assert any("ya había una verdad sellada" in p for p in v["problemas"])
        assert any(dice and dice in p for p in v["problemas"]) == bool(dice)
    v = juzgar(buena.verdad, con(buena.verdad))
    assert (v["codigo"], v["problemas"]) == (0, [])


def test_a_publication_that_disagrees_with_itself_does_not_pass(buena: Simulacro, tmp_path: Path) -> None:
    copia = tmp_path / "copia"
    shutil.copytree(buena.publicacion, copia)
    base = next((copia / "cortes" / "0002" / "bd").glob("*.zip"))
    base.write_bytes(base.read_bytes()[:-1] + b"x")
    v = juzgar(buena.verdad, Carpeta(copia))
    assert v["codigo"] == 1 and any("cortes/0002/bd" in p for p in v["problemas"])
    assert v["mal"] == v["faltan"] == []


def test_pages_that_are_not_those_of_the_last_corte_are_no_hundred_per_cent(buena: Simulacro, tmp_path: Path) -> None:
    copia = tmp_path / "copia"
    shutil.copytree(buena.publicacion, copia)
    portada = copia / "index.html"
    portada.unlink()
    portada.write_bytes(b"<p>Corte 1</p>")  # as it was signed in ceros
    v = juzgar(buena.verdad, Carpeta(copia))
    assert (v["codigo"], v["comprobacion"]["codigo"]) == (1, 0)
    (dicho,) = v["problemas"]
    assert "index.html es todavía la de un corte anterior" in dicho and "1 problema" in v["veredicto"]

    v = juzgar(
        buena.verdad, Carpeta(falsear(buena, tmp_path / "sin", lambda *_: None, sin=("sitio.json", "pagina.html")))
    )
    assert v["codigo"] == 1 and "páginas: 3 cortes salieron sin páginas: 1, 2, 3." in v["problemas"]

    v = juez.juzgar(
        buena.verdad, Carpeta(buena.publicacion), lambda _: "las dibujó otra versión del programa", actas_en
    )
    assert v["codigo"] == 1 and all("sin redibujar: las dibujó otra versión" in p for p in v["problemas"])


@pytest.mark.parametrize("corte", [1, 2])
def test_a_corte_rewritten_or_withdrawn_is_in_the_list(buena: Simulacro, tmp_path: Path, corte: int) -> None:
    copia = tmp_path / "copia"
    shutil.copytree(buena.publicacion, copia)
    manifiesto = copia / f"cortes/{corte:04d}/corte.json"
    manifiesto.write_bytes(manifiesto.read_bytes().replace(b'"software":"', b'"software":"x'))
    v = juzgar(buena.verdad, Carpeta(copia))
    assert v["codigo"] == 1 and any("fue reescrito" in p for p in v["problemas"])
    shutil.rmtree(manifiesto.parent)
    v = juzgar(buena.verdad, Carpeta(copia))
    assert v["codigo"] == 1 and any("fue retirado" in p for p in v["problemas"])
    assert v["sello"]["antes"] == (corte == 2)


@pytest.mark.parametrize("todas", [False, True])
def test_an_acta_counts_only_with_its_image(buena: Simulacro, tmp_path: Path, todas: bool) -> None:
    copia = tmp_path / "copia"
    shutil.copytree(buena.publicacion, copia)
    una, otra, *_ = sorted((copia / "imagenes").rglob("*.jpg"))
    if todas:
        shutil.rmtree(copia / "imagenes")
    else:
        una.unlink()
        otra.chmod(0o644)
        otra.write_bytes(b"otra")
    v = juzgar(buena.verdad, Carpeta(copia))
    existen = sum(a.suerte is not Suerte.SIN_ACTA for a in buena.actas)
    assert (v["codigo"], len(v["mal"])) == (1, existen if todas else 2)
    assert {c["dice"] for m in v["mal"] for c in m["campos"]} == {"no está o no es la firmada"}
    assert all(m["pudo"] == ["cualquiera"] for m in v["mal"])


def test_each_picture_is_of_its_acta(buena: Simulacro, tmp_path: Path) -> None:
    """Two actas with each other's, be it for a corte; and one in which nobody reads whose it is."""
    una, otra, *_ = (a.esperada.clave for a in normales(buena.actas, "AYUN"))
    imagenes: dict[str, Any] = {}

    def cambiar(corte: int, acta: dict[str, Any]) -> None:
        if corte == 3 and acta["clave"] in (una, otra):
            imagenes[acta["clave"]] = acta["imagen"]

    falsear(buena, tmp_path / "vista", cambiar)

    def intercambiar(corte: int, acta: dict[str, Any]) -> None:
        if "imagen" in acta and acta["clave"] in imagenes:
            acta["imagen"] = imagenes[otra if acta["clave"] == una else una]

    v = juzgar(buena.verdad, Carpeta(falsear(buena, tmp_path / "copia", intercambiar)))
    dichas = {m["acta"]: (m["campos"], m["pudo"]) for m in v["mal"]}
    assert dichas == {
        una: ([{"campo": "imagen", "dice": f"la de {otra}", "debe": "la suya"}], ["cualquiera"]),
        otra: ([{"campo": "imagen", "dice": f"la de {una}", "debe": "la suya"}], ["cualquiera"]),
    }

    ciega = imagenes[una]["sha256"]

    def leer(imagen: bytes, publicada: str) -> set[str]:
        return set() if sha256(imagen).hexdigest() == ciega else actas_en(imagen, publicada)

    v = juez.juzgar(buena.verdad, Carpeta(buena.publicacion), redibujar, leer)
    assert (v["codigo"], v["problemas"]) == (1, [f"En 1 imagen no se lee de qué acta es: {una}."])


def test_sheets_out_of_catalogue_that_no_paper_is_are_in_the_list(buena: Simulacro, tmp_path: Path) -> None:
    v = juzgar(buena.verdad, Carpeta(falsear(buena, tmp_path / "copia", lambda *_: None, fuera=1)))
    assert v["codigo"] == 1
    assert any("Se publicaron 3 hojas fuera de catálogo que la verdad no tiene" in p for p in v["problemas"])


def test_of_which_acta_a_picture_is_is_read_in_it() -> None:
    proceso, info = ejemplo(CASILLAS_MINIMO)
    acta, otra = (a.clave for a in proceso.elecciones[0].actas[:2])
    hoja = Formas(proceso, info, b"x" * 32, "SIMULACRO").hoja(acta)
    limpia = Image.fromarray(en_blanco(hoja, _PX_MM)).convert("L")
    assert mostradas.actas_en(_como_foto(limpia), otra) == {acta}  # whatever it was published as
    assert mostradas.actas_en(b"no es una imagen", acta) == set()


def test_where_the_qr_is_covered_the_corners_say_whether_a_picture_may_be_of_its_acta() -> None:
    proceso, info = ejemplo(CASILLAS_MINIMO)
    acta, otra = (a.clave for a in proceso.elecciones[0].actas[:2])
    hoja = Formas(proceso, info, b"x" * 32, "SIMULACRO").hoja(acta)
    imagen = Image.fromarray(en_blanco(hoja, _PX_MM)).convert("L")
    _tapar(imagen, hoja.plantilla.qr)
    for vistas in (4, 3, 2):
        assert mostradas.actas_en(_como_foto(imagen), acta) == ({acta} if vistas > 2 else set())
        assert mostradas.actas_en(_como_foto(imagen), otra) == set()
        _tapar(imagen, Caja(*MARCAS[vistas - 1], LADO_MARCA, LADO_MARCA))


_PX_MM = 2.5


def _tapar(imagen: Image.Image, caja: Caja) -> None:
    """A thumb over it."""
    x, y, ancho, alto = (round(v * _PX_MM) for v in (caja.x, caja.y, caja.ancho, caja.alto))
    imagen.paste(120, (x - 4, y - 4, x + ancho + 4, y + alto + 4))


def _como_foto(imagen: Image.Image) -> bytes:
    """As those of a drill."""
    salida = BytesIO()
    imagen.save(salida, "JPEG", quality=60)
    return salida.getvalue()


def test_what_was_wrong_in_the_middle_of_the_night_is_said_though_it_is_right_in_the_end(
    buena: Simulacro, tmp_path: Path
) -> None:
    def publicada(a: ActaSimulada) -> bool:
        return a.hechos[-1].hora < MEDIA_NOCHE

    una, otra, *_ = filter(publicada, normales(buena.actas))
    sin = next(a for a in buena.actas if a.suerte is Suerte.SIN_ACTA and publicada(a) and a.motivo != "4")
    dos = [a.esperada.clave for a in list(filter(publicada, normales(buena.actas, "AYUN")))[:2]]
    ajena: list[Any] = []

    def a_media_noche(corte: int, acta: dict[str, Any]) -> None:
        if corte != 2:
            return
        if acta["clave"] == una.esperada.clave:
            acta["valores"]["votos"]["NULOS"] += 1
        elif acta["clave"] == otra.esperada.clave:
            del acta["valores"]["votos_sacados"]
        elif acta["clave"] == sin.esperada.clave:
            acta["observaciones"] = ["Sin acta(4)"]
        elif acta["clave"] in dos:
            ajena.append(acta["imagen"])
            acta["imagen"] = ajena[0]

    v = juzgar(buena.verdad, Carpeta(falsear(buena, tmp_path / "copia", a_media_noche)))
    eleccion = {a.esperada.clave: a.eleccion.clave for a in buena.actas}
    malas = sorted([una.esperada.clave, otra.esperada.clave, sin.esperada.clave, *dos])
    assert [(c["acta"], c["eleccion"], c["desde"], c["hasta"]) for c in v["corregidas"]] == [
        (a, eleccion[a], 2, 2) for a in malas
    ]
    alterada = next(c for c in v["corregidas"] if c["acta"] == una.esperada.clave)
    assert alterada["campos"] == [{"campo": "NULOS", "dice": una.votos["NULOS"] + 1, "debe": una.votos["NULOS"]}]
    assert {"verificacion", "cotejo", "cualquiera_con_la_imagen"} <= set(alterada["pudo"])
    assert f"{una.esperada.clave}: estuvo mal del corte 2 al 2: NULOS decía" in "\n".join(renglones(v))
    assert v["codigo"] == 1 and v["mal"] == v["faltan"] == []


def test_what_was_published_and_is_not_for_a_while_is_said_though_it_comes_back(
    buena: Simulacro, tmp_path: Path
) -> None:
    una, otra, *_ = (a.esperada.clave for a in normales(buena.actas))
    sin = next(a for a in buena.actas if a.suerte is Suerte.SIN_ACTA).esperada.clave
    al_final: dict[str, dict[str, Any]] = {}

    def ver(corte: int, acta: dict[str, Any]) -> None:
        if corte == 3:
            al_final[acta["clave"]] = acta

    falsear(buena, tmp_path / "vista", ver)

    def desaparecer(corte: int, acta: dict[str, Any]) -> None:
        if (clave := acta["clave"]) not in (una, otra, sin):
            return
        if corte == 1:
            acta |= al_final[clave]
        elif corte == 2 and clave == otra:
            acta.clear()
        elif corte == 2:
            acta["situacion"] = "en_captura"

    v = juzgar(buena.verdad, Carpeta(falsear(buena, tmp_path / "copia", desaparecer)))
    de = {"salio": 1, "desde": 2, "hasta": 2}
    fueron = {una: "en_captura", otra: "no_publicada", sin: "en_captura"}
    dichas = {r.pop("acta"): r for r in v["retiradas"]}
    eleccion = {a.esperada.clave: a.eleccion.clave for a in buena.actas}
    assert dichas == {a: de | {"eleccion": eleccion[a], "situacion": s} for a, s in fueron.items()}
    assert v["mal"] == v["faltan"] == [] and "dejaron de publicarse 3" in v["veredicto"]


def test_a_total_or_an_image_that_is_not_published_is_said(buena: Simulacro, tmp_path: Path) -> None:
    una, otra, *_ = (a.esperada.clave for a in normales(buena.actas))

    def quitar(corte: int, acta: dict[str, Any]) -> None:
        if acta["clave"] == una:
            acta.get("valores", {}).pop("total_asentado", None)
        elif acta["clave"] == otra:
            acta.get("imagen", {}).pop("ruta", None)

    v = juzgar(buena.verdad, Carpeta(falsear(buena, tmp_path / "copia", quitar)))
    dichos = {m["acta"]: [(c["campo"], c["dice"]) for c in m["campos"]] for m in v["mal"]}
    assert dichos == {una: [("total_asentado", None)], otra: [("imagen", "no se publica")]}


def test_the_actas_of_a_file_that_is_not_there_are_not_published(buena: Simulacro, tmp_path: Path) -> None:
    copia = tmp_path / "copia"
    shutil.copytree(buena.publicacion, copia)
    acta = next(a for a in normales(buena.actas, "DIP_LOC") if a.hechos[-1].hora >= MEDIA_NOCHE)
    lugar = ("DIP_LOC", acta.esperada.demarcacion)
    archivo = f"cortes/0003/DIP_LOC/demarcacion/{lugar[1]}.json"
    (copia / archivo).unlink()
    v = juzgar(buena.verdad, Carpeta(copia))
    assert v["codigo"] == 1 and any(archivo in p for p in v["problemas"])
    suyas = {a.esperada.clave for a in buena.actas if (a.eleccion.clave, a.esperada.demarcacion) == lugar}
    assert {f["acta"]: f["situacion"] for f in v["faltan"]} == dict.fromkeys(suyas, "no_publicada")


def test_what_cannot_be_judged_says_why(buena: Simulacro, tmp_path: Path) -> None:
    doc = leer_canonico(buena.verdad) | {"proceso": "OTRO"}
    with pytest.raises(NoSePuedeJuzgar, match="OTRO, simulacro, y la publicación de DEMO-JAL"):
        juzgar(canonico(doc), Carpeta(buena.publicacion))
    with pytest.raises(NoSePuedeJuzgar, match="no se puede leer"):
        juzgar(buena.verdad, Carpeta(tmp_path))


@pytest.mark.parametrize("valores", [None, "x", {"votos": [1]}, {"votos": None}])
def test_what_has_not_the_form_that_it_must_is_said(buena: Simulacro, tmp_path: Path, valores: Any) -> None:
    una = normales(buena.actas)[0].esperada.clave

    def sin_forma(corte: int, acta: dict[str, Any]) -> None:
        if corte == 3 and acta["clave"] == una:
            acta["valores"] = valores

    copia = falsear(buena, tmp_path / "copia", sin_forma)
    with pytest.raises(NoSePuedeJuzgar, match=r"no tiene la forma que debe.*NO COINCIDE"):
        juzgar(buena.verdad, Carpeta(copia))

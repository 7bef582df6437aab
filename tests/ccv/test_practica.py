"""Practice at the capture desk: the same screen over exercise actas, who is admitted, and nothing of any acta."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from centro import Centro, envio, foto

from noche import INICIO, carpeta_de_ejemplo
from prep.bitacora.models import Hecho
from prep.bitacora.practicas import practicas_de
from prep.catalogo.services import importar, regla_de_practica
from prep.ccv.models import Espera, Turno
from prep.coordinacion import panorama
from prep.dominio.acta.hechos import ProblemaDeImagen
from prep.dominio.comun.facultades import Rol
from prep.dominio.comun.valores import ILEGIBLE, SIN_DATO
from prep.practica import services as ensayo
from prep.practica.ejercicio import MESA_DE, MUESTRAN, Ejercicio, EjercicioInvalido, Leccion, escribir, imagen, leer
from prep.practica.models import Practica
from prep.practica.services import Respuesta

CAPTURA, PRACTICA, IMAGEN = "/ccv/captura/", "/ccv/practica/captura/", "/practica/imagen/"
TECLA = {ILEGIBLE: "*", SIN_DATO: "-"}


@pytest.fixture
def ejercicios(centro: Centro, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[list[Ejercicio]]:
    """An exercise of three actas of this process: a plain one, one with marks, one of another casilla."""
    monkeypatch.setattr("prep.practica.services.dir_practica", lambda: tmp_path / "practica")
    yield preparar(centro, tmp_path / "practica")


def preparar(centro: Centro, carpeta: Any) -> list[Ejercicio]:
    hechos = []
    for lugar, leccion in enumerate((Leccion.LIMPIA, Leccion.MARCAS, Leccion.OTRA_CASILLA)):
        clave, datos = centro.claves[lugar], foto(900 + lugar)
        valores = centro.valores(clave)
        if leccion is Leccion.MARCAS:
            primero, segundo, *_ = valores
            valores |= {primero: SIN_DATO, segundo: ILEGIBLE}
        problema = "otra_casilla" if leccion is Leccion.OTRA_CASILLA else ""
        hechos.append((Ejercicio(clave, hashlib.sha256(datos).hexdigest(), leccion, problema, valores), datos))
    escribir(carpeta, centro.proceso.clave, hechos)
    return [e for e, _ in hechos]


def abre(cliente: Any) -> Any:
    """The page of the next acta of the exercise."""
    assert cliente.post(PRACTICA, {"accion": "tomar"}).status_code == 302
    return cliente.get(PRACTICA)


def dice(e: Ejercicio, **cambios: Any) -> dict[str, Any]:
    """What somebody sends who types what the paper says."""
    return {c: TECLA.get(v, v) for c, v in {**e.valores, **cambios}.items()}  # type: ignore[arg-type]


def practica(cliente: Any, ejercicios: list[Ejercicio], **cambios: Any) -> Any:
    """The whole exercise, with these fields of the first acta typed otherwise; the page at the end."""
    for lugar, e in enumerate(ejercicios):
        pagina = abre(cliente)
        if e.problema:
            datos = envio(pagina, {}, accion="problema", problema=e.problema, teclas="3")
        else:
            datos = envio(pagina, dice(e, **(cambios if lugar == 0 else {})), accion="enviar", teclas="50")
        assert cliente.post(PRACTICA, datos).json() == {"ir": PRACTICA}
    return cliente.get(PRACTICA)


def de_actas() -> tuple[Any, ...]:
    """Everything that this place keeps of actas."""
    return (
        list(Hecho.objects.exclude(clase="practica").order_by("posicion").values_list("id", flat=True)),
        sorted(Espera.objects.values_list("clave", "paso", "desde")),
        sorted(Turno.objects.values_list("acta", "persona")),
    )


def test_the_screen_is_the_one_of_the_night_and_nothing_of_any_acta_is_written(
    centro: Centro, ejercicios: list[Ejercicio]
) -> None:
    """The exercise names actas of the process that wait to be typed: they go on waiting, untouched."""
    for e in ejercicios:
        centro.llega(e.clave)
    cliente, quien = centro.entra(Rol.CAPTURISTA)
    antes = de_actas()
    pagina = abre(cliente)
    assert "ccv/captura.html" in {t.name for t in pagina.templates}
    assert re.findall(r'name="v\.(\w+)"', pagina.content.decode()) == list(ejercicios[0].valores)
    assert "nada de esto cuenta" in pagina.content.decode()
    assert cliente.get(pagina.context["imagen"]).content == foto(900)
    practica(cliente, ejercicios)
    assert de_actas() == antes
    (hecho,) = Hecho.objects.filter(clase="practica")
    assert (hecho.sujeto, hecho.persona, hecho.tipo) == (f"practica:{quien.persona}", quien.persona, "terminada")


def test_who_types_what_the_paper_says_is_admitted_and_it_is_on_record(
    centro: Centro, ejercicios: list[Ejercicio]
) -> None:
    cliente, quien = centro.entra(Rol.CAPTURISTA)
    abre(cliente)
    centro.reloj.avanzar(timedelta(seconds=75))
    pagina = practica(cliente, ejercicios)
    assert pagina.context["admitida"] is True
    assert "Práctica aprobada" in pagina.content.decode()
    suya = practicas_de([quien.persona])[quien.persona].en["captura"]
    assert (suya.veces, suya.admitida) == (1, centro.reloj.ahora())
    assert suya.ultima is not None
    campos = sum(len(e.valores) for e in ejercicios)
    assert dict(suya.ultima.contenido) == {
        "escritorio": "captura",
        "ejercicio": suya.ultima.contenido["ejercicio"],
        "campos": campos,
        "errores": 0,
        "tolera": 2,
        "segundos": 75,
        "teclas": 103,
    }


def test_each_field_that_differs_is_shown_with_both_values_and_counts(
    centro: Centro, ejercicios: list[Ejercicio]
) -> None:
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = abre(cliente)
    uno, dos, *_ = ejercicios[0].valores
    cliente.post(PRACTICA, envio(pagina, dice(ejercicios[0], **{uno: 999, dos: "*"}), accion="enviar"))
    pagina = cliente.get(PRACTICA)
    assert [(d["renglon"].clave, d["dijo"], d["dice"]) for d in pagina.context["distintos"]] == [
        (uno, "999", 10),
        (dos, "Ilegible", 11),
    ]
    campos = len(ejercicios[0].valores)
    assert pagina.context["medida"].startswith(f"{campos - 2} de {campos} campos bien")
    assert pagina.context["ultimo"]["errores"] == 2
    # A blank box is not a zero, nor is an illegible one a guess.
    vacio, borroso, *_ = ejercicios[1].valores
    pagina = abre(cliente)
    cliente.post(PRACTICA, envio(pagina, dice(ejercicios[1], **{vacio: 0, borroso: "-"}), accion="enviar"))
    assert cliente.get(PRACTICA).context["ultimo"]["distintos"] == {vacio: "0", borroso: "Sin dato"}


def test_an_acta_of_another_casilla_typed_and_a_good_one_sent_away_are_wrong_whole() -> None:
    buena = Ejercicio("a", "0" * 64, Leccion.LIMPIA, "", {"a": 1, "b": SIN_DATO, "c": 0})
    ajena = Ejercicio("a", "0" * 64, Leccion.OTRA_CASILLA, "otra_casilla", buena.valores)
    igual, distinta = Respuesta(buena.valores), Respuesta({"a": 1, "b": 0, "c": SIN_DATO})
    assert ensayo.errores(buena, igual) == 0
    assert ensayo.errores(buena, distinta) == 2
    assert ensayo.errores(buena, Respuesta(problema=ProblemaDeImagen.ILEGIBLE)) == 3
    assert ensayo.errores(ajena, igual) == 3
    assert ensayo.errores(ajena, Respuesta(problema=ProblemaDeImagen.OTRA_CASILLA)) == 0
    assert ensayo.errores(ajena, Respuesta(problema=ProblemaDeImagen.NO_ES_ACTA)) == 1


def test_who_compares_errs_by_what_they_let_pass_and_by_what_they_send_back() -> None:
    vista = Ejercicio(
        *("a", "0" * 64, Leccion.NO_COINCIDE, "", {"a": 1, "b": SIN_DATO, "c": 21}, False, ()),
        {"a": 1, "b": SIN_DATO, "c": 12},
    )
    assert ensayo.errores(vista, Respuesta(marcados=frozenset("c"))) == 0
    assert ensayo.distintos(vista, Respuesta()) == {"c": ensayo.BIEN}
    al_reves = ensayo.distintos(vista, Respuesta(marcados=frozenset("ab")))
    assert al_reves == {"a": ensayo.MAL, "b": ensayo.MAL, "c": ensayo.BIEN}
    assert ensayo.errores(vista, Respuesta(problema=ProblemaDeImagen.ILEGIBLE)) == 3


def test_which_acta_a_sheet_is_of_is_one_thing_that_may_be_wrong() -> None:
    hoja = Ejercicio("a", "0" * 64, Leccion.HOJA, "", {"a": 1, "b": 2})
    assert [ensayo.errores(hoja, Respuesta(dicho=cual)) for cual in ("a", "b", "")] == [0, 1, 1]


def test_who_errs_more_than_the_process_tolerates_repeats_and_both_times_are_on_record(
    centro: Centro, ejercicios: list[Ejercicio]
) -> None:
    cliente, quien = centro.entra(Rol.CAPTURISTA)
    mal = dict.fromkeys(list(ejercicios[0].valores)[: regla_de_practica().errores + 1], 999)
    assert practica(cliente, ejercicios, **mal).context["admitida"] is False
    suya = practicas_de([quien.persona])[quien.persona].en["captura"]
    assert (suya.veces, suya.admitida) == (1, None)
    mal.popitem()  # as many as are tolerated
    assert practica(cliente, ejercicios, **mal).context["admitida"] is True
    suya = practicas_de([quien.persona])[quien.persona].en["captura"]
    assert (suya.veces, suya.admitida) == (2, centro.reloj.ahora())


def test_sent_three_times_it_counts_once_and_what_was_left_is_told(centro: Centro, ejercicios: list[Ejercicio]) -> None:
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    pagina = abre(cliente)
    datos = envio(pagina, dice(ejercicios[0]), accion="enviar")
    falta = cliente.post(PRACTICA, {c: v for c, v in datos.items() if c != "v.NULOS"})
    assert (falta.status_code, falta.json()["campos"]) == (400, ["NULOS"])
    assert [cliente.post(PRACTICA, datos).json() for _ in range(3)] == [{"ir": PRACTICA}] * 3
    assert len(Practica.objects.get().hechos) == 1
    pagina = abre(cliente)
    cliente.post(PRACTICA, {"accion": "dejar"})
    abre(cliente)
    vieja = cliente.post(PRACTICA, envio(pagina, dice(ejercicios[1]), accion="enviar"))
    assert (vieja.status_code, vieja.json()["ir"]) == (409, PRACTICA)
    assert len(Practica.objects.get().hechos) == 1


def test_a_slip_of_practice_serves_at_no_desk_and_one_of_the_desk_at_no_practice(
    centro: Centro, ejercicios: list[Ejercicio]
) -> None:
    clave = ejercicios[0].clave
    centro.llega(clave)
    (ana, _), (beto, _) = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.CAPTURISTA)
    de_practica = envio(abre(ana), dice(ejercicios[0]), accion="enviar")
    beto.post(CAPTURA, {"accion": "tomar"})
    de_verdad = envio(beto.get(CAPTURA), centro.valores(clave), accion="enviar")
    assert ana.post(CAPTURA, de_practica).status_code == 400
    assert beto.post(PRACTICA, de_practica).status_code == 400  # somebody else's
    assert beto.post(PRACTICA, de_verdad).status_code == 400
    assert centro.acta(clave).capturas == []
    # Whoever holds an acta finishes it first: its draft is in that browser.
    assert abre(beto).templates[0].name == "ccv/practica.html"


def test_the_answer_and_the_page_say_nothing_of_what_the_paper_says_before_it_is_sent(
    centro: Centro, ejercicios: list[Ejercicio]
) -> None:
    """Two exercises that differ in their truth alone give the same page."""
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    carpeta = ensayo.dir_practica()
    paginas = []
    for nulos in (7531, 8642):
        otros = [
            (Ejercicio(e.clave, e.imagen, e.leccion, "", {**e.valores, "NULOS": nulos}), imagen(carpeta, e.imagen))
            for e in ejercicios
        ]
        escribir(carpeta, centro.proceso.clave, [(e, ruta.read_bytes()) for e, ruta in otros])
        pagina = abre(cliente)
        html = pagina.content.decode()
        for de_cada_vez in (pagina.context["ficha"], pagina.context["orden"], str(pagina.context["csrf_token"])):
            html = html.replace(de_cada_vez, "")
        paginas.append(html)
    assert paginas[0] == paginas[1]
    assert "7531" not in paginas[0]


def test_the_desk_asks_for_practice_only_where_the_process_does(
    centro: Centro, ejercicios: list[Ejercicio], tmp_path: Any
) -> None:
    centro.llega(ejercicios[0].clave)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    html = cliente.get(CAPTURA).content.decode()
    assert "Siguiente acta" in html and PRACTICA in html  # offered, and not asked for
    exigir(tmp_path)
    pagina = cliente.get(CAPTURA)
    assert "Antes de empezar, practique" in pagina.content.decode()
    assert "Siguiente acta" not in pagina.content.decode()
    cliente.post(CAPTURA, {"accion": "tomar"})
    assert Turno.objects.count() == 0
    practica(cliente, ejercicios)
    cliente.post(CAPTURA, {"accion": "tomar"})
    assert Turno.objects.count() == 1


def test_what_is_in_ones_hands_when_practice_is_asked_for_may_be_finished(
    centro: Centro, ejercicios: list[Ejercicio], tmp_path: Any
) -> None:
    clave, otra = ejercicios[0].clave, ejercicios[1].clave
    centro.llega(clave)
    centro.llega(otra)
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    cliente.post(CAPTURA, {"accion": "tomar"})
    exigir(tmp_path)
    pagina = cliente.get(CAPTURA)
    assert "ccv/captura.html" in {t.name for t in pagina.templates}
    assert cliente.post(CAPTURA, envio(pagina, centro.valores(clave), accion="enviar")).json() == {"ir": CAPTURA}
    assert len(centro.acta(clave).capturas) == 1
    assert Turno.objects.count() == 0  # and no other one is given


def exigir(carpeta: Any) -> None:
    """The process asks for practice from now on."""
    shutil.copytree(carpeta_de_ejemplo(), carpeta / "proceso")
    archivo = carpeta / "proceso" / "proceso.toml"
    texto = archivo.read_text()
    assert "exigida = false" in texto
    archivo.write_text(texto.replace("exigida = false", "exigida = true"))
    importar(carpeta / "proceso", INICIO)
    assert regla_de_practica().exigida


def test_without_an_exercise_or_with_one_of_other_forms_the_page_says_what_to_do(
    centro: Centro, ejercicios: list[Ejercicio]
) -> None:
    cliente, _ = centro.entra(Rol.CAPTURISTA)
    carpeta, e = ensayo.dir_practica(), ejercicios[0]
    datos = imagen(carpeta, e.imagen).read_bytes()
    menos = Ejercicio(e.clave, e.imagen, e.leccion, "", dict(list(e.valores.items())[:-1]))
    for proceso, este in (("OTRO-2027", e), (centro.proceso.clave, menos)):
        escribir(carpeta, proceso, [(este, datos)])
        html = abre(cliente).content.decode()
        assert "prep actas practica" in html
    assert cliente.get(f"{IMAGEN}{e.imagen}/").status_code == 404
    (carpeta / "practica.json").write_text("{")
    with pytest.raises(EjercicioInvalido):
        leer(carpeta)
    assert cliente.get(PRACTICA).status_code == 200
    (carpeta / "practica.json").unlink()
    assert leer(carpeta) is None
    assert "prep actas practica" in abre(cliente).content.decode()


def test_the_supervisor_sees_who_has_not_practised(
    centro: Centro, ejercicios: list[Ejercicio], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panorama, "FRESCO", timedelta(0))  # each page looks at the night again
    (ana, _), _ = centro.entra(Rol.CAPTURISTA), centro.entra(Rol.CAPTURISTA)
    mal = dict.fromkeys(list(ejercicios[0].valores)[:5], 999)
    practica(ana, ejercicios, **mal)
    manda, _ = centro.entra(Rol.SUPERVISOR)

    def estados(solo: str = "") -> list[str]:
        filas = manda.get("/coordinacion/puestos/", {"solo": solo}).context["tabla"].filas
        return sorted(f["practica"] for f in filas if f["roles"] == "Captura")

    assert estados() == ["practica_sin_aprobar", "sin_practicar"]
    practica(ana, ejercicios)
    assert estados() == ["practica_aprobada", "sin_practicar"]
    assert estados("por_practicar") == ["sin_practicar"]


# the other desks


def de_la_mesa(centro: Centro, carpeta: Any, *lecciones: Leccion) -> list[Ejercicio]:
    hechos = []
    for lugar, leccion in enumerate(lecciones):
        clave, datos = centro.claves[lugar], foto(950 + lugar)
        valores = centro.valores(clave)
        primero, segundo, *_ = valores
        mal = {segundo: 999} if leccion in (Leccion.NO_COINCIDE, Leccion.DISTINTA_DEL_PAPEL) else {}
        pedidos = (primero, segundo) if leccion is Leccion.DIFIEREN else ()
        mostrados = {**valores, **mal} if MESA_DE[leccion] in MUESTRAN else {}
        huella = hashlib.sha256(datos).hexdigest()
        problema = "otra_casilla" if leccion is Leccion.ES_AJENA else ""
        hechos.append((Ejercicio(clave, huella, leccion, problema, valores, False, pedidos, mostrados), datos))
    escribir(carpeta, centro.proceso.clave, hechos)
    return [e for e, _ in hechos]


@pytest.fixture
def carpeta(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    monkeypatch.setattr("prep.practica.services.dir_practica", lambda: tmp_path / "practica")
    return tmp_path / "practica"


def abre_en(cliente: Any, ruta: str) -> Any:
    assert cliente.post(ruta, {"accion": "tomar"}).status_code == 302
    return cliente.get(ruta)


def test_who_verifies_practises_with_what_coincides_and_what_does_not(centro: Centro, carpeta: Any) -> None:
    _, mal = de_la_mesa(centro, carpeta, Leccion.COINCIDE, Leccion.NO_COINCIDE)
    cliente, quien = centro.entra(Rol.VERIFICADOR)
    assert cliente.get("/ccv/practica/").url == "/ccv/practica/diferencias/"
    ruta, antes = "/ccv/practica/verificacion/", de_actas()
    pagina = abre_en(cliente, ruta)
    assert "ccv/verificacion.html" in {t.name for t in pagina.templates}
    assert cliente.post(ruta, envio(pagina, {}, accion="enviar")).json() == {"ir": ruta}
    pagina = abre_en(cliente, ruta)
    assert ">999<" in pagina.content.decode()
    primero, segundo, *_ = mal.valores
    cliente.post(ruta, {**envio(pagina, {}, accion="devolver", motivo="No es."), "campo": primero})
    fin = cliente.get(ruta)
    assert [(d["renglon"].clave, d["dijo"], d["mostraba"]) for d in fin.context["distintos"]] == [
        (primero, "No coincide", 10),
        (segundo, "Coincide", 999),
    ]
    assert fin.context["admitida"] is False  # they look at what others did: nothing is tolerated
    cliente.post(ruta, envio(abre_en(cliente, ruta), {}, accion="enviar"))
    cliente.post(ruta, {**envio(abre_en(cliente, ruta), {}, accion="devolver", motivo="No es."), "campo": segundo})
    assert cliente.get(ruta).context["admitida"] is True
    en = practicas_de([quien.persona])[quien.persona].en
    assert (en["verificacion"].veces, en["diferencias"].veces, en["captura"].veces) == (2, 0, 0)
    assert en["verificacion"].admitida is not None and de_actas() == antes


def test_who_rules_is_asked_only_for_the_fields_that_differ(centro: Centro, carpeta: Any) -> None:
    (e,) = de_la_mesa(centro, carpeta, Leccion.DIFIEREN)
    cliente, quien = centro.entra(Rol.SUPERVISOR)
    ruta = "/ccv/practica/diferencias/"
    assert "encabezado" not in cliente.get(ruta).content.decode()  # there is none to confirm
    pagina = abre_en(cliente, ruta)
    assert re.findall(r'name="v\.(\w+)"', pagina.content.decode()) == list(e.pedidos)
    cliente.post(ruta, envio(pagina, {c: e.valores[c] for c in e.pedidos}, accion="enviar"))
    suya = practicas_de([quien.persona])[quien.persona].en["diferencias"]
    assert suya.ultima is not None and suya.ultima.contenido["campos"] == 2 and suya.admitida


def test_which_acta_a_sheet_is_of_is_said_by_who_looks_for_it(centro: Centro, carpeta: Any) -> None:
    una, _ = de_la_mesa(centro, carpeta, Leccion.HOJA, Leccion.OTRA_HOJA)
    cliente, quien = centro.entra(Rol.DIGITALIZADOR)
    ruta = "/ccv/practica/identificacion/"
    pagina = abre_en(cliente, ruta)
    assert una.clave not in pagina.content.decode() and pagina.context["ident"] is None
    cliente.post(ruta, envio(pagina, {}, accion="enviar", acta=una.clave))
    assert "es de esa acta" in cliente.get(ruta).content.decode()
    cliente.post(ruta, envio(abre_en(cliente, ruta), {}, accion="enviar", acta=una.clave))
    assert "era de otra acta" in cliente.get(ruta).content.decode()
    suya = practicas_de([quien.persona])[quien.persona].en["identificacion"]
    assert suya.ultima is not None and (suya.ultima.contenido["campos"], suya.ultima.contenido["errores"]) == (2, 1)


def test_another_desk_s_practice_begins_its_own_and_its_slips_serve_nowhere_else(centro: Centro, carpeta: Any) -> None:
    de_la_mesa(centro, carpeta, Leccion.DIFIEREN, Leccion.COINCIDE)
    cliente, _ = centro.entra(Rol.VERIFICADOR)
    una, otra = "/ccv/practica/diferencias/", "/ccv/practica/verificacion/"
    datos = envio(abre_en(cliente, otra), {}, accion="enviar")
    assert cliente.post(una, datos).status_code == 400
    abre_en(cliente, una)
    assert cliente.post(otra, datos).status_code == 409
    assert Practica.objects.get().mesa == "diferencias"


def test_where_practice_is_asked_for_each_desk_asks_for_its_own(centro: Centro, carpeta: Any, tmp_path: Any) -> None:
    de_la_mesa(centro, carpeta, Leccion.COINCIDE)
    cliente, _ = centro.entra(Rol.VERIFICADOR)
    exigir(tmp_path)
    for ruta in ("/ccv/verificacion/", "/ccv/diferencias/"):
        assert "Antes de empezar, practique" in cliente.get(ruta).content.decode()
    ruta = "/ccv/practica/verificacion/"
    cliente.post(ruta, envio(abre_en(cliente, ruta), {}, accion="enviar"))
    assert "Siguiente acta" in cliente.get("/ccv/verificacion/").content.decode()
    assert "Siguiente acta" not in cliente.get("/ccv/diferencias/").content.decode()


@pytest.mark.parametrize("dicen", [("no", "si"), ("si", "no"), ("no", "no")])
def test_who_answers_whether_another_picture_is_needed(centro: Centro, carpeta: Any, dicen: tuple[str, str]) -> None:
    de_la_mesa(centro, carpeta, Leccion.SE_LEE, Leccion.ES_AJENA)
    cliente, quien = centro.entra(Rol.SUPERVISOR)
    ruta, antes = "/ccv/practica/peticiones/", de_actas()
    for dicho, motivo, bien in zip(dicen, ("no se distingue", "otra casilla"), ("no", "si"), strict=True):
        pagina = abre_en(cliente, ruta)
        assert "ccv/peticion.html" in {t.name for t in pagina.templates} and motivo in pagina.content.decode()
        cliente.post(ruta, envio(pagina, {}, accion=dicho))
        assert ("así se contesta" in cliente.get(ruta).content.decode()) is (dicho == bien)
    suya = practicas_de([quien.persona])[quien.persona].en["peticiones"]
    assert suya.ultima is not None and suya.ultima.contenido["errores"] == (dicen[0] != "no") + (dicen[1] != "si")
    assert de_actas() == antes


def test_who_collates_says_whether_the_paper_says_the_same(centro: Centro, carpeta: Any) -> None:
    _, mal = de_la_mesa(centro, carpeta, Leccion.COMO_EL_PAPEL, Leccion.DISTINTA_DEL_PAPEL)
    cliente, quien = centro.entra(Rol.ACOPIADOR, lugar="CATD-001")
    ruta = "/ccv/practica/cotejo/"
    assert cliente.get("/ccv/practica/").url == ruta
    cliente.post(ruta, envio(abre_en(cliente, ruta), {}, accion="enviar", resultado="1"))
    assert "eso dice el papel" in cliente.get(ruta).content.decode()
    pagina = abre_en(cliente, ruta)
    assert "En la práctica" in pagina.content.decode()
    cliente.post(ruta, envio(pagina, {}, accion="enviar", resultado="1"))
    fin = cliente.get(ruta)
    _, segundo, *_ = mal.valores
    assert [(d["renglon"].clave, d["mostraba"]) for d in fin.context["distintos"]] == [(segundo, 999)]
    assert "se contesta 3" in fin.content.decode() and fin.context["admitida"] is False
    assert practicas_de([quien.persona])[quien.persona].en["cotejo"].admitida is None

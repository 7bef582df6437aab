"""The work plan: written, checked line by line, asked what is late, and told once a month on two kinds of paper."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

from noche import INICIO, carpeta_de_ejemplo, fundar
from prep.bitacora.services import anotar
from prep.catalogo.problemas import ProcesoInvalido
from prep.catalogo.services import importar
from prep.dominio.comun.hecho import nuevo_hecho
from prep.papel.documento import Documento
from prep.papel.word import DocumentoWord
from prep.seguimiento.carpeta import COLUMNAS, iniciar, leer_plan
from prep.seguimiento.informe import redactar
from prep.seguimiento.plan import RUBROS, Plan, vencidos
from prep.seguimiento.sistema import Sistema, mirar

JORNADA = date(2027, 6, 6)
HOY = date(2027, 4, 20)


@pytest.fixture
def carpeta(tmp_path: Path) -> Path:
    destino = tmp_path / "plan"
    iniciar(destino, JORNADA, "Elección de prueba", "Instituto & Cía.")
    return destino


def anotar_en(carpeta: Path, archivo: str, cambios: dict[str, dict[str, str]], *nuevas: dict[str, str]) -> None:
    """Change rows by their key, and add others, as somebody would in a spreadsheet."""
    ruta = carpeta / archivo
    filas = list(csv.DictReader(io.StringIO(ruta.read_text("utf-8-sig"))))
    clave = next(iter(COLUMNAS[archivo]))
    for fila in filas:
        fila |= cambios.get(fila[clave], {})
    with ruta.open("w", encoding="utf-8", newline="") as salida:
        escritor = csv.DictWriter(salida, list(COLUMNAS[archivo]), restval="")
        escritor.writeheader()
        escritor.writerows([*filas, *nuevas])


ACUERDO = {
    "numero": "A-1",
    "asunto": "Contraste",
    "acuerdo": "Oscurecer el gris",
    "fecha": "2027-03-01",
    "solicitado_por": "COTAPREP",
    "responsable": "Informática",
    "estatus": "pendiente",
    "vence": "15/04/2027",
}


def test_a_new_plan_counts_its_days_from_the_election(carpeta: Path) -> None:
    plan = leer_plan(carpeta, HOY)
    assert (len(plan.actividades), len(plan.subactividades), len(plan.hitos)) == (65, 75, 32)
    auditor = plan.actividades[24]
    assert (auditor.inicio, auditor.termino) == (date(2027, 1, 23), date(2027, 2, 5))
    assert {a.rubro for a in plan.actividades} == set(RUBROS)
    meses = [m[1] for a in plan.actividades if (m := re.search(r"mes de (\w+)$", a.actividad))]
    assert meses == ["septiembre", "octubre", "noviembre", "diciembre", "enero", "febrero", "marzo", "abril", "mayo"]
    assert {h.actividad for h in plan.hitos} - {None} <= {a.numero for a in plan.actividades}


def test_every_problem_is_told_with_its_file_line_and_field(carpeta: Path) -> None:
    anotar_en(
        carpeta, "actividades.csv", {"3": {"termino": "-300"}, "4": {"rubro": "secretariia"}, "6": {"inicio": "x"}}
    )
    anotar_en(carpeta, "actividades.csv", {"1": {"concluida": "2027-04-21"}, "7": {"inicio": ""}})
    anotar_en(
        carpeta, "subactividades.csv", {"1.1": {"subactividad": "=1+1"}}, {"numero": "99.1", "subactividad": "No"}
    )
    anotar_en(carpeta, "hitos.csv", {"E4": {"actividad": "400"}}, {"clave": "E5", "hito": "Otra vez"})
    anotar_en(carpeta, "acuerdos.csv", {}, ACUERDO | {"estatus": "cumplido", "vence": "2027-02-01"})
    anotar_en(carpeta, "avances.csv", {}, {"fecha": "31/02/2027", "sobre": "persona", "avance": "Algo"})
    with pytest.raises(ProcesoInvalido) as error:
        leer_plan(carpeta, HOY)
    assert {(p.archivo, p.linea, p.campo) for p in error.value.problemas} == {
        ("actividades.csv", 2, "concluida"),
        ("actividades.csv", 4, "termino"),
        ("actividades.csv", 5, "rubro"),
        ("actividades.csv", 7, "inicio"),
        ("actividades.csv", 8, "inicio"),
        ("acuerdos.csv", 2, "cumplido"),
        ("acuerdos.csv", 2, "vence"),
        ("avances.csv", 2, "fecha"),
        ("avances.csv", 2, "sobre"),
        ("hitos.csv", 5, "actividad"),
        ("hitos.csv", 34, "clave"),
        ("subactividades.csv", 2, "subactividad"),
        ("subactividades.csv", 2, "concluida"),
        ("subactividades.csv", 77, "numero"),
    }
    (carpeta / "plan.csv").unlink()
    with pytest.raises(ProcesoInvalido) as error:
        leer_plan(carpeta, HOY)
    assert "plan.csv" in {p.archivo for p in error.value.problemas}


def lleno(carpeta: Path) -> Plan:
    """What was due is done but for three things, one of them in part, and an agreement whose day went by."""
    plan = leer_plan(carpeta, HOY)
    hechas = {str(a.numero): a.termino for a in plan.actividades if a.termino and a.termino < HOY}
    for sin_hacer in ("13", "44", "45"):
        del hechas[sin_hacer]
    anotar_en(carpeta, "actividades.csv", {n: {"concluida": f"{dia}"} for n, dia in hechas.items()})
    partes = {s.numero: {"concluida": f"{hechas[str(s.de)]}"} for s in plan.subactividades if str(s.de) in hechas}
    anotar_en(carpeta, "subactividades.csv", partes | {"45.2": {"concluida": "2027-04-10"}})
    anotar_en(carpeta, "acuerdos.csv", {}, ACUERDO)
    anotar_en(
        *(carpeta, "avances.csv", {}),
        {"fecha": "2027-04-02", "sobre": "personal", "avance": "Llegaron 340 solicitudes."},
        {"fecha": "2027-03-30", "sobre": "personal", "avance": "Esto es de marzo."},
        {"fecha": "2027-04-03", "sobre": "A-1", "avance": "Se probó otro gris."},
    )
    hallado = {"gravedad": "alta", "donde": "PREP Casilla", "detectado": "2027-03-10", "atiende": "Informática"}
    anotar_en(
        *(carpeta, "hallazgos.csv", {}),
        hallado | {"numero": "H-1", "que": "Contraseña en claro", "estatus": "abierto", "vence": "2027-04-18"},
        hallado
        | {
            "numero": "H-2",
            "que": "Bitácora de más",
            "estatus": "cerrado",
            "cerrado": "2027-04-05",
            "evidencia": "Oficio 7",
        },
    )
    return leer_plan(carpeta, HOY)


def test_what_is_late_and_what_is_due_is_told_of_any_day(carpeta: Path) -> None:
    plan = lleno(carpeta)
    hallados = {p.clave: p for p in plan.pendientes(HOY, 20)}
    assert {c for c, p in hallados.items() if p in vencidos([p])} == {"13", "44", "45", "A-1", "E21", "H-1"}
    assert [(c, hallados[c].dias) for c in ("13", "A-1", "45", "51")] == [
        ("13", -107),
        ("A-1", -5),
        ("45", -4),
        ("51", 19),
    ]
    assert hallados["E21"].responsable == hallados["45"].responsable == "Instancia interna"
    assert hallados["45"].que.endswith("(faltan 45.1, 45.3)")
    assert "51" not in {p.clave for p in plan.pendientes(HOY, 18)}
    antes = plan.al(date(2027, 1, 10))
    assert [p.clave for p in vencidos(antes.pendientes(date(2027, 1, 10), 0))] == ["13"]
    assert not antes.acuerdos and not antes.avances


def textos_de_word(datos: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(datos)) as paquete:
        raiz = ET.fromstring(paquete.read("word/document.xml"))
    return " ".join(t.text or "" for t in raiz.iter() if t.tag.endswith("}t"))


def textos_de_pdf(datos: bytes) -> str:
    paginas = pypdfium2.PdfDocument(datos)
    return " ".join(" ".join(p.get_textpage().get_text_range().split()) for p in paginas)


def test_the_month_is_told_alike_in_pdf_and_word(carpeta: Path) -> None:
    plan = lleno(carpeta)
    sistema = Sistema("P-1", "simulacro", [("Capturas", 12, 3456)])
    dos: list[Any] = [tipo("Informe", "Asunto", "Pie") for tipo in (Documento, DocumentoWord)]
    for papel in dos:
        redactar(papel, plan, date(2027, 4, 1), HOY, sistema, ["10/04/2027: 100 % de lo que existe."])
    impreso, editable = textos_de_pdf(dos[0].pdf()), textos_de_word(dos[1].docx())
    for dice in (
        *RUBROS.values(),
        *("Informe mensual del PREP, abril de 2027", "Datos al 20/04/2027: faltan 47 días para la jornada."),
        *(
            "cerrado el 05/04/2027 (Oficio 7)",
            "Llegaron 340 solicitudes.",
            "Oscurecer el gris",
            "A-1, 03/04/2027: Se probó otro gris.",
        ),
        *("3,456", "10/04/2027: 100 % de lo que existe.", "Instituto & Cía."),
    ):
        assert dice in impreso, dice
        assert dice in editable, dice
    assert "Esto es de marzo." not in impreso + editable
    marzo = DocumentoWord("Informe", "Asunto", "Pie")
    redactar(marzo, plan, date(2027, 3, 1), HOY, None, [])
    dicho = textos_de_word(marzo.docx())
    assert "Esto es de marzo." in dicho and "Llegaron" not in dicho
    assert "Bitácora de más" in dicho and "Oficio 7" not in dicho, "in March it was still open"
    assert "En esta máquina no hay un proceso instalado" in dicho


def test_what_the_system_knows_of_a_month(bitacora_nueva: Callable[[], Any], django_db_setup: None) -> None:
    """People and devices enrolled, who passed the practice and what came in, each in its month."""
    nodo = fundar()
    importar(carpeta_de_ejemplo(), INICIO)
    practica = {"escritorio": "captura", "ejercicio": "0" * 64, "campos": 100, "errores": 0, "tolera": 2}
    practica |= {"segundos": 300, "teclas": 400}
    despues = INICIO + timedelta(days=30)
    anotar([nuevo_hecho("terminada", "practica:captura-1", "captura-1", despues, practica)], nodo, despues)
    junio = mirar(date(2027, 6, 1), date(2027, 6, 30))
    julio = mirar(date(2027, 7, 1), date(2027, 7, 31))
    assert junio is not None and julio is not None
    dichas = [{que: (mes, total) for que, mes, total in s.cifras} for s in (junio, julio)]
    assert dichas[0]["Nodos dados de alta"] == (1, 1) and dichas[1]["Nodos dados de alta"] == (0, 1)
    assert dichas[0]["Teléfonos de PREP Casilla dados de alta"] == (1, 1)
    assert [d["Personas que aprobaron la práctica de un escritorio"] for d in dichas] == [(0, 0), (1, 1)]
    assert dichas[1]["Hechos en la bitácora"][0] == 1

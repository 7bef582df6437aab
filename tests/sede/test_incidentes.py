"""What desks put on record during the night is in the acta that closes it, on its paper and in the final reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pypdfium2
from instalada import CIERRE, Sede, poner_en_ceros, quien

from prep.bitacora.services import anotar
from prep.bitacora.services.altas import alta_de_persona
from prep.dominio.comun.hecho import Hecho, nuevo_hecho
from prep.papel.documento import Documento
from prep.papel.escrito import Papel
from prep.sede import actos, informes, redaccion

SHEET = f"hoja:{UUID(int=7, version=4)}"


def test_every_incident_that_the_desks_wrote_is_counted_for_what_it_is(sede: Sede) -> None:
    """Not what was tried so that an acta comes, nor what somebody wrote without faculty; of the operation nobody wrote
    any, and that is never said as a zero."""
    p = sede.publicador
    poner_en_ceros(sede)
    acta = f"acta:{p.proceso.elecciones[0].actas[0].clave}"
    typist, central = quien(sede, "capturista"), quien(sede, "administrador")

    def say(subject: str, who: str, text: str, **more: str) -> Hecho:
        return nuevo_hecho("incidente", subject, who, CIERRE + timedelta(hours=1), {"texto": text, **more})

    written = [
        say(acta, typist, "Vienen dos actas en una imagen."),
        say(acta, central, "El papel no dice lo publicado."),
        say(SHEET, typist, "Nadie sabe de dónde es."),
        say(acta, central, "Se llamó a la casilla.", intento="llamada"),
        say(acta, "ajena", "No tenía facultad."),
    ]
    gone = nuevo_hecho("baja", "persona:ajena", central, CIERRE, {"desde": {"*": 1}, "motivo": "No era quien decía."})
    enrolled = alta_de_persona(("ajena", "capturista", "CCV"), CIERRE, central)
    for facts in ([enrolled], written, [gone]):
        anotar(facts, sede.nodo, CIERRE + timedelta(hours=2))

    doc = sede.documento(actos.cierre(p, CIERRE + timedelta(hours=12)))
    assert doc["incidentes"] == {"de_actas": 2, "de_imagenes": 1}
    assert "Incidentes que se anotaron en los escritorios: de actas, 2; de imágenes sin identificar, 1" in said(
        informes.pdf("cierre", doc)
    )
    for write in (redaccion.acta_circunstanciada, redaccion.informe_final):
        report = said(drawn(write, redaccion.relatar(p)))
        assert "Vienen dos actas en una imagen." in report and "Nadie sabe de dónde es." in report
        assert "Se llamó a la casilla." not in report and "No tenía facultad." not in report
        assert "no se anotó ninguno (luz, enlace, equipos, seguridad)" in report


def test_incidents_of_the_operation_go_apart_once_somebody_writes_them(sede: Sede) -> None:
    poner_en_ceros(sede)
    central = quien(sede, "administrador")
    what = {"lugar": "CATD-001", "clave": "LUZ", "texto": "Se fue la luz."}
    opened = nuevo_hecho("abierto", f"incidente:{UUID(int=9, version=4)}", central, CIERRE, what)
    anotar([opened], sede.nodo, CIERRE)
    doc = sede.documento(actos.cierre(sede.publicador, CIERRE + timedelta(hours=12)))
    operation = {"reportados": 1, "resueltos": 0}
    assert doc["incidentes"] == {"de_actas": 0, "de_imagenes": 0, "de_la_operacion": operation}
    assert "Incidentes de la operación reportados: 1; resueltos: 0" in said(informes.pdf("cierre", doc))


def test_a_report_names_as_many_as_fit_and_says_how_many_more(sede: Sede) -> None:
    poner_en_ceros(sede)
    acta, who = f"acta:{sede.publicador.proceso.elecciones[0].actas[0].clave}", quien(sede, "capturista")
    told = [{"texto": f"Algo {i}."} for i in range(informes.NOMBRADAS + 3)]
    anotar([nuevo_hecho("incidente", acta, who, CIERRE, c) for c in told], sede.nodo, CIERRE)
    report = said(drawn(redaccion.informe_final, redaccion.relatar(sede.publicador)))
    assert "se anotaron 403." in report and "Y 3 más; todos están en la bitácora." in report


def drawn(write: Callable[[Papel, redaccion.Relato], None], told: redaccion.Relato) -> bytes:
    paper = Documento("Informe", "Prueba", "Prueba")
    write(paper, told)
    return paper.pdf()


def said(pdf: bytes) -> str:
    """What a PDF says, in one line."""
    pages = [p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf)]
    return " ".join(" ".join(pages).split())

"""The packing sheets of a centre: its actas and no others, in the order of the published rows, on accessible paper."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pypdfium2
from typer.testing import CliRunner

from noche import carpeta_de_ejemplo
from prep.catalogo.lector import leer_proceso
from prep.cli import app


def test_a_sheet_a_centre_in_the_order_of_the_published_rows(tmp_path: Path) -> None:
    carpeta = carpeta_de_ejemplo()
    hecho = CliRunner().invoke(app, ["catd", "empaquetado", str(carpeta), "--salida", str(tmp_path)])
    assert hecho.exit_code == 0, hecho.output
    proceso, _ = leer_proceso(carpeta)
    actas = [(i, a) for i, e in enumerate(proceso.elecciones) for a in e.actas]
    centros = {a.casilla.catd for _, a in actas}
    assert {r.name for r in tmp_path.iterdir()} == {f"empaquetado_{c}.pdf" for c in centros}
    for uno in sorted(centros)[:3]:
        escrito = pypdfium2.PdfDocument(tmp_path / f"empaquetado_{uno}.pdf")
        dicho = "\n".join(pagina.get_textpage().get_text_range() for pagina in escrito)
        suyas = sorted((i, a.demarcacion, str(a.casilla.clave), a.clave) for i, a in actas if a.casilla.catd == uno)
        assert re.findall(r"\b\d{6}[A-Z]\d{6}\b", dicho) == [clave for *_, clave in suyas]
        assert f"Se esperan {len(suyas)} actas." in dicho
    with pikepdf.open(tmp_path / f"empaquetado_{actas[0][1].casilla.catd}.pdf") as leido:
        assert (str(leido.Root.Lang), bool(leido.Root.MarkInfo.Marked)) == ("es-MX", True)

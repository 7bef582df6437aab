"""What a document is written on, whatever it is printed or edited with: written once, it says the same in both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Papel(Protocol):
    """Where it is written: `documento.Documento` and `word.DocumentoWord`."""

    def titulo(self, nivel: int, texto: str) -> None: ...

    def parrafo(self, texto: str, *, tenue: bool = False, destacado: bool = False) -> None: ...

    def lista(self, textos: Sequence[str]) -> None: ...

    def tabla(
        self, cabezas: Sequence[str], filas: Sequence[Sequence[str]], anchos: Sequence[int], letras: str = ""
    ) -> None: ...


def en_pdf_y_word(titulo: str, asunto: str, pie: str, redactar: Callable[[Papel], None]) -> dict[str, bytes]:
    """The document as a PDF and as a Word file, by the ending of its name."""
    from prep.papel.documento import Documento
    from prep.papel.word import DocumentoWord

    impreso, editable = Documento(titulo, asunto, pie), DocumentoWord(titulo, asunto, pie)
    for papel in (impreso, editable):
        redactar(papel)
    return {"pdf": impreso.pdf(), "docx": editable.docx()}

"""Spanish for what Typer itself says: the frame of its help and the errors of usage. It brings no translations."""

from __future__ import annotations

import re
from typing import Any

from rich.text import Text

TITULOS = {
    "ARGUMENTS_PANEL_TITLE": "Argumentos",
    "OPTIONS_PANEL_TITLE": "Opciones",
    "COMMANDS_PANEL_TITLE": "Órdenes",
    "ERRORS_PANEL_TITLE": "Error",
    "ABORTED_TEXT": "Interrumpido.",
    "DEFAULT_STRING": "[si no se dice: {}]",
    "ENVVAR_STRING": "[variable de entorno: {}]",
    "REQUIRED_LONG_STRING": "[obligatorio]",
    "RICH_HELP": "Vea la ayuda con [blue]'{command_path} {help_option}'[/].",
}

FRASES = [
    (r"^Usage: ", "Uso: "),
    (r"\[OPTIONS\]", "[OPCIONES]"),
    (r"COMMAND \[ARGS\]\.\.\.", "ORDEN [ARGUMENTOS]..."),
    (r"^Show this message and exit\.$", "Muestra esta ayuda."),
    (r"^Missing command\.$", "Falta la orden."),
    (r"^Missing argument (.*?)\.?$", r"Falta el argumento \1."),
    (r"^Missing option (.*?)\.?$", r"Falta la opción \1."),
    (r"^No such command (.*)\.$", r"No existe la orden \1."),
    (r"^No such option: (.*?)(?= Did you mean|$)", r"No existe la opción \1"),
    (r" ?Did you mean (.*)\?$", r" ¿Quiso decir \1?"),
    (r"^Invalid value for (.*?): ", r"Valor no válido en \1: "),
    (r"^Got unexpected extra argument\(s\) \((.*)\)$", r"Sobran argumentos: \1."),
    (r"^Option (.*) requires an argument\.$", r"La opción \1 necesita un valor."),
    (r"^Option (.*) does not take a value\.$", r"La opción \1 no lleva valor."),
    (r"(?i)\b(?:file|directory|path) '(.*)' does not exist\.$", r"no existe «\1»."),
    (r"(?i)\b(?:file|path) '(.*)' is a directory\.$", r"«\1» es una carpeta."),
    (r"(?i)\b(?:directory|path) '(.*)' is a file\.$", r"«\1» es un archivo."),
    (r"(?i)\b(?:file|directory|path) '(.*)' is not readable\.$", r"no se puede leer «\1»."),
    (r"(?i)\b(?:file|directory|path) '(.*)' is not writable\.$", r"no se puede escribir en «\1»."),
    (r"Input should be a valid integer.*$", "debe ser un número entero."),
    (r"Input should be a valid number.*$", "debe ser un número."),
    (r"Input should be greater than or equal to (\S+)$", r"debe ser \1 o más."),
    (r"Input should be less than or equal to (\S+)$", r"debe ser \1 o menos."),
    (r"Input should be (.*) or (.*)$", r"debe ser \1 o \2."),
]


def traducir(texto: str) -> str:
    for patron, frase in FRASES:
        texto = re.sub(patron, frase, texto)
    return texto


def hablar_espanol() -> None:
    """Call once, before the application runs. What Typer says in a way not foreseen here stays in English."""
    from typer import rich_utils

    for nombre, titulo in TITULOS.items():
        setattr(rich_utils, nombre, titulo)
    resaltar: Any = rich_utils.highlighter

    def resaltar_en_espanol(texto: str | Text) -> Text:
        plano = texto if isinstance(texto, str) else texto.plain
        if (dicho := traducir(plano)) != plano:
            texto = dicho
        resaltado: Text = resaltar(texto)
        return resaltado

    rich_utils.highlighter = resaltar_en_espanol  # type: ignore[assignment]

"""Spanish for what Typer itself says (the frame of its help, the errors of usage; it brings no translations), for what
the web server says, for how many there are of a thing, and for an hour, which says its day where it is not of today."""

from __future__ import annotations

import logging
import re
import sys
from datetime import datetime
from importlib.machinery import SourceFileLoader
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType
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
    (r"(?<=\S)\n(?=\S)", " "),  # where a docstring breaks its lines is not where a terminal does
    (r"^Usage: ", "Uso: "),
    (r"\[OPTIONS\]", "[OPCIONES]"),
    (r"COMMAND \[ARGS\]\.\.\.", "ORDEN [ARGUMENTOS]..."),
    (r"^Show this message and exit\.$", "Muestra esta ayuda."),
    (r"^Missing command\.$", "Falta la orden."),
    (r"^Missing argument (.*?)\.?$", r"Falta el argumento \1."),
    (r"^Missing option (.*?)\.?$", r"Falta la opción \1."),
    (r"^No such command ('.*?')\.", r"No existe la orden \1."),
    (r"^No such option: (.*?)(?= Did you mean| \(Possible|$)", r"No existe la opción \1"),
    (r"\(Possible options: (.*)\)$", r"(se parece a: \1)"),
    (r" ?Did you mean (.*)\?$", r" ¿Quiso decir \1?"),
    (r"^Invalid value for (.*?): ", r"Valor no válido en \1: "),
    (r"^Invalid value: ", ""),
    (r"^Got unexpected extra argument\(s\) \((.*)\)$", r"Sobran argumentos: \1."),
    (r"^Option (.*) requires an argument\.$", r"La opción \1 necesita un valor."),
    (r"^Option (.*) requires (\d+) arguments\.$", r"La opción \1 necesita \2 valores."),
    (r"^Argument (.*) takes (\d+) values\.$", r"El argumento \1 lleva \2 valores."),
    (r"^Option (.*) does not take a value\.$", r"La opción \1 no lleva valor."),
    (r"(?i)\b(?:file|dir|directory|path) '(.*)' does not exist\.$", r"no existe «\1»."),
    (r"(?i)\b(?:file|path) '(.*)' is a directory\.$", r"«\1» es una carpeta."),
    (r"(?i)\b(?:dir|directory|path) '(.*)' is a file\.$", r"«\1» es un archivo."),
    (r"(?i)\b(?:file|dir|directory|path) '(.*)' is not readable\.$", r"no se puede leer «\1»."),
    (r"(?i)\b(?:file|dir|directory|path) '(.*)' is not writable\.$", r"no se puede escribir en «\1»."),
    (r"Input should be a valid integer.*$", "debe ser un número entero."),
    (r"Input should be a valid number.*$", "debe ser un número."),
    (r"Input should be greater than or equal to (\S+)$", r"debe ser \1 o más."),
    (r"Input should be less than or equal to (\S+)$", r"debe ser \1 o menos."),
    (r"Input should be (.*) or (.*)$", r"debe ser \1 o \2."),
    (r"^(.*: )Value error, '(.*)' is not one of (.*)\.$", r"\1«\2» no es ninguno de: \3."),
]

DEL_SERVIDOR = [
    (
        r"^Killing (?:old )?worker-(\d+) after .*$",
        r"El proceso \1 del servidor web no acabó a tiempo lo que atendía y se detuvo sin esperarlo.",
    ),
    (r"^Unexpected exit from worker-(\d+)$", r"El proceso \1 del servidor web terminó de repente; se inicia otro."),
    (r"^Worker crash loop detected, exiting$", "Los procesos del servidor web terminan apenas empiezan: se detiene."),
    (r"^Application callable raised an exception", "El servidor web falló al atender una petición:"),
]
"""What granian says while it serves, at the levels that we ask of it."""

TIPOS = [
    (r"<list\[Path\]>", "<ruta>"),
    (r"<list\[(\w+)\]>", r"<\1>"),
    (r"^<bool>", ""),
    (r"<(int|float)( range)?>", "<número>"),
    (r"<str>", "<texto>"),
    (r"<path>", "<ruta>"),
    (r"<file>", "<archivo>"),
    (r"<dir(ectory)?>", "<carpeta>"),
    (r"\[(\S+)<=x<=(\S+)\]", r"[de \1 a \2]"),
    (r"\[x>=(\S+)\]", r"[\1 o más]"),
    (r"\[x<=(\S+)\]", r"[\1 o menos]"),
]


def traducir(texto: str, frases: list[tuple[str, str]] = FRASES) -> str:
    for patron, frase in frases:
        texto = re.sub(patron, frase, texto)
    return texto


def cuantos(numero: int, uno: str, varios: str = "") -> str:
    """How many there are: "1 archivo", "2,000 archivos". `varios`: where it is not `uno` with an s."""
    return f"{numero:,} {uno if numero == 1 else varios or uno + 's'}"


class DelServidor(logging.Formatter):
    """How granian writes a line (granian.json)."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return f"{'✗' if record.levelno >= logging.ERROR else '!'} {traducir(record.getMessage(), DEL_SERVIDOR)}"


def hora(cuando: datetime, ahora: datetime) -> str:
    """`20:15`, by the clock of `ahora`; of another day, `ayer 23:50`, `mañana 02:08`, `06/06 20:15`."""
    suya = cuando.astimezone(ahora.tzinfo)
    dias = (suya.date() - ahora.date()).days
    dia = {-1: "ayer", 0: "", 1: "mañana"}.get(dias, f"{suya:%d/%m}")
    return f"{dia} {suya:%H:%M}".lstrip()


def a_las(cuando: datetime, ahora: datetime) -> str:
    """The same in a sentence: `a las 20:15`, `mañana 02:08`, `el 06/06 20:15`."""
    dicha = hora(cuando, ahora)
    if " " not in dicha:
        return f"a las {dicha}"
    return f"el {dicha}" if dicha[0].isdigit() else dicha


def hablar_espanol() -> None:
    """Call once, before the application runs. What Typer says in a way not foreseen here stays in English."""
    nombre = "typer.rich_utils"
    if nombre in sys.modules:
        _traducir_marco(sys.modules[nombre])
    elif (spec := find_spec(nombre)) and spec.origin:  # loaded only if help is shown or something was typed wrong
        spec.loader = LazyLoader(_EnEspanol(nombre, spec.origin))
        sys.modules[nombre] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[nombre])


class _EnEspanol(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        _traducir_marco(module)


def _traducir_marco(rich_utils: ModuleType) -> None:
    for nombre, titulo in TITULOS.items():
        setattr(rich_utils, nombre, titulo)
    for nombre, frases in (("highlighter", FRASES), ("types_highlighter", TIPOS)):
        setattr(rich_utils, nombre, _resaltar_en_espanol(getattr(rich_utils, nombre), frases))


def _resaltar_en_espanol(resaltar: Any, frases: list[tuple[str, str]]) -> Any:
    """What Typer passes through a highlighter, which is all that it says, in Spanish."""

    def en_espanol(texto: str | Text) -> Text:
        plano = texto if isinstance(texto, str) else texto.plain
        if (dicho := traducir(plano, frases)) != plano:
            texto = dicho if isinstance(texto, str) else Text(dicho, style=texto.style, overflow=texto.overflow)
        resaltado: Text = resaltar(texto)
        return resaltado

    return en_espanol

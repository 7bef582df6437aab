"""How log lines are written: one line each, whatever came from outside, and no password, key or token in any."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Final

_CLAVE_EN_URL: Final = re.compile(r"(?<=://)([^\s:/@]*):[^\s@/]+@")
_NOMBRES: Final = (
    r"password|passwd|contrase\w+|clave|secret\w*|token|csrf\w*|sessionid|prep_pase|authorization|cookie|llave"
)
_DICHO: Final = re.compile(
    rf"(?i)\b((?:[\w-]*[_-])?(?:{_NOMBRES}))(['\"]?\s*[=:]\s*)(?:(?:Bearer|Basic)\s+)?[^\s,;&}})]+"
)
_DE_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


def sin_secretos(texto: str) -> str:
    return _DICHO.sub(r"\1\2***", _CLAVE_EN_URL.sub(r"\1:***@", texto))


class Llano(logging.Formatter):
    """Time, level, who and what. What was said begins no line of its own; those of a traceback are indented."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """With its offset: logs of machines of two zones are put in order."""
        return datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        primera, *resto = sin_secretos(super().format(record)).splitlines() or [""]
        return "\n    ".join(_DE_CONTROL.sub("\ufffd", linea) for linea in (primera, *resto))

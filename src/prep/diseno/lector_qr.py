"""The reader of QRs of our pages, zxing-cpp in WebAssembly, as a browser is served it."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Final

RUTA: Final = "/diseno/lector.wasm"


@cache
def lector() -> bytes:
    return (Path(__file__).parent / "terceros/zxing_reader.wasm").read_bytes()


@cache
def comprimido() -> bytes:
    """In gzip, as it travels."""
    return gzip.compress(lector(), mtime=0)

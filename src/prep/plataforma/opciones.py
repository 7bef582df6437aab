"""Options that commands of several rooms share."""

from __future__ import annotations

from typing import Annotated

import typer

Llave = Annotated[
    str | None,
    typer.Option(
        "--llave",
        metavar="ARCHIVO|pkcs11:…",
        show_default="instituto.skey, en datos/llaves de la instalación",
        help="Llave del instituto.",
    ),
]

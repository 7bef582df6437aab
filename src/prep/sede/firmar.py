"""What the commands that sign an act share: to do it, to say where it was signed, and to leave its report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prep.plataforma.consola import fallar
from prep.sede.opciones import mostrar
from prep.sede.sala import sala

if TYPE_CHECKING:
    from prep.publicacion.publicador import Publicador
    from prep.sede.actos import Acto

Quien = Annotated[str, typer.Option(help="Quién: su usuario, o su clave de persona en el catálogo.")]


def persona_de(quien: str) -> str:
    """The person that an operator names: by their account, or by the opaque key of the catalogue."""
    from prep.acceso.models import Cuenta

    cuenta = Cuenta.objects.filter(usuario=quien.strip().lower(), activa=True).first()
    return cuenta.persona if cuenta else quien


def firmar(
    acto: Callable[[Publicador, datetime], Acto],
    modo: str | None,
    destino: str | None,
    llave: str | None,
    mapa: Path | None = None,
) -> None:
    """Do the act in the installation and say where it was signed. `acto` loads what it needs: Django is ready then."""
    with sala(modo, destino, llave, mapa) as s:
        hecho = acto(s.publicador, s.ahora())
        if hecho.corte is not None:
            s.alarma.apagar()
            mostrar(hecho.corte, s.destino)
        typer.echo(f"Firmado en el registro, posición {hecho.posicion}: {hecho.tipo}.")
        typer.echo(f"Documento: {s.destino}/documentos/{hecho.documento}.json")
        if informe := guardar_informe(s.publicador, hecho):
            typer.echo(f"Informe: {informe}")


def guardar_informe(p: Publicador, acto: Acto) -> Path | None:
    """Leave the report that the act signed where the installation keeps them."""
    from prep.plataforma.lugares import dir_actos
    from prep.sede import informes

    if acto.tipo not in informes.REDACTAN:
        return None
    archivo = dir_actos() / f"{acto.tipo}.pdf"
    archivo.parent.mkdir(parents=True, exist_ok=True)
    archivo.write_bytes(informes.del_documento(p.almacen, acto.tipo, acto.documento))
    return archivo


def fecha_y_hora(dicha: str) -> datetime:
    """A time that somebody typed, without its zone."""
    try:
        return datetime.fromisoformat(dicha).replace(tzinfo=None)
    except ValueError:
        fallar(f"«{dicha}» no es una fecha con su hora: escríbala como «2027-06-07 12:00».", 2)

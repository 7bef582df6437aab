"""`prep acceso`: accounts from a list, first passwords, terminals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from prep.plataforma.consola import fallar
from prep.plataforma.idioma import cuantos

app = typer.Typer(help="Personas: cuentas, pases de entrada y terminales.", no_args_is_help=True)


@app.command()
def importar(
    lista: Annotated[
        Path, typer.Argument(help="CSV con usuario, nombre, roles, lugar y alcance.", exists=True, dir_okay=False)
    ],
    pases: Annotated[Path, typer.Option(help="PDF de los pases de entrada de las cuentas nuevas.")] = Path("pases.pdf"),
    direccion: Annotated[
        str, typer.Option(help="Dirección que se imprime en los pases.")
    ] = "https://prep.local/entrar/",
    llave: Annotated[
        str | None,
        typer.Option(
            metavar="ARCHIVO|pkcs11:…",
            show_default="datos/llaves/instituto.skey de la instalación",
            help="Llave del instituto.",
        ),
    ] = None,
) -> None:
    """Da de alta las cuentas de una lista y escribe los pases con que cada persona entra la primera vez.

    Las contraseñas solo quedan en el PDF: imprímalo, repártalo y bórrelo. Importar otra vez la misma lista no cambia
    nada; una lista corregida cambia roles y lugares sin tocar las contraseñas.
    """
    if not pases.parent.is_dir():
        fallar(f"No existe la carpeta «{pases.parent}», donde irían los pases. No se guardó nada.", 1)
    if pases.exists():
        fallar(
            f"Ya existe «{pases}», y podría tener contraseñas que no están en otra parte. Muévalo o diga otro nombre.",
            1,
        )
    try:
        texto = lista.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        fallar("La lista no está en UTF-8. Guárdela como «CSV UTF-8».", 1)
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from django.db import transaction

        from prep.acceso import listas
        from prep.acceso.facultades import Escribano
        from prep.acceso.pases import hojas
        from prep.plataforma.llaves import firmante_del_instituto

        quien = firmante_del_instituto(llave)
        try:
            with _nuevo(pases) as f, transaction.atomic():  # no account whose password is nowhere, no slip of nobody
                nuevas = listas.importar(texto, Escribano.del_instituto(quien, quien.llave.publica))
                f.write(hojas(nuevas, direccion))
                f.flush()
                os.fsync(f.fileno())
        except listas.ListaConErrores as e:
            fallar(f"{e}\nNo se guardó nada.", 1)
        except OSError as e:
            fallar(f"No se pudieron escribir los pases en «{pases}»: {e.strerror}. No se guardó nada.", 1)
        if nuevas:
            cuentas = cuantos(len(nuevas), "cuenta nueva", "cuentas nuevas")
            typer.echo(f"{cuentas}. Sus pases están en {pases}: imprímalos y borre el archivo.")
        else:
            pases.unlink()
            typer.echo("No había cuentas nuevas; los roles y lugares quedaron como dice la lista.")


@contextmanager
def _nuevo(archivo: Path) -> Iterator[IO[bytes]]:
    """A file that was not there, for its owner alone; gone where what writes it fails."""
    descriptor = os.open(archivo, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as f:
            yield f
    except BaseException:
        archivo.unlink(missing_ok=True)
        raise


@app.command()
def terminal(
    nombre: Annotated[str, typer.Argument(help="Cómo se le dice al equipo: «Mesa 3».")],
    lugar: Annotated[str, typer.Option(help="Dónde está: el CCV o el CATD.")],
) -> None:
    """Da el código con que un equipo se da de alta. Sirve una vez y vence en un día."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import terminales

        _, codigo = terminales.nueva(nombre, lugar)
        typer.echo(f"En ese equipo abra /entrar/terminal/ y escriba: {codigo}")


@app.command()
def clave(usuario: Annotated[str, typer.Argument(help="Usuario de la cuenta.")]) -> None:
    """Da una contraseña nueva, de un solo uso, y cierra las sesiones de la cuenta."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import listas
        from prep.acceso.models import Cuenta

        cuenta = Cuenta.objects.filter(usuario=usuario.strip().lower()).first()
        if cuenta is None:
            fallar(f"No hay una cuenta «{usuario}».", 1)
        typer.echo(f"Contraseña de un solo uso: {listas.otra_clave(cuenta)}")


@app.command()
def retirar(usuario: Annotated[str, typer.Argument(help="Usuario de la cuenta.")]) -> None:
    """Retira una cuenta: deja de servir en ese momento, también donde ya había entrado."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import listas
        from prep.acceso.models import Cuenta

        cuenta = Cuenta.objects.filter(usuario=usuario.strip().lower()).first()
        if cuenta is None:
            fallar(f"No hay una cuenta «{usuario}».", 1)
        listas.retirar(cuenta)
        typer.echo(f"La cuenta «{cuenta.usuario}» ya no sirve.")


@app.command()
def pendientes() -> None:
    """Quién no ha entrado todavía."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import listas
        from prep.acceso.models import Cuenta

        for c in listas.sin_entrar(Cuenta.objects.order_by("lugar", "nombre")):
            typer.echo(f"{c.lugar}\t{c.nombre}\t{c.usuario}")

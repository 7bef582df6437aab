"""`prep acceso`: accounts from a list, first passwords, terminals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from prep.plataforma.consola import fallar
from prep.plataforma.idioma import cuantos
from prep.plataforma.opciones import Llave

if TYPE_CHECKING:
    from prep.acceso.models import Cuenta

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
    llave: Llave = None,
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
    nombres: Annotated[list[str], typer.Argument(metavar="NOMBRE…", help="Cómo se le dice a cada equipo: «Mesa 3».")],
    lugar: Annotated[str, typer.Option(help="Dónde están: el CCV o el CATD.")],
) -> None:
    """Da el código con que cada equipo se da de alta. Sirve una vez y vence en un día."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import terminales
        from prep.acceso.registro import CONSOLA, asentar

        for nombre in nombres:
            nueva, codigo = terminales.nueva(nombre, lugar)
            asentar(CONSOLA, "terminal_codigo", str(nueva.id))
            typer.echo(f"En «{nombre}» abra /entrar/terminal/ y escriba: {codigo}")


@app.command()
def clave(usuario: Annotated[str, typer.Argument(help="Usuario de la cuenta.")]) -> None:
    """Da una contraseña nueva, de un solo uso; cierra las sesiones de la cuenta y la libera si estaba bloqueada."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import listas
        from prep.acceso.registro import CONSOLA, asentar

        cuenta = _cuenta(usuario)
        if not cuenta.activa:
            fallar(f"La cuenta «{cuenta.usuario}» se retiró: ya no sirve, con ninguna contraseña.", 1)
        nueva = listas.otra_clave(cuenta)
        asentar(CONSOLA, "cuenta_clave", cuenta.persona)
        typer.echo(f"Contraseña de un solo uso: {nueva}")


@app.command()
def retirar(usuario: Annotated[str, typer.Argument(help="Usuario de la cuenta.")], llave: Llave = None) -> None:
    """Retira una cuenta y las facultades de su persona, desde ese momento; lo que hizo antes queda como está."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import listas
        from prep.acceso.facultades import Escribano
        from prep.acceso.registro import CONSOLA, asentar
        from prep.plataforma.errores import Impedimento
        from prep.plataforma.llaves import firmante_del_instituto

        cuenta, quien, falta = _cuenta(usuario), None, ""
        try:
            instituto = firmante_del_instituto(llave)
            quien = Escribano.del_instituto(instituto, instituto.llave.publica)
        except Impedimento as error:
            falta = str(error)
        try:
            listas.retirar(cuenta, quien)
        except Impedimento as error:
            falta = str(error)
            listas.retirar(cuenta, None)
        asentar(CONSOLA, "cuenta_retirada", cuenta.persona)
        if falta:
            fallar(f"La cuenta «{cuenta.usuario}» ya no sirve, pero su persona conserva sus facultades. {falta}", 1)
        typer.echo(f"La cuenta «{cuenta.usuario}» ya no sirve, y su persona ya no tiene facultades.")


@app.command("misma-persona")
def misma_persona(
    una: Annotated[str, typer.Argument(help="Usuario de una cuenta.")],
    otra: Annotated[str, typer.Argument(help="Usuario de la otra cuenta de esa persona.")],
    llave: Llave = None,
) -> None:
    """Dice, con la llave del instituto, que dos cuentas son de una misma persona. No se puede deshacer.

    Desde entonces, de lo que hicieron las dos en un acta, también antes, solo cuenta lo de una persona. Lo publicado
    queda como está.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import sesiones
        from prep.acceso.facultades import Escribano, unir
        from prep.acceso.registro import CONSOLA, asentar
        from prep.plataforma.llaves import firmante_del_instituto

        esta, esa = _cuenta(una), _cuenta(otra)
        quien = firmante_del_instituto(llave)
        escribano = Escribano.del_instituto(quien, quien.llave.publica)
        if unir(esta.persona, esa.persona, escribano, sesiones.reloj.ahora()):
            for cuenta in (esta, esa):
                asentar(CONSOLA, "cuenta_unida", cuenta.persona)
            typer.echo(f"Las cuentas «{esta.usuario}» y «{esa.usuario}» quedan como de una misma persona.")
        else:
            typer.echo("Ya constaba que son de una misma persona: no se firmó nada.")


def _cuenta(usuario: str) -> Cuenta:
    from prep.acceso.models import Cuenta

    cuenta = Cuenta.objects.filter(usuario=usuario.strip().lower()).first()
    if cuenta is None:
        fallar(f"No hay una cuenta «{usuario}».", 1)
    return cuenta


@app.command()
def pendientes() -> None:
    """Quién no ha entrado todavía."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso import listas
        from prep.acceso.models import Cuenta

        for c in listas.sin_entrar(Cuenta.objects.order_by("lugar", "nombre")):
            typer.echo(f"{c.lugar}\t{c.nombre}\t{c.usuario}")

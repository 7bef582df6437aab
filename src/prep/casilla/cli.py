"""`prep casilla`: codes for the phones of CAEs, and phones that were lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prep.plataforma.consola import fallar
from prep.plataforma.idioma import cuantos

if TYPE_CHECKING:
    from prep.acceso.models import Cuenta

app = typer.Typer(help="PREP Casilla: los teléfonos de las personas CAE.", no_args_is_help=True)
Autoriza = Annotated[str, typer.Option(help="Usuario de quien administra la operación central y lo ordena.")]


@app.command()
def codigos(
    autoriza: Autoriza,
    salida: Annotated[Path, typer.Option(help="PDF de los códigos.")] = Path("codigos.pdf"),
    lugar: Annotated[str | None, typer.Option(help="Solo las personas de este lugar.")] = None,
    usuario: Annotated[str | None, typer.Option(help="Solo esta persona: por ejemplo, para un teléfono nuevo.")] = None,
    direccion: Annotated[
        str, typer.Option(help="Dirección de PREP Casilla, que se imprime.")
    ] = "https://prep.local/casilla/",
) -> None:
    """Imprime un código por persona CAE, con que su teléfono se da de alta. Sirve una vez y vence en treinta días.

    Los códigos solo quedan en el PDF: imprímalo, repártalo y bórrelo. El que una persona tenía sin usar deja de servir.
    """
    if salida.exists():
        fallar(f"Ya existe «{salida}», y podría tener códigos que no están en otra parte. Diga otro nombre.", 1)
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from django.db import transaction

        from prep.acceso.models import Cuenta
        from prep.bitacora.autoridad import ambito, autoridad
        from prep.casilla.codigos import Ficha, hojas
        from prep.dominio.comun.facultades import Rol
        from prep.intercambio import altas
        from prep.plataforma.reloj import RelojSistema

        administra = _cuenta(autoriza)
        filtros = {c: v for c, v in (("lugar", lugar), ("usuario", usuario)) if v}
        quien = autoridad()
        cuentas = [
            c
            for c in Cuenta.objects.filter(activa=True, **filtros).order_by("lugar", "nombre")
            if Rol.CAE in quien.roles_de(c.persona)
        ]
        suyas = {c.persona: altas.casillas_de(c.persona, quien) for c in cuentas}
        if sin := [c.usuario for c in cuentas if not suyas[c.persona]]:
            fallar(
                f"No dice qué casillas atiende {', '.join(sin[:10])}: póngalas en la columna «alcance» de la lista.", 1
            )
        if not cuentas:
            fallar("No hay ninguna persona CAE con cuenta ahí. No se hizo ningún código.", 1)
        try:
            with transaction.atomic():  # no code that is on no paper
                impresos = altas.nuevos_codigos(suyas, administra.persona, RelojSistema().ahora())
                por_persona = {i.persona: i.codigo for i in impresos}
                fichas = [Ficha(c.nombre, c.lugar, len(suyas[c.persona]), por_persona[c.persona]) for c in cuentas]
                with os.fdopen(os.open(salida, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as archivo:
                    archivo.write(hojas(fichas, direccion, ambito()))
                    archivo.flush()
                    os.fsync(archivo.fileno())
        except OSError as error:
            fallar(f"No se pudo escribir «{salida}»: {error.strerror}. No se hizo ningún código.", 1)
    typer.echo(f"{cuantos(len(fichas), 'código')} en {salida}: imprímalos y borre el archivo.")


@app.command()
def telefonos() -> None:
    """Qué teléfonos hay: de quién es cada uno, qué ha enviado, qué le falta y si se dio de baja."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.acceso.models import Cuenta
        from prep.intercambio import contactos

        nombres = dict(Cuenta.objects.values_list("persona", "nombre"))
        for t in contactos.telefonos().values():
            falta = f", faltan {t.faltan}" if t.faltan else ""
            dice = f", dice que le faltan {t.contacto.por_enviar} por enviar" if t.contacto else ""
            baja = ", dado de baja" if t.de_baja else ""
            typer.echo(f"{t.id}\t{nombres.get(t.persona, '?')}\tenvió {t.hechos}{falta}{dice}{baja}")


@app.command()
def baja(
    telefono: Annotated[str, typer.Argument(help="El que dice «prep casilla telefonos».")],
    motivo: Annotated[str, typer.Option(help="Por qué: se extravió, se descompuso…")],
    autoriza: Autoriza,
) -> None:
    """Da de baja un teléfono, en ese momento. Lo que ya envió cuenta; lo que escriba después, no."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio import altas
        from prep.plataforma.reloj import RelojSistema

        administra = _cuenta(autoriza)
        desde = altas.dar_de_baja(telefono, motivo, administra.persona, RelojSistema().ahora())
        typer.echo(f"El teléfono {telefono} ya no sirve. Cuenta lo que envió: {cuantos(desde - 1, 'hecho')}.")


def _cuenta(usuario: str) -> Cuenta:
    from prep.acceso.models import Cuenta

    cuenta = Cuenta.objects.filter(usuario=usuario.strip().lower(), activa=True).first()
    if cuenta is None:
        fallar(f"No hay una cuenta «{usuario}».", 1)
    return cuenta

"""`prep postgres`: look at and stop the database that the other commands start; prepare one of somebody else's."""

from __future__ import annotations

import os

import typer
from rich.markup import escape

from prep.plataforma.consola import errores, fallar

app = typer.Typer(help="La base de datos que las demás órdenes arrancan por usted.", no_args_is_help=True)


@app.command()
def estado() -> None:
    """Dice si está en marcha, de qué versión es y dónde guarda sus datos."""
    from prep.plataforma import postgres
    from prep.plataforma.lugares import dir_postgres

    e = postgres.estado(dir_postgres())
    if e.version is None:
        typer.echo(f"Todavía no hay base de datos en {e.carpeta}.")
        return
    marcha = f"en marcha (proceso {e.pid})" if e.pid else "detenida"
    typer.echo(f"PostgreSQL {e.version}, {marcha}.\nDatos:     {e.carpeta}\nDirección: {e.url}")


@app.command()
def parar() -> None:
    """La detiene, aunque otra orden la esté usando."""
    from prep.plataforma import postgres
    from prep.plataforma.lugares import dir_postgres

    typer.echo("Detenida." if postgres.parar(dir_postgres()) else "No estaba en marcha.")


@app.command()
def roles() -> None:
    """Crea y pone al día los roles con que se usa la base: la sede y el servidor web, que no poseen nada.

    En la base que estas órdenes arrancan ya se hace siempre. En una propia: ponga en DATABASE_URL la dirección de quien
    la posee y puede crear roles, una vez y después de cada actualización. Las direcciones de los dos roles, con su
    contraseña, quedan en archivos que solo usted puede leer; con ellas, y nunca con la de quien posee la base, se
    ejecuta todo lo demás.
    """
    import psycopg

    from prep.plataforma import preparacion
    from prep.plataforma.arranque import django_listo
    from prep.plataforma.lugares import dir_llaves
    from prep.plataforma.roles import problemas

    try:
        nuevos = preparacion.preparar(url, dir_llaves()) if (url := os.environ.get("DATABASE_URL")) else []
    except psycopg.ProgrammingError:
        fallar("Quien está en DATABASE_URL no puede crear roles o no posee la base: ponga la dirección de quien sí.")
    with django_listo():
        quedan = list(problemas())
    for archivo in nuevos:
        typer.echo(f"Dirección de un rol nuevo, para DATABASE_URL: {archivo}")
    for problema in quedan:
        errores.print(f"[red]✗[/] {escape(problema)}", soft_wrap=True)
    if quedan:
        raise typer.Exit(1)
    typer.echo("Los roles prep_sede y prep_web pueden hacer lo que deben y nada más.")

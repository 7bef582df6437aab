"""`prep postgres`: look at and stop the database that the other commands start; prepare one of somebody else's."""

from __future__ import annotations

import os

import typer

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
    from prep.plataforma.lugares import dir_datos
    from prep.plataforma.postgres import ErrorPostgres
    from prep.plataforma.roles import problemas

    try:
        nuevos = preparacion.preparar(url, dir_datos() / "llaves") if (url := os.environ.get("DATABASE_URL")) else []
        with django_listo():
            quedan = list(problemas())
    except (psycopg.Error, ErrorPostgres) as e:
        typer.echo(f"No se pudo: {e}", err=True)
        raise typer.Exit(1) from None
    for archivo in nuevos:
        typer.echo(f"Dirección de un rol nuevo, para DATABASE_URL: {archivo}")
    for problema in quedan:
        typer.echo(f"✗ {problema}", err=True)
    if quedan:
        raise typer.Exit(1)
    typer.echo("Los roles prep_sede y prep_web pueden hacer lo que deben y nada más.")

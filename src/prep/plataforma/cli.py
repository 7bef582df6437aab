"""`prep postgres`: look at and stop the database that the other commands start."""

from __future__ import annotations

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

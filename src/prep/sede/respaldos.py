"""`prep respaldo`: copy the installation, make another from the copy, and rehearse it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from prep.plataforma import lugares
from prep.plataforma.consola import errores, esperando, fallar
from prep.plataforma.idioma import cuantos
from prep.sede.opciones import Destino

app = typer.Typer(help="Respaldos: con qué otra máquina sigue donde esta se quedó.", no_args_is_help=True)

Lugar = Annotated[
    str, typer.Argument(metavar="DIR|s3://CUBO/PREFIJO", help="Dónde se guardan los respaldos, en otro disco.")
]


@app.command()
def hacer(
    lugar: Lugar,
    destino: Destino = None,
    podar: Annotated[
        bool,
        typer.Option("--podar", help="Después, quita los respaldos de más: quedan los últimos doce y uno por hora."),
    ] = False,
) -> None:
    """Copia la base de datos, las imágenes, lo publicado y su registro, sin que nadie deje de trabajar.

    Solo escribe lo que ningún respaldo anterior del mismo lugar tiene. Las llaves no van en él: se guardan aparte.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.plataforma.almacen import abrir, evidencia
        from prep.plataforma.reloj import RelojSistema
        from prep.sede import respaldo

        copias, publicacion = abrir(lugar, privado=True), abrir(destino or str(lugares.dir_publicacion()))
        with esperando("Preparando el respaldo…") as decir, respaldo.turno():
            hecho = respaldo.hacer(copias, publicacion, evidencia(), RelojSistema().ahora(), decir)
            quitados = respaldo.podar(copias) if podar else 0
    r = hecho.respaldo
    marca = {"hora": r.hora, "lugar": lugar, "hechos": r.hechos, "corte": r.corte, "danados": len(hecho.danados)}
    lugares.archivo_respaldo().write_text(json.dumps(marca, ensure_ascii=False) + "\n")
    nuevos = cuantos(hecho.nuevos, "objeto nuevo", "objetos nuevos")
    hasta = f"corte {r.corte}" if r.corte else "ningún corte"
    typer.echo(f"Respaldo {r.hora} en {lugar}: {cuantos(r.hechos, 'hecho')}, {hasta}; {nuevos}, {hecho.mide:,} bytes.")
    if quitados:
        typer.echo(f"Se quitaron {cuantos(quitados, 'respaldo')} de más.")
    for ruta in hecho.danados:
        errores.print(
            f"[red]✗[/] {escape(ruta)}: falta o está dañado aquí, y ningún respaldo lo tiene.", soft_wrap=True
        )
    if hecho.danados:
        fallar("El respaldo quedó hecho sin esos archivos. Véalos con «prep imagenes revisar» y «prep verificar».", 1)


@app.command()
def restaurar(lugar: Lugar) -> None:
    """Hace de esta instalación vacía la del último respaldo: completa, o nada.

    Ponga antes en su carpeta las llaves que guardó aparte (la carpeta «llaves» y el archivo «llave_django»).
    """
    from prep.plataforma import roles
    from prep.plataforma.arranque import django_listo

    sin_llave = "PREP_LLAVE" not in os.environ and not lugares.llave_de_django().exists()
    with django_listo(migrar=False, rol=roles.DUENO):
        from prep.plataforma.almacen import abrir_existente
        from prep.sede.respaldo import restaurar as restaurar_respaldo

        with esperando("Leyendo el respaldo…") as decir:
            r = restaurar_respaldo(
                abrir_existente(lugar, privado=True),
                lugares.dir_publicacion(),
                lugares.dir_evidencia(),
                lugares.dir_llaves(),
                decir,
            )
        hasta = f"corte {r.respaldo.corte}" if r.respaldo.corte else "ningún corte"
        typer.echo(f"Restaurado el respaldo {r.respaldo.hora}: {cuantos(r.respaldo.hechos, 'hecho')}, {hasta}.")
        if sin_llave:
            r.avisos.append(
                "faltaba llave_django y se hizo otra, con la que no sirve el segundo factor de nadie: antes de «prep "
                "servir», ponga la que guardó"
            )
        for aviso in r.avisos:
            errores.print(f"[yellow]![/] {escape(aviso[:1].upper() + aviso[1:])}.", soft_wrap=True)
        if r.respaldo.corte:
            typer.echo(
                "Antes de seguir, compare con lo que se ve afuera: «prep bitacora verificar --publicacion URL». Si "
                "afuera hay un corte más nuevo, este respaldo es viejo: no publique con él."
            )


@app.command()
def ensayar(
    lugar: Lugar,
    destino: Destino = None,
    en: Annotated[
        Path | None,
        typer.Option(
            "--en", file_okay=False, show_default="una carpeta temporal", help="Disco donde se restaura; se borra."
        ),
    ] = None,
) -> None:
    """Hace un respaldo, lo restaura aparte y vuelve a calcular de él el último corte, midiendo cada paso.

    Dice cuánto tarda la recuperación (RTO) y cuántos hechos de los que ya tenían acuse faltarían (RPO). Termina con 1
    si falta alguno, o si el corte no sale idéntico, byte por byte.
    """
    from prep.sede.ensayo import ensayar as ensayar_respaldo

    ensayo = ensayar_respaldo(lugar, destino, en)
    for paso in ensayo.pasos:
        typer.echo(f"{'✓' if paso.bien else '✗'} {paso.que}: {paso.segundos:.1f} s")
        if not paso.bien:
            errores.print(paso.dicho, markup=False, soft_wrap=True)
            fallar("El ensayo no terminó: con este respaldo no se podría seguir.", 1)
    typer.echo(f"RTO: {ensayo.rto:.1f} s, de una máquina vacía a tener el corte {ensayo.corte} recalculado, idéntico.")
    typer.echo(
        f"RPO: faltan {ensayo.faltan:,} de los {ensayo.antes:,} hechos que había al empezar; "
        f"{cuantos(ensayo.despues, 'hecho')} llegaron después de la copia."
    )
    if ensayo.faltan:
        fallar("Al respaldo le faltan hechos que ya tenían acuse.", 1)

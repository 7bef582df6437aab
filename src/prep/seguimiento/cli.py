"""`prep plan …`: the work plan, its agreements and the monthly report."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.markup import escape

from prep.plataforma.consola import fallar, salida, tabla
from prep.plataforma.idioma import cuantos
from prep.plataforma.reloj import RelojSistema

if TYPE_CHECKING:
    from prep.seguimiento.plan import Plan

app = typer.Typer(
    help="El plan de trabajo del proceso: qué toca, qué va tarde, los acuerdos y el informe de cada mes.",
    no_args_is_help=True,
)
Carpeta = Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta que hizo «prep plan iniciar».")]
DIA: Final = "AAAA-MM-DD"


def _fecha(dicha: str | None) -> date:
    """A day that somebody typed; today, by this machine's clock and zone, when nobody did."""
    from prep.catalogo.campos import DatoInvalido
    from prep.seguimiento.tablas import fecha

    if dicha is None:
        return RelojSistema().ahora().astimezone().date()
    try:
        return fecha(dicha)
    except DatoInvalido as error:
        fallar(" ".join(error.args), 2)


def _leer(carpeta: Path) -> Plan:
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.catalogo.terminal import mostrar_problemas
    from prep.seguimiento.carpeta import leer_plan

    try:
        return leer_plan(carpeta, _fecha(None))
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas, "Corríjalos y repita la orden.")
        raise typer.Exit(1) from None


@app.command()
def iniciar(
    carpeta: Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta que se va a crear.")],
    jornada: Annotated[str, typer.Option(metavar=DIA, help="El día de la elección: de él cuentan todos los plazos.")],
    nombre: Annotated[str, typer.Option(help="Cómo se llama el proceso electoral.")] = "Proceso electoral",
    institucion: Annotated[str, typer.Option(help="Quién lo organiza.")] = "Instituto electoral",
) -> None:
    """Escribe un plan de trabajo para empezar: actividades, hitos, y las tablas de acuerdos y avances, vacías.

    Son archivos CSV que se editan en una hoja de cálculo. Los plazos van en días contados desde la jornada.
    """
    from prep.seguimiento.carpeta import iniciar

    iniciar(carpeta, _fecha(jornada), nombre, institucion)
    plan = _leer(carpeta)
    salida.print(
        f"Plan escrito en {escape(str(carpeta))}: {cuantos(len(plan.actividades), 'actividad', 'actividades')}, "
        f"{cuantos(len(plan.subactividades), 'subactividad', 'subactividades')} y {cuantos(len(plan.hitos), 'hito')}.",
        soft_wrap=True,
    )


@app.command()
def validar(carpeta: Carpeta) -> None:
    """Revisa la carpeta y lista todos sus problemas, con archivo, línea y campo."""
    plan = _leer(carpeta)
    partes = (
        cuantos(len(plan.actividades), "actividad", "actividades"),
        cuantos(len(plan.hitos), "hito"),
        cuantos(len(plan.acuerdos), "acuerdo"),
        cuantos(len(plan.avances), "avance"),
    )
    salida.print(f"Sin problemas: {', '.join(partes)}. Jornada: {plan.jornada:%d/%m/%Y}.", soft_wrap=True)


@app.command()
def pendientes(
    carpeta: Carpeta,
    al: Annotated[str | None, typer.Option(metavar=DIA, show_default="hoy", help="Desde qué día se mira.")] = None,
    dias: Annotated[int, typer.Option(min=0, max=400, help="Cuántos días hacia adelante.")] = 15,
) -> None:
    """Dice qué va tarde y qué vence pronto, con quién lo hace. Termina con 1 si algo va tarde."""
    from prep.seguimiento.plan import vencidos

    dia = _fecha(al)
    hallados = _leer(carpeta).al(dia).pendientes(dia, dias)
    lista = tabla("Vence", ">Días", "Clave", "Qué", "Quién", titulo=f"Al {dia:%d/%m/%Y}")
    for p in hallados:
        lista.add_row(
            f"{p.dia:%d/%m/%Y}",
            f"[red]{p.dias}[/]" if p.dias < 0 else str(p.dias),
            *map(escape, (p.clave, p.que, p.responsable)),
        )
    if hallados:
        salida.print(lista)
    tarde = vencidos(hallados)
    pronto = len(hallados) - len(tarde)
    cosas = cuantos(pronto, "cosa vence", "cosas vencen") if pronto else "Ninguna cosa vence"
    salida.print(f"{cosas} en {cuantos(dias, 'día')}.")
    if tarde:
        fallar(f"{cuantos(len(tarde), 'cosa va', 'cosas van')} tarde.", 1)


@app.command()
def informe(
    carpeta: Carpeta,
    mes: Annotated[str, typer.Argument(metavar="AAAA-MM", help="El mes del que se informa.")],
    destino: Annotated[Path, typer.Argument(metavar="DESTINO", help="Carpeta donde se escribe.")],
    veredicto: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Lo que dio «prep simulacro juzgar --json»; puede repetirse."),
    ] = None,
) -> None:
    """Escribe el informe de un mes, en Word para corregirlo y en PDF.

    Sale del plan y, si en esta máquina hay un proceso instalado, de lo que consta en él.
    """
    from prep.papel.escrito import en_pdf_y_word
    from prep.seguimiento import sistema
    from prep.seguimiento.informe import fin_de_mes, redactar, titulo_de

    try:
        primero, hoy = date.fromisoformat(f"{mes}-01"), _fecha(None)
    except ValueError:
        fallar(f"«{mes}» no es un mes: escríbalo como 2027-03.", 2)
    if primero > hoy:
        fallar(f"{mes} todavía no llega.", 1)
    plan = _leer(carpeta)
    corte = fin_de_mes(primero, hoy)
    dichos = sistema.simulacros(veredicto or [], corte)
    conocido = None
    if sistema.hay_base():
        from prep.plataforma.arranque import django_listo

        with django_listo():
            conocido = sistema.mirar(primero, corte)
    textos = titulo_de(primero), plan.nombre, f"{plan.institucion} · {titulo_de(primero)}"
    escritos = en_pdf_y_word(*textos, lambda papel: redactar(papel, plan, primero, hoy, conocido, dichos))
    destino.mkdir(parents=True, exist_ok=True)
    for clase, datos in escritos.items():
        (destino / f"informe-{mes}.{clase}").write_bytes(datos)
    salida.print(f"Escrito: {escape(str(destino))}/informe-{mes}.docx y .pdf", soft_wrap=True)

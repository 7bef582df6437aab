"""`prep auditoria …`: what an auditor does with what was exported. Nothing here writes in the system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from prep.plataforma.consola import errores, esperando, fallar, salida, tabla
from prep.plataforma.idioma import cuantos
from prep.plataforma.reloj import RelojSistema
from prep.transparencia.errores import causa

if TYPE_CHECKING:
    from prep.auditoria.expediente import Expediente

PLAZO = 3600
"""Seconds that reading a publication from the network may take."""
RENGLONES = 40
app = typer.Typer(
    help="Lo que hace el ente auditor con lo que se le entrega. Solo lee; no cambia nada del sistema.",
    no_args_is_help=True,
)
Bitacora = Annotated[
    Path,
    typer.Argument(metavar="BITACORA", exists=True, dir_okay=False, help="Archivo de «prep bitacora exportar»."),
]
Publicacion = Annotated[
    str | None, typer.Option(metavar="DIR|URL", help="Lo publicado: dice de qué hechos salió cada corte.")
]
Csv = Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Guarda aquí la lista entera.")]


@app.command()
def ignorados(
    bitacora: Bitacora,
    publicacion: Publicacion = None,
    corte: Annotated[int | None, typer.Option(min=1, help="Solo con los hechos que tenía este corte.")] = None,
    lista: Csv = None,
) -> None:
    """Dice qué hechos se conservan y no cuentan: cuántos, por qué motivo y desde qué corte."""
    expediente = _leer(bitacora, publicacion, corte)
    from prep.auditoria.ignorados import ignorados
    from prep.auditoria.tablas import IGNORADOS, de_ignorados

    hallados = ignorados(expediente)
    por = Counter((i.asiento.corte, i.por) for i in hallados)
    cuenta = tabla(">Corte", ">Hechos", "Motivo", "Qué quiere decir")
    for (numero, motivo), n in sorted(por.items(), key=lambda c: (c[0][0] is None, c[0][0] or 0, c[0][1].name)):
        cuenta.add_row("" if numero is None else str(numero), f"{n:,}", motivo.name, escape(motivo))
    if hallados:
        salida.print(cuenta)
    _guardar(lista, IGNORADOS, de_ignorados(hallados))
    salida.print(f"{cuantos(len(hallados), 'hecho no cuenta', 'hechos no cuentan')}." if hallados else "Todo cuenta.")


@app.command()
def separacion(bitacora: Bitacora, lista: Csv = None) -> None:
    """Busca quién hizo en una misma acta dos pasos que tocan a dos personas, aunque usara dos cuentas.

    Termina con 1 si halla a alguien, haya contado o no lo que hizo.
    """
    expediente = _leer(bitacora)
    from prep.auditoria.separacion import dobles
    from prep.auditoria.tablas import DOBLES, de_dobles

    hallados = list(dobles(expediente))
    cuenta = tabla("Acta", "Quién", "Con qué cuentas", "Qué hizo")
    for d in hallados[:RENGLONES]:
        hizo = ", ".join(a.escrito.hecho.tipo + ("" if conto else " (no contó)") for a, conto in d.actos)
        cuenta.add_row(d.acta, escape(d.persona), escape(", ".join(d.cuentas)), hizo)
    if hallados:
        salida.print(cuenta)
        if (sobran := len(hallados) - RENGLONES) > 0:
            salida.print(f"… y {sobran:,} más: guárdelos con --csv.")
    _guardar(lista, DOBLES, de_dobles(hallados))
    if hallados:
        fallar(f"Dos pasos de una misma persona en {cuantos(len(hallados), 'caso')}.", 1)
    salida.print("Nadie hizo en una misma acta dos pasos que tocan a dos personas.")


@app.command()
def huellas(
    auditada: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="La huella de lo que se auditó.")],
    otras: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, help="La que guardó cada nodo con «operacion cotejar --guardar»."),
    ],
) -> None:
    """Compara lo que corre en cada nodo con lo que se auditó, sin estar en él. Termina con 1 si algo difiere."""
    from prep.sede.cotejo import diferencias, leer

    buena = leer(auditada)
    distintas = 0
    for otra in otras:
        halladas = diferencias(buena, leer(otra))
        distintas += bool(halladas)
        salida.print(f"{'✗' if halladas else '✓'} {escape(str(otra))}", soft_wrap=True)
        for hallada in halladas:
            salida.print(f"    {escape(hallada)}", soft_wrap=True)
    if distintas:
        fallar(f"No {'corre' if distintas == 1 else 'corren'} lo que se auditó: {cuantos(distintas, 'nodo')}.", 1)
    salida.print("Todos corren lo que se auditó.")


@app.command()
def lecturas(
    destino: Annotated[Path, typer.Argument(metavar="DESTINO", help="Archivo .csv que se va a crear.")],
) -> None:
    """Guarda el registro de esta instalación: quién leyó, entró o cambió qué, cuándo y en qué equipo."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.auditoria.tablas import LECTURAS, de_lecturas

        _guardar(destino, LECTURAS, de_lecturas())


@app.command()
def hallazgos(
    carpeta: Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta con hallazgos.csv: la suya, o la del plan.")],
    iniciar: Annotated[bool, typer.Option("--iniciar", help="Crea el registro, vacío.")] = False,
) -> None:
    """Revisa el registro de hallazgos y lista los que no se han cerrado. Termina con 1 si queda alguno."""
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.catalogo.terminal import mostrar_problemas
    from prep.seguimiento.hallazgos import ESTATUS, GRAVEDADES, escribir_vacia, leer_hallazgos

    if iniciar:
        try:
            salida.print(f"Registro nuevo: {escape(str(escribir_vacia(carpeta)))}", soft_wrap=True)
        except FileExistsError:
            fallar(f"{carpeta} ya tiene un registro de hallazgos.", 1)
        return
    try:
        todos = leer_hallazgos(carpeta, RelojSistema().ahora().astimezone().date())
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas, "Corríjalos y repita la orden.")
        raise typer.Exit(1) from None
    abiertos = [h for h in todos if h.cerrado is None]
    lista = tabla("Número", "Gravedad", "Qué", "Dónde", "Atiende", "Vence", "Estatus")
    for h in abiertos:
        vence = f"{h.vence:%d/%m/%Y}" if h.vence else ""
        dichos = (h.numero, GRAVEDADES[h.gravedad], h.que, h.donde, h.atiende, vence, ESTATUS[h.estatus])
        lista.add_row(*map(escape, dichos))
    if abiertos:
        salida.print(lista)
        fallar(f"{cuantos(len(abiertos), 'hallazgo')} sin cerrar, de {len(todos)}.", 1)
    salida.print(f"{cuantos(len(todos), 'hallazgo')}, todos cerrados." if todos else "No hay ningún hallazgo.")


def _leer(bitacora: Path, publicacion: str | None = None, corte: int | None = None) -> Expediente:
    """The export read, with Django loaded: what judges it can be imported from here on."""
    from prep.plataforma.arranque import django_sin_base

    django_sin_base()
    from prep.auditoria.expediente import leer
    from prep.bitacora.exportacion import ArchivoInvalido

    cortes = _cortes(publicacion) if publicacion else []
    hasta = None
    if corte is not None:
        hasta = dict(cortes).get(corte)
        if hasta is None:
            fallar(f"No se sabe de qué hechos salió el corte {corte}: indique lo publicado con --publicacion.", 2)
    try:
        with esperando("Leyendo la bitácora…"):
            return leer(bitacora, cortes, hasta)
    except ArchivoInvalido as error:
        fallar(f"{error} Compruébela con «prep bitacora verificar».", 2)


def _cortes(publicacion: str) -> list[tuple[int, int]]:
    """(number, how many facts it came from) of every published corte."""
    from prep.comprobacion.informe import Informe
    from prep.comprobacion.registro import leer_registro
    from prep.transparencia.almacen import abrir
    from prep.transparencia.errores import ErrorEmision

    try:
        registro = leer_registro(abrir(publicacion, PLAZO), None, Informe())
    except (ErrorEmision, OSError) as error:
        fallar(f"No se pudo leer lo publicado: {causa(error)}", 2)
    return [(numero, m.posicion) for numero, m in sorted(registro.manifiestos.items())]


def _guardar(destino: Path | None, cabezas: Sequence[str], filas: Iterable[Sequence[object]]) -> None:
    from prep.auditoria.tablas import escribir

    if destino is None:
        return
    try:
        n = escribir(destino, cabezas, filas)
    except OSError as error:
        fallar(f"No se guardó nada: {destino}: {causa(error)}. Indique un archivo nuevo.", 1)
    errores.print(f"{cuantos(n, 'renglón', 'renglones')} en {escape(str(destino))}", soft_wrap=True)

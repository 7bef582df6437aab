"""`prep simulacro`: a drill designed, sealed, judged and reported."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from prep.plataforma.consola import esperando, fallar, salida, tabla
from prep.plataforma.opciones import Llave
from prep.sede.opciones import Destino, Modo
from prep.simulacro.votos import Desenlace

if TYPE_CHECKING:
    from datetime import datetime

    from prep.publicacion.publicador import Publicador
    from prep.sede.actos import Acto

RENGLONES = 40
app = typer.Typer(help="El simulacro: se diseña, se sella, se juzga y se informa.", no_args_is_help=True)

Archivo = Annotated[
    Path,
    typer.Argument(metavar="VERDAD", exists=True, dir_okay=False, help="El archivo verdad.json de este simulacro."),
]


@app.command()
def disenar(
    catalogo: Annotated[
        Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Carpeta del proceso, con proceso.toml.")
    ],
    destino: Annotated[Path, typer.Argument(metavar="DESTINO", help="Carpeta que se va a crear.")],
    semilla: Annotated[
        int, typer.Option(min=0, max=2**53 - 1, help="Con la misma semilla y el mismo catálogo salen los mismos votos.")
    ],
    escenario: Annotated[
        list[Desenlace] | None,
        typer.Option(
            show_default="todos", help="Desenlace que se quiere ver en cada elección donde quepa; puede repetirse."
        ),
    ] = None,
    natural: Annotated[
        bool, typer.Option("--natural", help="Ningún desenlace a propósito: lo que dé la geografía.")
    ] = False,
    sin_sobre: Annotated[
        int, typer.Option("--sin-sobre", min=0, max=30, help="De cada 100 paquetes, cuántos sin acta por fuera.")
    ] = 3,
    modo: Annotated[Literal["prueba", "simulacro"], typer.Option(help="Qué valdrá lo que se publique.")] = "simulacro",
) -> None:
    """Inventa los votos de todas las actas y escribe la verdad del simulacro y sus empates esperados.

    En DESTINO quedan verdad.json, que se guarda en secreto hasta el cierre, y empates.pdf, que se entrega antes.
    """
    from prep.catalogo.escritor import exigir_vacia
    from prep.catalogo.lector import leer_proceso
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.catalogo.terminal import mostrar_problemas
    from prep.simulacro.diseno import DICHO, disenar, pdf_empates

    try:
        exigir_vacia(destino)
    except ValueError as error:
        fallar(str(error), 1)
    try:
        with esperando("Leyendo la carpeta del proceso…") as decir:
            proceso, informativo = leer_proceso(catalogo)
            decir("Llenando actas…")
            desenlaces = [] if natural else list(dict.fromkeys(escenario or Desenlace))
            diseno = disenar(proceso, informativo, semilla, desenlaces, sin_sobre * 10, modo)
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas, "No se diseñó nada.")
        raise typer.Exit(1) from None
    empates = pdf_empates(proceso, diseno)
    destino.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(destino / "verdad.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as secreto:
        secreto.write(diseno.datos)
    (destino / "empates.pdf").write_bytes(empates)
    cuenta = tabla("Suerte", ">Actas", titulo=f"Actas llenas, semilla {semilla}")
    for suerte, n in diseno.suertes.items():
        cuenta.add_row(suerte.replace("_", " "), f"{n:,}")
    salida.print(cuenta)
    for desenlace, eleccion, lugar in diseno.logrados:
        salida.print(escape(f"{eleccion}: {DICHO[desenlace]}, {lugar}"), soft_wrap=True)
    for desenlace, eleccion in diseno.sin_lugar:
        salida.print(escape(f"{eleccion}: no cupo «{DICHO[desenlace]}»."), soft_wrap=True)
    salida.print(f"Empates esperados: {len(diseno.verdad.empates)}.")
    salida.print(f"Código de integridad de la verdad: {diseno.verdad.sha256}", soft_wrap=True)
    salida.print(f"Escrito: {escape(str(destino))}/verdad.json y empates.pdf", soft_wrap=True)


@app.command()
def correr(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", exists=True, dir_okay=False, help="El plan, plan.toml.")],
    destino: Annotated[Path, typer.Argument(metavar="DESTINO", help="Carpeta que se va a crear, con todo lo suyo.")],
    velocidad: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, show_default="la del plan", help="Cuántas veces más aprisa que de veras."),
    ] = None,
    casillas: Annotated[
        int | None,
        typer.Option(min=2, max=10_900, show_default="las del plan", help="Otro tamaño, y lo demás en proporción."),
    ] = None,
) -> None:
    """Corre una noche pequeña completa por las puertas que usa la gente, con las fallas del plan, y la juzga.

    Enciende el servidor central y un nodo por centro de acopio, cada uno con su base; teléfonos, centros y escritorios
    hablan con ellos por HTTP. Termina con 0 solo si lo publicado es el 100 % de lo que llegó.
    """
    from prep.catalogo.escritor import exigir_vacia
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.catalogo.terminal import mostrar_problemas
    from prep.simulacro.plan import de_tamano, leer_plan

    try:
        leido = leer_plan(plan)
        leido = de_tamano(leido, casillas) if casillas else leido
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas, "No se empezó nada.")
        raise typer.Exit(1) from None
    try:
        exigir_vacia(destino)
    except ValueError as error:
        fallar(str(error), 1)
    from prep.plataforma.arranque import django_listo

    central = destino.absolute() / "central"
    central.mkdir(parents=True, exist_ok=True)
    os.environ |= {"PREP_DATOS_DIR": str(central), "PREP_SIN_TLS": "1"}
    os.environ.pop("DATABASE_URL", None)  # a server of its own, which ends with it
    try:
        with django_listo():
            from prep.simulacro.correr import correr as tocar

            corrida = tocar(leido, destino.absolute(), velocidad or leido.velocidad)
    except KeyboardInterrupt:
        salida.print("Simulacro interrumpido: nada quedó en marcha.")
        raise typer.Exit(130) from None
    salida.print(f"El informe y el veredicto están en {escape(str(destino))}/informe", soft_wrap=True)
    if not corrida.bien:
        raise typer.Exit(1)


@app.command()
def sellar(verdad: Archivo, modo: Modo = None, destino: Destino = None, llave: Llave = None) -> None:
    """Firma en el registro, antes de la primera acta, el código de integridad de la verdad."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.simulacro.sello import sellar

        return sellar(p, hora, verdad.read_bytes())

    _firmar(acto, modo, destino, llave)


@app.command()
def abrir(verdad: Archivo, modo: Modo = None, destino: Destino = None, llave: Llave = None) -> None:
    """Publica, después del cierre, la verdad que se selló."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.simulacro.sello import abrir

        return abrir(p, hora, verdad.read_bytes())

    _firmar(acto, modo, destino, llave)


def _firmar(
    acto: Callable[[Publicador, datetime], Acto], modo: str | None, destino: str | None, llave: str | None
) -> None:
    from prep.sede.sala import sala

    with sala(modo, destino, llave, None) as s:
        hecho = acto(s.publicador, s.ahora())
        salida.print(f"Firmado en el registro, posición {hecho.posicion}: {hecho.tipo}.")
        salida.print(f"Código de integridad de la verdad: {hecho.documento}", soft_wrap=True)


@app.command()
def juzgar(
    verdad: Archivo,
    donde: Annotated[
        str, typer.Argument(metavar="PUBLICACION", help="Carpeta de la publicación, o su dirección http(s).")
    ],
    plazo: Annotated[int, typer.Option(min=1, help="Segundos que puede tomar leer de la red.")] = 3600,
    como_json: Annotated[bool, typer.Option("--json", help="El veredicto como JSON, para el informe.")] = False,
) -> None:
    """Compara cada acta publicada con lo que decía el papel, y cada corte consigo mismo.

    Solo lee la verdad y lo publicado. Termina con 0 si todo lo que existe está publicado y bien, con 1 si no (y da la
    lista) y con 2 si no se pudo juzgar.
    """
    import json

    from prep.portal.redibujo import redibujar
    from prep.simulacro.entrega import mostrar
    from prep.simulacro.juez import juzgar
    from prep.simulacro.mostradas import actas_en
    from prep.simulacro.veredicto import renglones
    from prep.transparencia.almacen import abrir
    from prep.transparencia.errores import ErrorEmision

    try:
        lector = abrir(donde, plazo)
    except ErrorEmision as error:
        fallar(str(error))
    with esperando("Juzgando…"):
        veredicto = juzgar(verdad.read_bytes(), lector, redibujar, actas_en)
    if como_json:
        typer.echo(json.dumps(veredicto, ensure_ascii=False, indent=1))
    else:
        mostrar(veredicto)
        todos = list(renglones(veredicto))
        for renglon in todos[:RENGLONES]:
            salida.print(f"  ✗ {escape(renglon)}", soft_wrap=True)
        if (sobran := len(todos) - RENGLONES) > 0:
            salida.print(f"  … y {sobran:,} más: véalos con --json.")
    raise typer.Exit(veredicto["codigo"])


@app.command()
def informe(
    veredicto: Annotated[
        Path,
        typer.Argument(
            metavar="VEREDICTO", exists=True, dir_okay=False, help="Lo que dio «prep simulacro juzgar --json»."
        ),
    ],
    destino: Annotated[Path, typer.Argument(metavar="DESTINO", help="Carpeta donde se escribe.")],
    anterior: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Veredicto de otro simulacro, en orden; puede repetirse."),
    ] = None,
    corrida: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="El corrida.json de «prep simulacro correr»: lo que se vio."),
    ] = None,
) -> None:
    """Escribe el informe del simulacro, como página y como PDF, para presentarlo ante el comité."""
    from prep.simulacro.entrega import escribir_informe
    from prep.simulacro.informe import leer_corrida, leer_veredicto

    v = leer_veredicto(veredicto.read_bytes(), str(veredicto))
    anteriores = [leer_veredicto(a.read_bytes(), str(a)) for a in anterior or []]
    vista = leer_corrida(corrida.read_bytes(), str(corrida)) if corrida else None
    escribir_informe(v, anteriores, vista, destino)
    salida.print(f"Escrito: {escape(str(destino))}/informe.html e informe.pdf", soft_wrap=True)

"""`prep nodo`: a machine that works without internet and delivers when it can."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from prep.plataforma.consola import barra, errores, esperando, fallar, tabla
from prep.plataforma.consola import salida as consola
from prep.plataforma.errores import Impedimento
from prep.plataforma.idioma import a_las, cuantos
from prep.plataforma.lugares import para_escribir
from prep.plataforma.opciones import Llave

if TYPE_CHECKING:
    from prep.intercambio.estado import Enlazado

app = typer.Typer(
    help="Un equipo que trabaja sin internet (un CATD) y entrega al centro cuando puede.", no_args_is_help=True
)


@app.command()
def preparar(
    nombre: Annotated[str, typer.Argument(help="Cómo se llamará este equipo, por ejemplo catd-014.")],
    salida: Annotated[
        Path | None, typer.Option(help="Dónde guardar la solicitud.", show_default="NOMBRE.solicitud.json")
    ] = None,
) -> None:
    """Hace la llave de este equipo, que no sale de él, y la solicitud para que el instituto lo dé de alta."""
    from prep.plataforma.arranque import django_sin_base

    django_sin_base()
    import orjson

    from prep.intercambio import habilitar

    pedido = habilitar.preparar(nombre)
    destino = salida or Path(f"{nombre}.solicitud.json")
    destino.write_bytes(orjson.dumps(pedido, option=orjson.OPT_INDENT_2) + b"\n")
    typer.echo(f"Solicitud de «{nombre}» en {destino}. En el centro: prep nodo alta {destino.name}")


@app.command()
def alta(
    solicitud: Annotated[Path, typer.Argument(help="La que hizo «prep nodo preparar».", exists=True, dir_okay=False)],
    nombre: Annotated[str | None, typer.Option(help="Cómo se le llama entre personas.", show_default="el suyo")] = None,
    clase: Annotated[Literal["catd", "ccv"], typer.Option(help="Qué es.")] = "catd",
    catd: Annotated[
        str | None, typer.Option(help="Clave del CATD: sus casillas son su alcance y las cuentas de su gente viajan.")
    ] = None,
    salida: Annotated[
        Path | None, typer.Option(help="Dónde guardar el paquete.", show_default="NOMBRE.prep-nodo")
    ] = None,
    llave: Llave = None,
) -> None:
    """Da de alta un equipo con la llave del instituto y hace el paquete con lo que debe saber, firmado.

    El paquete lleva el catálogo, la gente y sus facultades, y los ejercicios de la práctica. Cerrados, para ese equipo
    solo, van las cuentas de su gente con su segundo factor y el secreto de los códigos QR.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.bitacora.autoridad import ambito
        from prep.dominio.comun.facultades import ClaseNodo
        from prep.intercambio import habilitar
        from prep.plataforma.llaves import firmante_del_instituto

        datos = solicitud.read_bytes()
        ident = habilitar.leer_solicitud(datos).nodo
        destino = salida or Path(f"{ident}.prep-nodo")
        instituto = firmante_del_instituto(llave)
        with esperando("Haciendo el paquete…"):
            hecho = habilitar.dar_de_alta(datos, instituto, ClaseNodo(clase), nombre or ident, catd, destino)
        huella = ambito().rpartition("/")[2]
    con_que_practicar = "los ejercicios de la práctica"
    if not hecho["practica"]:
        con_que_practicar = "ningún ejercicio de práctica (se preparan con «prep actas practica»)"
    typer.echo(
        f"«{ident}» está dado de alta. En {destino}: el catálogo, {cuantos(hecho['hechos'], 'hecho')}, "
        f"{cuantos(hecho['cuentas'], 'cuenta')} y {con_que_practicar}."
    )
    typer.echo(f"Huella del instituto, que se lleva por otro medio (impresa o por teléfono): {huella}")


_Desde = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Desde qué hecho suyo, contados los que ya están aquí.", show_default="el siguiente a esos"
    ),
]
_Motivo = Annotated[str, typer.Option(help="Por qué. Queda firmado en la bitácora.")]


@app.command()
def alcance(
    nodo: Annotated[str, typer.Argument(help="El equipo, por ejemplo catd-014.")],
    motivo: _Motivo,
    catd: Annotated[
        list[str] | None, typer.Option(help="Clave de un CATD cuyas casillas atiende; repetida, las de varios.")
    ] = None,
    todo: Annotated[bool, typer.Option("--todo", help="Atiende todas las casillas.")] = False,
    desde: _Desde = None,
    llave: Llave = None,
) -> None:
    """Dice, con la llave del instituto, qué casillas atiende un equipo de ahora en adelante, en vez de las de antes.

    Lo que ya escribió se juzga por las que atendía. Solo decide donde el proceso pide alcance_estricto.
    """
    from prep.plataforma.arranque import django_listo

    if bool(catd) == todo:
        raise typer.BadParameter("Diga --catd CLAVE, una o más veces, o --todo.")
    with django_listo():
        from prep.intercambio.cambios import cambiar_alcance
        from prep.plataforma.llaves import firmante_del_instituto

        n, cuantas = cambiar_alcance(nodo, firmante_del_instituto(llave), catd or (), motivo, desde)
    cuales = "todas las casillas" if cuantas is None else cuantos(cuantas, "casilla")
    typer.echo(f"Desde su hecho {n:,}, «{nodo}» atiende {cuales}.")


@app.command()
def baja(
    nodo: Annotated[str, typer.Argument(help="El equipo: uno robado, perdido o que ya no se usa.")],
    motivo: _Motivo,
    desde: _Desde = None,
    llave: Llave = None,
) -> None:
    """Da de baja un equipo con la llave del instituto: nada suyo cuenta desde ese hecho, y no se le recibe más.

    Lo publicado sigue en pie y queda por revisar. No hay vuelta: el equipo que lo releve lleva otro nombre.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio.cambios import dar_de_baja
        from prep.plataforma.llaves import firmante_del_instituto

        n = dar_de_baja(nodo, firmante_del_instituto(llave), motivo, desde)
    typer.echo(f"«{nodo}» está dado de baja: desde su hecho {n:,} nada cuenta.")


@app.command()
def recibir(
    archivo: Annotated[Path, typer.Argument(help="El que hizo «prep nodo alta».", exists=True, dir_okay=False)],
    instituto: Annotated[str, typer.Option(help="Huella del instituto: la que dijo «prep nodo alta».")],
) -> None:
    """Convierte esta instalación en el nodo que el instituto dio de alta, y lo demuestra."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio import habilitar

        with esperando("Tomando el paquete…"):
            hecho = habilitar.recibir_paquete(archivo, instituto)
    typer.echo(
        f"Este equipo es «{hecho.nodo}», de {hecho.ambito}: {cuantos(hecho.hechos, 'hecho nuevo', 'hechos nuevos')} y "
        f"{cuantos(hecho.cuentas, 'cuenta nueva', 'cuentas nuevas')}."
    )
    if hecho.sin_cuenta:
        fallar(f"Aquí otra persona ya usa estos nombres de usuario: {', '.join(hecho.sin_cuenta)}.", 1)


@app.command()
def enviar(
    centro: Annotated[
        list[str],
        typer.Option(
            metavar="URL",
            help="El centro, u otro nodo: https://centro.example. Repetida, otra dirección suya, por otro enlace, para "
            "cuando la primera falla o va lenta.",
        ),
    ],
    cada: Annotated[
        float | None, typer.Option(min=1, help="Segundos entre una vuelta y otra, sin terminar nunca. Sin él, una vez.")
    ] = None,
    autoridad: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Certificado de la autoridad local, si la hay.")
    ] = None,
) -> None:
    """Envía lo que el centro no tiene y trae lo que este nodo debe saber; se puede cortar en cualquier momento."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio import enviar as envios
        from prep.intercambio.linea import ESPERA_S, Http
        from prep.intercambio.vias import MAXIMO, SILENCIO_S, Via, Vias

        if len(set(centro)) < len(centro) or len(centro) > MAXIMO:
            raise Impedimento(f"Indique hasta {MAXIMO} direcciones del centro, cada una una vez.")
        espera = SILENCIO_S if len(centro) > 1 else ESPERA_S
        vias = Vias([Via(url, Http(url, autoridad, espera)) for url in centro])
        with barra() as avance:
            tarea = avance.add_task("Enviando hechos", total=None)

            def decir(van: int, total: int) -> None:
                avance.update(tarea, completed=van, total=total)

            envio = envios.Envio(centro[0].rstrip("/"), vias, decir, vias.estado)
            if cada is not None:
                errores.print(
                    f"Enviando a {escape(' o '.join(centro))} cada {cada:g} s. Ctrl-C para terminar.", soft_wrap=True
                )
            try:
                hecho = envios.insistir(envio, cada, time.sleep, lambda que: errores.print(escape(que), soft_wrap=True))
            except KeyboardInterrupt:
                errores.print("Terminado. Lo que falta se envía al volver a empezar.")
                return
    typer.echo(envios.dicho(hecho))
    for problema in hecho.apartados:
        errores.print(f"[red]✗[/] {escape(problema)}", soft_wrap=True)
    if hecho.apartados:
        fallar("Algo no se pudo enviar; lo demás ya está en el centro.", 1)


@app.command()
def estado() -> None:
    """Dice qué falta por enviar y desde cuándo, el último contacto, el reloj y el disco. Termina con 1 si el equipo no
    puede escribir."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.intercambio.estado import estado as de_aqui

        e = de_aqui()
    typer.echo(f"Nodo «{e.nodo}», de {e.ambito}: {cuantos(e.propios, 'hecho propio', 'hechos propios')}.")
    for enlace in e.enlaces:
        _mostrar(enlace)
    typer.echo(f"Disco libre: {e.disco_libre / 2**30:,.1f} GiB.")
    if not e.alta:
        fallar(f"El instituto no ha dado de alta a este equipo. Empiece por {para_escribir('nodo preparar NOMBRE')}", 1)
    if e.detenido is not None:
        fallar(f"Este equipo ya no escribe como «{e.nodo}»: {e.detenido}", 1)


@app.command()
def ceros(
    salida: Annotated[
        Path | None, typer.Option(help="Dónde guardar la declaración.", show_default="NODO.ceros.json")
    ] = None,
) -> None:
    """Declara, firmado por este equipo, qué actas, imágenes y cortes tiene antes de la puesta en ceros.

    Termina con 1 si tiene algo.
    """
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.bitacora.nodos import nodo_de_aqui
        from prep.intercambio.ceros import declarar, existencias
        from prep.plataforma.almacen import abrir
        from prep.plataforma.lugares import dir_evidencia, dir_publicacion
        from prep.plataforma.reloj import RelojSistema

        donde = [abrir(str(d), privado=True) if d.is_dir() else None for d in (dir_evidencia(), dir_publicacion())]
        tiene, aqui = existencias(*donde), nodo_de_aqui()
        archivo = salida or Path(f"{aqui.nodo}.ceros.json")
        archivo.write_bytes(declarar(aqui, tiene, RelojSistema().ahora()))
    typer.echo(f"Declaración de «{aqui.nodo}» en {archivo}. En el centro: prep operacion ceros --nodo {archivo.name}")
    if not tiene.en_ceros:
        fallar(
            f"Este equipo no está en ceros: {cuantos(tiene.hechos, 'hecho')} de actas, "
            f"{cuantos(tiene.imagenes, 'imagen', 'imágenes')}, {cuantos(tiene.cortes, 'corte')}.",
            1,
        )


def _mostrar(enlace: Enlazado) -> None:
    from prep.plataforma.reloj import RelojSistema

    hoja = tabla("Qué", "Cuánto", titulo=enlace.centro or "Sin centro todavía")
    hoja.add_row("Por enviar", f"{cuantos(enlace.hechos, 'hecho')}, {cuantos(enlace.fotos, 'fotografía')}")
    if enlace.desde is not None:
        hoja.add_row("Desde", f"{enlace.desde.astimezone():%d/%m/%Y %H:%M}")
    hoja.add_row("Último contacto", f"{enlace.contacto.astimezone():%d/%m/%Y %H:%M:%S}" if enlace.contacto else "nunca")
    if enlace.contacto is not None:
        hoja.add_row("Recibo", f"hasta el hecho {enlace.hasta}")
        adelanto = "en hora" if abs(enlace.desfase) < 5 else f"{enlace.desfase:+d} s respecto del centro"
        hoja.add_row("Reloj", adelanto)
    if enlace.ramas > 1:
        hoja.add_row("Atención", f"{enlace.ramas} equipos han escrito con este nombre; se guardó lo de todos")
    ahora = RelojSistema().ahora().astimezone()
    for via in enlace.vias if len(enlace.vias) > 1 else ():
        como = f"falla o va lenta; empezó {a_las(via.desde, ahora)}" if via.desde else "bien"
        hoja.add_row(f"Por {via.url}", f"{como}{'; en uso' if via.en_uso else ''}")
    for problema in enlace.apartados[:20]:
        hoja.add_row("Apartado", problema)
    consola.print(hoja)

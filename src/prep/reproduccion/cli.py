"""`prep reproducir`: a published night, again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.markup import escape

from prep.plataforma.consola import barra, fallar, salida, tabla
from prep.plataforma.idioma import cuantos

if TYPE_CHECKING:
    from prep.reproduccion.comparar import ComparacionEleccion
    from prep.reproduccion.publicado import Anomalia

LINEAS_MOSTRADAS = 12
"""Lines of each kind on the terminal; `comparacion.json` has them all."""


def reproducir(
    archivos: Annotated[
        list[Path], typer.Argument(metavar="ARCHIVO…", help="Bases publicadas: CSV, zip, zip dentro de zip o carpeta.")
    ],
    carpeta: Annotated[Path, typer.Option("--salida", metavar="DIR", help="Carpeta nueva para lo que se publica.")],
    cada: Annotated[int, typer.Option("--cada", min=1, metavar="MIN", help="Minutos entre cortes.")] = 60,
    boletas_especiales: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            help="Boletas aprobadas para cada casilla especial.",
            show_default="750; 1000 desde 2021",
        ),
    ] = None,
    estricto: Annotated[
        bool, typer.Option("--estricto", help="Sale con 1 si algo difiere y la fuente no se contradice ahí.")
    ] = False,
    informe: Annotated[
        Path | None,
        typer.Option("--informe", metavar="ARCHIVO.html", help="Una página con la comparación, para el instituto."),
    ] = None,
) -> None:
    """Reproduce una noche publicada con este sistema y compara cada cifra con la que se publicó.

    Lee la base de un PREP real, vuelve hechos sus renglones a sus propias horas, los pasa por la bitácora, publica
    cortes, comprueba lo que publicó y escribe DIR/comparacion.json. Lo que cuenta y todo total se calcula aquí; nada
    se copia.
    """
    import orjson

    from prep.reproduccion import ErrorDeLectura, leer

    if carpeta.exists() and (not carpeta.is_dir() or any(carpeta.iterdir())):
        _fallar(f"{carpeta} ya existe y no está vacía. Indique otra carpeta en --salida.")
    try:
        with barra() as avance:
            tarea = avance.add_task("Leyendo", total=None)
            bases = leer(archivos, lambda nombre: avance.update(tarea, description=f"Leyendo {Path(nombre).name}"))
    except ErrorDeLectura as error:
        _fallar(str(error))

    from prep.reproduccion.derivar import derivar_proceso
    from prep.reproduccion.guion import Guion

    try:
        derivado = derivar_proceso(bases, boletas_especiales)
        guion = Guion(derivado)
    except ErrorDeLectura as error:
        _fallar(str(error))
    anomalias = [*(a for b in bases for a in b.anomalias), *guion.anomalias]

    from prep.reproduccion.base_aparte import bitacora_aparte

    publicacion = carpeta / "publicacion"
    with bitacora_aparte() as llaves:
        from prep.bitacora.nodos import nodo_local
        from prep.dominio.tabulacion.proceso import Modo
        from prep.plataforma.almacen import abrir
        from prep.publicacion.corte import Corte
        from prep.publicacion.publicador import CorteImposible
        from prep.reproduccion.reproducir import PublicacionIncorrecta, comprobar
        from prep.reproduccion.reproducir import reproducir as reproducir_noche
        from prep.sede.sala import publicador
        from prep.transparencia.nota import LlavePrivada

        quien_publica = publicador(
            derivado.proceso,
            derivado.informativo,
            abrir(str(publicacion)),
            Modo.PRUEBA,
            LlavePrivada.nueva("reproduccion.prep.invalid/prueba"),
            paginas=False,
            reserva=llaves / "reserva",
        )
        with barra() as avance:
            tarea = avance.add_task("Reproduciendo", total=len(guion))

            def contar(hechos: int, corte: Corte | None) -> None:
                avance.advance(tarea, hechos)
                if corte:
                    avance.update(tarea, description=f"Corte {corte.numero}, {corte.hora:%d/%m %H:%M}")

            try:
                hecha = reproducir_noche(
                    derivado,
                    guion,
                    quien_publica,
                    nodo_local(llaves, "reproduccion"),
                    timedelta(minutes=cada),
                    contar,
                )
                avance.update(tarea, description="Comprobando lo publicado")
                veredicto = comprobar(publicacion)
            except CorteImposible as error:
                _fallar(str(error))
            except PublicacionIncorrecta as error:
                _fallar(f"Lo publicado en {publicacion} no pasa la comprobación y no debe usarse: {error}")

    documento = {
        "proceso": derivado.proceso.clave,
        "boletas_especiales": derivado.boletas_especiales,
        "hechos": hecha.hechos,
        "cortes": len(hecha.cortes),
        "elecciones": [c.escribir() for c in hecha.comparaciones],
        "supuestos": [_anomalia(a) for a in derivado.supuestos],
        "anomalias": [_anomalia(a) for a in anomalias],
    }
    (carpeta / "comparacion.json").write_bytes(orjson.dumps(documento, option=orjson.OPT_INDENT_2))
    for comparacion in hecha.comparaciones:
        salida.print(f"[bold]{escape(comparacion.en_una_linea)}[/]", soft_wrap=True)
    for comparacion in hecha.comparaciones:
        mostrar(comparacion)
    for supuesto in derivado.supuestos:
        salida.print(f"[yellow]Supuesto[/] {escape(supuesto.dicha)}", soft_wrap=True)
    _lista("Rarezas de los archivos", [a.dicha for a in anomalias])
    if informe is not None:
        from prep.reproduccion.informe import lineas_pedidas, pagina
        from prep.reproduccion.lector import lineas_publicadas

        renglones = lineas_publicadas(archivos, lineas_pedidas(hecha.comparaciones))
        informe.write_bytes(pagina(derivado, hecha.comparaciones, anomalias, veredicto, renglones))
    salida.print(
        f"{cuantos(hecha.hechos, 'hecho')}, {cuantos(len(hecha.cortes), 'corte')}. Publicado en {publicacion}, "
        f"comprobado: {veredicto}. Comparación en {carpeta / 'comparacion.json'}"
        + (f"; informe en {informe}." if informe else "."),
        soft_wrap=True,
        markup=False,
    )
    if estricto and hecha.sin_explicar:
        raise typer.Exit(1)


_COLORES = {"igual": "green", "explicada": "yellow", "no leída": "magenta", "distinta": "red"}


def mostrar(comparacion: ComparacionEleccion) -> None:
    """One election, for people."""
    from prep.reproduccion.comparar import como_se_dice

    cifras = tabla(
        "Cifra", ">Publicado", ">Calculado", "", titulo=f"{comparacion.eleccion} · {escape(comparacion.archivo)}"
    )
    for c in comparacion.cifras:
        color = _COLORES[c.veredicto]
        calculado = "" if c.calculado is None else str(c.calculado)
        cifras.add_row(c.nombre, escape(str(c.publicado)), calculado, f"[{color}]{c.veredicto}[/]")
    salida.print(cifras)
    _lista(
        "Actas distintas",
        [
            f"línea {a.linea}, {a.clave_acta}, {a.campo}: publicado {_o_nada(a.publicado)}, calculado "
            f"{_o_nada(a.calculado)} ({a.veredicto})"
            for a in comparacion.actas_distintas
        ],
    )
    _lista("No leído", [como_se_dice(n) for n in comparacion.no_leidos])
    _lista(
        "La fuente se contradice",
        [
            f"línea {c.linea}{', ' + c.clave_acta if c.clave_acta else ''}: {c.mensaje}"
            for c in comparacion.contradicciones
        ],
    )


def _lista(titulo: str, lineas: list[str]) -> None:
    if not lineas:
        return
    salida.print(f"[bold]{titulo}[/]: {len(lineas):,}")
    for linea in lineas[:LINEAS_MOSTRADAS]:
        salida.print(f"  {linea}", soft_wrap=True, markup=False)
    if len(lineas) > LINEAS_MOSTRADAS:
        salida.print(f"  y {len(lineas) - LINEAS_MOSTRADAS:,} más, en comparacion.json")


def _o_nada(valor: int | None) -> str:
    return "nada" if valor is None else str(valor)


def _anomalia(a: Anomalia) -> dict[str, Any]:
    return {"archivo": a.archivo, "linea": a.linea, "campo": a.campo, "mensaje": a.mensaje}


def _fallar(mensaje: str) -> NoReturn:
    fallar(f"No se reprodujo. {mensaje}")

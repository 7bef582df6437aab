"""What published nights serve for: `prep reproducir`, one again; `prep catd pronostico`, what the next will be like."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.markup import escape

from prep.papel.opciones import Proceso
from prep.plataforma.consola import barra, fallar, salida, tabla
from prep.plataforma.idioma import cuantos

if TYPE_CHECKING:
    from fractions import Fraction

    from prep.catalogo.pronostico import NochePasada
    from prep.reproduccion.comparar import ComparacionEleccion
    from prep.reproduccion.pronostico import Venida
    from prep.reproduccion.publicado import Anomalia

LINEAS_MOSTRADAS = 12
"""Lines of each kind on the terminal; `comparacion.json` has them all."""


def pronostico(
    proceso: Proceso,
    destino: Annotated[
        Path, typer.Argument(metavar="DESTINO", file_okay=False, help="Carpeta donde se escriben el PDF y el CSV.")
    ],
    noche: Annotated[
        list[Path] | None,
        typer.Option("--noche", metavar="BASE", help="Base de una noche pasada: CSV, zip o carpeta. Se repite."),
    ] = None,
    tablero: Annotated[
        bool, typer.Option("--tablero", help="Lo deja en esta instalación: el tablero compara con lo que llega.")
    ] = False,
) -> None:
    """Estima las actas de cada CATD y cuándo llegan, antes de la noche.

    Escribe en DESTINO pronostico.pdf, con las actas que habría a cada posible hora de inicio, y pronostico.csv, con
    cada CATD cada media hora. Sin --noche toma las curvas supuestas, que el informe nombra.
    """
    from datetime import datetime, time
    from zoneinfo import ZoneInfo

    from prep.catalogo.informativo import CIERRE_DE_CASILLAS
    from prep.catalogo.pronostico import Que, guardar, pronosticar, supuestas
    from prep.papel.opciones import leer_carpeta
    from prep.plataforma.lugares import archivo_pronostico
    from prep.reproduccion import pronostico as informes

    leido, informativo = leer_carpeta(proceso)
    inicio = informativo.publicacion.inicio
    if inicio is None:
        fallar("El proceso no dice cuándo empieza la publicación: anótelo en [publicacion] de proceso.toml.", 1)
    dia = inicio.astimezone(ZoneInfo(leido.zona_horaria))
    cierre = datetime.combine(dia.date(), time(CIERRE_DE_CASILLAS), dia.tzinfo)
    noches = [n for n, _ in _noches(noche)] if noche else supuestas(len(leido.elecciones))
    hecho = pronosticar(leido, noches, cierre)
    destino.mkdir(parents=True, exist_ok=True)
    nombres = {c.clave: c.nombre for c in informativo.catds}
    (destino / "pronostico.pdf").write_bytes(informes.informe(hecho, nombres))
    (destino / "pronostico.csv").write_bytes(informes.tabla(hecho))
    if tablero:
        guardar(hecho, archivo_pronostico())
    lista = tabla("inicio", ">sobres en CATD", ">con foto o sobre", ">verificadas")
    for paso in informes.ARRANQUES:
        lista.add_row(f"{hecho.hora(paso):%H:%M}", *(f"{hecho.total[q][paso]:,}" for q in Que))
    salida.print(lista)
    salida.print(f"{cuantos(hecho.esperadas, 'acta')} en {len(hecho.centros)} CATD: {escape(str(destino))}")


def probar_pronostico(
    noches: Annotated[
        list[Path], typer.Argument(metavar="NOCHE…", help="Bases publicadas de cada noche: CSV, zip o carpeta.")
    ],
) -> None:
    """Dice cuánto se habría equivocado el pronóstico en noches que se publicaron.

    De cada noche pronostica la mitad de sus distritos o municipios con la otra mitad; y, si se dan varias, cada noche
    con las demás. El error es de lo esperado, a cada hora: en puntos porcentuales.
    """
    from prep.catalogo.pronostico import Que
    from prep.reproduccion.pronostico import HORAS, Error, entre_noches, entre_zonas

    lista = tabla("caso", "noche", "pronosticada con", "qué llega", ">error medio", ">error mayor")
    casos: list[Error] = []

    def agregar(nombre: str, con: str, errores: list[Error]) -> None:
        casos.append(next(e for e in errores if e.que is Que.SOBRE))
        for e in errores:
            lista.add_row(str(len(casos)), escape(nombre), con, e.que.value, _puntos(e.medio), _puntos(e.mayor))

    leidas = _noches(noches)
    for una, venidas in leidas:
        mitades, de_zonas = entre_zonas(venidas)
        for n, errores in enumerate(mitades, 1):
            agregar(f"{una.nombre}, mitad {n} de sus distritos", "la otra mitad", errores)
        medios = sorted(e.medio for errores in de_zonas for e in errores if e.que is Que.SOBRE)
        mediana, mayor = _puntos(medios[len(medios) // 2]), _puntos(medios[-1])
        lista.add_row("", escape(f"{una.nombre}, un distrito solo"), "la otra mitad", "sobre", mediana, mayor)
    for nombre, errores in entre_noches(leidas):
        agregar(nombre, "las otras noches", errores)
    salida.print(lista)
    salida.print("De un distrito solo: la mediana y el mayor de los errores medios.")
    salida.print("Sobres, a cada hora después del cierre: pronosticado menos ocurrido.")
    por_hora = tabla("hora", *(f">caso {n}" for n in range(1, len(casos) + 1)))
    for i, hora in enumerate(HORAS):
        por_hora.add_row(f"+{hora} h", *(_puntos(e.pares[i][1] - e.pares[i][0]) for e in casos))
    salida.print(por_hora)


def _puntos(f: Fraction) -> str:
    """Percentage points, to the nearest tenth."""
    decimas = round(f * 1000)
    return f"{'-' if decimas < 0 else ''}{abs(decimas) // 10}.{abs(decimas) % 10}"


def _noches(rutas: list[Path]) -> list[tuple[NochePasada, list[Venida]]]:
    """Each of those as a past night; leave saying what cannot be read."""
    from prep.reproduccion import ErrorDeLectura, leer
    from prep.reproduccion.pronostico import noche, observar

    salen = []
    for ruta in rutas:
        try:
            bases = leer([ruta])
        except ErrorDeLectura as error:
            fallar(str(error))
        venidas = observar(bases)
        if not any(v.acopio is not None for v in venidas):
            fallar(f"{ruta} no dice a qué hora llegó ningún acta: no sirve como noche pasada.")
        salen.append(
            (noche(f"{ruta.stem} ({cuantos(len(bases), 'elección', 'elecciones')})", len(bases), venidas), venidas)
        )
    return salen


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

    from prep.dominio.tabulacion.proceso import Modo
    from prep.plataforma.almacen import abrir
    from prep.reproduccion import ErrorDeLectura, leer
    from prep.reproduccion.base_aparte import bitacora_en_camino
    from prep.reproduccion.comparar import comparar
    from prep.reproduccion.comprobador import PublicacionIncorrecta, comprobador
    from prep.reproduccion.derivar import derivar_proceso
    from prep.reproduccion.guion import Guion

    if carpeta.exists() and (not carpeta.is_dir() or any(carpeta.iterdir())):
        _fallar(f"{carpeta} ya existe y no está vacía. Indique otra carpeta en --salida.")
    publicacion = carpeta / "publicacion"
    almacen = abrir(str(publicacion))
    with barra() as avance, comprobador() as empezar_a_comprobar:
        tarea = avance.add_task("Leyendo", total=None)
        try:
            bases = leer(archivos, lambda nombre: avance.update(tarea, description=f"Leyendo {Path(nombre).name}"))
        except ErrorDeLectura as error:
            _fallar(str(error))
        with bitacora_en_camino() as bitacora_lista:
            try:
                derivado = derivar_proceso(bases, boletas_especiales)
                guion = Guion(derivado)
            except ErrorDeLectura as error:
                _fallar(str(error))
            llaves = bitacora_lista()

            from prep.bitacora.nodos import nodo_local
            from prep.plataforma.procesos import buscar_menos_basura, perpetuar
            from prep.publicacion.corte import Corte
            from prep.publicacion.publicador import CorteImposible
            from prep.reproduccion.reproducir import leer_publicado
            from prep.reproduccion.reproducir import reproducir as reproducir_noche
            from prep.sede.sala import publicador
            from prep.transparencia.nota import LlavePrivada

            quien_publica = publicador(
                derivado.proceso,
                derivado.informativo,
                almacen,
                Modo.PRUEBA,
                LlavePrivada.nueva("reproduccion.prep.invalid/prueba"),
                paginas=False,
                reserva=llaves / "reserva",
            )
            perpetuar()
            buscar_menos_basura()
            avance.update(tarea, description="Reproduciendo", total=len(guion))

            def contar(hechos: int, corte: Corte | None) -> None:
                avance.advance(tarea, hechos)
                if corte:
                    avance.update(tarea, description=f"Corte {corte.numero}, {corte.hora:%d/%m %H:%M}")

            nodo, paso = nodo_local(llaves, "reproduccion"), timedelta(minutes=cada)
            try:
                hecha = reproducir_noche(derivado, guion, quien_publica, nodo, paso, contar)
            except CorteImposible as error:
                _fallar(str(error))
            avance.update(tarea, description="Comprobando lo publicado")
            veredicto_de = empezar_a_comprobar(publicacion)
        comparaciones = comparar(derivado, leer_publicado(almacen, hecha.cortes[-1].ruta, derivado))
        try:
            veredicto = veredicto_de()
        except PublicacionIncorrecta as error:
            _fallar(str(error))

    anomalias = [*(a for b in bases for a in b.anomalias), *guion.anomalias]
    documento = {
        "proceso": derivado.proceso.clave,
        "boletas_especiales": derivado.boletas_especiales,
        "hechos": hecha.hechos,
        "cortes": len(hecha.cortes),
        "elecciones": [c.escribir() for c in comparaciones],
        "supuestos": [_anomalia(a) for a in derivado.supuestos],
        "anomalias": [_anomalia(a) for a in anomalias],
    }
    (carpeta / "comparacion.json").write_bytes(orjson.dumps(documento, option=orjson.OPT_INDENT_2))
    for comparacion in comparaciones:
        salida.print(f"[bold]{escape(comparacion.en_una_linea)}[/]", soft_wrap=True)
    for comparacion in comparaciones:
        mostrar(comparacion)
    for supuesto in derivado.supuestos:
        salida.print(f"[yellow]Supuesto[/] {escape(supuesto.dicha)}", soft_wrap=True)
    _lista("Rarezas de los archivos", [a.dicha for a in anomalias])
    if informe is not None:
        from prep.reproduccion.informe import lineas_pedidas, pagina
        from prep.reproduccion.lector import lineas_publicadas

        renglones = lineas_publicadas(archivos, lineas_pedidas(comparaciones))
        informe.write_bytes(pagina(derivado, comparaciones, anomalias, veredicto, renglones))
    salida.print(
        f"{cuantos(hecha.hechos, 'hecho')}, {cuantos(len(hecha.cortes), 'corte')}. Publicado en {publicacion}, "
        f"comprobado: {veredicto}. Comparación en {carpeta / 'comparacion.json'}"
        + (f"; informe en {informe}." if informe else "."),
        soft_wrap=True,
        markup=False,
    )
    if estricto and any(c.sin_explicar for c in comparaciones):
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

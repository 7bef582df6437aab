"""`prep operacion`: the acts that open, mark and close a night."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from prep.plataforma.consola import fallar
from prep.plataforma.idioma import cuantos
from prep.plataforma.opciones import Llave
from prep.sede.cotejo import Seccion, diferencias, leer
from prep.sede.firmar import Quien, fecha_y_hora, firmar, persona_de
from prep.sede.opciones import Destino, Mapa, Modo
from prep.sede.sala import sala

if TYPE_CHECKING:
    from prep.publicacion.publicador import Publicador
    from prep.sede.actos import Acto

app = typer.Typer(help="Los actos que abren, marcan y cierran una noche, firmados.", no_args_is_help=True)


@app.command()
def fundar(modo: Modo = None, destino: Destino = None, llave: Llave = None) -> None:
    """Dice, con la llave del instituto, de qué proceso es esta instalación, y da de alta su nodo y a su gente.

    Va antes de la puesta en ceros. Repetida, da de alta a quien sea nuevo en el catálogo.
    """
    with sala(modo, destino, llave, None) as s:
        from prep.sede import actos

        altas = actos.fundar(s.publicador, s.nodo, s.ahora())
        cuantas = cuantos(altas, "alta firmada", "altas firmadas")
        typer.echo(f"Instalación fundada: {cuantas} por el instituto.")


@app.command()
def hoja(
    destino: Annotated[Path, typer.Argument(metavar="ARCHIVO", dir_okay=False, help="El PDF que se va a escribir.")],
) -> None:
    """Escribe la hoja de prueba: partidos, candidaturas, colores y recuadros como se van a mostrar, para aprobarla."""
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.catalogo.services import cargar, informativo
        from prep.sede.hoja import hoja_de_prueba, muestra

        datos = hoja_de_prueba(muestra(cargar(), informativo()))
    destino.write_bytes(datos)
    typer.echo(f"Hoja de prueba en {destino}. Cuando la hayan leído: prep operacion aprobar {destino} --quien USUARIO")


@app.command()
def aprobar(
    leida: Annotated[
        Path, typer.Argument(metavar="HOJA", exists=True, dir_okay=False, help="La que hizo «prep operacion hoja».")
    ],
    quien: Quien,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Firma que alguien de la sede central aprobó la hoja de prueba. Si no es la del proceso de aquí, se niega."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.sede.actos import aprobar

        return aprobar(p, hora, persona_de(quien), leida.read_bytes())

    firmar(acto, modo, destino, llave)


@app.command()
def ceros(
    politica: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Quiénes deben cofirmar cada corte (se publica).")
    ] = None,
    nodo: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Lo que declaró un nodo con «prep nodo ceros». Se repite."),
    ] = None,
    sin_aprobar: Annotated[
        str, typer.Option(metavar="MOTIVO", show_default=False, help="Por qué nadie aprobó la hoja de prueba.")
    ] = "",
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
    mapa: Mapa = None,
) -> None:
    """Puesta en ceros: congela el proceso, publica el corte en ceros y firma que no hay actas, imágenes ni cortes.

    Se niega si las hay, aquí o en un nodo o teléfono que lo haya dicho, o si lo que se va a mostrar no es lo aprobado.
    Quien no ha respondido queda nombrado.
    """
    datos = politica.read_bytes() if politica else None

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.intercambio.ceros import leer
        from prep.sede.actos import puesta_en_ceros

        declaraciones = [leer(archivo.read_bytes(), hora) for archivo in nodo or ()]
        return puesta_en_ceros(p, hora, datos, declaraciones, sin_aprobar)

    firmar(acto, modo, destino, llave, mapa)


@app.command()
def prorroga(
    hasta: Annotated[str, typer.Argument(metavar="FECHA", help="Hasta cuándo, hora local: «2027-06-07 22:00».")],
    motivo: Annotated[str, typer.Argument(help="Por qué, en palabras llanas.")],
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Aplaza el cierre, antes de que se firme."""
    limite = fecha_y_hora(hasta)

    def acto(p: Publicador, hora: datetime) -> Acto:
        from zoneinfo import ZoneInfo

        from prep.sede.actos import prorroga

        return prorroga(p, hora, limite.replace(tzinfo=ZoneInfo(p.proceso.zona_horaria)), motivo)

    firmar(acto, modo, destino, llave)


@app.command()
def fe(
    posicion: Annotated[int, typer.Argument(min=0, help="La del acto en el registro: la dice la orden que lo firmó.")],
    texto: Annotated[str, typer.Argument(help="De qué da fe, en palabras llanas.")],
    quien: Quien,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Deja constancia de que una persona con fe pública estuvo en un acto, y de lo que dice de él."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.sede.actos import fe_publica

        return fe_publica(p, hora, posicion, persona_de(quien), texto)

    firmar(acto, modo, destino, llave)


@app.command()
def cierre(
    quien: Annotated[
        str, typer.Option(help="Quién cierra: su usuario, o su clave de persona.", show_default=False)
    ] = "",
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
    mapa: Mapa = None,
) -> None:
    """Publica el último corte y firma el cierre. Después puede haber actos, y nunca cortes."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.sede.actos import cierre

        return cierre(p, hora, persona_de(quien) if quien else "")

    firmar(acto, modo, destino, llave, mapa)


Auditada = Annotated[
    Path | None,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help="La huella auditada: la que guardó «cotejar --guardar», o el documento de un acto de huella.",
    ),
]


@app.command()
def huella(
    momento: Annotated[Literal["antes", "durante", "despues"], typer.Argument(help="En qué momento de la noche.")],
    auditada: Auditada = None,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Firma qué está corriendo: programa, dependencias, máquina, base de datos y configuración, nombre por nombre.

    Con la huella auditada, dice además cada cosa en que difieren (y termina con código 1). La firma dice lo que hay,
    coincida o no.
    """

    antes = None if auditada is None else leer(auditada)
    actual: dict[str, Seccion] = {}

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.sede.actos import huella
        from prep.sede.huella import tomar

        actual.update(tomar())
        return huella(p, hora, momento, actual)

    firmar(acto, modo, destino, llave)
    if antes is not None:
        _decir_diferencias(antes, actual)


@app.command()
def cotejar(
    auditada: Auditada = None,
    guardar: Annotated[Path | None, typer.Option(dir_okay=False, help="Guarda aquí la huella de lo que corre.")] = None,
) -> None:
    """Compara lo que corre con lo que se auditó, sin firmar nada, y nombra cada diferencia (código 1 si las hay)."""
    if auditada is None and guardar is None:
        fallar("Diga con qué huella se compara, o dónde se guarda la de aquí (--guardar).", 2)
    antes = None if auditada is None else leer(auditada)
    from prep.plataforma.arranque import django_listo

    with django_listo():
        from prep.sede.huella import tomar

        actual = tomar()
    if guardar is not None:
        guardar.write_text(json.dumps(actual, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        cosas = cuantos(sum(map(len, actual.values())), "cosa", "cosas")
        typer.echo(f"Huella de {cosas}, guardada en {guardar}.")
    if antes is not None:
        _decir_diferencias(antes, actual)


def _decir_diferencias(auditada: Mapping[str, Seccion], actual: Mapping[str, Seccion]) -> None:
    halladas = diferencias(auditada, actual)
    for hallada in halladas:
        typer.echo(f"✗ {hallada}")
    if halladas:
        fallar(f"Lo que corre no es lo que se auditó: {cuantos(len(halladas), 'diferencia', 'diferencias')}.", 1)
    typer.echo("✓ Lo que corre es lo que se auditó, cosa por cosa.")


@app.command()
def contingencia(
    clave: Annotated[str, typer.Argument(help="Clave del plan de continuidad.")],
    texto: Annotated[str, typer.Argument(help="Qué pasó, en palabras llanas.")],
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Declara una contingencia."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.sede.actos import contingencia

        return contingencia(p, hora, clave, texto)

    firmar(acto, modo, destino, llave)


@app.command()
def correccion(
    corte: Annotated[int, typer.Argument(min=1, help="Corte que se corrige.")],
    corregido_por: Annotated[int, typer.Argument(min=1, help="Corte que lo corrige.")],
    motivo: Annotated[str, typer.Argument(help="Por qué, en palabras llanas.")],
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Deja dicho que un corte publicado lo corrige otro, y por qué. Nada se retira."""

    def acto(p: Publicador, hora: datetime) -> Acto:
        from prep.sede.actos import correccion

        return correccion(p, hora, corte, corregido_por, motivo)

    firmar(acto, modo, destino, llave)


@app.command()
def delegar(
    nodo: Annotated[str, typer.Argument(help="El nodo dado de alta, por ejemplo catd-014.")],
    hasta: Annotated[str, typer.Option(metavar="FECHA", help="Cuándo vence, hora local: «2027-06-07 12:00».")],
    catd: Annotated[
        list[str] | None,
        typer.Option(
            help="Clave de un CATD cuyas actas puede publicar. Se repite.", show_default="las que atiende el nodo"
        ),
    ] = None,
    todo: Annotated[bool, typer.Option("--todo", help="Puede publicar las de cualquier casilla que tenga.")] = False,
    salida: Annotated[
        Path | None, typer.Option(help="Dónde guardar el archivo.", show_default="NODO.delegacion")
    ] = None,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Encarga a un nodo publicar por su cuenta un corte parcial, si el centro no puede, y lo firma en el registro.

    El archivo que hace se lleva al nodo antes de la jornada. No es secreto: solo le sirve a ese equipo.
    """
    vence = fecha_y_hora(hasta)
    with sala(modo, destino, llave, None) as s:
        from zoneinfo import ZoneInfo

        from prep.sede.nodos import delegar

        vence = vence.replace(tzinfo=ZoneInfo(s.publicador.proceso.zona_horaria))
        acto, archivo = delegar(s.publicador, s.ahora(), nodo, vence, catd or (), todo)
    donde = salida or Path(f"{nodo}.delegacion")
    donde.write_bytes(archivo)
    typer.echo(
        f"Firmado en el registro, posición {acto.posicion}: «{nodo}» puede publicar hasta el {vence:%d/%m/%Y %H:%M}."
    )
    typer.echo(f"Llévele {donde}. En el nodo: prep nodo corte --delegacion {donde.name}")


@app.command()
def reconocer_nodo(
    donde: Annotated[str, typer.Argument(metavar="DIR|URL", help="Lo que publicó el nodo: su carpeta o su dirección.")],
    plazo: Annotated[int, typer.Option(min=1, help="Segundos que puede tomar leer de la red.")] = 3600,
    modo: Modo = None,
    destino: Destino = None,
    llave: Llave = None,
) -> None:
    """Firma hasta dónde publicó un nodo por su cuenta, y de qué actas el instituto publica otra lectura, y por qué.

    Antes, sus hechos deben estar aquí y publicados en un corte.
    """
    with sala(modo, destino, llave, None) as s:
        from prep.sede.nodos import reconocer
        from prep.transparencia.almacen import abrir

        hecho = reconocer(s.publicador, s.ahora(), abrir(donde, plazo))
    typer.echo(
        f"Firmado en el registro, posición {hecho.acto.posicion}: lo que publicó {hecho.nombre}, «{hecho.nodo}»."
    )
    typer.echo(f"{cuantos(hecho.actas, 'acta')}; con otra lectura en el instituto: {len(hecho.otras)}.")
    for clave, porque in sorted(hecho.otras.items()):
        typer.echo(f"  {clave}: {porque.replace('_', ' ')}")


@app.command()
def vigilar(
    destino: Destino = None,
    reglas: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Escribe aquí las mismas alarmas, para Prometheus, y termina.")
    ] = None,
) -> None:
    """Dice cómo está cada parte de la instalación, y qué hacer con cada alarma (código 1 si hay alguna)."""
    from rich.markup import escape

    from prep.plataforma import lugares
    from prep.plataforma.arranque import django_listo
    from prep.plataforma.consola import salida, tabla

    with django_listo():
        from prep.diseno.textos import texto
        from prep.plataforma.almacen import abrir
        from prep.plataforma.reloj import RelojSistema
        from prep.sede import alarmas, salud

        if reglas is not None:
            reglas.write_text(alarmas.reglas(), encoding="utf-8")
            typer.echo(f"Reglas de Prometheus en {reglas}.")
            return
        medidas = salud.ver(abrir(destino or str(lugares.dir_publicacion())), RelojSistema().ahora()).medidas
        cifras = tabla("", "Qué se mide", ">Ahora", ">Alarma desde", "De qué parte", "Detalle")
        for m in medidas:
            valor, limite = f"{m.valor:,}", f"{alarmas.LIMITES[m.que]:,}"
            que = texto(f"sede.medida.{m.que}")
            cifras.add_row("✗" if m.es_alarma else "✓", que, valor, limite, escape(m.de), escape(m.detalle))
        salida.print(cifras)
        encendidas = alarmas.alarmas(medidas)
        for a in encendidas:
            salida.print(f"[red]✗[/] {escape(a.titulo)}", soft_wrap=True)
            for linea in (*a.casos, a.paso, f"Qué hacer. {a.hacer}", f"docs/alarmas.md#{a.ancla}"):
                salida.print(f"  {escape(linea)}", soft_wrap=True)
        if encendidas:
            fallar(f"Hay {cuantos(len(encendidas), 'alarma')}.", 1)
        salida.print("Ninguna alarma: todo está en orden.")

"""`prep leer`, `prep actas …` and `prep imagenes …`"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from prep.lectura.fotografiar import NIVELES

actas = typer.Typer(
    help="Actas en papel: imprimirlas, llenarlas y fotografiarlas para simulacros.", no_args_is_help=True
)
imagenes = typer.Typer(help="Imágenes como evidencia.", no_args_is_help=True)

Proceso = Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta del proceso, con proceso.toml.")]
Salida = Annotated[Path, typer.Option(help="Carpeta donde se escribe.")]
Llave = Annotated[
    Path, typer.Option(envvar="PREP_LLAVE_QR", help="Archivo con el secreto de los QR; se crea si no existe.")
]
Eleccion = Annotated[str | None, typer.Option(help="Sólo esta elección.")]
Catd = Annotated[str | None, typer.Option(help="Sólo las casillas de este CATD.")]
Casilla = Annotated[str | None, typer.Option(help="Sólo esta casilla, por su clave, como 140024C0100.")]
Semilla = Annotated[int, typer.Option(help="Con la misma semilla sale lo mismo.")]
LLAVE = Path("datos/llaves/qr")


def _barra(consola: Console | None = None) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=consola or Console(stderr=True),
        transient=True,
    )


def _formas(carpeta: Path, llave: Path, aviso: str = ""):  # type: ignore[no-untyped-def]
    from prep.catalogo.cli import mostrar_problemas
    from prep.catalogo.lector import leer_proceso
    from prep.catalogo.problemas import ProcesoInvalido
    from prep.lectura.formas import Formas
    from prep.plataforma.llaves import leer_o_crear

    try:
        proceso, informativo = leer_proceso(carpeta)
    except ProcesoInvalido as error:
        mostrar_problemas(error.problemas)
        raise typer.Exit(1) from None
    try:
        secreto = leer_o_crear(llave)
    except OSError as error:
        raise typer.BadParameter(f"No se pudo leer el secreto de los QR en {llave}: {error.strerror}.") from None
    if len(secreto) < 16:
        raise typer.BadParameter(f"El secreto de los QR en {llave} es demasiado corto: se esperan 16 caracteres o más.")
    return Formas(proceso, informativo, secreto.encode(), aviso)


def _elegidas(formas, eleccion: str | None, catd: str | None, casilla: str | None):  # type: ignore[no-untyped-def]
    elegidas = list(formas.actas(eleccion, catd, casilla))
    if not elegidas:
        raise typer.BadParameter(
            "Ninguna acta del proceso corresponde a lo pedido: revise --eleccion, --catd y --casilla."
        )
    return elegidas


@actas.command()
def generar(
    proceso: Proceso,
    salida: Salida,
    eleccion: Eleccion = None,
    catd: Catd = None,
    casilla: Casilla = None,
    por: Annotated[str, typer.Option(help="Un PDF por «catd» o por «casilla».")] = "catd",
    aviso: Annotated[str, typer.Option(help="Leyenda impresa en cada acta.")] = "SIMULACRO · SIN VALIDEZ OFICIAL",
    llave: Llave = LLAVE,
) -> None:
    """Escribe las actas en PDF, una página por acta, con su QR."""
    from prep.lectura.papel import pdf_actas

    if por not in ("catd", "casilla"):
        raise typer.BadParameter("--por es catd o casilla.")
    formas = _formas(proceso, llave, aviso)
    grupos: dict[str, list[str]] = {}
    for a in _elegidas(formas, eleccion, catd, casilla):
        clave = (a.casilla.catd or "sin-catd") if por == "catd" else str(a.casilla.clave)
        grupos.setdefault(clave, []).append(a.clave)
    salida.mkdir(parents=True, exist_ok=True)
    with _barra() as barra:
        tarea = barra.add_task("Actas", total=sum(map(len, grupos.values())))
        for nombre, claves in sorted(grupos.items()):
            try:
                pdf = pdf_actas([formas.hoja(c) for c in claves])
            except ValueError as error:
                raise typer.BadParameter(str(error)) from None
            (salida / f"actas_{nombre}.pdf").write_bytes(pdf)
            barra.advance(tarea, len(claves))
    typer.echo(f"{sum(map(len, grupos.values()))} actas en {len(grupos)} archivos: {salida}")


@actas.command()
def etiquetas(
    proceso: Proceso,
    salida: Annotated[Path, typer.Option(help="Archivo PDF.")],
    eleccion: Eleccion = None,
    catd: Catd = None,
    casilla: Casilla = None,
    llave: Llave = LLAVE,
) -> None:
    """Escribe una hoja de etiquetas QR para actas impresas por otros, que se pegan en el acopio."""
    from prep.lectura.papel import pdf_etiquetas

    formas = _formas(proceso, llave)
    hojas = [formas.hoja(a.clave) for a in _elegidas(formas, eleccion, catd, casilla)]
    lineas = [
        (
            h.qr,
            f"{h.identificacion.seccion:04d} {h.identificacion.casilla}",
            f"{h.identificacion.clave_acta} · {h.identificacion.eleccion}",
        )
        for h in hojas
    ]
    salida.write_bytes(pdf_etiquetas(lineas))
    typer.echo(f"{len(lineas)} etiquetas: {salida}")


@actas.command()
def llenar(
    proceso: Proceso,
    salida: Salida,
    cuantas: Annotated[int, typer.Option(min=1, help="Cuántas actas.")] = 10,
    eleccion: Eleccion = None,
    catd: Catd = None,
    casilla: Casilla = None,
    semilla: Semilla = 1,
    limpias: Annotated[bool, typer.Option("--limpias", help="Sin tachaduras, vacíos ni errores.")] = False,
    digitos: Annotated[
        Path | None,
        typer.Option(help="Carpeta con dígitos reales en formato IDX; sin ella escribe la mano del sistema."),
    ] = None,
    llave: Llave = LLAVE,
) -> None:
    """Llena actas a mano con votos inventados: una imagen PNG y su verdad en JSON por acta."""
    import numpy as np

    from prep.lectura.llenar import LIMPIO, planear, votos_al_azar
    from prep.lectura.llenar import llenar as escribir
    from prep.lectura.opencv import cv2
    from prep.lectura.otras_manos import Digitos

    formas = _formas(proceso, llave, "SIMULACRO · SIN VALIDEZ OFICIAL")
    elegidas = _elegidas(formas, eleccion, catd, casilla)
    rng = np.random.default_rng(semilla)
    elegidas = [elegidas[i] for i in sorted(rng.permutation(len(elegidas))[:cuantas])]
    try:
        reales = Digitos.abrir(digitos) if digitos else None
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"No se pudieron leer los dígitos: {error}") from None
    salida.mkdir(parents=True, exist_ok=True)
    with _barra() as barra:
        for i, acta in enumerate(barra.track(elegidas, description="Llenando")):
            propio = np.random.default_rng([semilla, i])
            hoja = formas.hoja(acta.clave)
            votos = votos_al_azar(hoja.plantilla, propio)
            plan = planear(hoja.plantilla, votos, propio, LIMPIO if limpias else None)
            imagen = escribir(hoja, plan, propio, reales)
            cv2.imwrite(str(salida / f"{acta.clave}.png"), imagen[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 3])
            verdad = {
                "acta": acta.clave,
                "plantilla": hoja.plantilla.id,
                "campos": {clave: e.como_dict() for clave, e in plan.items()},
            }
            (salida / f"{acta.clave}.json").write_text(
                json.dumps(verdad, ensure_ascii=False, indent=1), encoding="utf-8"
            )
    typer.echo(f"{len(elegidas)} actas llenas: {salida}")


@actas.command()
def fotografiar(
    llenas: Annotated[Path, typer.Argument(metavar="DIR", help="Carpeta de «prep actas llenar».")],
    salida: Salida,
    nivel: Annotated[list[str] | None, typer.Option(help="scan, mild, medium o hard; puede repetirse.")] = None,
    semilla: Semilla = 1,
) -> None:
    """Fotografía mal actas llenas: de un escáner («scan») a una foto movida, doblada y con sombra («hard»)."""
    import numpy as np

    from prep.lectura.fotografiar import fotografiar as tomar
    from prep.lectura.llenar import PX_MM
    from prep.lectura.opencv import cv2
    from prep.lectura.plantilla import ALTO, ANCHO

    niveles = nivel or list(NIVELES)
    if malos := [n for n in niveles if n not in NIVELES]:
        raise typer.BadParameter(f"No existe el nivel «{malos[0]}»: use {', '.join(NIVELES)}.")
    rutas = sorted(llenas.glob("*.png"))
    if not rutas:
        raise typer.BadParameter(f"En {llenas} no hay actas llenas: use antes «prep actas llenar».")
    salida.mkdir(parents=True, exist_ok=True)
    with _barra() as barra:
        tarea = barra.add_task("Fotografiando", total=len(rutas) * len(niveles))
        for i, ruta in enumerate(rutas):
            imagen = cv2.imread(str(ruta))
            if imagen is None or imagen.shape[:2] != (round(ALTO * PX_MM), round(ANCHO * PX_MM)):
                raise typer.BadParameter(f"{ruta.name} no es un acta de «prep actas llenar».")
            for k, n in enumerate(niveles):
                foto = tomar(np.ascontiguousarray(imagen[:, :, ::-1]), n, np.random.default_rng([semilla, i, k]))
                (salida / f"{ruta.stem}-{n}.jpg").write_bytes(foto.jpeg)
                verdad = ruta.with_suffix(".json")
                if verdad.exists():
                    (salida / f"{ruta.stem}-{n}.json").write_bytes(verdad.read_bytes())
                barra.advance(tarea)
    typer.echo(f"{len(rutas) * len(niveles)} fotografías: {salida}")


def _archivos(rutas: list[Path]) -> Iterator[Path]:
    for ruta in rutas:
        if ruta.is_dir():
            yield from sorted(
                p for p in ruta.iterdir() if re.search(r"\.(jpe?g|png|tiff?|pdf)$", p.name, re.IGNORECASE)
            )
        else:
            yield ruta


def _paginas(ruta: Path, lado_minimo: int | None = None) -> list[bytes]:
    """Pages of a file; raise `ArchivoRechazado`, also when it cannot be opened."""
    from prep.lectura.evidencia import LADO_MINIMO, PESO_MAXIMO, ArchivoRechazado, paginas

    try:
        if ruta.stat().st_size > PESO_MAXIMO:
            raise ArchivoRechazado(f"El archivo pesa más de {PESO_MAXIMO // 2**20} MB.")
        return paginas(ruta.read_bytes(), lado_minimo or LADO_MINIMO)
    except OSError as error:
        raise ArchivoRechazado(error.strerror or str(error)) from None


def leer(
    imagenes: Annotated[list[Path], typer.Argument(metavar="IMAGEN…", help="Imágenes, PDF o carpetas.")],
    proceso: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Carpeta del proceso que imprimió las actas.")
    ] = None,
    forma: Annotated[
        Path | None, typer.Option(metavar="FORMA.JSON", help="Descripción de una forma de otro diseño.")
    ] = None,
    cifras: Annotated[bool, typer.Option("--cifras", help="Cada imagen es el recorte de un solo dígito.")] = False,
    como_json: Annotated[bool, typer.Option("--json", help="Una línea JSON por página.")] = False,
    verdad: Annotated[bool, typer.Option("--verdad", help="Compara con el .json que acompaña a cada imagen.")] = False,
    llave: Llave = LLAVE,
) -> None:
    """Lee actas: identifica, endereza y lee sus números. Lo que no es seguro no se acepta."""
    from prep.lectura.ajena import FormaInvalida, abrir
    from prep.lectura.evidencia import ArchivoRechazado
    from prep.lectura.lector import Lector, LectorAjeno
    from prep.lectura.noche import comparar

    if (proceso is not None) + (forma is not None) + cifras != 1:
        raise typer.BadParameter("Indique una de las tres: --proceso DIR, --forma FORMA.JSON o --cifras.")
    rutas = list(_archivos(imagenes))
    if cifras:
        _leer_cifras(rutas, como_json)
        return
    lector: Lector | LectorAjeno
    if forma is not None:
        try:
            lector = LectorAjeno(abrir(forma))
        except FormaInvalida as error:
            raise typer.BadParameter(str(error)) from None
    else:
        assert proceso is not None
        formas = _formas(proceso, llave)
        lector = Lector(formas.plantilla_de, formas.clave, formas.llave)
    cuentas = {"leidas": 0, "rechazadas": 0, "campos": 0, "aceptados": 0, "bien": 0, "mal": 0}
    tabla = Table("imagen", "acta", "resultado", "campos", "aceptados", title="Lectura")
    with _barra() as barra:
        for ruta in barra.track(rutas, description="Leyendo"):
            try:
                hojas = _paginas(ruta)
            except ArchivoRechazado as error:
                cuentas["rechazadas"] += 1
                _anotar(como_json, tabla, {"archivo": str(ruta), "rechazo": "archivo", "detalle": str(error)})
                continue
            for k, hoja in enumerate(hojas):
                lectura = lector.leer(hoja)
                fila = {"archivo": str(ruta), "pagina": k + 1, **lectura.como_dict()}
                cuentas["leidas" if lectura.leida else "rechazadas"] += 1
                cuentas["campos"] += len(lectura.campos)
                cuentas["aceptados"] += sum(c.aceptado for c in lectura.campos)
                if verdad and lectura.leida and ruta.with_suffix(".json").exists():
                    cierta = json.loads(ruta.with_suffix(".json").read_text(encoding="utf-8"))
                    bien, mal = comparar(lectura, {c: e["valor"] for c, e in cierta["campos"].items()})
                    cuentas["bien"] += bien
                    cuentas["mal"] += mal
                    fila |= {"aceptados_bien": bien, "aceptados_mal": mal}
                _anotar(como_json, tabla, fila)
    if como_json:
        return
    consola = Console()
    consola.print(tabla)
    consola.print(
        f"{cuentas['leidas']} páginas leídas, {cuentas['rechazadas']} rechazadas; "
        f"{cuentas['aceptados']} de {cuentas['campos']} campos aceptados."
    )
    if verdad:
        consola.print(f"De los aceptados con verdad conocida, {cuentas['bien']} bien y {cuentas['mal']} mal.")


def _leer_cifras(rutas: list[Path], como_json: bool) -> None:
    from prep.lectura import cifra
    from prep.lectura.evidencia import ArchivoRechazado
    from prep.lectura.lector import Rechazo, descifrar
    from prep.lectura.modelo import modelo
    from prep.lectura.numeral import calibracion

    tabla = Table("imagen", "signo", "probabilidad", "aceptada", title="Cifras")
    aceptadas = 0
    with _barra() as barra:
        for ruta in barra.track(rutas, description="Leyendo"):
            fila: dict[str, Any] = {"archivo": str(ruta)}
            try:
                hojas = _paginas(ruta, cifra.LADO_MINIMO)
                if len(hojas) != 1:
                    raise ArchivoRechazado(f"El archivo tiene {len(hojas)} páginas: se espera un solo dígito.")
                lectura = cifra.leer(descifrar(hojas[0]), modelo(), calibracion())
            except (ArchivoRechazado, Rechazo) as error:
                fila["rechazo"] = str(error)
                tabla.add_row(ruta.name, str(error))
            else:
                fila |= lectura.como_dict()
                aceptadas += lectura.aceptada
                signo = {" ": "nada", "-": "raya", "?": "ilegible"}.get(lectura.signo, lectura.signo)
                tabla.add_row(ruta.name, signo, f"{lectura.probabilidad:.4f}", "sí" if lectura.aceptada else "no")
            if como_json:
                typer.echo(json.dumps(fila, ensure_ascii=False))
    if not como_json:
        consola = Console()
        consola.print(tabla)
        consola.print(f"{aceptadas} de {len(rutas)} cifras aceptadas.")


def _anotar(como_json: bool, tabla: Table, fila: dict) -> None:  # type: ignore[type-arg]
    if como_json:
        typer.echo(json.dumps(fila, ensure_ascii=False))
        return
    campos = fila.get("campos", [])
    resultado = fila.get("detalle") or ", ".join(fila.get("avisos", [])) or "leída"
    tabla.add_row(
        Path(fila["archivo"]).name,
        fila.get("acta") or "",
        resultado,
        str(len(campos) or ""),
        str(sum(c["aceptado"] for c in campos)) if campos else "",
    )


@imagenes.command()
def revisar(
    almacen: Annotated[str, typer.Argument(metavar="ALMACEN", help="Carpeta o s3://cubo/prefijo.")],
    como_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Vuelve a calcular la huella de todo lo guardado; nombra lo alterado, lo perdido y lo huérfano."""
    from prep.lectura.evidencia import revisar_almacen
    from prep.plataforma.almacen import ErrorAlmacen, abrir

    try:
        r = revisar_almacen(abrir(almacen))
    except ErrorAlmacen as error:
        raise typer.BadParameter(str(error)) from None
    if como_json:
        typer.echo(
            json.dumps(
                {"revisados": r.revisados, "alterados": r.alterados, "perdidos": r.perdidos, "huerfanos": r.huerfanos},
                ensure_ascii=False,
            )
        )
    else:
        for titulo, lista in (("ALTERADO", r.alterados), ("PERDIDO", r.perdidos), ("HUÉRFANO", r.huerfanos)):
            for ruta in lista:
                typer.echo(f"{titulo}  {ruta}")
        typer.echo(
            f"{r.revisados} objetos revisados: {len(r.alterados)} alterados, {len(r.perdidos)} perdidos, "
            f"{len(r.huerfanos)} huérfanos."
        )
    if not r.bien:
        raise typer.Exit(1)

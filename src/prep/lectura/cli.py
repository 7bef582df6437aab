"""`prep leer`: actas read from their pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from prep.papel.opciones import Llave, abrir_formas
from prep.plataforma.consola import barra as nueva_barra
from prep.plataforma.consola import salida
from prep.plataforma.consola import tabla as nueva_tabla
from prep.plataforma.idioma import cuantos
from prep.transparencia.errores import causa

if TYPE_CHECKING:
    from rich.table import Table

    from prep.lectura.lector import Lector, LectorAjeno, Vista


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
    from prep.evidencia.imagenes import LADO_MINIMO, PESO_MAXIMO, ArchivoRechazado, paginas

    try:
        if ruta.stat().st_size > PESO_MAXIMO:
            raise ArchivoRechazado(f"El archivo pesa más de {PESO_MAXIMO // 2**20} MB.")
        return paginas(ruta.read_bytes(), lado_minimo or LADO_MINIMO)
    except OSError as error:
        raise ArchivoRechazado(causa(error).capitalize() + ".") from None


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
    esperada: Annotated[
        str | None, typer.Option(metavar="CLAVE_ACTA", help="Acta con que se recibieron, si su QR no se puede leer.")
    ] = None,
    dibujo: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Guarda aquí cada hoja con los recuadros que se buscaron y los hallados."),
    ] = None,
    llave: Llave = None,
) -> None:
    """Lee actas: identifica, endereza y lee sus números. Lo que no es seguro no se acepta.

    Termina con 0 si todo se pudo leer, con 1 si algo no (o si algo aceptado no es lo que dice la verdad) y con 2 si se
    pidió mal.
    """
    from prep.evidencia.imagenes import ArchivoRechazado
    from prep.lectura.ajena import FormaInvalida, abrir
    from prep.lectura.lector import Lector, LectorAjeno
    from prep.lectura.revision import comparar

    if (proceso is not None) + (forma is not None) + cifras != 1:
        raise typer.BadParameter("Indique una de las tres: --proceso DIR, --forma FORMA.JSON o --cifras.")
    if esperada is not None and proceso is None:
        raise typer.BadParameter("--esperada va con --proceso: dice qué acta de ese proceso es.")
    if dibujo is not None and cifras:
        raise typer.BadParameter("--dibujo no va con --cifras.")
    rutas = list(_archivos(imagenes))
    if not rutas:
        raise typer.BadParameter("No hay imágenes que leer en " + ", ".join(map(str, imagenes)) + ".")
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
        formas = abrir_formas(proceso, llave)
        if esperada is not None and formas.plantilla_de(esperada) is None:
            raise typer.BadParameter(f"El acta {esperada} no está en el catálogo del proceso.")
        lector = Lector(formas.plantilla_de, formas.clave, formas.llave)
    cuentas = {"leidas": 0, "rechazadas": 0, "campos": 0, "aceptados": 0, "bien": 0, "mal": 0}
    dibujados: set[str] = set()
    tabla = nueva_tabla("imagen", "acta", "resultado", ">campos", ">aceptados", titulo="Lectura")
    with nueva_barra() as barra:
        for ruta in barra.track(rutas, description="Leyendo"):
            try:
                hojas = _paginas(ruta)
            except ArchivoRechazado as error:
                cuentas["rechazadas"] += 1
                _anotar(como_json, tabla, {"archivo": str(ruta), "rechazo": "archivo", "detalle": str(error)})
                continue
            for k, hoja in enumerate(hojas):
                lectura, vista = lector.leer_y_ver(hoja, esperada)
                if dibujo is not None and vista is not None:
                    _dibujar(vista, dibujo, f"{ruta.stem}-{k + 1}", dibujados)
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
    if not como_json:
        _resumir(tabla, cuentas, verdad)
    if cuentas["rechazadas"] or cuentas["mal"]:
        raise typer.Exit(1)


def _dibujar(vista: Vista, carpeta: Path, nombre: str, dibujados: set[str]) -> None:
    """Where it looked, whether or not it found it. Of two pictures with one name, the second is another file."""
    from prep.lectura.dibujo import dibujar

    libre = next(n for k in count(2) for n in (nombre, f"{nombre} ({k})") if n not in dibujados)
    dibujados.add(libre)
    carpeta.mkdir(parents=True, exist_ok=True)
    (carpeta / f"{libre}.jpg").write_bytes(dibujar(vista))


def _resumir(tabla: Table, cuentas: dict[str, int], verdad: bool) -> None:
    salida.print(tabla)
    salida.print(
        f"{cuantos(cuentas['leidas'], 'página leída', 'páginas leídas')}, "
        f"{cuantos(cuentas['rechazadas'], 'rechazada')}; campos aceptados: {cuentas['aceptados']} de "
        f"{cuentas['campos']}."
    )
    if verdad:
        salida.print(f"De los aceptados con verdad conocida, {cuentas['bien']} bien y {cuentas['mal']} mal.")


def _leer_cifras(rutas: list[Path], como_json: bool) -> None:
    from prep.evidencia.imagenes import ArchivoRechazado
    from prep.lectura import cifra
    from prep.lectura.lector import Rechazo, descifrar
    from prep.lectura.numeral import calibracion
    from prep.lectura.redes import redes

    tabla = nueva_tabla("imagen", "signo", ">probabilidad", "aceptada", titulo="Cifras")
    aceptadas = malas = 0
    with nueva_barra() as barra:
        for ruta in barra.track(rutas, description="Leyendo"):
            fila: dict[str, Any] = {"archivo": str(ruta)}
            try:
                hojas = _paginas(ruta, cifra.LADO_MINIMO)
                if len(hojas) != 1:
                    raise ArchivoRechazado(f"El archivo tiene {len(hojas)} páginas: se espera un solo dígito.")
                lectura = cifra.leer(descifrar(hojas[0]), redes(), calibracion())
            except (ArchivoRechazado, Rechazo) as error:
                malas += 1
                fila["rechazo"] = str(error)
                tabla.add_row(escape(ruta.name), escape(str(error)))
            else:
                fila |= lectura.como_dict()
                aceptadas += lectura.aceptada
                signo = {" ": "nada", "-": "raya", "?": "ilegible"}.get(lectura.signo, lectura.signo)
                tabla.add_row(
                    escape(ruta.name), signo, f"{lectura.probabilidad:.4f}", "sí" if lectura.aceptada else "no"
                )
            if como_json:
                typer.echo(json.dumps(fila, ensure_ascii=False))
    if not como_json:
        salida.print(tabla)
        salida.print(f"Cifras aceptadas: {aceptadas} de {len(rutas)}.")
    if malas:
        raise typer.Exit(1)


def _anotar(como_json: bool, tabla: Table, fila: dict) -> None:  # type: ignore[type-arg]
    if como_json:
        typer.echo(json.dumps(fila, ensure_ascii=False))
        return
    campos = fila.get("campos", [])
    resultado = fila.get("detalle") or ", ".join(fila.get("avisos", [])) or "leída"
    tabla.add_row(
        escape(Path(fila["archivo"]).name),
        fila.get("acta") or "",
        escape(resultado),
        str(len(campos) or ""),
        str(sum(c["aceptado"] for c in campos)) if campos else "",
    )

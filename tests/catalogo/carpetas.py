"""A small valid process folder, as texts that a test may spoil."""

from __future__ import annotations

from pathlib import Path

TOML = """\
clave = "CHICO-1"
nombre = "Proceso chico"

[entidad]
id = 14
nombre = "Jalisco"
abreviatura = "JAL"

[institucion]
nombre = "Instituto de Prueba"

[publicacion]
inicio = 2027-06-06T20:00:00
fin = 2027-06-07T20:00:00

[[elecciones]]
clave = "GUB"
nombre = "Gubernatura"
tipo_acta = "05"
ambito = "entidad"

[[elecciones]]
clave = "AYUN"
nombre = "Munícipes"
tipo_acta = "02"
ambito = "municipio"
"""

CHICA = {
    "proceso.toml": TOML,
    "demarcaciones.csv": "tipo,id,nombre\ndistrito,1,Norte\nmunicipio,1,Acatic\nmunicipio,2,Zapopan\n",
    "secciones.csv": "seccion,distrito,municipio\n1,1,1\n2,1,2\n",
    "casillas.csv": (
        "seccion,tipo,id,lista_nominal,representantes,boletas,catd,mecanismos,elecciones,representantes_GUB\n"
        "1,B,1,700,5,,CATD-1,F,,\n"
        "1,C,1,699,,,CATD-1,D-F,,7\n"
        "2,B,1,500,2,,,,GUB,\n"
        "2,S,1,,,900,,,,\n"
        "2,C,1,499,,,,,,\n"
    ),
    "contendientes.csv": (
        "siglas,tipo,nombre,color,orden,eleccion,demarcacion\n"
        "SOL,partido,Partido Sol,#AA0000,1,,\n"
        "RIO,partido,Partido Río,#00aa00,2,,\n"
        "PAZ,partido,Partido Paz,,3,,\n"
        "MAR,partido,Partido Mar,,4,,\n"
        "CAND_IND_1,independiente,Ana Robledo,,,AYUN,2\n"
    ),
    "coaliciones.csv": (
        "eleccion,clave,tipo,partidos,demarcaciones,nombre\n"
        "GUB,SR,coalicion,RIO SOL,,Juntos\n"
        "AYUN,CC_PM,comun,PAZ MAR,2,\n"
        "AYUN,SR,coalicion,SOL RIO,1,Juntos\n"
    ),
    "sin_candidatura.csv": "eleccion,partido,demarcaciones\nAYUN,MAR,1\n",
    "candidaturas.csv": (
        "eleccion,demarcacion,candidatura,propietaria,suplente\n"
        "GUB,,SR,Juana Pérez,\n"
        "AYUN,2,CC_PM,José Haro,Inés Larios\n"
        "AYUN,1,SOL_RIO,Rosa Michel,\n"
    ),
    "catd.csv": "clave,nombre,municipio\nCATD-1,Centro,1\n",
    "personas.csv": "persona,rol,lugar\nop-01,acopiador,CATD-1\nop-02,capturista,CCV\n",
}


def escribir(carpeta: Path, archivos: dict[str, str | bytes]) -> Path:
    """Write the files; a `None` content leaves the file out."""
    carpeta.mkdir(parents=True, exist_ok=True)
    for nombre, contenido in archivos.items():
        if contenido is not None:
            (carpeta / nombre).write_bytes(contenido.encode() if isinstance(contenido, str) else contenido)
    return carpeta

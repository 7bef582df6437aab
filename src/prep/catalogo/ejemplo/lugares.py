"""Where the demonstration happens: the municipios of Jalisco, the entidades of Mexico, their districts and sizes.

Names and ids are public facts; sizes (thousands of inhabitants, rounded) only give the example its proportions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Municipio:
    """`id`: INE's number. `distritos`: those among which its sections are shared."""

    id: int
    nombre: str
    miles: int
    distritos: tuple[int, ...]


_MUNICIPIOS: Final = """
Acatic 23 20
Acatlán de Juárez 25 17
Ahualulco de Mercado 23 1
Amacueca 6 19
Amatitán 17 1
Ameca 60 18
San Juanito de Escobedo 9 1
Arandas 81 3
El Arenal 21 1
Atemajac de Brizuela 7 17
Atengo 5 18
Atenguillo 4 5
Atotonilco el Alto 65 15
Atoyac 9 19
Autlán de Navarro 65 18
Ayotlán 41 15
Ayutla 13 18
La Barca 68 15
Bolaños 7 1
Cabo Corrientes 11 5
Casimiro Castillo 20 18
Cihuatlán 41 18
Zapotlán el Grande 115 19
San Gabriel 16 19
Cocula 29 17
Colotlán 20 1
Concepción de Buenos Aires 6 19
Cuautitlán de García Barragán 18 18
Cuautla 2 18
Cuquío 18 3
Chapala 55 17
Chimaltitán 3 1
Chiquilistlán 6 18
Degollado 22 15
Ejutla 2 18
Encarnación de Díaz 54 2
Etzatlán 20 1
Gómez Farías 16 19
El Grullo 25 18
Guachinango 4 5
Guadalajara 1386 8 9 11 14
Hostotipaquillo 9 1
Huejúcar 6 1
Huejuquilla el Alto 10 1
La Huerta 23 18
Ixtlahuacán de los Membrillos 68 17
Ixtlahuacán del Río 20 1
Jalostotitlán 33 3
Jamay 25 15
Jesús María 18 3
Jilotlán de los Dolores 9 19
Jocotepec 47 17
Juanacatlán 31 20
Juchitlán 6 18
Lagos de Moreno 172 2
El Limón 5 18
Magdalena 22 1
Santa María del Oro 2 19
La Manzanilla de la Paz 4 17
Mascota 15 5
Mazamitla 14 17
Mexticacán 5 3
Mezquitic 22 1
Mixtlán 4 5
Ocotlán 107 15
Ojuelos de Jalisco 33 2
Pihuamo 11 19
Poncitlán 54 17
Puerto Vallarta 292 5
Villa Purificación 11 18
Quitupan 7 17
El Salto 233 20
San Cristóbal de la Barranca 3 1
San Diego de Alejandría 8 2
San Juan de los Lagos 73 2
San Julián 17 2
San Marcos 4 1
San Martín de Bolaños 3 1
San Martín Hidalgo 28 17
San Miguel el Alto 32 3
San Sebastián del Oeste 5 5
Santa María de los Ángeles 4 1
Sayula 37 19
Tala 87 1
Talpa de Allende 15 5
Tamazula de Gordiano 38 19
Tapalpa 21 19
Tecalitlán 16 19
Tecolotlán 17 18
Techaluta de Montenegro 4 19
Tenamaxtlán 7 18
Teocaltiche 40 3
Teocuitatlán de Corona 11 17
Tepatitlán de Morelos 150 3
Tequila 44 1
Teuchitlán 10 1
Tizapán el Alto 22 17
Tlajomulco de Zúñiga 727 12 17
San Pedro Tlaquepaque 687 13 16
Tolimán 11 18
Tomatlán 36 5
Tonalá 570 7 20
Tonaya 5 18
Tonila 8 19
Totatiche 4 1
Tototlán 24 15
Tuxcacuesco 5 18
Tuxcueca 7 17
Tuxpan 37 19
Unión de San Antonio 19 2
Unión de Tula 13 18
Valle de Guadalupe 7 3
Valle de Juárez 5 17
Villa Corona 19 17
Villa Guerrero 6 1
Villa Hidalgo 20 3
Cañadas de Obregón 4 3
Yahualica de González Gallo 23 3
Zacoalco de Torres 30 17
Zapopan 1476 4 6 10 13
Zapotiltic 30 19
Zapotitlán de Vadillo 8 18
Zapotlán del Rey 19 15
Zapotlanejo 74 20
San Ignacio Cerro Gordo 19 3
"""


def _municipio(id_: int, linea: str) -> Municipio:
    palabras = linea.split()
    corte = next(i for i, palabra in enumerate(palabras) if palabra.isdigit())
    miles, *distritos = map(int, palabras[corte:])
    return Municipio(id_, " ".join(palabras[:corte]), miles, tuple(distritos))


MUNICIPIOS: Final = tuple(_municipio(i, linea) for i, linea in enumerate(_MUNICIPIOS.strip().splitlines(), 1))

DISTRITOS: Final = dict(
    enumerate(
        (
            *("Tequila", "Lagos de Moreno", "Tepatitlán de Morelos", "Zapopan", "Puerto Vallarta"),
            *("Zapopan", "Tonalá", "Guadalajara", "Guadalajara", "Zapopan"),
            *("Guadalajara", "Tlajomulco de Zúñiga", "San Pedro Tlaquepaque", "Guadalajara", "La Barca"),
            *("San Pedro Tlaquepaque", "Jocotepec", "Autlán de Navarro", "Zapotlán el Grande", "Tonalá"),
        ),
        1,
    )
)
"""Local districts by number, named after their seat."""

ENTIDADES: Final = {
    i: (nombre, distritos)
    for i, (nombre, distritos) in enumerate(
        (
            *(("Aguascalientes", 3), ("Baja California", 9), ("Baja California Sur", 2), ("Campeche", 2)),
            *(("Coahuila", 8), ("Colima", 2), ("Chiapas", 13), ("Chihuahua", 9)),
            *(("Ciudad de México", 22), ("Durango", 4), ("Guanajuato", 15), ("Guerrero", 8)),
            *(("Hidalgo", 7), ("Jalisco", 20), ("México", 40), ("Michoacán", 11)),
            *(("Morelos", 5), ("Nayarit", 3), ("Nuevo León", 14), ("Oaxaca", 10)),
            *(("Puebla", 16), ("Querétaro", 6), ("Quintana Roo", 4), ("San Luis Potosí", 7)),
            *(("Sinaloa", 7), ("Sonora", 7), ("Tabasco", 6), ("Tamaulipas", 8)),
            *(("Tlaxcala", 3), ("Veracruz", 19), ("Yucatán", 6), ("Zacatecas", 4)),
        ),
        1,
    )
}
"""Entidades by INE's number: name and federal districts, 300 in all."""

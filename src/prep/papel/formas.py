"""The actas of a process as sheets of paper: its catalogue turned into forms, identifications and QR codes."""

from __future__ import annotations

from collections.abc import Iterator

from prep.catalogo.informativo import Informativo
from prep.dominio.tabulacion.boleta import Boleta
from prep.dominio.tabulacion.proceso import ActaEsperada, Ambito, Casilla, Eleccion, Proceso
from prep.papel import qr
from prep.papel.plantilla import Hoja, Identificacion, Plantilla, armar_plantilla


class Formas:
    """Forms of a process. `llave`: secret of its QR codes; `aviso`: printed on every sheet, for drills."""

    def __init__(self, proceso: Proceso, informativo: Informativo, llave: bytes, aviso: str = "") -> None:
        self.proceso, self.informativo, self.llave, self.aviso = proceso, informativo, llave, aviso
        self.clave = qr.clave_proceso(proceso.clave)
        self._actas: dict[str, tuple[Eleccion, ActaEsperada]] = {
            a.clave: (e, a) for e in proceso.elecciones for a in e.actas
        }
        self._de_casilla: dict[str, list[tuple[Eleccion, ActaEsperada]]] = {}
        for e, a in self._actas.values():
            self._de_casilla.setdefault(str(a.casilla.clave), []).append((e, a))
        self._plantillas: dict[tuple[str, int], Plantilla] = {}

    def __contains__(self, clave_acta: object) -> bool:
        """Whether the catalogue expects an acta."""
        return clave_acta in self._actas

    def casilla_de(self, clave_acta: str) -> Casilla:
        """Raise `KeyError` when the catalogue does not expect the acta."""
        return self._actas[clave_acta][1].casilla

    def plantilla_de(self, clave_acta: str) -> Plantilla | None:
        """The form of an acta; None when the catalogue does not expect it. Raises `ValueError` if it does not fit."""
        if clave_acta not in self._actas:
            return None
        eleccion, acta = self._actas[clave_acta]
        clave = eleccion.clave, acta.demarcacion
        if clave not in self._plantillas:
            nombres = {
                i.clave: i.nombre
                for i in self.informativo.independientes
                if i.eleccion == eleccion.clave and i.demarcacion in (None, acta.demarcacion) and i.nombre
            }
            try:
                self._plantillas[clave] = armar_plantilla(eleccion.boletas[acta.demarcacion], nombres)
            except ValueError as error:
                nombre = eleccion.demarcaciones[acta.demarcacion].nombre
                raise ValueError(f"{eleccion.nombre}, {nombre}: {error}") from None
        return self._plantillas[clave]

    def hoja(self, clave_acta: str) -> Hoja:
        """The sheet of an acta with its QR; raise `KeyError` when the catalogue does not expect it."""
        identificacion = self.identificacion(clave_acta)
        plantilla = self.plantilla_de(clave_acta)
        assert plantilla is not None
        etiqueta = qr.Etiqueta(self.clave, clave_acta, plantilla.id)
        return Hoja(plantilla, identificacion, qr.codificar(etiqueta, self.llave))

    def identificacion(self, clave_acta: str) -> Identificacion:
        """What the heading of an acta says; raise `KeyError` when the catalogue does not expect it."""
        eleccion, acta = self._actas[clave_acta]
        casilla, demarcacion = acta.casilla, eleccion.demarcaciones[acta.demarcacion]
        ambito = "Municipio" if eleccion.agrupa is Ambito.MUNICIPIO else "Distrito"
        return Identificacion(
            clave_acta=clave_acta,
            institucion=self.informativo.institucion.nombre,
            proceso=self.proceso.nombre,
            eleccion=eleccion.nombre,
            entidad=self.proceso.entidad_nombre,
            demarcacion=f"{ambito} {demarcacion.id} {demarcacion.nombre}",
            municipio=self.informativo.municipios.get(casilla.municipio, str(casilla.municipio)),
            seccion=casilla.clave.seccion,
            casilla=casilla.clave.nombre,
            aviso=self.aviso,
        )

    def boleta_de(self, clave_acta: str) -> Boleta:
        """The ballot whose boxes an acta has; raise `KeyError` when the catalogue does not expect it."""
        eleccion, acta = self._actas[clave_acta]
        return eleccion.boletas[acta.demarcacion]

    def actas(
        self, eleccion: str | None = None, catd: str | None = None, casilla: str | None = None
    ) -> Iterator[ActaEsperada]:
        """Actas of one election, CATD or casilla (all of them by default), in the catalogue's order."""
        for e, a in self._actas.values() if casilla is None else self._de_casilla.get(casilla, ()):
            if eleccion in (None, e.clave) and catd in (None, a.casilla.catd):
                yield a

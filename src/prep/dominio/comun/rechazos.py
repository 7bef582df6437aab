"""Why something cannot be done, or does not count. The name is the code; the value tells the person what to do."""

from __future__ import annotations

from enum import StrEnum


class Rechazo(StrEnum):
    """One list for people at desks, for nodes and for whoever reads what the fold put aside."""

    # what its state does not admit
    ESTADO_CUSTODIA = "El acta no está en un estado que permita este paso. Actualice la lista y tome otra acta."
    HOJA = "Esta hoja todavía no se identifica como un acta. Identifíquela y continúe en el acta."
    EN_CATALOGO = "Esta acta es de una casilla aprobada y ya tiene clave. Este paso es solo para hojas sin identificar."
    FALTA_IMAGEN = "El acta todavía no tiene una imagen identificada. Espere a que se digitalice e identifique."
    OTRA_IMAGEN = "La imagen de esta acta cambió. Vuelva a abrir el acta para trabajar con la imagen vigente."
    IMAGEN_DESECHADA = "Esa imagen ya se desechó porque no se distingue. Tome o digitalice una nueva."
    IMAGEN_EN_DUDA = "Alguien pidió otra imagen de esta acta. Espere a que se confirme o se niegue."
    ESTADO_CAPTURA = "Otra persona ya hizo este paso, o todavía no toca. Tome otra acta de la lista."
    MISMA_PERSONA = "Usted ya participó en esta acta: este paso corresponde a otra persona. Tome otra acta."
    MISMO_LUGAR = "Este paso corresponde a una persona de otro lugar. Tome otra acta."
    OTRA_BASE = "Los datos de esta acta cambiaron mientras la revisaba. Vuelva a abrirla."
    SIN_PETICION = "No hay ninguna petición pendiente que corresponda. Actualice la lista."
    SIN_MOTIVO = "Escriba el motivo."
    # what happened beside something that stands
    SUPERADO = "Mientras tanto otras personas avanzaron esta acta: lo que acordaron sigue en pie."
    ESPERA = "Habla de hechos que todavía no llegan. Contará cuando lleguen."
    NO_INTERPRETADO = "Este programa no conoce este tipo de hecho o su versión. Se conserva; actualice el programa."
    # who did it
    NODO_DESCONOCIDO = "Lo escribió una instalación que el instituto no dio de alta, o que dio de baja."
    PERSONA_DESCONOCIDA = "Lo hizo una persona que no está dada de alta, o que se dio de baja."
    SIN_FACULTAD = "Quien lo hizo no tiene la facultad para este paso."
    FUERA_DE_ALCANCE = "Esta acta no es de las que atiende ese lugar, y el proceso no lo permite."
    YA_EXISTE = "Ese nombre ya se dio de alta y lo que se dijo de él no cambia. Dé de alta otro nombre."
    DISPOSITIVO = "No lo firmó un dispositivo dado de alta para esa persona, o ese dispositivo no puede firmarlo."

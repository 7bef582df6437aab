"""Every class of subject this program knows. Importing this module registers them all."""

from prep.dominio.acta.hechos import CLASE_ACTA, CLASE_HOJA
from prep.dominio.comun.autoridad import DISPOSITIVO, NODO, PERSONA, PROCESO
from prep.dominio.operacion import CATD, ESCRITORIO, INCIDENTE
from prep.dominio.practica import PRACTICA

TODAS = (CLASE_ACTA, CLASE_HOJA, NODO, DISPOSITIVO, PERSONA, PROCESO, CATD, ESCRITORIO, INCIDENTE, PRACTICA)

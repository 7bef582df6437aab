"""A made-up verdict of a drill, as `prep simulacro juzgar --json` writes it, and what `correr` left of its night."""

from __future__ import annotations

from typing import Any

HORAS = [f"2027-06-06T{h:02d}:30:00-06:00" for h in range(18, 24)]


GUB = {"eleccion": "GUB"}


def veredicto(mal: int = 0, faltan: int = 0) -> dict[str, Any]:
    """A made-up verdict over 1,000 actas of two CATDs."""
    existen, bien = 1000, 1000 - mal - faltan
    return {
        "formato": "prep/veredicto_simulacro/1",
        "proceso": "P-1",
        "modo": "simulacro",
        "verdad": "ab" * 32,
        "nombre": "Elección <de> prueba",
        "institucion": "Instituto & Cía.",
        "corte": 6,
        "hora": HORAS[-1],
        "cierre": True,
        "codigo": int(mal + faltan > 0),
        "veredicto": f"De {existen}, {bien} bien.",
        "sello": {"posicion": 4, "hora": HORAS[0], "antes": True},
        "comprobacion": {"codigo": 0, "veredicto": "CORRECTO: el corte 6"},
        "problemas": [],
        "incidentes": [{"hora": HORAS[2], "tipo": "contingencia", "texto": "Se fue la luz."}],
        "elecciones": {
            "GUB": {
                "nombre": "Gubernatura",
                "esperadas": 1010,
                "existen": existen,
                "bien": bien,
                "mal": mal,
                "faltan": faltan,
                "contabilizadas": bien,
                "deben_contar": existen,
                "votos_publicados": 300_000,
                "votos_en_papel": 300_123,
            }
        },
        "mal": [
            {
                "acta": f"14{i:04d}B0100G",
                "eleccion": "GUB",
                "catd": "C-1",
                "existe": True,
                "desde": 3,
                "campos": [{"campo": "NULOS", "dice": 7, "debe": "Sin dato"}],
                "pudo": ["verificacion", "la_suma"],
            }
            for i in range(mal)
        ],
        "faltan": [
            {"acta": f"14{i:04d}C0100G", "eleccion": "GUB", "catd": "C-2", "existe": True, "situacion": "en_captura"}
            for i in range(faltan)
        ],
        "tarde": [GUB | {"acta": "140001B0200G", "verificacion": HORAS[1], "debio": 3, "salio": 5}] if mal else [],
        "corregidas": [
            GUB
            | {"acta": "140001B0300G", "desde": 3, "hasta": 4, "pudo": ["verificacion", "cotejo"]}
            | {"campos": [{"campo": "SOL", "dice": 170, "debe": 120}]}
        ]
        if mal
        else [],
        "retiradas": [GUB | {"acta": "140001B0400G", "salio": 2, "desde": 3, "hasta": 4, "situacion": "en_captura"}]
        if mal
        else [],
        "empates": [
            {"eleccion": "GUB", "nombre": "Jalisco", "candidaturas": ["A", "B"], "debe": 50, "publicados": [50, 50]}
            | {"igual": True}
        ],
        "avance": [
            {"corte": i + 1, "hora": h, "elecciones": {"GUB": {"publicadas": bien * i // 5, "sin_acta": 2 * i}}}
            for i, h in enumerate(HORAS)
        ],
        "catds": [
            {
                "catd": c,
                "nombre": f"Centro {c}",
                "esperadas": 505,
                "existen": 500,
                "mal": 0,
                "faltan": 0,
                "llegada": [bien * i // 10 for i in range(6)],
            }
            for c in ("C-1", "C-2")
        ],
        "fases": [
            {"desde": "acopio", "hasta": "publicacion", "como": "Móvil", "actas": 500}
            | {"p10": 600, "p50": 1530, "p90": 3600, "p99": 7200}
        ],
    }


def corrida() -> dict[str, Any]:
    """A made-up night: what its people got wrong, two faults, one centre."""
    vieron = (("otra_captura", 52, 50), ("diferencias", 49, 48), ("lectura", 0, 0), ("verificacion", 3, 2))
    falla = {"tipo": "sin_internet", "de": "19:00", "que": "catd-1 sin internet", "midio": "todo de vuelta en 28 s"}
    return {
        "formato": "prep/corrida/1",
        "gente": {"campos tecleados": 15_054, "campos mal tecleados": 65},
        "errores": [{"paso": p, "llegaron": n, "vio": vio, "de_mas": 0} for p, n, vio in vieron],
        "lectura": {"confirma": 4, "devuelve": 1},
        "tamanos": {"hechos": 1932, "bytes_base": 34_567_890, "imagenes": 176, "bytes_imagenes": 30_123_456}
        | {"bytes_bases": 123_456, "bytes_corte": 2_345_678, "bytes_publicacion": 54_321_000},
        "acuses": {"dados": 1_203, "perdidos": []},
        "marcha": [{"nombre": "Captura", "abrio": "18:03", "cerro": "23:41"}],
        "centros": [
            {"catd": "CATD-001", "nombre": "Ameca", "listos": 8, "puntos": 9, "abrio": "18:07", "cerro": ""},
        ],
        "fallas": [
            falla | {"segundos": 28, "perdidos": 0},
            falla | {"tipo": "sin_luz", "que": "catd-2 sin luz", "midio": "", "segundos": None, "perdidos": 3},
        ],
    }

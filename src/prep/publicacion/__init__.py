"""A corte: every figure computed from one consistent snapshot of the facts, written as files, then switched at once.

`corte.hacer_corte` is the use case. It cuts each election into tramos (`tramo`), each turned into rows (`filas`), JSON
documents (`documentos`) and database lines (`base_datos`); the manifest lists every file; one pointer switches.
"""

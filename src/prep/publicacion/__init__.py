"""A corte: every figure computed from one consistent snapshot of the facts, written as files, then switched at once.

`corte.hacer_corte` is the use case. `taller` makes the files, functions that publish nothing: each demarcación
(`demarcacion`) is put together from its secciones (`seccion`), those from their actas (`filas`: JSON and database
line); the manifest lists every file; one pointer switches.
"""

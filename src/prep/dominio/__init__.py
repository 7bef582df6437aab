"""The law of the PREP as pure code: no framework, no I/O, no clock.

Read it in this order: `valores` (what a box of the acta may say), `claves` (how casillas and actas are named),
`boleta` (which boxes an acta has), `proceso` (what is expected), `hechos` (what people did), `transiciones` (what may
follow what), `acta` (facts -> acta), `contabilidad` (whether it counts), `tabulacion` (totals), `coaliciones`
(distribution of shared votes), `porcentajes` (truncated percentages).
"""

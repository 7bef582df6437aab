"""The law of the PREP as pure code: no framework, no I/O, no clock.

`comun`: what every subject shares (values, the envelope of a fact). `acta`: what people do to an acta, what may follow
what, and the fold `estado(facts) -> Acta`. `tabulacion`: which boxes an acta has, what is expected, whether it counts,
totals, the distribution of shared votes, truncated percentages.
"""

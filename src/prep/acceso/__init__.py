"""People: accounts, sessions, second factor, terminals; from a session to a person and what they may do.

What a route needs is said at the route, with `prep.acceso.permisos.requiere`; what somebody read is noted with
`prep.acceso.registro.anotar`.
"""

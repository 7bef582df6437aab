"""PREP Casilla, the phone at the polling place: an installable page that loses nothing (docs/casilla.md).

armazon     the shell that a phone keeps: its files, their hashes, its version
codigos     the printed slips with which CAEs enrol their phones
views       the shell, its service worker and its texts
static/     the program of the phone: small native modules, no framework
"""

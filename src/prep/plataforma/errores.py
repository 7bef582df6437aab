"""What a command could not do, said so that a person can act on it."""

from __future__ import annotations


class Impedimento(Exception):
    """Nothing was done, or what was done stands. The text is for people: plain Spanish, what happened and what to do.

    `codigo`: how the command ends. 1: the answer is no. 2: it could not be tried or finished.
    """

    codigo = 2

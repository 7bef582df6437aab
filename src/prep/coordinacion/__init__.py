"""Coordination of the night: the board, every acta's whole history, the wall, and what two actas say of one another."""

"""The composition root: opens process, keys, stores and clock once; the acts that open, mark and close a night."""

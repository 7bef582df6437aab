"""The store of facts: append, sign, project, export, verify."""

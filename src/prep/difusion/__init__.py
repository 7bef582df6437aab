"""Those who spread and watch a publication from outside: mirrors (difusores) and witnesses (testigos)."""

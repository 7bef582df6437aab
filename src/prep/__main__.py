from prep.cli import app
from prep.plataforma.idioma import hablar_espanol

hablar_espanol()
app(prog_name="prep")

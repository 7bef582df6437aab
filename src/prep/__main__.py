from prep.cli import app

app()

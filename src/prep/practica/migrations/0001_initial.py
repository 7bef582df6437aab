from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Practica",
            fields=[
                ("persona", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("mesa", models.CharField(max_length=20, verbose_name="escritorio")),
                ("juego", models.CharField(max_length=64, verbose_name="huella del ejercicio")),
                ("hechos", models.JSONField(default=list)),
                ("orden", models.CharField(default="", max_length=60)),
                ("desde", models.DateTimeField(null=True)),
            ],
            options={"verbose_name": "práctica", "verbose_name_plural": "prácticas"},
        ),
    ]

"""What waits, in a table of its own; and leases by acta and step (they may vanish at any moment)."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ccv", "0001_initial")]

    operations = [
        migrations.DeleteModel("Turno"),
        migrations.CreateModel(
            name="Turno",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "acta", "paso", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("acta", models.CharField(max_length=45)),
                ("paso", models.CharField(max_length=20)),
                ("eleccion", models.CharField(max_length=45, verbose_name="tipo de acta")),
                ("persona", models.CharField(max_length=60, unique=True)),
                ("imagen", models.CharField(max_length=64)),
                ("orden", models.CharField(max_length=60)),
                ("vence", models.DateTimeField()),
            ],
            options={
                "verbose_name": "turno",
                "verbose_name_plural": "turnos",
                "indexes": [models.Index(fields=["eleccion", "vence"], name="ccv_turno_eleccion")],
            },
        ),
        migrations.CreateModel(
            name="Espera",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "clave", "paso", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("clave", models.CharField(max_length=45)),
                ("paso", models.CharField(max_length=20)),
                ("eleccion", models.CharField(max_length=45, verbose_name="tipo de acta")),
                ("casilla", models.CharField(max_length=11)),
                ("imagen", models.CharField(max_length=64)),
                ("desde", models.BigIntegerField(verbose_name="posición del hecho desde el que espera")),
                ("salvo", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "lugares",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None, verbose_name="dónde se capturó la imagen"
                    ),
                ),
            ],
            options={
                "verbose_name": "acta en espera",
                "verbose_name_plural": "actas en espera",
                "indexes": [models.Index(fields=["paso", "eleccion", "desde"], name="ccv_espera_fila")],
            },
        ),
    ]

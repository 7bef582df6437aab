import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Lectura",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("acta", models.CharField(max_length=45)),
                ("base", models.CharField(max_length=64)),
                ("imagen", models.CharField(max_length=64)),
                ("hora", models.DateTimeField()),
                ("segundos", models.FloatField()),
                (
                    "opinion",
                    models.CharField(
                        choices=[("confirma", "confirma"), ("devuelve", "devuelve"), ("sin_opinion", "sin_opinion")],
                        max_length=11,
                    ),
                ),
                ("campos", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("tarde", models.BooleanField()),
                ("hecho", models.CharField(blank=True, max_length=64)),
                ("documento", models.BinaryField()),
                ("huella", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "lectura",
                "verbose_name_plural": "lecturas",
                "constraints": [models.UniqueConstraint(fields=("acta", "base"), name="lectura_una_por_coincidencia")],
            },
        ),
    ]

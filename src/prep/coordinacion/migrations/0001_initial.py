import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Muro",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("nombre", models.CharField(max_length=100, verbose_name="dónde está")),
                ("persona", models.CharField(max_length=60)),
                ("meta", models.CharField(blank=True, max_length=5, verbose_name="hora en que se quiere terminar")),
                ("alta", models.DateTimeField()),
                ("baja", models.DateTimeField(null=True)),
            ],
            options={"verbose_name": "muro", "verbose_name_plural": "muros", "ordering": ("-alta",)},
        ),
        migrations.CreateModel(
            name="Visto",
            fields=[
                ("aviso", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("persona", models.CharField(max_length=60)),
                ("cuando", models.DateTimeField()),
                ("nota", models.CharField(blank=True, max_length=500)),
            ],
            options={"verbose_name": "aviso visto", "verbose_name_plural": "avisos vistos"},
        ),
    ]

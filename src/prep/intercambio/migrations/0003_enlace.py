from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intercambio", "0002_contacto"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enlace",
            fields=[
                ("centro", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("contacto", models.DateTimeField(null=True)),
                ("desfase", models.IntegerField(default=0)),
                ("recibo", models.JSONField(null=True)),
                ("tiene", models.JSONField(default=dict)),
                ("apartados", models.JSONField(default=list)),
            ],
        ),
    ]

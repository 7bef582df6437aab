from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intercambio", "0003_enlace"),
    ]

    operations = [
        migrations.AddField("enlace", "vias", models.JSONField(default=list)),
        migrations.AddField("contacto", "via", models.IntegerField(default=1)),
    ]

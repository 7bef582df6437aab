from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bitacora", "0003_autoridad"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="acta",
            index=models.Index(condition=models.Q(fuera__isnull=False), fields=["es"], name="acta_fuera"),
        ),
    ]

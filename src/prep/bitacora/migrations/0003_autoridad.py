from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bitacora", "0002_solo_agregar"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="hecho",
            index=models.Index(
                condition=models.Q(clase__in=("nodo", "persona", "dispositivo", "proceso")),
                fields=["posicion"],
                name="hecho_autoridad",
            ),
        ),
    ]

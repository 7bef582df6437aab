from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ccv", "0006_casilla")]

    operations = [
        migrations.AddField(
            model_name="practica",
            name="mesa",
            field=models.CharField(default="captura", max_length=20, verbose_name="escritorio"),
        ),
    ]

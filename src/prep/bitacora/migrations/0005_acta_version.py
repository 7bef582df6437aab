from django.db import migrations, models


class Migration(migrations.Migration):
    """Rows of before say nothing until they change, and then they say something else: no corte takes one for the other,
    since this program has kept nothing of theirs yet."""

    dependencies = [
        ("bitacora", "0004_acta_fuera"),
    ]

    operations = [
        migrations.AddField(
            model_name="acta",
            name="version",
            field=models.CharField(default="", max_length=64, verbose_name="huella de lo que se publica de ella"),
            preserve_default=False,
        ),
    ]

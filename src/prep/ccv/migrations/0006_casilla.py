from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ccv", "0005_a_pedido")]

    operations = [
        migrations.AlterField("espera", "casilla", models.TextField()),
    ]

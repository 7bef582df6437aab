from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ccv", "0004_paginas")]

    operations = [
        migrations.AddField("espera", "a_pedido", models.BooleanField(default=False)),
    ]

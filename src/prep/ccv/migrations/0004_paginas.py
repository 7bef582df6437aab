from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ccv", "0003_practica")]

    operations = [
        migrations.AddField("turno", "paginas", ArrayField(models.TextField(), default=list)),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    """Practice has a room of its own. An exercise that was half done begins again."""

    dependencies = [("ccv", "0007_practica_mesa")]

    operations = [migrations.DeleteModel("Practica")]

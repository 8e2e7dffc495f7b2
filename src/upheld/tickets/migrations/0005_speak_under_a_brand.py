from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_keep_pictures_from_outside")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="brand",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]

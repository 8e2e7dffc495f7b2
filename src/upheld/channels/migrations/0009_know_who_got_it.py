from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0008_ask_for_a_look")]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="arrived",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]

from django.db import migrations, models
from django.db.models import JSONField, Value


class Migration(migrations.Migration):
    dependencies = [("channels", "0008_find_answers_by_address")]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="missing_numbers",
            field=models.JSONField(db_default=Value([], JSONField()), default=list),
        ),
        migrations.AddField(model_name="mailbox", name="asked_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            model_name="mailbox", name="asked_by", field=models.CharField(blank=True, db_default="", max_length=64)
        ),
    ]

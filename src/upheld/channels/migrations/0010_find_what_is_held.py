from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0009_know_who_got_it"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="receivedmail",
            index=models.Index(
                condition=models.Q(("state__in", ["suspended", "quarantined"])), fields=["id"], name="received_held"
            ),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0006_hold_mail_and_remember_its_way"),
        ("tickets", "0003_let_replies_wait"),
    ]

    operations = [
        migrations.CreateModel(
            name="OutsidePicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=64)),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("fetched_at", models.DateTimeField()),
                ("fetched_by", models.CharField(max_length=64)),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="channels.storedfile",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outside_pictures",
                        to="tickets.message",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("message", "address"), name="outside_picture_once"),
                ],
            },
        ),
    ]

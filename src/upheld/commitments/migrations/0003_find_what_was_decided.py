from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0002_let_versions_take_effect"),
    ]

    operations = [
        migrations.AddIndex(
            "commitment",
            models.Index(
                fields=["clause", "ended_at"],
                include=["state", "subject"],
                name="commitment_ended",
                condition=Q(state__in=["kept", "waived", "void"]),
            ),
        ),
        migrations.AddIndex(
            "commitment",
            models.Index(
                fields=["clause", "due_at"],
                include=["ended_at", "late", "subject"],
                name="commitment_missed",
                condition=Q(state="breached"),
            ),
        ),
        migrations.AddIndex(
            "commitment",
            models.Index(
                fields=["clause", "due_at"], name="commitment_runs", condition=Q(state__in=["running", "paused"])
            ),
        ),
    ]

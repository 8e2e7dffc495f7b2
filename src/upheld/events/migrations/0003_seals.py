"""Seals, and the database's own refusal to change or delete one. Nothing is added to events: recording costs what it did."""

from typing import ClassVar

from django.db import migrations, models

FORBID = """
CREATE FUNCTION seals_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'seals are only ever added (% of seal %)', lower(TG_OP), OLD.number USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER seals_only_added BEFORE UPDATE OR DELETE ON events_seal FOR EACH ROW EXECUTE FUNCTION seals_only_added();
"""
ALLOW = """
DROP TRIGGER seals_only_added ON events_seal;
DROP FUNCTION seals_only_added();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("events", "0002_only_added")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField(unique=True)),
                ("count", models.PositiveIntegerField()),
                ("ids", models.BinaryField()),
                ("leaves", models.BinaryField()),
                ("hints", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("signature", models.BinaryField()),
                ("key", models.CharField(max_length=16)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]

from django.db import migrations, models
from django.db.models import F

GUARD = """
CREATE FUNCTION upheld_keep_policy_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published policy version is never edited or deleted (version %)', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER policy_version_is_kept BEFORE UPDATE OR DELETE ON commitments_policyversion
    FOR EACH ROW EXECUTE FUNCTION upheld_keep_policy_version();
"""
UNGUARD = """
DROP TRIGGER policy_version_is_kept ON commitments_policyversion;
DROP FUNCTION upheld_keep_policy_version();
"""


def take_effect_when_published(apps, schema_editor):
    """Until now a version was in force from the moment of its publication."""
    apps.get_model("commitments", "PolicyVersion").objects.update(effective_at=F("published_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("commitments", "0001_initial"),
    ]

    operations = [
        migrations.AddField("policyversion", "effective_at", models.DateTimeField(null=True)),
        migrations.RunPython(take_effect_when_published, migrations.RunPython.noop),
        migrations.AlterField("policyversion", "effective_at", models.DateTimeField()),
        migrations.RunSQL(GUARD, UNGUARD),
    ]

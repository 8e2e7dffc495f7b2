"""The database itself refuses to change or delete an event, unless a transaction says that it is retention or erasure."""

from typing import ClassVar

from django.db import migrations

FORBID = """
CREATE FUNCTION events_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('upheld.erasing', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'events are only ever added (% of event %)', lower(TG_OP), OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER events_only_added BEFORE UPDATE OR DELETE ON events_event FOR EACH ROW EXECUTE FUNCTION events_only_added();
"""
ALLOW = """
DROP TRIGGER events_only_added ON events_event;
DROP FUNCTION events_only_added();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("events", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORBID, ALLOW)]

"""What drafting does when something happened elsewhere."""

from __future__ import annotations

from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.acknowledging import ask_to_read
from upheld.events.models import Event


def ask_everybody_to_read(event: Event) -> None:
    """A version that was published from a folder is read by everybody as well."""
    version = PolicyVersion.objects.filter(pk=int(event.subject.partition(":")[2] or 0)).first()
    if version is not None:
        ask_to_read(version, at=event.recorded_at)

"""What drafting does when something happened elsewhere."""

from __future__ import annotations

from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.acknowledging import list_readers, tell_readers
from upheld.events.models import Event
from upheld.kernel.keys import number_of


def ask_everybody_to_read(event: Event) -> None:
    """Everybody is told of a new version in a job, so that whoever publishes does not wait for as many mails."""
    version = PolicyVersion.objects.filter(pk=number_of(event.subject)).first()
    if version is not None:
        list_readers(version, at=event.recorded_at)  # one that was published from a folder has none yet
        tell_readers(version, at=event.recorded_at)

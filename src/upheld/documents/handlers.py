"""What the documents do when a policy version was published."""

from __future__ import annotations

from upheld.documents.jobs import SOON, make_ahead, tell_readers
from upheld.events.models import Event
from upheld.kernel.keys import number_of


def follow_publishing(event: Event) -> None:
    """Hears `policy.published`: makes the version's documents ahead, and tells the readers what changed."""
    version_id = number_of(event.subject)
    make_ahead.configure(schedule_in={"seconds": SOON}).defer(version_id=version_id)
    tell_readers.defer(version_id=version_id)

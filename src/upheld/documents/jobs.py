"""Jobs behind a published version: its files made ahead, its readers told. Each a stretch of work, then another job."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

RETRY = RetryStrategy(max_attempts=5, exponential_wait=3)
STRETCH = 2.0  # seconds, so that a worker is soon free for mail again
SOON = 90  # seconds after publishing: whoever starts a desk wants its pages first
READERS = 100
IN_THE_BACKGROUND = -10


@app.task(name="documents.make_ahead", retry=RETRY, priority=IN_THE_BACKGROUND)
def make_ahead(version_id: int, place: int = 0) -> None:
    """Make the files of a version from this place in their order on, so that nobody waits for a PDF."""
    from upheld.commitments.models import PolicyVersion
    from upheld.documents.publications import ahead, file

    version = PolicyVersion.objects.filter(pk=version_id).first()
    if version is None:
        return
    files, until = ahead(version), time.monotonic() + STRETCH
    while place < len(files) and time.monotonic() < until:
        wanted, name = files[place]
        file(version, wanted, name, at=datetime.now(UTC))
        place += 1
    if place < len(files):
        make_ahead.defer(version_id=version_id, place=place)


@app.task(name="documents.tell_readers", retry=RETRY)
def tell_readers(version_id: int, after: int = 0) -> None:
    """Tell the readers whose rows come after this one what changed, some at a time."""
    from upheld.commitments.models import PolicyVersion
    from upheld.documents.models import Subscription
    from upheld.documents.subscribing import tell

    version = PolicyVersion.objects.filter(pk=version_id).first()
    rows = list(Subscription.objects.filter(pk__gt=after).order_by("pk")[:READERS])
    if version is None or not rows:
        return
    tell(version, rows)
    if len(rows) == READERS:
        tell_readers.defer(version_id=version_id, after=rows[-1].pk)

"""Why an action was refused, in words for the person who tried it."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):
    """Does not apply as the ticket stands. The text is shown to the user as it is; nothing was changed."""


class AlreadyResolved(Refused):
    pass


class NotResolved(Refused):
    pass


class AlreadyMerged(Refused):
    pass


class TicketClosed(Refused):
    """The ticket is over for good; what comes now belongs on a follow-up."""


class NotEntitled(Refused):
    pass


class AlreadyRequested(Refused):
    """The customer asked for it, and nobody has answered yet; asking again before that climbs no higher."""


class UnknownName(Refused):
    """A value that the policy does not declare."""

    def __init__(self, field: str, value: str) -> None:
        self.field = field
        super().__init__(f"The policy knows no {field} “{value}”.")


class RecordIncomplete(Refused):
    """The policy asks for more before the ticket may be settled. `fields` are the names in `closing`."""

    def __init__(self, fields: Sequence[str], labels: Sequence[str]) -> None:
        self.fields = list(fields)
        super().__init__("Before this can be settled, please fill in: " + ", ".join(labels) + ".")

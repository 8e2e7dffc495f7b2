"""Why something cannot be done with a draft; each message is for the person who tried."""

from __future__ import annotations

from collections.abc import Sequence

from upheld.drafting.merging import Merged
from upheld.policy.errors import Problem
from upheld.policy.lint import Finding


class DraftRefused(Exception):
    """It cannot be done now; the message says why and what to do."""


class Settled(DraftRefused):
    def __init__(self, state: str) -> None:
        super().__init__(f"This draft is {state}. Begin a new one to change the policy.")


class WrongState(DraftRefused):
    pass


class NotYours(DraftRefused):
    pass


class NotText(DraftRefused):
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} holds a NUL, which no text has. Take it out and save again.")


class TitleTaken(DraftRefused):
    def __init__(self, title: str) -> None:
        super().__init__(f"A draft named “{title}” is being written already. Open it, or choose another name.")


class HasProblems(DraftRefused):
    def __init__(self, problems: Sequence[Problem | Finding]) -> None:
        self.problems = tuple(problems)
        many = "one problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__(f"The draft still has {many}. Mend them first; they are listed below.")


class NothingChanged(DraftRefused):
    def __init__(self) -> None:
        super().__init__("The draft says the same as the version that it began from.")


class FellBehind(DraftRefused):
    def __init__(self) -> None:
        super().__init__("Another version was published since this draft began. Bring the draft up to date first.")


class NotApproved(DraftRefused):
    pass


class WrongDate(DraftRefused):
    pass


class AlreadyAcknowledged(DraftRefused):
    def __init__(self) -> None:
        super().__init__("You have confirmed this version already.")


class Conflicted(DraftRefused):
    """Both changed the same lines. Nothing was saved; `merged` holds what both typed, `revision` what to save against."""

    def __init__(self, merged: Merged, revision: int) -> None:
        self.merged = merged
        self.revision = revision
        places = len(merged.conflicts)
        super().__init__(
            f"Somebody else changed the same lines meanwhile ({places} {'place' if places == 1 else 'places'})."
        )

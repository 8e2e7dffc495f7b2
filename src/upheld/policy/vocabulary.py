"""What rooms tell the policy about their subjects: which events happen to them and which attributes they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

REVERSALS = {"ticket.merged": "ticket.unmerged", "ticket.marked_spam": "ticket.unmarked_spam"}
"""Events that are taken back by others. A cycle that the first made void goes on from the time used when the second comes."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that can be under a commitment, declared next to its model.

    `events` are full kinds (`ticket.opened`), each with a sentence that says when it is recorded. `attributes` maps a name to
    its allowed values, or to None when any value may stand; the values may also be the name of a policy section that declares
    them, as in `{"plan": "plans"}`.
    """

    name: str
    events: Mapping[str, str]
    attributes: Mapping[str, frozenset[str] | frozenset[bool] | str | None] = field(default_factory=dict)


class Vocabulary:
    """All subjects that a policy may speak of."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._subjects = {subject.name: subject for subject in subjects}

    def __iter__(self) -> Iterator[Subject]:
        return iter(self._subjects.values())

    def __contains__(self, name: str) -> bool:
        return name in self._subjects

    def __getitem__(self, name: str) -> Subject:
        return self._subjects[name]

    def names(self) -> list[str]:
        return list(self._subjects)

    def event_kinds(self) -> dict[str, str]:
        return {kind: text for subject in self for kind, text in subject.events.items()}

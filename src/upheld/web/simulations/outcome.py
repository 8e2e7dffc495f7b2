"""What came out of a simulation over history, in words and in the measures of its pictures. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from upheld.kernel.instants import from_us, parse_instant
from upheld.kernel.keys import kind_of, number_of
from upheld.policy import Policy

STATES = {
    "kept": "kept", "breached": "missed", "void": "void", "waived": "waived", "running": "running", "paused": "running",
    "none": "not promised",
}  # fmt: skip
SAME = 0.05  # points


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause: then and now. `bars` are the shares kept, from 0 to 100, for its picture."""

    name: str
    label: str
    then: Mapping[str, Any]
    now: Mapping[str, Any]
    then_share: str
    now_share: str
    said: str
    better: int
    worse: int

    @property
    def bars(self) -> tuple[float | None, float | None]:
        shares = (self.then["share_kept"], self.now["share_kept"])
        return tuple(None if share is None else round(100 * share, 1) for share in shares)  # type: ignore[return-value]

    @property
    def direction(self) -> str:
        """`worse`, `better` or nothing, for the colour beside the words."""
        then, now = self.then["share_kept"], self.now["share_kept"]
        if then is None or now is None or abs(now - then) * 100 < SAME:
            return ""
        return "better" if now > then else "worse"


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A commitment that changes side. `number` is set where the subject has a page."""

    subject: str
    kind: str
    number: int | None
    title: str
    label: str
    cycle: int
    then: str
    now: str
    then_due_at: datetime | None
    now_due_at: datetime | None
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result for its page."""

    result: Mapping[str, Any]
    policy: Policy
    titles: Mapping[str, str]

    @property
    def clauses(self) -> Iterator[ClauseLine]:
        for one in self.result["clauses"]:
            then, now = one["then"], one["now"]
            yield ClauseLine(
                one["clause"], one["name"], then, now, share_words(then["share_kept"]), share_words(now["share_kept"]),
                delta_words(then, now), one["better"], one["worse"],
            )  # fmt: skip

    @property
    def changes(self) -> list[ChangedLine]:
        return [self._changed(one) for one in self.result["changes"]["listed"]]

    @property
    def unlisted(self) -> int:
        """How many change side beyond those that are listed."""
        changes = self.result["changes"]
        return int(changes["worse"] + changes["better"] - len(changes["listed"]))

    @property
    def effects(self) -> list[tuple[str, int, int, str]]:
        then, now = self.result["effects"]["then"], self.result["effects"]["now"]
        named = (
            ("escalations", "Steps up a ladder"),
            ("notifications", "People told"),
            ("pages", "Pages"),
            ("at_night", "Pages and missed promises told at night"),
        )
        return [(words, then[name], now[name], count_words(then[name], now[name])) for name, words in named]

    @property
    def night_is(self) -> list[str]:
        """What counts as night, wherever somebody was told then."""
        found = self.result["effects"]["then"]["night_is"] | self.result["effects"]["now"]["night_is"]
        return sorted(found)

    @property
    def summary(self) -> str:
        """The result in a sentence."""
        changes = self.result["changes"]
        if not changes["worse"] and not changes["better"]:
            return (
                "Nothing changes side: what was kept would have been kept, and what was missed would have been missed."
            )
        said = []
        if changes["better"]:
            said.append(f"{_commitments(changes['better'])} that {_were(changes['better'])} missed would not have been")
        if changes["worse"]:
            said.append(f"{_commitments(changes['worse'])} would be missed that {_were(changes['worse'])} not")
        return ", and ".join(said) + "."

    def _changed(self, one: Mapping[str, Any]) -> ChangedLine:
        clause = self.policy.clauses.get(one["clause"])
        return ChangedLine(
            subject=one["subject"],
            kind=kind_of(one["subject"]),
            number=number_of(one["subject"]) or None,
            title=self.titles.get(one["subject"], ""),
            label=str(clause.label) if clause else one["clause"],
            cycle=one["cycle"],
            then=STATES.get(one["then"], one["then"]),
            now=STATES.get(one["now"], one["now"]),
            then_due_at=moment(one["then_due_at"]),
            now_due_at=moment(one["now_due_at"]),
            is_worse=one["now"] == "breached",
        )


def moment(text: str | None) -> datetime | None:
    return None if text is None else from_us(parse_instant(text))


def share_words(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def delta_words(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """The difference of two shares kept: `4.2 points more`."""
    if then["share_kept"] is None and now["share_kept"] is None:
        return "nothing was decided"
    if then["share_kept"] is None:
        return "only under this policy"
    if now["share_kept"] is None:
        return "not under this policy"
    points = 100 * (now["share_kept"] - then["share_kept"])
    if abs(points) < SAME:
        return "the same"
    return f"{abs(points):.1f} points {'more' if points > 0 else 'less'}"


def count_words(then: int, now: int) -> str:
    return "as many" if then == now else f"{abs(now - then)} {'more' if now > then else 'fewer'}"


def _commitments(count: int) -> str:
    return "1 commitment" if count == 1 else f"{count} commitments"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"

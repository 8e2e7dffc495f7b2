"""What a forecast says, in words and in the measures of its pictures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = range(24)


@dataclass(frozen=True, slots=True)
class Kept:
    """A clause: how often it is expected to be kept, and how far off that may be. Shares from 0 to 100."""

    label: str
    share: float | None
    low: float
    high: float
    words: str
    is_enough: bool


@dataclass(frozen=True, slots=True)
class DayPicture:
    """One day: the agents that are needed as bars, those that are planned as a line, in a box 24 wide and `top` high."""

    name: str
    needed: Sequence[int]
    planned: Sequence[int]
    arrivals: Sequence[float]
    top: int

    @property
    def bars(self) -> list[tuple[int, int, int]]:
        """Left edge, top edge and height of each hour in which somebody is needed."""
        return [(hour, self.top - count, count) for hour, count in enumerate(self.needed) if count]

    @property
    def line(self) -> str:
        """The planned agents as steps."""
        steps = [f"{hour},{self.top - count} {hour + 1},{self.top - count}" for hour, count in enumerate(self.planned)]
        return " ".join(steps)

    @property
    def tickets(self) -> float:
        return sum(self.arrivals)


@dataclass(frozen=True, slots=True)
class Expected:
    """A forecast's result for its page."""

    result: Mapping[str, Any]

    @property
    def clauses(self) -> list[Kept]:
        return [self._kept(one) for one in self.result["clauses"]]

    @property
    def days(self) -> list[DayPicture]:
        needed, planned, arrivals = (self.result[name] for name in ("needed", "agents", "arrivals"))
        top = max(1, *needed, *planned)
        return [
            DayPicture(name, needed[at : at + 24], planned[at : at + 24], arrivals[at : at + 24], top)
            for name, at in zip(DAY_NAMES, range(0, 168, 24), strict=True)
        ]

    @property
    def hours(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """Each hour of the day with what is needed and what is planned on each day of the week."""
        needed, planned = self.result["needed"], self.result["agents"]
        return [(hour, [(needed[at + hour], planned[at + hour]) for at in range(0, 168, 24)]) for hour in HOURS]

    @property
    def most(self) -> int:
        return int(max(1, *self.result["needed"], *self.result["agents"]))

    @property
    def target(self) -> str:
        return percent(self.result["target"])

    @property
    def figures(self) -> list[tuple[str, str]]:
        found = self.result
        wait = found["mean_wait"]
        return [
            ("Tickets a week", f"{found['tickets_a_week']:.0f}"),
            ("One reply takes", f"{found['handling_seconds'] / 60:.1f} minutes"),
            (
                "Waiting on average, closed hours included",
                f"{minutes(wait['mean'])} (± {minutes(wait['give_or_take'])})",
            ),
            ("95 of 100 wait at most", minutes(found["wait_95"]["mean"])),
            ("Agents are busy", f"{percent(found['utilisation']['mean'])} of their time"),
            ("Agent hours a week, as planned", str(found["agent_hours"])),
            (self._needed(), f"about {found['needed_hours']}"),
            ("By Erlang, if nothing could wait for the next hour", str(sum(found["erlang"]))),
        ]

    def _needed(self) -> str:
        aim = self.result["target"] if self.result["needed_is_enough"] else self.result["needed_keeps"]
        return f"Agent hours a week to keep each promise to {percent(aim)}"

    @property
    def limit(self) -> str:
        """Where the hours themselves are too short, by how much."""
        if self.result["reachable"] >= self.result["target"]:
            return ""
        most, target = percent(self.result["reachable"]), percent(self.result["target"])
        return (
            f"In these hours at most {most} of every promise can be kept, however many people there are: what comes in "
            f"while nobody is there is late before anybody sees it. For {target} somebody has to be there at other hours."
        )

    def _kept(self, one: Mapping[str, Any]) -> Kept:
        if one["mean"] is None:
            return Kept(one["name"], None, 0, 0, "no ticket of this mix is promised it", is_enough=True)
        share, off = 100 * one["mean"], 100 * one["give_or_take"]
        low, high = max(0.0, share - off), min(100.0, share + off)
        return Kept(
            one["name"], round(share, 1), round(low, 1), round(high, 1), f"{low:.1f} to {high:.1f} %",
            is_enough=one["mean"] >= self.result["target"],
        )  # fmt: skip


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def minutes(seconds: float) -> str:
    """`under a minute`, `12 minutes`, `3.5 hours`."""
    if seconds < 60:
        return "under a minute"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"

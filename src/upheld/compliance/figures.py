"""The totals of a proof: by clause how many were kept, breached, waived, void or still run. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from upheld.compliance.evidence import Line

COUNTED = {
    "kept": "kept",
    "breached": "breached",
    "waived": "waived",
    "void": "void",
    "running": "running",
    "paused": "running",
}


@dataclass(slots=True)
class Total:
    """Of one clause. `late_worst` is microseconds; paused commitments count as running."""

    clause: str
    name: str = ""
    kept: int = 0
    breached: int = 0
    waived: int = 0
    void: int = 0
    running: int = 0
    late_worst: int = 0

    @property
    def all(self) -> int:
        return self.kept + self.breached + self.waived + self.void + self.running

    @property
    def decided(self) -> int:
        """Kept or breached: of these the share is told."""
        return self.kept + self.breached

    @property
    def share(self) -> str:
        """As a percentage that rounds no breach away: 100 % is said only when all were kept, 0 % only when none was."""
        if not self.decided:
            return "–"
        tenths = self.kept * 1000 // self.decided
        return f"{max(tenths, 1 if self.kept else 0) / 10:.1f} %".replace(".0 %", " %")

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


class Totals:
    """Fed with every line once."""

    def __init__(self) -> None:
        self.by_clause: dict[str, Total] = {}

    def add(self, line: Line) -> None:
        total = self.by_clause.get(line.clause)
        if total is None:
            total = self.by_clause[line.clause] = Total(line.clause)
        counted = COUNTED[line.state]
        setattr(total, counted, getattr(total, counted) + 1)
        total.late_worst = max(total.late_worst, line.late or 0)

    def by_name(self) -> list[Total]:
        return [self.by_clause[name] for name in sorted(self.by_clause)]


def together(totals: list[Total]) -> Total:
    """The sum of all clauses."""
    whole = Total("", "All clauses")
    for total in totals:
        for name in {*COUNTED.values()}:
            setattr(whole, name, getattr(whole, name) + getattr(total, name))
        whole.late_worst = max(whole.late_worst, total.late_worst)
    return whole


def from_data(figures: list[dict[str, Any]]) -> list[Total]:
    return [Total(**figure) for figure in figures]

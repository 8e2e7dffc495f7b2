"""Decision tables: cells that are missing, and rows for cases that never come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

from upheld.policy.lint.domains import Domains, rules_out
from upheld.policy.lint.findings import Findings, Path
from upheld.policy.matching import Choice
from upheld.policy.model import Clause, Policy
from upheld.policy.nodes import Entries

_GAPS = {
    "within": "Whoever this is about has no deadline at all, and nobody decided so.",
    "calendar": "For these nobody said on whose hours the time counts.",
    "open_to": "For these nobody said when the channel is open.",
    "matrix": "A ticket with these has no priority of its own and takes the default.",
}


def look_at_tables(policy: Policy, domains: Domains, findings: Findings) -> None:
    _look_for_empty_promises(policy, findings)
    for file, path, choice, clause in _tables(policy):
        subject = clause.on if clause else "ticket"
        _Table(file, path, choice, findings, clause, partial(domains.values, subject)).look()


def _look_for_empty_promises(policy: Policy, findings: Findings) -> None:
    for clause in policy.clauses.values():
        if clause.within is not None and not any(True for _ in clause.within.values()):
            problem, why = "This promises nothing to anybody.", "It says 'none' and no time at all."
            findings.add(
                "warning",
                "commitments.yaml",
                (clause.name, "within"),
                problem,
                why,
                "Take the clause out, or give it a time.",
            )


def _tables(policy: Policy) -> Iterator[tuple[str, Path, Choice[Any], Clause | None]]:
    for clause in policy.clauses.values():
        for key, choice in (("within", clause.within), ("calendar", clause.calendar)):
            if choice is not None and choice.table is not None:
                yield "commitments.yaml", (clause.name, key), choice, clause
    for channel in policy.channels.values():
        if channel.open_to.table is not None:
            yield "channels.yaml", ("channels", channel.name, "open_to"), channel.open_to, None
    for target in policy.targets.values():
        for key, figure in (("at_least", target.at_least), ("at_most", target.at_most)):
            if figure is not None and figure.table is not None:
                yield "targets.yaml", ("targets", target.name, key), figure, None
    if policy.impact_urgency is not None and policy.impact_urgency.table is not None:
        yield "policy.yaml", ("matrix",), policy.impact_urgency, None


class _Table:
    """One table held against all that its attributes can be."""

    def __init__(
        self,
        file: str,
        path: Path,
        choice: Choice[Any],
        findings: Findings,
        clause: Clause | None,
        values_of: Callable[[str], tuple[Any, ...] | None],
    ) -> None:
        self._file = file
        self._path = path
        self._choice = choice
        self._table = choice.table or {}
        self._findings = findings
        self._clause = clause
        self._values_of = values_of

    def look(self) -> None:
        node = self._findings.node(self._file, self._path)
        has_else = isinstance(node, Entries) and node.get("else") is not None
        columns = [self._column(position) for position in range(len(self._choice.by))]
        if not has_else:
            for position, name in enumerate(self._choice.by):
                if self._values_of(name) is None and self._path[-1] != "matrix":
                    self._tell_open_end(name, position)
            self._tell_missing(columns)
        elif all(self._values_of(name) for name in self._choice.by) and self._choice.otherwise is not None:
            self._tell_idle_else(columns)
        self._tell_unreachable()

    def _column(self, position: int) -> tuple[Any, ...]:
        """What the table has to answer at this position: all declared values that can come, or those it names itself."""
        name = self._choice.by[position]
        declared = self._values_of(name)
        if declared is None:
            return tuple(dict.fromkeys(key[position] for key in self._table))
        return tuple(value for value in declared if self._clause is None or not rules_out(self._clause, name, value))

    def _tell_missing(self, columns: list[tuple[Any, ...]]) -> None:
        missing = [cell for cell in product(*columns) if tuple(map(str, cell)) not in self._table]
        rows = {key[0] for key in self._table}
        told: set[str] = set()
        for cell in missing:
            row = str(cell[0])
            if row not in rows:
                if row not in told:
                    self._tell_gap((), f"The row '{row}' is missing.", f"Add '{row}:', or an 'else:'.")
                told.add(row)
            else:
                name = ".".join(map(str, cell[1:]))
                self._tell_gap(
                    tuple(map(str, cell[:-1])), f"The cell '{name}' is missing in the row '{row}'.", f"Add '{name}:'."
                )

    def _tell_gap(self, below: Path, problem: str, remedy: str) -> None:
        why = _GAPS.get(str(self._path[-1]), "For these the figure is open.")
        remedy = f"{remedy} Write 'none' where nothing is promised."
        self._findings.add("error", self._file, (*self._path, *below), problem, why, remedy)

    def _tell_open_end(self, name: str, position: int) -> None:
        known = ", ".join(dict.fromkeys(key[position] for key in self._table))
        self._findings.add(
            "note",
            self._file,
            self._path,
            f"What '{name}' can be is not declared, and the table knows {known} only.",
            "Any other value picks nothing.",
            "Add an 'else:'.",
        )

    def _tell_idle_else(self, columns: list[tuple[Any, ...]]) -> None:
        if all(tuple(map(str, cell)) in self._table for cell in product(*columns)):
            self._findings.add(
                "warning",
                self._file,
                (*self._path, "else"),
                "The 'else' is never looked up: every case has its own row.",
                "Whoever changes it changes nothing.",
                "Take it out, or take out the rows that say the same.",
            )

    def _tell_unreachable(self) -> None:
        if self._clause is None:
            return
        told: set[Path] = set()
        for key in self._table:
            for position, value in enumerate(key):
                if key[: position + 1] in told or not rules_out(self._clause, self._choice.by[position], _typed(value)):
                    continue
                told.add(key[: position + 1])
                if not any(step in told for step in (key[:n] for n in range(1, position + 1))):
                    self._tell_never(key[: position + 1], value)

    def _tell_never(self, path: tuple[str, ...], value: str) -> None:
        if not isinstance(self._findings.node(self._file, (*self._path, *path[:-1])), Entries):
            return  # written as one value for the whole row
        if self._findings.node(self._file, (*self._path, *path)) is None:
            return  # filled in from an 'else' of the row
        self._findings.add(
            "warning",
            self._file,
            (*self._path, *path),
            f"'{value}' is never looked up: 'when' or 'unless' rules it out.",
            "Whoever reads the table takes it for a promise.",
            "Take it out, or widen the condition.",
        )


def _typed(value: str) -> Any:
    return {"True": True, "False": False}.get(value, value)

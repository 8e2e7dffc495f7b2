"""What is wrong with a policy, told so that its writer can mend it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a policy something stands: lines and columns count from 1, as editors do."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that keeps a policy from being loaded."""

    file: str
    line: int
    column: int
    key: str
    problem: str
    remedy: str

    def as_data(self) -> dict[str, str | int]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.key}: {self.problem} {self.remedy}".rstrip()


class PolicyErrors(Exception):
    """A policy was refused. Holds every problem that was found, in the order of the files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

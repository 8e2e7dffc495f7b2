"""Two people changed the same files: what comes of it. Pure.

Line by line, by merge3: what only one of them changed is taken, what both changed differently is a conflict, and stands in
the merged text between marks, so that nothing that anybody typed is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from merge3 import Merge3

OURS, BETWEEN, THEIRS = "<<<<<<< yours\n", "=======\n", ">>>>>>> theirs\n"

YOURS, OTHERS = "yours", "theirs"  # the sides as one can choose them


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place that both changed. `line` is where it begins in the merged text."""

    file: str
    line: int
    yours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    files: dict[str, str]
    conflicts: list[Conflict] = field(default_factory=list)


def merge(base: Mapping[str, str], yours: Mapping[str, str], theirs: Mapping[str, str]) -> Merged:
    """What both wanted. A file that one took away and the other changed stays, as a conflict with nothing on one side."""
    merged = Merged({})
    for name in dict.fromkeys((*theirs, *yours)):
        was, mine, other = base.get(name), yours.get(name), theirs.get(name)
        if mine == other or other == was:
            text = mine
        elif mine == was:
            text = other
        else:
            text, conflicts = merge_text(name, was or "", mine or "", other or "")
            merged.conflicts.extend(conflicts)
        if text is not None:
            merged.files[name] = text
    return merged


def merge_text(name: str, base: str, yours: str, theirs: str) -> tuple[str, list[Conflict]]:
    """Three versions of one file line by line. Where both changed the same lines, both stand in the text between marks."""
    lines: list[str] = []
    conflicts: list[Conflict] = []
    three = Merge3(_lines(base), _lines(yours), _lines(theirs))
    for kind, *parts in three.merge_groups():
        if kind != "conflict":
            lines += parts[0]
            continue
        _, mine, other = parts
        conflicts.append(Conflict(name, len(lines) + 1, "".join(mine), "".join(other)))
        lines += [OURS, *_ended(mine), BETWEEN, *_ended(other), THEIRS]
    return "".join(lines), conflicts


def choose(text: str, choices: Sequence[str]) -> str:
    """The text with one side of each conflict, in their order: `yours`, `theirs`, or both as they stand for anything else.

    Where there are not as many conflicts as choices somebody has worked in the text by hand, and nothing is chosen.
    """
    parts: list[tuple[list[str], list[str], list[str]]] = [([], [], [])]  # what goes before, and then the two sides
    side = 0
    for line in _lines(text):
        if side == 0 and line == OURS:
            side = 1
        elif side == 1 and line == BETWEEN:
            side = 2
        elif side == 2 and line == THEIRS:
            side = 0
            parts.append(([], [], []))
        else:
            parts[-1][side].append(line)
    if side or len(parts) - 1 != len(choices):
        return text
    chosen: list[str] = []
    for (before, yours, theirs), choice in zip(parts, [*choices, YOURS], strict=True):
        both = [OURS, *yours, BETWEEN, *theirs, THEIRS]
        chosen += before + {YOURS: yours, OTHERS: theirs}.get(choice, both)
    return "".join(chosen)


def has_marks(text: str) -> bool:
    """Whether a conflict still stands in it."""
    lines = set(text.splitlines(keepends=True))
    return OURS in lines and THEIRS in lines


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _ended(lines: Sequence[str]) -> list[str]:
    """With a line end after the last, so that no mark is glued to it."""
    return [*lines[:-1], lines[-1] if lines[-1].endswith("\n") else lines[-1] + "\n"] if lines else []

"""The prose of the documents held against each other: which file, and how many lines."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher, unified_diff

from upheld.policy.differences.difference import Comparing, Spot

FOLDER = "words/"


def tell_prose(comparing: Comparing) -> None:
    old, new = (
        {path: raw for path, raw in policy.sources.items() if path.startswith(FOLDER) and path.endswith(".md")}
        for policy in (comparing.old, comparing.new)
    )
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            _tell_file(
                Spot(comparing, "words", path, f"Document {path.removeprefix(FOLDER)}"), old.get(path), new.get(path)
            )


def _tell_file(spot: Spot, old: bytes | None, new: bytes | None) -> None:
    before, after = _lines(old), _lines(new)
    if old is None:
        spot.tell(f"{spot.about}: new, with {_counted(len(after))}", "", _counted(len(after)), "added")
    elif new is None:
        spot.tell(f"{spot.about}: taken out", _counted(len(before)), "", "removed")
    else:
        gone, come = changed_lines(before, after)
        parts = [f"{_counted(come)} new" if come else "", f"{_counted(gone)} gone" if gone else ""]
        told = ", ".join(part for part in parts if part) or "only the ends of lines differ"
        spot.tell(f"{spot.about}: {told}", _counted(len(before)), _counted(len(after)))


def changed_lines(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many lines are gone, and how many are new; a changed one is both."""
    steps = [step for step in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes() if step[0] != "equal"]
    return sum(step[2] - step[1] for step in steps), sum(step[4] - step[3] for step in steps)


def text_difference(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> str:
    """A unified diff of all files by name; empty when they are equal."""
    parts: list[str] = []
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        before, after = _lines(old.get(name)), _lines(new.get(name))
        names = [f"{side}/{name}" if name in files else "/dev/null" for side, files in (("old", old), ("new", new))]
        lines = list(unified_diff(before, after, names[0], names[1], lineterm=""))
        parts += lines or [f"--- {names[0]}", f"+++ {names[1]}", "(only the ends of lines differ)"]
    return "".join(f"{line}\n" for line in parts)


def _lines(raw: bytes | None) -> list[str]:
    return (raw or b"").decode("utf-8", "replace").splitlines()


def _counted(lines: int) -> str:
    return f"{lines} {'line' if lines == 1 else 'lines'}"

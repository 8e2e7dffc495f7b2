"""The rungs of a ladder: one more, another, one less. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from upheld.drafting.editing.source import NotEditable, Path, Source, Step

FILE = "escalation.yaml"
STANDS = ("level", "role", "team", "department", "mail")


@dataclass(frozen=True, slots=True)
class RungText:
    """A rung as it is typed. `stands` is one of STANDS with its value; both empty for nobody but its level."""

    name: str
    about: str = ""
    level: str = ""
    stands: str = ""
    who: str = ""
    contact: str = ""

    def as_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {"name": self.name}
        data |= {key: value for key, value in (("about", self.about), ("level", self.level)) if value}
        if self.stands and self.who:
            data["stands"] = {self.stands: self.who}
        return data | ({"contact": self.contact} if self.contact else {})


def rung_texts(source: Source, ladder: str) -> list[RungText]:
    """The rungs of a ladder as the file spells them, from the lowest up."""
    return [_read(source, ladder, number) for number in range(source.items(["ladders", ladder, "rungs"]))]


def add_rung(source: Source, ladder: str, rung: RungText) -> None:
    """At the top of the ladder."""
    source.append(["ladders", ladder, "rungs"], rung.as_data())


def change_rung(source: Source, ladder: str, number: int, rung: RungText) -> None:
    """Write what differs. A rung that is only a text becomes a mapping when it has to say more."""
    here: list[Step] = ["ladders", ladder, "rungs", number]
    was = _read(source, ladder, number)
    if was == rung:
        return
    if source.value(here) is not None:
        source.set(here, rung.name if set(rung.as_data()) == {"name"} else rung.as_data())
        return
    for key in ("name", "about", "level", "contact"):
        _write(source, [*here, key], getattr(was, key), getattr(rung, key))
    if (was.stands, was.who) != (rung.stands, rung.who):
        stands = {rung.stands: rung.who} if rung.stands and rung.who else None
        if was.stands == rung.stands and rung.who:
            source.set([*here, "stands", rung.stands], rung.who)
        elif stands is None:
            source.remove([*here, "stands"])
        else:
            source.set([*here, "stands"], stands)


def remove_rung(source: Source, ladder: str, number: int) -> None:
    """Raises NotEditable for the last one: a ladder needs a rung."""
    if source.items(["ladders", ladder, "rungs"]) < 2:
        raise NotEditable("A ladder needs a rung; add another one before you take this one out.")
    source.remove(["ladders", ladder, "rungs", number])


def in_other_languages(files: Mapping[str, str], ladder: str, edit: Callable[[Source, Path], None]) -> dict[str, str]:
    """The translations of a ladder's rungs, which are as many as the rungs: `edit` is given each list of them."""
    changed = dict(files)
    here = ["ladders", ladder, "rungs"]
    for name, text in files.items():
        if name.startswith("words/") and name.endswith("/names.yaml"):
            source = Source(name, text)
            if source.items(here):
                edit(source, here)
                changed[name] = source.text()
    return changed


def _write(source: Source, path: Path, was: str, now: str) -> None:
    if was == now:
        return
    if now:
        source.set(path, now)
    else:
        source.remove(path)


def _read(source: Source, ladder: str, number: int) -> RungText:
    here: list[Step] = ["ladders", ladder, "rungs", number]
    text = source.value(here)
    if text is not None:
        return RungText(text)
    name, about, level, contact = (_said(source, [*here, key]) for key in ("name", "about", "level", "contact"))
    stands = next(iter(source.keys([*here, "stands"])), "")
    return RungText(name, about, level, stands, source.value([*here, "stands", stands]) or "", contact)


def _said(source: Source, path: Path) -> str:
    """The text; of a text by language the first, which a form does not change."""
    return source.value(path) or ""

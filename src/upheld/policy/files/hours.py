"""hours.yaml: the calendars. How they are written, and what is wrong with one, the room `hours` says."""

from __future__ import annotations

from typing import Any

from upheld.hours import Calendar, CalendarError, calendars_schema, compile_calendars
from upheld.policy.nodes import Entries, Node, place_of, plain
from upheld.policy.reading import WRONG, Reading, Wrong
from upheld.policy.shapes.collections import Key, Record, plainly
from upheld.policy.shapes.shape import Definitions, Shape

_EXAMPLE = '{office: {zone: Europe/Berlin, weekly: {mon-fri: "09:00-17:00"}}}'


class _Calendars(Shape[dict[str, Calendar]]):
    words = f"calendars by name, as in {_EXAMPLE}"

    def read(self, node: Node, at: Reading) -> dict[str, Calendar] | Wrong:
        if not isinstance(node, Entries):
            return at.refuse_kind(node, self.words)
        raw = plain(node)
        raw.setdefault("always", {"open": "always"})
        try:
            return compile_calendars(raw)
        except CalendarError as error:
            for one in (error, *error.others):
                self._refuse(one, node, at)
            return WRONG

    def _refuse(self, error: CalendarError, node: Entries, at: Reading) -> None:
        line, column = place_of(node, error.path)
        steps = tuple(str(step) for step in error.path)
        Reading(at.session, at.file, (*at.path, *steps), line, column, "").refuse(None, error.problem, error.remedy)

    def describe(self, _: Definitions) -> dict[str, Any]:
        return calendars_schema()


HOURS_FILE: Record[dict[str, object]] = Record(
    plainly(dict),
    Key("calendars", _Calendars(), "The calendars, by name; `always` is there without being written.", required=True),
)

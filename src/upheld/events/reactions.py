"""Who hears of which event. The one list stands in `config/wiring.py` and is handed over at the start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from upheld.events.models import Event

Handler = Callable[["Event"], None]

_reactions: dict[str, tuple[str, ...]] = {}
_in_order: set[str] = set()
_keepers: dict[str, str] = {}


def wire(
    reactions: Mapping[str, tuple[str, ...]],
    *,
    in_order: Collection[str] = (),
    keepers: Mapping[str, str] | None = None,
) -> None:
    """Replace the list: event kind -> dotted names of handlers, called in this order.

    Those that hear of a kind of `in_order` hear of the events of one subject one after another, as they were recorded.
    `keepers` hear at once, in the transaction of the event: kind of subject -> dotted name.
    """
    _reactions.clear()
    _reactions.update(reactions)
    _in_order.clear()
    _in_order.update(in_order)
    _keepers.clear()
    _keepers.update(keepers or {})


def has_reactions(kind: str) -> bool:
    """Whether any handler hears of it, so that recording it is worth a job."""
    return kind in _reactions


def is_in_order(kind: str) -> bool:
    return kind in _in_order


def handlers_of(kind: str) -> list[Handler]:
    """Imported here and not before, since handlers stand in rooms above this one."""
    return [import_string(name) for name in _reactions.get(kind, ())]


def keeper_of(event: Event) -> Handler | None:
    """Who hears of the event before its transaction ends. Of a subject's own events only, not that a mail about it failed."""
    kind = event.kind.partition(".")[0]
    name = _keepers.get(kind) if event.subject.startswith(f"{kind}:") else None
    return import_string(name) if name is not None else None

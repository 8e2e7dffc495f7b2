"""Who hears of which event. The one list stands in `config/wiring.py` and is handed over at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from upheld.events.models import Event

Handler = Callable[["Event"], None]

_reactions: dict[str, tuple[str, ...]] = {}


def wire(reactions: Mapping[str, tuple[str, ...]]) -> None:
    """Replace the list: event kind -> dotted names of handlers, called in this order."""
    _reactions.clear()
    _reactions.update(reactions)


def has_reactions(kind: str) -> bool:
    return kind in _reactions


def handlers_of(kind: str) -> list[Handler]:
    return [import_string(name) for name in _reactions.get(kind, ())]

"""Keys such as `ticket:1042` and `agent:3`: what events, commitments and mails hold of a thing that no foreign key may reach."""

from __future__ import annotations

from collections.abc import Iterable


def kind_of(key: str) -> str:
    """`ticket` of `ticket:1042`."""
    return key.partition(":")[0]


def number_of(key: str, kind: str = "") -> int:
    """1042 of `ticket:1042`; 0, which nothing has, where there is no number or the key is of another kind than asked for."""
    found, _, number = key.partition(":")
    return int(number) if number.isdecimal() and kind in ("", found) else 0


def numbers_of(keys: Iterable[str], kind: str) -> list[int]:
    """The numbers of those keys that are of this kind, in their order."""
    return [number for key in keys if (number := number_of(key, kind))]

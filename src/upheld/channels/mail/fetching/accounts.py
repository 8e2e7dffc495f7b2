"""A mailbox as fetching sees it."""

from __future__ import annotations

from typing import Protocol

from upheld.channels.mail.servers import Server


class Account(Server, Protocol):
    """One mailbox of a server, and what becomes there of what we took. config/imap.py makes it."""

    @property
    def name(self) -> str: ...
    @property
    def folder(self) -> str: ...
    @property
    def then(self) -> str: ...
    @property
    def move_to(self) -> str: ...
    @property
    def address(self) -> str: ...

"""Who acts. Actions take an `Actor` by name and never look one up in a thread or a request."""

from __future__ import annotations

from dataclasses import dataclass

from upheld.kernel.keys import kind_of


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or something, that does things: `agent:3`, `contact:7`, `policy:techflow`, `system:mail`.

    `key` is what events keep. `name` is for messages to people and is never written into an event.
    """

    key: str
    name: str = ""

    @property
    def kind(self) -> str:
        return kind_of(self.key)

    @property
    def is_person(self) -> bool:
        return self.kind in {"agent", "contact"}

    def __str__(self) -> str:
        return self.name or self.key


POLICY = Actor("policy:", "The policy")
MAIL = Actor("system:mail", "Mail")
SYSTEM = Actor("system:", "Upheld")

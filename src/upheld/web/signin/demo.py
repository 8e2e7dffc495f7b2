"""As whom one can sign in to a demo. Kept in the installation's data folder, so that the sign-in page can show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

FILE = "demo-logins.json"


@dataclass(frozen=True, slots=True)
class Login:
    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class DemoLogins:
    """One person of each kind."""

    agent: Login
    lead: Login
    administrator: Login
    customer: Login
    account_administrator: Login

    def by_role(self) -> Iterator[tuple[str, Login]]:
        """`(role in words, login)`, those who work here first."""
        yield "Agent", self.agent
        yield "Team lead", self.lead
        yield "Administrator", self.administrator
        yield "Customer", self.customer
        yield "Account administrator", self.account_administrator


def remember(logins: DemoLogins) -> None:
    """Keep them for the sign-in page of this installation."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(logins), ensure_ascii=False), encoding="utf-8")


def remembered() -> DemoLogins | None:
    """None unless this installation is a demo that was filled."""
    if not settings.UPHELD_DEMO:
        return None
    try:
        raw = json.loads(_path().read_text(encoding="utf-8"))
        return DemoLogins(**{role: Login(**login) for role, login in raw.items()})
    except (OSError, ValueError, TypeError):
        return None


def _path() -> Path:
    return Path(settings.UPHELD_DATA) / FILE

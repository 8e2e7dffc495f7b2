"""What people who work here may do. A policy names roles on rungs and for approvals; every agent has one."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """From the least that one may do to the most."""

    AGENT = "agent"
    LEAD = "lead"
    MANAGER = "manager"
    DIRECTOR = "director"
    EXECUTIVE = "executive"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return "Team lead" if self is Role.LEAD else self.value.capitalize()


ROLES: dict[str, str] = {role.value: role.label for role in Role}
"""What people read for each."""

"""Under which name and address of ours a mail leaves."""

from __future__ import annotations

from upheld.people.models import Person
from upheld.policy import Policy


def sender_of(policy: Policy, department: str, *, author: Person | None = None) -> tuple[str, str]:
    """Our name and address for a department: its own mail address, else the first that the policy's channels have for
    it, else any.
    """
    company = policy.company.name or policy.name
    name = f"{author.name} ({company})" if author is not None and author.name else company
    addresses = [address for channel in policy.channels.values() for address in channel.addresses]
    named = policy.departments.get(department)
    if named is not None and named.mail:
        return name, named.mail
    fitting = [address.address for address in addresses if address.department == department] or [
        one.address for one in addresses
    ]
    return name, fitting[0] if fitting else "support@localhost"

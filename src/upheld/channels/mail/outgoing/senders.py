"""Under which name and address of ours a mail leaves."""

from __future__ import annotations

from upheld.people.models import Person
from upheld.policy import Policy
from upheld.policy.model import Address


def sender_of(policy: Policy, department: str, *, author: Person | None = None, brand: str = "") -> tuple[str, str]:
    """Our name and address for a department: its own mail address, else the first that the policy's channels have for
    it, else any. Under a brand it is the brand's name and, of the brand's addresses, the one that fits.
    """
    company = company_name(policy, brand)
    name = f"{author.name} ({company})" if author is not None and author.name else company
    every = [address for channel in policy.channels.values() for address in channel.addresses]
    if brand in policy.brands:
        own = [address for address in every if address.brand == brand]
        found = _fitting(own, department) or policy.brands[brand].mail or _first(own)
        if found:
            return name, found
    named = policy.departments.get(department)
    if named is not None and named.mail:
        return name, named.mail
    plain = [address for address in every if not address.brand] or every
    return name, _fitting(plain, department) or _first(plain) or "support@localhost"


def company_name(policy: Policy, brand: str = "") -> str:
    """What we call ourselves: the brand where there is one, else the company."""
    named = policy.brands.get(brand)
    return str(named.label) if named is not None else policy.company.name or policy.name


def _fitting(addresses: list[Address], department: str) -> str:
    return next((one.address for one in addresses if one.department == department), "")


def _first(addresses: list[Address]) -> str:
    return next((one.address for one in addresses), "")

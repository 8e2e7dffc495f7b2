"""What somebody must know to try a demo: who can sign in, and where mail goes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the demo's company or of its customers, and where they land."""

    role: str
    name: str
    email: str
    path: str


@dataclass(frozen=True, slots=True)
class Card:
    """`sender` is a customer on the highest plan; a mail from there to `mailbox` becomes a ticket."""

    company: str
    password: str
    mailbox: str
    sender: str
    sign_ins: tuple[SignIn, ...]

    def sign_in(self, role: str) -> SignIn:
        return next(one for one in self.sign_ins if one.role == role)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False))

    @classmethod
    def read(cls, path: Path) -> Card:
        raw = json.loads(path.read_text())
        return cls(**{**raw, "sign_ins": tuple(SignIn(**one) for one in raw["sign_ins"])})


def card_of_the_desk() -> Card:
    """Look the people up in the database that `company.fill` filled."""
    from upheld.accounts.models import Contact
    from upheld.cli.demo.people import PASSWORD
    from upheld.commitments.policies import in_force
    from upheld.people.models import Agent

    policy = in_force()
    customers = Contact.objects.filter(account__isnull=False, person__is_active=True).select_related(
        "person", "account"
    )
    highest = list(policy.plans)[-1]
    of_highest = [
        contact for contact in customers.order_by("pk") if contact.account and contact.account.plan == highest
    ]
    plain = next(contact for contact in of_highest if not contact.is_administrator)
    chief = next(
        contact for contact in of_highest if contact.is_administrator and contact.account_id == plain.account_id
    )
    agents = Agent.objects.working().select_related("person").order_by("level", "pk")
    roles = (("agent", Agent.Role.AGENT), ("team lead", Agent.Role.LEAD), ("administrator", Agent.Role.ADMINISTRATOR))
    sign_ins = [
        SignIn(title, agent.person.name, agent.person.email, "/desk/")
        for title, role in roles
        for agent in agents.filter(role=role)[:1]
    ]
    sign_ins += [
        SignIn("customer", plain.person.name, plain.person.email, "/"),
        SignIn("customer, administrator of the account", chief.person.name, chief.person.email, "/"),
    ]
    return Card(
        company=str(policy.company.name or policy.name),
        password=PASSWORD,
        mailbox=_first([address.address for channel in policy.channels.values() for address in channel.addresses]),
        sender=plain.person.email,
        sign_ins=tuple(sign_ins),
    )


def _first(addresses: Iterable[str]) -> str:
    return next(iter(addresses), "support@demo.example")

"""The demo's data, made by a process of its own so that the one that supervises stays small: database, company, card."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from upheld.cli.demo.card import Card, SignIn

if TYPE_CHECKING:
    from upheld.web.signin.demo import DemoLogins


def main(arguments: Sequence[str]) -> int:
    """`files`: what browsers fetch. `data`: the database, the company if there is none yet, and who can sign in."""
    parser = argparse.ArgumentParser(prog="python -m upheld.cli.demo.prepare", description=__doc__)
    parser.add_argument("part", choices=["files", "data"])
    part = parser.parse_args(arguments).part

    from upheld.cli.desk import set_up_django

    set_up_django()
    if part == "files":
        from upheld.cli.migrate import gather_static_files

        gather_static_files()
        return 0
    return _data()


def _data() -> int:
    from django.conf import settings

    from upheld.cli.demo.company import fill
    from upheld.cli.migrate import migrate
    from upheld.cli.publish import publish_folder
    from upheld.tickets.models import Ticket
    from upheld.web.signin.demo import remember

    migrate()
    if Ticket.objects.exists():
        return 0
    if publish_folder(settings.UPHELD_POLICY, quiet=True) != 0:
        return 1
    logins = fill(datetime.now(UTC))
    remember(logins)
    _card(logins).write(Path(settings.UPHELD_DATA))
    return 0


def _card(logins: DemoLogins) -> Card:
    from upheld.commitments.policies import in_force

    policy = in_force()
    mailboxes = [address.address for channel in policy.channels.values() for address in channel.addresses]
    works_here = {logins.agent.email, logins.lead.email, logins.administrator.email}
    people = {
        login.email: SignIn(
            role, login.name, login.email, login.password, "/desk/" if login.email in works_here else "/"
        )
        for role, login in logins.by_role()
    }
    agent, customer = people.pop(logins.agent.email), people.pop(logins.customer.email)
    return Card(
        company=str(policy.company.name or policy.name),
        mailbox=mailboxes[0] if mailboxes else "support@demo.example",
        agent=agent,
        customer=customer,
        others=tuple(people.values()),
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

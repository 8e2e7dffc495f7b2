"""`upheld createadmin --email … --name … [--password-stdin]`: a person who may do everything.

Without a password the person signs in with a code that is mailed to the address, and may add a passkey then. Somebody who is
known by that address already becomes an administrator as well and keeps the password.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="upheld createadmin", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--password-stdin", action="store_true", help="read a password from standard input")
    given = parser.parse_args(arguments)
    password = sys.stdin.readline().rstrip("\r\n") if given.password_stdin else None
    problem = _problem(given.email, given.name, password)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    return _create(given.email, given.name, password)


def _create(email: str, name: str, password: str | None) -> int:
    from upheld.events.actors import SYSTEM
    from upheld.people.actions import add_agent
    from upheld.people.models import Agent, Person

    if password is not None and Person.objects.filter(email=email.strip().lower()).exists():
        print(f"{email} is known already: run this without --password-stdin, and the password stays.", file=sys.stderr)
        return 1
    role, at = Agent.Role.ADMINISTRATOR, datetime.now(UTC)
    agent = add_agent(email=email, name=name, password=password, role=role, by=SYSTEM, at=at)
    print(f"{agent.person.name} <{agent.person.email}> is an administrator.")
    return 0


def _problem(email: str, name: str, password: str | None) -> str | None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from upheld.people.models import Person

    try:
        validate_email(email.strip())
        if password is not None:
            validate_password(password, Person(email=email, name=name))
    except ValidationError as wrong:
        return " ".join(wrong.messages)
    return None if name.strip() else "A name is needed."

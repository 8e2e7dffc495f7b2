"""`upheld COMMAND …`: finds the command, gives it what it stands on, and turns refusals into sentences."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

WRITTEN_WRONGLY = 2


@dataclass(frozen=True, slots=True)
class Command:
    """What it does in a line; and whether it needs the database and the rooms above the pure ones."""

    about: str
    needs_desk: bool = True
    unless: str = ""
    """An option with which it does without."""


COMMANDS = {
    "serve": Command("Serve the pages", needs_desk=False),
    "worker": Command("Do the jobs: mail out, notifications, whatever waits in the queue"),
    "ticker": Command("Watch the commitments and act when one warns or is breached"),
    "mail": Command("Hand over a mail, or import a file of them", needs_desk=False),
    "listen": Command("Take mail in by SMTP"),
    "fetch": Command("Bring mail from the mailboxes of UPHELD_IMAP"),
    "migrate": Command("Bring the database up to date and gather the static files"),
    "createadmin": Command("Make a person who may do everything"),
    "health": Command("Say whether database, migrations and jobs are in order"),
    "verify": Command("Recompute every commitment from its events and report each difference"),
    "audit": Command("Hold the record against its seals, seal now, or show the public key"),
    "audit check-proof": Command("Check a signed proof; needs no database", needs_desk=False),
    "proof": Command("Write down what was promised and what became of it, signed"),
    "explain": Command("Say why a ticket's deadlines are what they are"),
    "policy": Command("Check a policy folder, look for what is odd, or compare two", needs_desk=False),
    "policy submit": Command("Hand a policy folder in as a draft, to be reviewed and approved in the desk"),
    "policy publish": Command("Bring a policy folder into force"),
    "documents": Command("Write the documents of a policy, or say what they lack", needs_desk=False),
    "hours": Command("Add open time, or measure it", needs_desk=False),
    "replay": Command("Hold a file of events against a policy", needs_desk=False),
    "simulate": Command("Hold the recorded history against another policy", unless="--events"),
    "staffing": Command("Say how many people the promises need", unless="--arrivals"),
    "demo": Command("Start a whole desk with a believable company in it", needs_desk=False),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if words else WRITTEN_WRONGLY
    if words[0] in ("-V", "--version"):
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(version("upheld"))
        except PackageNotFoundError:
            print("0.1.0")
        return 0
    length = 2 if " ".join(words[:2]) in COMMANDS else 1
    name, rest = " ".join(words[:length]), words[length:]
    if name not in COMMANDS:
        return _unknown(name)
    try:
        return _run(name, rest)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `upheld replay … | head`
        sys.stderr.close()
        return 0


def _run(name: str, rest: list[str]) -> int:
    command = COMMANDS[name]
    without = command.unless and any(word.partition("=")[0] == command.unless for word in rest)
    if not command.needs_desk or without or {"-h", "--help"} & set(rest):
        return _call(name, rest)
    from upheld.cli.desk import NotToday, desk

    try:
        with desk():
            return _call(name, rest)
    except NotToday as reason:
        print(reason, file=sys.stderr)
        return 1


def _call(name: str, rest: list[str]) -> int:
    code: int = import_module(f"upheld.cli.{name.rsplit(maxsplit=1)[-1].replace('-', '_')}").main(rest)
    return code


def _overview() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{command.about}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: upheld COMMAND …", "", *lines, "", "upheld COMMAND --help says more."])


def _unknown(name: str) -> int:
    from upheld.kernel.text import nearest

    near = nearest(name, COMMANDS)
    hint = f" Did you mean “{near}”?" if near else ""
    print(f"There is no command “{name}”.{hint}\n\n{_overview()}", file=sys.stderr)
    return WRITTEN_WRONGLY

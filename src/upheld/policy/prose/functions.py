"""The placeholders there are: what each takes, and where it may stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` are kinds of names, in order; those with `?` may be left out. `narrows` lets it take attributes, `plan="gold"`."""

    name: str
    meaning: str
    takes: tuple[str, ...] = ()
    stands: Literal["sentence", "line"] = "sentence"
    brackets: bool = True
    narrows: bool = False
    only_in: tuple[str, ...] = ()

    @property
    def least(self) -> int:
        return sum(not kind.endswith("?") for kind in self.takes)

    @property
    def example(self) -> str:
        if not self.brackets:
            return f"{{{{ {self.name} }}}}"
        shown = ", ".join(EXAMPLES[kind.rstrip("?")] for kind in self.takes)
        return f"{{{{ {self.name}({shown}) }}}}"


EXAMPLES = {
    "clause": '"first-response"',
    "plan": '"enterprise"',
    "priority": '"P1"',
    "category": '"billing"',
    "department": '"support"',
    "channel": '"phone"',
    "level": "2",
    "ladder": '"support"',
    "rung": "2",
    "calendar": '"office"',
    "mail": '"billing"',
    "phone": '"support"',
    "target": '"uptime"',
    "rule": '"reopen_within"',
    "subject": '"ticket"',
}


def _value(name: str, meaning: str, *only_in: str) -> Function:
    return Function(name, meaning, brackets=False, only_in=only_in)


def _block(name: str, meaning: str, *takes: str) -> Function:
    return Function(name, meaning, takes, stands="line")


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        _value("company", "the company's name"),
        _value("company.url", "its home page, as a link"),
        _value("version", "the number of the policy's version"),
        _value("effective", "the day from which it holds"),
        _value("published", "the day on which it was published"),
        _value("this_plan", "the plan that the document is for", "plan-summary", "account-annex"),
        _value("this_account", "the account that the document is for", "account-annex"),
        Function(
            "clause",
            "what the clause promises: one duration, or the shortest to the longest",
            ("clause",),
            narrows=True,
        ),
        Function("warn", "when a warning comes before the clause is late", ("clause",)),
        Function("plan", "the plan's name", ("plan",)),
        Function("priority", "the priority's name", ("priority",)),
        Function("category", "the category's name", ("category",)),
        Function("department", "the department's name", ("department",)),
        Function("channel", "the channel's name", ("channel",)),
        Function("level", "the level's name", ("level",)),
        Function("ladder", "the ladder's name", ("ladder",)),
        Function("rung", "the rung's name, counted from 1", ("ladder", "rung")),
        Function("calendar", "the calendar's week in words", ("calendar",)),
        Function("mail", "the department's address, or that address, as a link", ("mail",)),
        Function("phone", "the number of the department or channel", ("phone",)),
        Function("target", "the figure that the target aims at", ("target",), narrows=True),
        Function("rule", "what the rule says", ("rule",)),
        _block(
            "table",
            "the clause's times by priority and plan; without a clause, those of all that are tables",
            "clause?",
        ),
        _block("clauses", "all clauses on a subject: time, hours, and what pauses them", "subject?"),
        _block("plans", "the plans with what they are for"),
        _block("services", "which service comes with which plan"),
        _block("priorities", "the priorities with examples"),
        _block("categories", "the categories, who takes care of them, and their priority"),
        _block("channels", "the ways to reach the company, by plan, with hours"),
        _block("addresses", "mail addresses and telephone numbers"),
        _block("hours", "the week of every calendar that something uses"),
        _block("holidays", "closed and short days of the coming twelve months"),
        _block("levels", "the levels in short"),
        _block(
            "level_details",
            "a level's limit, duties, abilities, and when it hands on; without a number, of all",
            "level?",
        ),
        _block("ladders", "the ladders with their rungs"),
        _block("rungs", "the rungs of one ladder", "ladder"),
        _block("triggers", "what raises a matter at once"),
        _block("directory", "departments with their contacts, and rungs with who stands there"),
        _block("targets", "the figures that the company aims at"),
        _block("rules", "the rules of the desk"),
        _block("intake", "what a ticket is asked for"),
        _block("closing", "what is recorded before a ticket closes"),
    )
}

"""Figures and rules that contradict themselves, and calendars whose holidays take all there is."""

from __future__ import annotations

from upheld.hours import Calendar
from upheld.kernel.durations import format_duration
from upheld.kernel.text import listed
from upheld.policy.lint.findings import Findings
from upheld.policy.model import Policy

_YEARS = range(2027, 2030)


def look_at_figures(policy: Policy, findings: Findings) -> None:
    _targets(policy, findings)
    _rules(policy, findings)
    for name, calendar in policy.calendars.items():
        if not calendar.is_always:
            _holidays(name, calendar, findings)
            _past_days(policy, name, calendar, findings)
    _addresses(policy, findings)


def _targets(policy: Policy, findings: Findings) -> None:
    for target in policy.targets.values():
        least = max(target.at_least.values(), default=None) if target.at_least else None
        most = min(target.at_most.values(), default=None) if target.at_most else None
        if least is not None and target.of is not None and least > target.of:
            _impossible(findings, target.name, "at_least", f"No figure can reach {least:g}: the most is {target.of:g}.")
        elif least is not None and target.unit == "%" and least > 1:
            _impossible(findings, target.name, "at_least", f"No share can reach {least * 100:g}%.")
        if least is not None and most is not None and least > most:
            _impossible(findings, target.name, "at_most", "No figure is at least the one and at most the other.")


def _impossible(findings: Findings, name: str, key: str, problem: str) -> None:
    why = "The target is missed whatever anybody does."
    findings.add("error", "targets.yaml", ("targets", name, key), problem, why, "Correct one of the two figures.")


def _rules(policy: Policy, findings: Findings) -> None:
    rules = policy.rules
    remind, close = rules.get("remind_waiting_after"), rules.get("close_waiting_after")
    if remind is not None and close is not None and remind >= close and rules.get("autoclose", True):
        findings.add(
            "warning",
            "policy.yaml",
            ("rules", "remind_waiting_after"),
            f"The reminder after {format_duration(remind)} never comes: the ticket closes after {format_duration(close)}.",
            "The customer loses the ticket without a word before.",
            "Remind earlier, or close later.",
        )
    reopen, closed = rules.get("reopen_within"), rules.get("close_resolved_after")
    if (
        reopen is not None
        and closed is not None
        and reopen > closed
        and rules.get("autoclose", True)
        and not rules.get("reopen_closed")
    ):
        findings.add(
            "warning",
            "policy.yaml",
            ("rules", "reopen_within"),
            f"No answer reopens a ticket after {format_duration(closed)}: it is closed by then.",
            f"Customers are told {format_duration(reopen)} and get a new ticket instead.",
            "Close later, say 'reopen_closed: true', or shorten 'reopen_within'.",
        )


def _holidays(name: str, calendar: Calendar, findings: Findings) -> None:
    """A week with one open day loses all of it to a holiday on that day."""
    opened = [day for day, spans in enumerate(calendar.form.week) if spans]
    closing = [rule for rule in calendar.form.holidays if not rule.hours]
    if len(opened) != 1 or not closing:
        return
    lost = [
        what
        for rule in closing
        for year in _YEARS
        for day, what in rule.days(year).items()
        if day.weekday() == opened[0]
    ]
    if lost:
        findings.add(
            "note",
            "hours.yaml",
            ("calendars", name, "holidays"),
            f"Holidays such as {listed(sorted(set(lost))[:2])} close the only open day of the week.",
            "What is due then waits for two weeks.",
            "Open on another day of such weeks with 'dates:', or leave the holidays out.",
        )


def _past_days(policy: Policy, name: str, calendar: Calendar, findings: Findings) -> None:
    days = sorted(calendar.form.dates)
    if days and policy.effective is not None and days[-1] < policy.effective:
        findings.add(
            "note",
            "hours.yaml",
            ("calendars", name, "dates"),
            f"All single days are past when the policy takes effect; the last is {days[-1]}.",
            "They open and close nothing any more.",
            "Write those of the coming year, or take them out.",
        )


def _addresses(policy: Policy, findings: Findings) -> None:
    seen: dict[str, str] = {}
    for channel in policy.channels.values():
        for address in channel.addresses:
            if address.address in seen:
                findings.add(
                    "warning",
                    "channels.yaml",
                    ("channels", channel.name, "addresses", address.address),
                    f"The channel '{seen[address.address]}' has the address {address.address} as well.",
                    "Mail to it counts as one channel only.",
                    "Keep it in one of the two.",
                )
            seen.setdefault(address.address, channel.name)
        if channel.open_to.table is not None and not any(True for _ in channel.open_to.values()):
            findings.add(
                "warning",
                "channels.yaml",
                ("channels", channel.name, "open_to"),
                f"Nobody may use the channel '{channel.name}'.",
                "It stands in the list and helps no one.",
                "Open it to a plan, or take it out.",
            )

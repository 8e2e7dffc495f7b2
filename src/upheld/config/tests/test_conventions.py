"""What the house agreed on and no linter sees, each by looking at all of the source."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from django.apps import apps
from django.db import models
from django.db.models import signals
from django.dispatch import Signal
from django.utils.module_loading import import_string

from upheld.accounts import actions as accounts
from upheld.config.subjects import KINDS, VOCABULARY
from upheld.config.tests.source import PACKAGE, calls, files, levels, own_models, place, product, room_of, text_of, tree
from upheld.config.values import SOURCE_ROOT
from upheld.config.wiring import IN_ORDER, KEEPERS, REACTIONS
from upheld.events.models import Event
from upheld.people import actions as people
from upheld.tickets.actions.milestones import MILESTONES
from upheld.tickets.handlers import SEEN_BY_CUSTOMERS
from upheld.tickets.notices import SENTENCES

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "service", "services", "manager", "managers"}


# -- models ---------------------------------------------------------------------------------------------------------------


def test_foreign_keys_look_down() -> None:
    """Also those that are written as a string, which no linter of imports sees."""
    up = [
        f"{model.__name__}.{field.name} → {field.related_model.__name__}"
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        if isinstance(field.related_model, type) and field.related_model.__module__.startswith("upheld.")
        if levels()[room_of(field.related_model)] > levels()[room_of(model)]
        or (
            levels()[room_of(field.related_model)] == levels()[room_of(model)]
            and room_of(field.related_model) != room_of(model)
        )
    ]
    assert up == []


WITHOUT_BY = {
    "time says so, and nobody does it": {
        "PolicyVersion.effective_at", "ScheduledReply.send_at", "Acknowledgement.due_at",
        "Ticket.due_at", "Commitment.began_at", "Commitment.due_at", "Commitment.ended_at", "Commitment.since_at",
        "Commitment.next_wake_at", "Clock.next_wake_at", "OutgoingMail.next_try_at",
    },
    "the event of that moment says who": {"Ticket.opened_at", "Ticket.changed_at", "Ticket.reminded_at", "Event.recorded_at"},
    "the row is one person's, who is named in it": {
        "Acknowledgement.acknowledged_at",
        "Reading.read_at", "Draft.saved_at", "Notification.read_at", "Agent.presence_at", "Person.joined_at",
    },
    "a machine does it": {
        "Acknowledgement.told_at", "Acknowledgement.reminded_at",
        "StoredFile.stored_at", "OutgoingMail.queued_at", "OutgoingMail.sent_at", "OutgoingMail.in_flight_at",
        "OutgoingMail.bounced_at", "ReceivedMail.received_at", "ReceivedMail.decided_at", "Contact.bounced_at",
        "Mailbox.looked_at", "Mailbox.fetched_at", "Mailbox.reconciled_at", "Sighting.seen_at",
        "Seal.sealed_at", "Proof.made_at", "Verification.ended_at",
        "SimulationRun.finished_at",
    },
    "nothing in the desk does it yet, the events will say who": {"Account.created_at", "Account.closed_at"},
}  # fmt: skip


def test_what_somebody_did_says_who_did_it() -> None:
    alone = set()
    for model in own_models():
        names = {field.name for field in model._meta.concrete_fields}
        alone |= {
            f"{model.__name__}.{name}"
            for name in names
            if name.endswith("_at") and f"{name.removesuffix('_at')}_by" not in names
        }
    assert alone == set().union(*WITHOUT_BY.values())


def test_nothing_is_tied_by_a_generic_key() -> None:
    generic = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in (*model._meta.private_fields, *model._meta.get_fields())
        if "contenttypes" in type(field).__module__
    ]
    assert generic == []


def test_saving_and_deleting_have_no_consequences_of_their_own() -> None:
    special = [
        f"{model.__name__}.{name}"
        for model in own_models()
        for name in ("save", "delete", "save_base", "asave", "adelete")
        if name in vars(model)
    ]
    assert special == []


def test_no_code_of_ours_listens_to_a_signal() -> None:
    found = [value for value in vars(signals).values() if isinstance(value, Signal)]
    listening = [
        repr(receiver)
        for signal in found
        for _, receiver, *_ in signal.receivers
        for function in [receiver() if callable(receiver) and type(receiver).__name__.endswith("ref") else receiver]
        if getattr(function, "__module__", "").startswith("upheld.")
    ]
    assert listening == []
    named = {"receiver", "Signal"}
    imported = [
        place(path, node)
        for path in product()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("django.dispatch")
        and named & {alias.name for alias in node.names}
    ]
    assert imported == []


# -- events and handlers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({name for names in REACTIONS.values() for name in names} | {*KEEPERS.values()}))
def test_a_handler_can_be_imported_and_takes_one_event(name: str) -> None:
    handler = import_string(name)
    (parameter,) = inspect.signature(handler).parameters.values()
    hints = get_type_hints(handler)
    assert hints[parameter.name] is Event
    assert hints["return"] is type(None)
    assert inspect.getdoc(handler)


def test_handlers_hear_of_declared_events_only() -> None:
    assert set(REACTIONS) | IN_ORDER | SEEN_BY_CUSTOMERS <= set(KINDS)
    assert set(SENTENCES) <= set(KINDS)
    assert set(REACTIONS) >= IN_ORDER
    assert set(KEEPERS) <= set(VOCABULARY.names())


def test_there_is_a_sentence_for_everything_that_people_are_told() -> None:
    told = {kind for kind, handlers in REACTIONS.items() if "upheld.tickets.handlers.notify" in handlers}
    assert told | {"commitment.warned", "commitment.breached"} <= set(SENTENCES)


def recorded_kinds() -> dict[str, str]:
    """Every kind that the product records, with the place; where it is no literal, what stands there begins with a ?."""
    found: dict[str, str] = {}
    for path, call in calls("record"):
        if call.args:
            found[text_of(call.args[0]) or f"?{place(path, call)}"] = place(path, call)
    for name, position in (("happened", 1), ("_move", 2)):
        for path, call in calls(name):
            if path.parts[-2:] != ("web", "desk") and len(call.args) > position:
                text = text_of(call.args[position])
                found[f"ticket.{text}" if text else f"?{place(path, call)}"] = place(path, call)
    for path, call in calls("Event"):
        for keyword in call.keywords:
            if keyword.arg == "kind" and (text := text_of(keyword.value)):
                found[text] = place(path, call)
    return found


INDIRECT = {
    "tickets/actions/waiting.py": "the kinds stand in the calls of _move",
    "tickets/actions/milestones.py": "they are MILESTONES",
    "tickets/recording.py": "it is `happened` itself",
    "commitments/moving.py": "it is MOVED",
    "accounts/actions.py": "they are MILESTONES",
    "people/actions.py": "they are MILESTONES",
}


def test_every_recorded_kind_is_declared() -> None:
    found = recorded_kinds()
    assert len(found) > 30, "nothing was found: the test looks for the wrong calls"
    indirect = {kind for kind in found if kind.startswith("?")}
    assert {kind[1:].partition(":")[0] for kind in indirect} <= set(INDIRECT)
    wrong = {kind: where for kind, where in found.items() if kind not in KINDS and kind not in indirect}
    assert wrong == {}
    assert {f"ticket.{name}" for name in MILESTONES} | {*accounts.MILESTONES, *people.MILESTONES} <= set(KINDS)


def test_every_event_says_what_it_means() -> None:
    for kind, meaning in KINDS.items():
        subject, _, what = kind.partition(".")
        assert subject
        assert what
        assert meaning.endswith((".", "…"))
    assert all(kind.startswith(f"{subject.name}.") for subject in VOCABULARY for kind in subject.events)


# -- files ----------------------------------------------------------------------------------------------------------------


def test_files_are_short() -> None:
    long = {path.name: lines for path in measured() if (lines := len(path.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_functions_are_short() -> None:
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    found = ((path, node) for path in measured() for node in ast.walk(tree(path)) if isinstance(node, functions))
    assert [f"{path.name}:{node.lineno}" for path, node in found if _lines(node) > LONGEST_FUNCTION] == []


def measured() -> list[Path]:
    """What is held short: the product, its tests, and the measurements."""
    return [*files(), *(SOURCE_ROOT / "bench").glob("*.py")]


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_there_is_no_drawer_that_everything_falls_into() -> None:
    names = {part for path in files() for part in path.relative_to(path.anchor).with_suffix("").parts}
    assert not names & DRAWERS


@pytest.mark.parametrize("path", [path for path in product() if path.name == "__init__.py"], ids=place)
def test_a_room_says_what_it_is_for(path: Path) -> None:
    if path.read_text().strip() and path.parent.name not in ("management", "commands"):
        assert ast.get_docstring(tree(path)), "what is this package for?"


def test_every_module_says_what_it_holds() -> None:
    silent = [place(path) for path in product() if path.read_text().strip() and not ast.get_docstring(tree(path))]
    assert [name for name in silent if not name.endswith("apps.py")] == []


def test_every_action_and_handler_says_what_it_promises() -> None:
    silent = [
        place(path, node)
        for path in product()
        if {"actions", "handlers"} & {*path.relative_to(PACKAGE).with_suffix("").parts}
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_apps_are_named_as_their_room() -> None:
    for config in apps.get_app_configs():
        if config.name.startswith("upheld."):
            assert config.label == config.name.rpartition(".")[2]


def test_no_action_asks_what_time_it_is() -> None:
    """`by` and `at` are handed in; a clock or a current user inside would be a second truth."""
    asks = []
    for path in product():
        if "actions" in path.with_suffix("").parts and path.relative_to(path.parents[2]).parts[0] != "web":
            asks += [place(path, node) for node in ast.walk(tree(path)) if _asks_the_time(node)]
    assert asks == []


def _asks_the_time(node: ast.AST) -> bool:
    named: Any = node.func if isinstance(node, ast.Call) else None
    return isinstance(named, ast.Attribute) and named.attr in ("now", "utcnow", "today", "localtime")

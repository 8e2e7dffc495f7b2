"""A proof says what the events say, is signed, and can be checked without us."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
from django.conf import settings as django_settings
from django.db import connection

from upheld.channels.files import open_stored
from upheld.commitments.actions import waive
from upheld.commitments.models import Commitment
from upheld.commitments.policies import policy_of
from upheld.commitments.ticker import tick
from upheld.compliance import making, printing
from upheld.compliance.actions import PeriodRefused, ask_for_proof, ask_for_verification
from upheld.compliance.jobs import ATTEMPTS, verify_record
from upheld.compliance.models import Proof, Verification
from upheld.conftest import Cast
from upheld.events import verifying
from upheld.events.models import Event
from upheld.events.sealing import public_key, seal_what_is_decided
from upheld.kernel.ed25519 import canonical
from upheld.kernel.instants import parse_instant, to_us
from upheld.kernel.signed_json import NotAsSigned, check
from upheld.policy import Event as Fact
from upheld.policy import fold
from upheld.tickets.actions.conversation import reply
from upheld.tickets.actions.merging import merge
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import RECORD

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PRINTED = printing.printed
RUN: Any = SimpleNamespace(job=SimpleNamespace(attempts=1))
SECRET = "Mrs. Quill's printer 0151 2345"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in a folder of their own. Printing takes long, so only those who look at the paper have it printed."""
    monkeypatch.setattr(making, "printed", lambda *_, **__: b"%PDF-1.7")
    settings.UPHELD_DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


@pytest.fixture
def worked(cast: Cast) -> dict[str, Ticket]:
    """A week of two accounts: answered in time, too late, never; waived, merged, and another's."""
    made = {}
    for number, (name, who, priority) in enumerate(
        [("kept", cast.customer, "P2"), ("late", cast.customer, "P1"), ("never", cast.neighbour, "P1"),
         ("waived", cast.customer, "P3"), ("merged", cast.customer, "P3"), ("others", cast.stranger, "P2")]
    ):  # fmt: skip
        made[name] = open_ticket(
            requester=who, title=SECRET, text=SECRET, channel="portal", by=who.actor, at=MONDAY + number * HOUR / 60,
            category="question", priority=priority,
        )  # fmt: skip
    by = cast.agent.actor
    for name, after in (("kept", HOUR / 4), ("late", 3 * HOUR), ("others", HOUR / 4)):
        reply(made[name], text=SECRET, by=by, at=MONDAY + after, author=cast.agent.person)
    row = Commitment.objects.of(made["waived"].key).awaited().order_by("id")[0]
    waive(
        row.subject,
        row.clause,
        row.cycle,
        by=cast.lead.actor,
        at=MONDAY + HOUR,
        reason="The customer asked for Friday.",
    )
    merge(made["merged"], into=made["kept"], by=by, at=MONDAY + HOUR)
    resolve(made["kept"], by=by, at=MONDAY + 2 * HOUR, record=RECORD)
    tick(MONDAY + 3 * DAY)
    seal_what_is_decided(at=MONDAY + 3 * DAY)
    return made


def proof_of(**asked: Any) -> Proof:
    given = {"since": MONDAY - DAY, "until": MONDAY + DAY, "at": MONDAY + 3 * DAY}
    proof = ask_for_proof(**{**given, **asked}, in_background=False)
    making.make(proof.pk)
    proof.refresh_from_db()
    assert proof.is_ready
    return proof


def document(proof: Proof) -> bytes:
    assert proof.json is not None
    with open_stored(proof.json) as file:
        return file.read()


def content(proof: Proof) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(proof))["content"]
    return found


def paper(proof: Proof) -> str:
    """The text of the PDF's structure cannot be read simply; its title and language can. The figures are in the page's HTML."""
    assert proof.pdf is not None
    with open_stored(proof.pdf) as file, pikepdf.open(file) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        return str(pdf.docinfo["/Title"])


def recount(subjects: list[str]) -> Counter[tuple[str, str]]:
    """By clause and state, from the events alone: no row of a commitment is read."""
    counted: Counter[tuple[str, str]] = Counter()
    version = Commitment.objects.values_list("version", flat=True)[0]
    for subject in subjects:
        events = [
            Fact(to_us(event.at) + (event.kind == "commitment.breached"), event.kind, subject, event.actor,
                 event.data if event.kind != "commitment.breached" else {})
            for event in Event.objects.about(subject)
            if event.kind.partition(".")[0] == "ticket" or event.kind in ("commitment.waived", "commitment.breached")
        ]  # fmt: skip
        for clause in policy_of(version).clauses_on("ticket"):
            for state in fold(clause, events, calendars=policy_of(version).calendars, until=to_us(MONDAY + 3 * DAY)):
                counted[state.clause, state.state.replace("paused", "running")] += 1
    return counted


def test_the_figures_are_those_of_the_events(worked: dict[str, Ticket], cast: Cast) -> None:
    proof = proof_of(account=cast.account, by=cast.lead.actor)
    counted = recount([ticket.key for name, ticket in worked.items() if name != "others"])
    states = ("kept", "breached", "waived", "void", "running")
    said = {(total["clause"], state): total[state] for total in content(proof)["totals"] for state in states}
    assert +Counter(said) == counted
    assert {state for _, state in counted} >= {"kept", "breached", "waived", "void"}
    lines = Counter(
        (line["clause"], line["state"].replace("paused", "running")) for line in content(proof)["commitments"]
    )
    assert lines == counted
    assert [total["clause"] for total in proof.figures] == sorted({clause for clause, _ in counted})


def test_each_line_names_the_events_that_say_so(worked: dict[str, Ticket], cast: Cast) -> None:
    lines = content(proof_of(account=cast.account, by=cast.lead.actor))["commitments"]
    for line in lines:
        began = Event.objects.get(pk=line["began"]["event"])
        assert (began.subject, to_us(began.at)) == (line["subject"], parse_instant(line["began"]["at"]))
        assert line["began"]["seal"] == 1
        if line["state"] == "breached":
            assert line["breached"]["kind"] == "commitment.breached"
            assert Event.objects.get(pk=line["breached"]["event"]).data["clause"] == line["clause"]
        if line["ended"] is not None:
            ended = Event.objects.get(pk=line["ended"]["event"])
            assert (ended.subject, to_us(ended.at)) == (line["subject"], parse_instant(line["ended"]["at"]))
    (waived,) = [line for line in lines if line["state"] == "waived"]
    assert (waived["reason"], waived["ended"]["kind"]) == ("The customer asked for Friday.", "commitment.waived")
    void = [line for line in lines if line["subject"] == worked["merged"].key]
    assert {(line["state"], line["reason"]) for line in void} == {("void", "ticket.merged")}
    (first,) = [line for line in lines if line["subject"] == worked["late"].key and line["clause"] == "first-response"]
    assert (first["state"], first["ended"]["kind"]) == ("breached", "ticket.replied")
    assert (
        first["late_microseconds"]
        == Commitment.objects.get(subject=worked["late"].key, clause="first-response", cycle=1).late
    )


def test_it_says_what_was_promised_and_under_which_policy(worked: dict[str, Ticket], cast: Cast) -> None:
    said = content(proof_of(account=cast.account, by=cast.lead.actor))
    assert {promise["clause"] for promise in said["promises"]} == {line["clause"] for line in said["commitments"]}
    assert all(promise["sentences"] and promise["name"] for promise in said["promises"])
    assert [policy["name"] for policy in said["policies"]] == ["techflow"]
    assert said["record"]["seal"] == 1
    assert said["scope"]["account"] == "Harbour Mills"


def test_it_holds_no_word_of_a_customer_and_no_name_of_a_person(worked: dict[str, Ticket], cast: Cast) -> None:
    text = document(proof_of(by=cast.lead.actor)).decode()
    assert "Harbour Mills" in text
    for private in (SECRET, "Quill", "Reed", "Ames", "@harbour.example", "@techflow.example"):
        assert private not in text


def test_anothers_commitments_are_not_in_it(worked: dict[str, Ticket], cast: Cast) -> None:
    of_one = content(proof_of(account=cast.account, by=cast.lead.actor))["commitments"]
    of_plan = content(proof_of(plan="standard", by=cast.lead.actor))["commitments"]
    of_all = content(proof_of(by=cast.lead.actor))["commitments"]
    assert worked["others"].key not in {line["subject"] for line in of_one}
    assert {line["account"] for line in of_plan} == {"Quarry & Co"}
    assert len(of_all) == Commitment.objects.filter(began_at__lt=MONDAY + DAY).count() >= len(of_one) + len(of_plan)


def test_a_commitment_is_in_the_period_in_which_it_began(worked: dict[str, Ticket], cast: Cast) -> None:
    cut = MONDAY + HOUR / 60
    parts = [
        content(proof_of(since=since, until=until, by=cast.lead.actor))["commitments"]
        for since, until in ((MONDAY - DAY, cut), (cut, MONDAY + 9 * DAY), (MONDAY - DAY, MONDAY + 9 * DAY))
    ]
    assert len(parts[0]) > 0
    assert parts[0] + parts[1] == parts[2]
    with pytest.raises(PeriodRefused):
        ask_for_proof(since=MONDAY, until=MONDAY, by=cast.lead.actor, at=MONDAY)


def test_it_is_signed_and_canonical(worked: dict[str, Ticket], cast: Cast) -> None:
    proof = proof_of(by=cast.lead.actor)
    written = document(proof)
    assert check(written, public_key())
    assert canonical(content(proof)) in written, "what is signed is what stands there, byte for byte"
    assert json.loads(written)["signature"]["digest"] == proof.digest
    assert '"state":"breached"' in written.decode()
    with pytest.raises(NotAsSigned):
        check(written.replace(b'"state":"breached"', b'"state":"kept"', 1), public_key())


def test_an_empty_period_has_a_proof_as_well(
    worked: dict[str, Ticket], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "printed", PRINTED)
    proof = proof_of(since=MONDAY - 9 * DAY, until=MONDAY - 8 * DAY, by=cast.lead.actor)
    assert (content(proof)["commitments"], proof.figures, proof.total) == ([], [], 0)
    assert check(document(proof), public_key())
    assert "Proof" in paper(proof)


def test_the_paper_is_tagged_and_titled(worked: dict[str, Ticket], cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "printed", PRINTED)
    title = paper(proof_of(account=cast.account, by=cast.lead.actor))
    assert re.fullmatch(r"Proof \d+: what TechFlow.* promised Harbour Mills", title)


def test_the_paper_lists_what_was_missed_and_says_where_it_stops(
    worked: dict[str, Ticket], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []
    monkeypatch.setattr(making, "printed", PRINTED)

    def keep(html: str, **_: object) -> bytes:
        pages.append(html)
        return b"%PDF-1.7"

    monkeypatch.setattr(printing, "pdf_of", keep)
    whole = content(proof_of(by=cast.lead.actor))
    missed = [line for line in whole["commitments"] if line["state"] == "breached"]
    assert f"All {len(missed)} are listed." in pages[0]
    assert all(f"event {line['breached']['event']}, seal 1" in pages[0] for line in missed)
    assert "The customer asked for Friday." in pages[0]
    monkeypatch.setattr(printing, "LISTED", 1)
    proof_of(by=cast.lead.actor)
    assert f"The first 1 of {len(missed)} are listed here" in pages[1]
    assert pages[1].count("still awaited") <= 1


def test_what_was_asked_and_made_are_events(worked: dict[str, Ticket], cast: Cast) -> None:
    proof = proof_of(plan="standard", by=cast.lead.actor)
    kinds = [(event.kind, event.actor) for event in Event.objects.about(proof.key)]
    assert kinds == [("proof.asked", cast.lead.actor.key), ("proof.made", "system:")]
    making.make(proof.pk)
    assert Event.objects.about(proof.key).count() == 2, "made twice is made once"


def test_a_try_that_was_cut_short_is_begun_anew(
    worked: dict[str, Ticket], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = ask_for_proof(since=MONDAY - DAY, until=MONDAY + DAY, by=cast.lead.actor, at=MONDAY, in_background=False)
    with monkeypatch.context() as broken:
        broken.setattr(making, "printed", lambda *_, **__: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError):
            making.make(proof.pk)
    proof.refresh_from_db()
    assert (proof.state, proof.json, Event.objects.of_kind("proof.made").count()) == ("making", None, 0)
    making.make(proof.pk)
    proof.refresh_from_db()
    assert proof.is_ready


def test_reading_takes_a_fixed_number_of_queries_a_chunk(
    worked: dict[str, Ticket], cast: Cast, django_assert_max_num_queries: Any
) -> None:
    from upheld.compliance.evidence import lines

    rows = list(Commitment.objects.all())
    assert len(rows) > 10
    with django_assert_max_num_queries(4):
        list(lines(rows))


def test_a_verification_that_cannot_be_done_makes_room_for_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask_for_verification(by=cast.lead.actor, at=MONDAY)

    def fail(_keys: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(verifying, "verify", fail)
    for attempts in (1, ATTEMPTS):
        context: Any = SimpleNamespace(job=SimpleNamespace(attempts=attempts))
        with pytest.raises(OSError):
            verify_record.func(context, first.pk)
        first.refresh_from_db()
        assert first.state == ("waiting" if attempts == 1 else "failed")
    assert ask_for_verification(by=cast.lead.actor, at=MONDAY) != first


def test_the_record_is_verified_by_a_job(worked: dict[str, Ticket], cast: Cast) -> None:
    first = ask_for_verification(by=cast.lead.actor, at=MONDAY)
    assert ask_for_verification(by=cast.lead.actor, at=MONDAY) == first, "one walk at a time"
    verify_record.func(RUN, first.pk)
    first.refresh_from_db()
    assert (first.state, first.seals, first.finding) == (Verification.State.AS_IT_WAS, 1, "")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL upheld.erasing = 'on'")
        cursor.execute(
            "UPDATE events_event SET actor = 'agent:99' WHERE subject = %s AND kind = 'ticket.replied'",
            [worked["late"].key],
        )
        cursor.execute("SET LOCAL upheld.erasing = 'off'")
    second = ask_for_verification(by=cast.lead.actor, at=MONDAY)
    verify_record.func(RUN, second.pk)
    second.refresh_from_db()
    assert (second.state, second.wrong) == (Verification.State.WRONG, 1)
    assert "altered; column actor" in second.finding
    assert django_settings.UPHELD_SEAL_KEY

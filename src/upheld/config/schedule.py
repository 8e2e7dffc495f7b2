"""The page of the night shift: what runs when, and which modules declare jobs. Every worker imports it."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from upheld.config import alone  # noqa: F401 - declares a job


@app.periodic(cron="17 3 * * *")
@app.task(name="sessions.clear", queueing_lock="sessions.clear", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    """Forget sign-ins that have run out."""
    from django.core.management import call_command

    call_command("clearsessions", verbosity=0)


@app.periodic(cron="* * * * *")
@app.task(name="tickets.tend", queueing_lock="tickets.tend", pass_context=False)
def tend_tickets(timestamp: int) -> None:
    """Close, remind and let go, by the rules of the policy in force."""
    from upheld.tickets.tending import tend

    tend(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(name="mail.sweep", queueing_lock="mail.sweep", pass_context=False)
def sweep_mail(timestamp: int) -> None:
    """Find mail that waits although its job is gone, on its way in and on its way out."""
    from upheld.channels.mail.outgoing.outbox import tell_of_late
    from upheld.channels.mail.outgoing.sending import sweep
    from upheld.tickets.left_behind import announce_left_behind

    now = datetime.now(UTC)
    announce_left_behind(now)
    sweep(now)
    tell_of_late(now)


@app.periodic(cron="* * * * *")
@app.task(name="tickets.sweep_replies", queueing_lock="tickets.sweep_replies", pass_context=False)
def sweep_replies(timestamp: int) -> None:
    """Find replies whose time has come although their job is gone."""
    from upheld.tickets.actions.scheduling import sweep

    sweep(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(name="mail.blank_codes", queueing_lock="mail.blank_codes", pass_context=False)
def blank_sign_in_codes(timestamp: int) -> None:
    """Take the codes out of the sign-in mails that have left."""
    from django.conf import settings

    from upheld.channels.mail.outgoing.codes import blank_codes

    blank_codes(datetime.fromtimestamp(timestamp, UTC), keep_sent=settings.UPHELD_DEMO)


@app.periodic(cron="41 3 * * *")
@app.task(name="compliance.verify_nightly", queueing_lock="compliance.verify_nightly", pass_context=False)
def verify_record(timestamp: int) -> None:
    """Hold the whole record against its seals."""
    from upheld.compliance.actions import ask_for_verification
    from upheld.events.actors import SYSTEM

    ask_for_verification(by=SYSTEM, at=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="* * * * *")
@app.task(name="events.seal", queueing_lock="events.seal", pass_context=False)
def seal_events(timestamp: int) -> None:
    """Bring the chain of seals up to what is decided."""
    from upheld.events.sealing import seal_what_is_decided

    seal_what_is_decided(at=datetime.now(UTC))


@app.periodic(cron="*/10 * * * *")
@app.task(name="drafting.remind", queueing_lock="drafting.remind", pass_context=False)
def remind_of_policy(timestamp: int) -> None:
    """Remind those who have not confirmed the newest version of the policy, as often as it says."""
    from upheld.drafting.actions.acknowledging import remind

    remind(datetime.fromtimestamp(timestamp, UTC))

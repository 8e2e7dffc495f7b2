"""Hearing of changes: asked for with an address, confirmed by a signed link, ended by another. No row before the confirmation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.models import OutgoingMail
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import in_force, policy_of, version_in_force
from upheld.documents.changes import before, changed_documents, sentences
from upheld.documents.models import Subscription
from upheld.documents.publications import holds_from
from upheld.documents.speech import Speech
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.policy import Policy

MOST_AN_HOUR: Final = 100  # links, to all addresses together
CONFIRM_WITHIN: Final = 3 * 24 * 3600  # seconds
_ASKED, _ENDED = "documents.subscribe", "documents.unsubscribe"
READER = Actor("system:reader", "A reader of the documents")
MOST_SENTENCES = 40


class NotGenuine(ValueError):
    """The link was not made here, was changed on its way, or is too old."""


def has_room(at: datetime) -> bool:
    """Whether another link may be mailed now: whoever types other people's addresses by the hundred is not answered."""
    lately = OutgoingMail.objects.filter(key__startswith="subscribe:", queued_at__gte=at - timedelta(hours=1))
    return lately.count() < MOST_AN_HOUR


@transaction.atomic
def ask(address: str, *, language: str, at: datetime) -> OutgoingMail:
    """Mail the link that confirms. One mail to an address in a day, however often it is asked for; the answer is the same."""
    policy, wanted = in_force(), address.strip().lower()
    speech, spoken = Speech(language), language
    token = signing.dumps({"address": wanted, "language": spoken}, salt=_ASKED)
    name = speech.say("document.support-policy")
    said = speech.say("mail.confirm", document=name, company=policy.company.name or policy.name)
    link = settings.UPHELD_URL + reverse("public:confirm", args=[token])
    return queue(
        key=f"subscribe:{_hash(_inbox(wanted))}:{at:%Y-%m-%d}",
        subject_key="",
        to=[("", wanted)],
        title=speech.say("mail.confirm_subject", document=name),
        text=f"{said}\n\n{link}\n\n{policy.company.name or policy.name}\n",
        sender=sender_of(policy, policy.defaults.get("department", "")),
        automatic=True,
    )


def asked(token: str) -> tuple[str, str]:
    """The address and the language of a link that confirms. Raises NotGenuine."""
    try:
        told = signing.loads(token, salt=_ASKED, max_age=CONFIRM_WITHIN)
        return str(told["address"]), str(told["language"])
    except (signing.BadSignature, KeyError, TypeError) as error:
        raise NotGenuine from error


@transaction.atomic
def subscribe(token: str, *, at: datetime) -> Subscription:
    """Confirm. Doing so again changes the language and nothing else. Raises NotGenuine."""
    address, language = asked(token)
    version = version_in_force()
    row, is_new = Subscription.objects.get_or_create(address=address, defaults={"language": language, "told": version})
    if is_new:
        record("subscription.began", row.key, by=READER, at=at, data={"language": language})
    elif row.language != language:
        Subscription.objects.filter(pk=row.pk).update(language=language)
    return row


def end_token(subscription: Subscription) -> str:
    """What the link to unsubscribe carries: good for this subscription and this address, and never running out."""
    return signing.dumps({"id": subscription.pk, "address": _hash(subscription.address)}, salt=_ENDED)


@transaction.atomic
def unsubscribe(token: str, *, at: datetime) -> bool:
    """End it; the row goes. False when it was ended before. Raises NotGenuine."""
    try:
        told = signing.loads(token, salt=_ENDED)
        row = Subscription.objects.filter(pk=int(told["id"])).first()
        if row is None or _hash(row.address) != told["address"]:
            return False
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise NotGenuine from error
    record("subscription.ended", row.key, by=READER, at=at)
    row.delete()
    return True


@transaction.atomic
def tell(version: PolicyVersion, subscriptions: Sequence[Subscription]) -> int:
    """Mail these readers what changed in the public documents with this version, once each. Returns the number of mails."""
    last = before(version)
    if last is None:
        return 0
    old, new = policy_of(last.pk), policy_of(version.pk)
    letters: dict[str, tuple[str, str]] = {}
    told = 0
    for row in subscriptions:
        spoken = row.language if row.language in new.languages else new.languages[0]
        if spoken not in letters:
            letters[spoken] = _letter(old, new, version, last, spoken)
        title, text = letters[spoken]
        if text:
            end = settings.UPHELD_URL + reverse("public:unsubscribe", args=[end_token(row)])
            goodbye = Speech(spoken).say("mail.unsubscribe")
            queue(
                key=f"documents:{version.pk}:{row.pk}",
                subject_key="",
                to=[("", row.address)],
                title=title,
                text=f"{text}\n\n{goodbye}:\n{end}\n",
                sender=sender_of(new, new.defaults.get("department", "")),
                automatic=True,
                unsubscribe=end,
            )
            told += 1
    Subscription.objects.filter(pk__in=[row.pk for row in subscriptions]).update(told=version)
    return told


def _letter(old: Policy, new: Policy, version: PolicyVersion, last: PolicyVersion, language: str) -> tuple[str, str]:
    """Title and text without the way out; no text when no public document changed."""
    changed = changed_documents(old, new, language)
    if not changed:
        return "", ""
    speech = Speech(language)
    company, first = new.company.name or new.name, changed[0].title  # the links below name them all
    since = speech.say(
        "mail.changed",
        version=version.number,
        document=first,
        date=speech.day(holds_from(version)),
        before=last.number,
    )
    found = sentences(old, new, language)
    lines = [f"- {one}" for one in found[:MOST_SENTENCES]] or [speech.say("mail.nothing_named")]
    lines += ["- …"] if len(found) > MOST_SENTENCES else []
    home, asked = settings.UPHELD_URL, "?version=next" if version.effective_at > version.published_at else ""
    links = [f"{one.title}: {home}{reverse('public:document', args=[one.name, language])}{asked}" for one in changed]
    text = "\n".join([f"{since}:", "", *lines, "", f"{speech.say('mail.read')}:", *links, "", company])
    return speech.say("mail.changed_subject", company=company, document=first), text


def _inbox(address: str) -> str:
    """The address without what many servers let one add to it (`name+anything@`): it is one person's inbox."""
    name, _, host = address.rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def _hash(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]

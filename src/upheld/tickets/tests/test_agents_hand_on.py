"""What one of us hands on by mail, as the programs and languages of the world write it, and what an answer to a notice does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from upheld.channels.mail.parsing import parse
from upheld.channels.mail.parsing.forwarding import forwarded_in
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import letter
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.actions.conversation import note
from upheld.tickets.actions.escalation import raise_ticket
from upheld.tickets.actions.resolution import close
from upheld.tickets.actions.watching import watch
from upheld.tickets.models import Link, Ticket
from upheld.tickets.notices import mail_notice
from upheld.tickets.tests.mailbox import react_after, take, text_of, ticket_of, wire
from upheld.tickets.tests.test_by_agents import AGENT, PROVED, from_agent, relay, ticket

__all__ = ["relay", "ticket"]
State = ReceivedMail.State

GMAIL = """
en ---------- Forwarded message ---------|From|Date|Subject|To
de ---------- Forwarded message ---------|Von|Date|Subject|To
es ---------- Forwarded message ---------|De|Date|Subject|To
fr ---------- Forwarded message ---------|De|Date|Subject|To
it ---------- Forwarded message ---------|Da|Date|Subject|To
nl ---------- Forwarded message ---------|Van|Date|Subject|To
pl ---------- Forwarded message ---------|Od|Date|Subject|To
ja ---------- Forwarded message ---------|From|Date|Subject|To
ko ---------- Forwarded message ---------|보낸사람|Date|Subject|To
zh ---------- Forwarded message ---------|发件人|Date|Subject|To
ar ---------- Forwarded message ---------|من|Date|Subject|To
"""
THUNDERBIRD = """
en -------- Forwarded Message --------|Subject|Date|From|To
de -------- Weitergeleitete Nachricht --------|Betreff|Datum|Von|An
es -------- Mensaje reenviado --------|Asunto|Fecha|De|Para
pt -------- Mensagem encaminhada --------|Assunto|Data|De|Para
fr -------- Message transféré --------|Sujet|Date|De|Pour
it -------- Messaggio Inoltrato --------|Oggetto|Data|Mittente|A
nl -------- Doorgestuurd bericht --------|Onderwerp|Datum|Van|Aan
pl -------- Treść przekazanej wiadomości --------|Temat|Data|Nadawca|Adresat
ja -------- 転送されたメッセージ --------|件名|日付|差出人|宛先
ko -------- 전달된 메시지 --------|제목|날짜|보낸 사람|받는 사람
zh -------- 转发的消息 --------|主题|日期|发件人|收件人
ar -------- الرسالة المُعاد توجيهها --------|الموضوع|التاريخ|من|إلى
"""
OUTLOOK = """
en From|Sent|To|Subject
de Von|Gesendet|An|Betreff
es De|Enviado el|Para|Asunto
pt De|Enviada em|Para|Assunto
fr De|Envoyé|À|Objet
it Da|Inviato|A|Oggetto
nl Van|Verzonden|Aan|Onderwerp
pl Od|Wysłano|Do|Temat
sv Från|Skickat|Till|Ämne
da Fra|Sendt|Til|Emne
ja 差出人|送信日時|宛先|件名
ko 보낸 사람|보낸 날짜|받는 사람|제목
zh 发件人|发送时间|收件人|主题
ar من|تم الإرسال|إلى|الموضوع
tr Kimden|Gönderilen|Kime|Konu
fi Lähettäjä|Lähetetty|Vastaanottaja|Aihe
cs Od|Odesláno|Komu|Předmět
"""
APPLE = """
en Begin forwarded message:|From|Subject|Date|To
de Anfang der weitergeleiteten Nachricht:|Von|Betreff|Datum|An
es Inicio del mensaje reenviado:|De|Asunto|Fecha|Para
pt Início da mensagem encaminhada:|De|Assunto|Data|Para
fr Début du message transféré :|De|Objet|Date|À
it Inizio messaggio inoltrato:|Da|Oggetto|Data|A
nl Begin doorgestuurd bericht:|Van|Onderwerp|Datum|Aan
pl Początek przekazywanej wiadomości:|Od|Temat|Data|Do
ja 転送されたメッセージ：|差出人|件名|日付|宛先
ko 전달된 메시지 시작:|보낸 사람|제목|날짜|받는 사람
zh 下面是被转发的邮件：|发件人|主题|日期|收件人
ar بدء الرسالة المُعاد توجيهها:|من|الموضوع|التاريخ|إلى
"""
VALUES = {
    0: "Nell Reed <nell@harbour.example>",
    1: "Mon, 2 Mar 2026 10:00",
    2: "The crane",
    3: "agent@techflow.example",
}


def rows(table: str) -> list[tuple[str, list[str]]]:
    return [(line.partition(" ")[0], line.partition(" ")[2].split("|")) for line in table.strip().splitlines()]


def forms() -> list[Any]:
    """(id, text) of every program in every language."""
    made = []
    for language, (rule, *names) in rows(GMAIL):
        head = "\n".join(f"{name}: {VALUES[at]}" for at, name in enumerate(names))
        made.append((f"gmail {language}", f"{rule}\n{head}\n\n\nIt does not lift."))
    for language, (rule, *names) in rows(THUNDERBIRD):
        head = "\n".join(f"{name}: \t{VALUES[at]}" for at, name in zip((2, 1, 0, 3), names, strict=True))
        made.append((f"thunderbird {language}", f"{rule}\n{head}\n\nIt does not lift."))
    for language, names in rows(OUTLOOK):
        head = "\n".join(f"{name}: {VALUES[at]}" for at, name in zip((0, 1, 3, 2), names, strict=True))
        made.append((f"outlook {language}", f"{'_' * 32}\n{head}\n\nIt does not lift."))
        made.append(
            (f"outlook classic {language}", f"\n{head.replace('<', '[mailto:').replace('>', ']')}\n\nIt does not lift.")
        )
        bold = "\n".join(f"*{name}:* {VALUES[at]}" for at, name in zip((0, 1, 3, 2), names, strict=True))
        made.append((f"outlook bold {language}", f"{bold}\n\nIt does not lift."))
    for language, (rule, *names) in rows(APPLE):
        head = "\n".join(f"> {name}: {VALUES[at]}" for at, name in zip((0, 2, 1, 3), names, strict=True))
        made.append((f"apple {language}", f"{rule}\n\n{head}\n> \n> It does not lift."))
    return [pytest.param(text, id=name) for name, text in made]


@pytest.mark.parametrize("text", forms())
def test_the_original_sender_is_found_in_every_form(text: str) -> None:
    found = forwarded_in(parse(letter(f"Please look.\n\n{text}\n", sender=AGENT, title="Fwd: The crane")))
    assert found is not None
    assert found.sender == ("Nell Reed", "nell@harbour.example")
    assert (found.title, found.text, found.comment) == ("The crane", "It does not lift.", "Please look.")


FORWARD = "#assign me\nShe called me.\n\n------- Forwarded message -------\nFrom: {who}\nSubject: Re: The pump\n\nIt is on now."


def test_a_forward_about_a_ticket_is_the_customers_word_and_goes_to_nobody(cast: Cast, ticket: Ticket) -> None:
    mail = from_agent(FORWARD.format(who="Reed <customer@harbour.example>"), title="Fwd: Re: The pump")
    ticket.refresh_from_db()
    said, remark = ticket.messages.order_by("id")[1:]
    assert (mail.outcome, said.text, said.by, said.author) == (
        ticket.key,
        "It is on now.",
        "customer",
        cast.customer.person,
    )
    assert (remark.text, remark.is_internal, ticket.assignee) == ("She called me.", True, cast.agent)
    assert not OutgoingMail.objects.filter(key__startswith="message:").exists()


def test_a_strangers_words_that_are_forwarded_about_a_ticket_stay_among_us(cast: Cast, ticket: Ticket) -> None:
    from_agent(FORWARD.format(who="Stranger <stranger@quarry.example>"), title="WG: Re: The pump")
    last = ticket.messages.latest("id")
    assert (last.is_internal, last.author) == (True, cast.agent.person)


def test_a_forward_about_what_is_over_opens_a_follow_up_of_the_customer(cast: Cast, ticket: Ticket) -> None:
    close(ticket, by=cast.customer.actor, at=datetime.now(UTC))
    mail = from_agent(FORWARD.format(who="Reed <customer@harbour.example>"), title="Fwd: Re: The pump")
    follow_up = ticket_of(mail)
    assert (follow_up.requester, follow_up != ticket) == (cast.customer, True)
    assert Link.objects.filter(ticket=follow_up, other=ticket).exists()


def test_a_private_mail_of_one_of_us_that_is_sent_on_to_us_goes_nowhere(cast: Cast, ticket: Ticket) -> None:
    """Its signature still holds, and whoever got it may send it again to the address that we signed for them."""
    signed = OutgoingMail.objects.get(key=f"acknowledge:{ticket.pk}").envelope_from
    raw = letter(
        "Between us: they are right.", sender=AGENT, to="customer@harbour.example", references="<first@harbour.example>"
    )
    mail = take(PROVED.encode() + raw, to=[signed], envelope_from="agent@techflow.example")
    assert (mail.state, ticket.messages.count()) == (State.SUSPENDED, 1)
    assert "written to others" in mail.reason


def test_an_answer_to_a_notice_goes_where_the_notice_says(cast: Cast, ticket: Ticket) -> None:
    watch(ticket, person=cast.agent.person, by=cast.agent.actor, at=datetime.now(UTC))
    last = Event.objects.latest("id").pk
    written = note(ticket, text="Careful.", by=cast.lead.actor, author=cast.lead.person, at=datetime.now(UTC))
    event = Event.objects.filter(kind="ticket.noted", pk__gt=last).get()
    mail_notice(ticket, cast.agent.person, "New note", key=f"notice:{event.pk}:{cast.agent.person.pk}", kind=event.kind)
    told = OutgoingMail.objects.get(key=f"notice:{event.pk}:{cast.agent.person.pk}")
    assert "the customer does not" in text_of(wire(told))
    answered = from_agent("I shall be.", in_reply_to=told.message_id, references="", to=told.envelope_from)
    said = ticket.messages.get(received=answered)
    assert (said.is_internal, said.outgoing, written.is_internal) == (True, None, True)
    aloud = from_agent("#reply\nIt is done.", in_reply_to=told.message_id, references="", to=told.envelope_from)
    assert not ticket.messages.get(received=aloud).is_internal


def test_an_answer_to_what_a_ladder_told_stays_among_us(cast: Cast, ticket: Ticket) -> None:
    last = Event.objects.latest("id").pk
    raise_ticket(ticket, ladder="support", by=cast.agent.actor, at=datetime.now(UTC), reason="Now")
    react_after(last)
    told = OutgoingMail.objects.filter(key__startswith="notice:", recipients__contains=[cast.lead.person.email]).last()
    assert told is not None
    answered = from_agent("Who takes it?", in_reply_to=told.message_id, references="", to=told.envelope_from)
    assert ticket.messages.get(received=answered).is_internal

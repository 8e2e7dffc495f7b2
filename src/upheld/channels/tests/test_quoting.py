"""Where the new words end."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.channels.mail.parsing.quoting import folded, folded_html
from upheld.channels.mail.parsing.signatures import without_signature
from upheld.channels.tests.answers import Answer, answers

HISTORIES = {
    "Gmail": "On Mon, Mar 2, 2026 at 9:00 AM Support <support@x.example> wrote:\n> Is it on?\n> Thanks",
    "Gmail, broken line": (
        "On Mon, Mar 2, 2026 at 9:00 AM TechFlow Solutions Support <\n"
        "support@techflowsolutions.com> wrote:\n\n> Is it on?"
    ),
    "Apple Mail": "On Mar 2, 2026, at 9:00 AM, Support <support@x.example> wrote:\n> \n> Is it on?",
    "Thunderbird, German": "Am 02.03.26 um 09:00 schrieb Support:\n> Ist es an?",
    "Gmail, German": "Am Mo., 2. März 2026 um 09:00 Uhr schrieb Support <support@x.example>:\n> Ist es an?",
    "French": "Le lun. 2 mars 2026 à 09:00, Support <support@x.example> a écrit :\n> Est-il allumé ?",
    "Spanish": "El lun, 2 mar 2026 a las 9:00, Support (<support@x.example>) escribió:\n> ¿Está encendido?",
    "Portuguese": "Em seg., 2 de mar. de 2026 às 09:00, Support <support@x.example> escreveu:\n> Está ligado?",
    "Italian": "Il giorno lun 2 mar 2026 alle ore 09:00 Support <support@x.example> ha scritto:\n> È acceso?",
    "Dutch": "Op ma 2 mrt 2026 om 09:00 schreef Support <support@x.example>:\n> Staat het aan?",
    "Polish": "pon., 2 mar 2026 o 09:00 Support <support@x.example> napisał(a):\n> Czy działa?",
    "Swedish": "Den mån 2 mars 2026 kl 09:00 skrev Support <support@x.example>:\n> Är den på?",
    "Russian": "пн, 2 мар. 2026 г. в 09:00, Support <support@x.example>:\n> Включено?",
    "Japanese": "2026年3月2日(月) 9:00 Support <support@x.example>:\n> 電源は?",
    "Chinese": "Support <support@x.example> 于2026年3月2日周一 09:00写道：\n> 开了吗？",
    "Outlook": (
        "From: Support <support@x.example>\nSent: Monday, March 2, 2026 9:00 AM\nTo: Customer\n"
        "Subject: Re: The pump\n\nIs it on?"
    ),
    "Outlook with a rule": (
        "________________________________\nFrom: Support <support@x.example>\nSent: Monday\nTo: "
        "Customer\nSubject: The pump\n\nIs it on?"
    ),
    "Outlook, German": (
        "Von: Support <support@x.example>\nGesendet: Montag, 2. März 2026 09:00\nAn: Kunde\n"
        "Betreff: AW: Pumpe\n\nIst es an?"
    ),
    "Outlook, French": (
        "De : Support <support@x.example>\nEnvoyé : lundi 2 mars 2026 09:00\nÀ : Client\nObjet : RE: pompe\n\nAllumé ?"
    ),
    "original message": "-----Original Message-----\nFrom: Support\nIs it on?",
    "original message, German": "-----Ursprüngliche Nachricht-----\nVon: Support\nIst es an?",
    "marks alone": "> Is it on?\n> Thanks",
    "marker line": "##- Please type your reply above this line -##\nold things",
}


@pytest.mark.parametrize("client", HISTORIES)
def test_what_the_usual_clients_quote_is_folded_and_nothing_is_lost(client: str) -> None:
    text = "Yes, it is on.\n\nBest\nCustomer\n\n" + HISTORIES[client]
    parted = folded(text)
    assert parted.newest == "Yes, it is on.\n\nBest\nCustomer"
    assert parted.history.strip() == HISTORIES[client].strip()
    html = folded_html("", text)
    assert html.index("Yes, it is on") < html.index("<details><summary>")


@pytest.mark.parametrize(
    "text",
    [
        "Just words.",
        "> Is it on?\nYes.\n> And plugged in?\nAlso yes.",
        "On Mon, Mar 2, 2026 at 9:00 AM Support <s@x.example> wrote:\n> Is it on?\nYes.\n> Plugged in?\nYes.",
        "> only a quotation\n> nothing else",
        "He wrote:\nI do not know.",
        "From: the beginning it failed\nTo: us this is new",
        "Note: I wrote this on the 3rd:\nplease look",
        "a > b\nc > d",
    ],
)
def test_answers_between_the_lines_and_plain_words_are_not_folded(text: str) -> None:
    assert folded(text) == (text, "")


def test_a_forwarded_mail_is_not_folded() -> None:
    text = "See below.\n\n" + HISTORIES["Outlook"]
    assert folded(text, "Fwd: The pump").history == ""
    assert folded(text, "WG: Pumpe").history == ""
    assert folded(text, "Re: The pump").history != ""
    assert "<details>" not in folded_html('<p>See</p><div class="gmail_quote">old</div>', "", "FW: x")


@pytest.mark.parametrize(
    "history",
    [
        '<div class="gmail_quote"><div class="gmail_attr">On … wrote:</div><blockquote>old</blockquote></div>',
        '<div id="divRplyFwdMsg"><b>From:</b> Support</div><div>old</div>',
        '<blockquote type="cite">old</blockquote>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>From: Support</p></div><p>old</p>',
        '<div class="yahoo_quoted">old</div>',
        '<div class="moz-cite-prefix">Am 2.3. schrieb S:</div><blockquote type="cite">old</blockquote>',
    ],
)
def test_html_is_folded_and_both_pieces_are_safe_by_themselves(history: str) -> None:
    html = folded_html(
        f"<html><body><div><p>New <b>words</p>{history}</div><script>x</script></body></html>", "New words"
    )
    newest, mark, rest = html.partition("<details><summary>Earlier messages</summary>")
    assert mark
    assert "New <b>words</b>" in newest
    assert "old" not in newest
    assert "old" in rest
    assert rest.endswith("</details>")
    assert "script" not in html


def test_html_with_words_below_the_quotation_stays_open() -> None:
    assert "<details>" not in folded_html('<blockquote type="cite">old</blockquote><p>My answer below</p>', "")
    assert "<details>" not in folded_html('<p>One</p><blockquote type="cite">old</blockquote><p>Two</p>', "")


@pytest.mark.parametrize("answer", answers(), ids=lambda answer: answer.name)
def test_what_is_new_is_seen_and_what_is_old_is_folded(answer: Answer) -> None:
    parted = folded(answer.text)
    words, signature = without_signature(parted.newest)
    seen = [line.strip() for line in words.split("\n")]
    assert [line for line in answer.new if line.strip() not in seen] == []
    assert [line for line in answer.old if line.strip() in seen] == []
    assert [line for line in answer.signature if line.strip() in seen] == []
    whole = f"{words}\n{signature}\n{parted.history}"
    assert [line for line in answer.text.split("\n") if line.strip() and line.rstrip() not in whole] == []


def test_there_are_enough_answers() -> None:
    assert len(answers()) >= 120


def test_a_signature_is_folded_and_stays_on_the_page() -> None:
    html = folded_html("", "Yes.\n\n-- \nA. Reed")
    assert html.index("Yes.") < html.index("<details><summary>Signature</summary>") < html.index("A. Reed")
    marked = '<div>Yes.</div><div class="gmail_signature"><div>A. Reed</div></div>'
    assert "<summary>Signature</summary><div><div>A. Reed" in folded_html(marked, "")
    both = folded_html(marked + '<div class="gmail_quote">old</div>', "")
    assert both.index("Yes") < both.index("Signature") < both.index("Earlier messages") < both.index("old")
    assert "<details>" not in folded_html(marked + "<p>More words</p>", "")
    assert "<details>" not in folded_html('<div class="gmail_signature">Only this</div>', "")


@given(
    st.lists(
        st.sampled_from(
            [
                "> q",
                ">> q",
                "text",
                "",
                "-- ",
                "On 2 Mar 2026 A <a@b.c> wrote:",
                "From: A",
                "Sent: x",
                "To: y",
                "____________",
            ]
        )
    )
)
def test_the_two_pieces_always_hold_every_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    parted = folded(text)
    assert [line.rstrip() for line in text.split("\n") if line.strip()] == [
        line.rstrip() for line in (parted.newest + "\n" + parted.history).split("\n") if line.strip()
    ]


def test_a_page_of_beginnings_is_looked_through_once() -> None:
    began = time.process_time()
    folded_html("<body " * 100_000 + '<div class="gmail_quote">x</div>', "")
    assert time.process_time() - began < 2


def test_a_line_with_a_date_and_an_address_above_a_marked_quotation_is_new() -> None:
    """Ours about an invitation, for example: with the introduction below it, it would read as a long one."""
    page = (
        "<p>Please come.</p><p>Invitation: Review, 2 March 2026, 14:00 UTC, from Reed, A &lt;a@b.example&gt;</p>"
        '<div class="gmail_quote"><div>On Mon, Support wrote:</div><blockquote>Is it on?</blockquote></div>'
    )
    words, _, history = folded_html(page, "").partition("<details>")
    assert "Invitation" in words
    assert "Is it on?" in history

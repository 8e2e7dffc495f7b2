"""Whether a mail is from whom it says it is from: by signatures, by sending address, by a relay's or a forwarder's word."""

from __future__ import annotations

import base64
from ipaddress import ip_network
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from upheld.channels.mail.trust import Believed, Names, NamesAway, Verdict, authenticity
from upheld.channels.mail.trust.relays import passed_dmarc

PEER = "198.51.100.7"
SHOP = "shop-one.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SECRET = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
MAIL = (
    b"From: Ann <ann@shop-one.example>\r\nTo: us@desk.example\r\nSubject: Hi\r\n"
    b"Date: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)


class Known(Names):
    """A names system of these records; `away` says that it does not answer."""

    def __init__(self, records: dict[tuple[str, str], list[str]], *, away: bool = False) -> None:
        super().__init__()
        self.records = records
        self.away = away

    def ask(self, name: str, kind: str) -> list[str]:
        if self.away:
            raise NamesAway("no answer")
        return self.records.get((name, kind), [])


RECORDS = {
    (SHOP, "TXT"): [f"v=spf1 ip4:{PEER} -all"],
    (f"_dmarc.{SHOP}", "TXT"): ["v=DMARC1; p=reject"],
    (f"k1._domainkey.{SHOP}", "TXT"): [f"v=DKIM1; k=rsa; p={PUBLIC}"],
    ("k1._domainkey.evil.example", "TXT"): [f"v=DKIM1; k=rsa; p={PUBLIC}"],
    ("evil.example", "TXT"): ["v=spf1 +all"],
}


@pytest.fixture(autouse=True)
def nobody_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Names, "silent", {})


def signed(raw: bytes = MAIL, *, domain: str = SHOP, **options: Any) -> bytes:
    signature: bytes = dkim.sign(raw, b"k1", domain.encode(), SECRET, **options)
    return signature + raw


def judged(
    raw: bytes, *, peer: str = "203.0.113.9", envelope: str = "", records: Any = None, **believed: Any
) -> Verdict:
    names = Known(RECORDS if records is None else records)
    return authenticity(
        raw, shown=f"ann@{SHOP}", peer=peer, envelope_from=envelope, names=names, believed=Believed(**believed)
    )


def test_a_good_signature_of_the_domain_that_is_shown_proves_it() -> None:
    verdict = judged(signed())
    assert (verdict.is_authentic, verdict.dmarc, verdict.dkim) == (True, "pass", ((SHOP, "pass"),))


def test_so_does_an_address_that_may_send_for_it() -> None:
    verdict = judged(MAIL, peer=PEER, envelope=f"bounce@{SHOP}")
    assert (verdict.is_authentic, verdict.spf, verdict.dmarc) == (True, "pass", "pass")


@pytest.mark.parametrize(
    ("raw", "envelope"),
    [
        (MAIL, f"ann@{SHOP}"),  # from an address that may not
        (MAIL, "boss@evil.example"),  # proved, but for somebody else
        (signed(domain="evil.example"), "boss@evil.example"),
        (signed() + b"\r\nand more\r\n", ""),
        (signed().replace(b"Subject: Hi", b"Subject: Ho"), ""),
        (signed(length=True) + b"written on below\r\n", ""),
        (b"From: Ann <ann@shop-one.example>\r\n" + signed(), ""),  # one is signed, the other read
        (b"From : Ann <ann@shop-one.example>\r\n" + signed(), ""),
        (b"X: 1\rFrom: Ann <ann@shop-one.example>\r\n" + signed(), ""),
        (b"Subject: x\r\nFrom here on\r\n" + signed(), f"ann@{SHOP}"),  # no field: our head ends there, theirs does not
        (
            signed(MAIL.replace(b"From: Ann", b"From: Bob <bob@shop-one.example>, Ann")),
            "",
        ),  # of two, which one wrote it?
        (signed(MAIL.replace(b"Ann <ann@", b"Bob <bob@")), f"ann@{SHOP}"),  # a colleague's mail
        (signed(MAIL.replace(b"Ann <ann@shop-one.example>", b"Ann")), f"ann@{SHOP}"),  # From names nobody
        (b"DKIM-Signature: nonsense\r\n" + MAIL, ""),
        (b"DKIM-Signature: v=1; a=rsa-sha256; d=shop-one.example; s=k1; b=x\r\n" * 50 + MAIL, ""),
    ],
)
def test_nothing_else_does(raw: bytes, envelope: str) -> None:
    verdict = judged(raw, envelope=envelope)
    assert (verdict.is_authentic, verdict.is_forged, verdict.dmarc) == (False, True, "fail")


def test_a_domain_with_a_hyphen_is_not_taken_for_its_first_half() -> None:
    """Somebody who owns `shop.example` proves nothing about `shop-one.example`."""
    records = {**RECORDS, ("k1._domainkey.shop.example", "TXT"): RECORDS[f"k1._domainkey.{SHOP}", "TXT"]}
    assert not judged(signed(domain="shop.example"), records=records).is_authentic


@pytest.mark.parametrize(("strict", "proved"), [("", True), ("; adkim=s", False)])
def test_a_part_of_the_organisation_may_sign_unless_the_domain_is_strict(strict: str, proved: bool) -> None:
    records = {
        **RECORDS,
        (f"_dmarc.{SHOP}", "TXT"): [f"v=DMARC1; p=none{strict}"],
        (f"k1._domainkey.mail.{SHOP}", "TXT"): RECORDS[f"k1._domainkey.{SHOP}", "TXT"],
    }
    assert judged(signed(domain=f"mail.{SHOP}"), records=records).is_authentic is proved


def test_a_domain_that_publishes_nothing_can_still_be_proved_and_is_never_forged() -> None:
    records = {key: value for key, value in RECORDS.items() if not key[0].startswith("_dmarc")}
    assert judged(signed(), records=records).is_authentic
    verdict = judged(MAIL, records=records)
    assert (verdict.is_authentic, verdict.is_forged, verdict.dmarc) == (False, False, "none")


def test_behind_a_relay_that_says_nothing_what_is_not_proved_is_not_held_against_the_mail() -> None:
    """It may have been proved to the relay; only a good signature counts, and without one nobody is asked."""
    verdict = judged(signed() + b"a footer\r\n", peer="127.0.0.1")
    assert (verdict.is_authentic, verdict.is_forged, verdict.dmarc) == (False, False, "none")
    assert judged(signed(), peer="127.0.0.1").is_authentic
    names = Known({}, away=True)
    assert not authenticity(MAIL, shown=f"ann@{SHOP}", peer="127.0.0.1", envelope_from="", names=names).is_undecided


def test_without_an_answer_nothing_is_known_either_way() -> None:
    names = Known({}, away=True)
    verdict = authenticity(signed(), shown=f"ann@{SHOP}", peer=PEER, envelope_from=f"a@{SHOP}", names=names)
    assert (verdict.is_authentic, verdict.is_forged, verdict.is_undecided) == (False, False, True)


RESULT = (
    f"Authentication-Results: mx.desk.example; dkim=pass header.d={SHOP}; spf=fail smtp.mailfrom=a@{SHOP}\r\n".encode()
)
OURS: dict[str, Any] = {"relays": [ip_network("10.0.0.0/8")], "servers": frozenset({"mx.desk.example"})}


def test_the_word_of_our_relay_counts_and_only_from_our_relay() -> None:
    assert judged(RESULT + MAIL, peer="10.0.0.3", **OURS).is_authentic
    assert not judged(RESULT + MAIL, peer="203.0.113.9", **OURS).is_authentic
    assert not judged(RESULT + MAIL, peer="10.0.0.3").is_authentic


def test_what_stands_below_the_word_of_our_relay_was_written_by_the_sender() -> None:
    worse = RESULT.replace(b"dkim=pass", b"dkim=fail")
    assert not judged(worse + RESULT + MAIL, peer="10.0.0.3", **OURS).is_authentic


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        (f"spf=fail; dmarc=pass (p=none) header.from={SHOP}", True),
        (f"dmarc = pass header.from = {SHOP}; spf=fail", True),
        (
            f'spf=pass smtp.mailfrom="; dmarc=pass header.from={SHOP};"@evil.example; dmarc=fail header.from={SHOP}',
            False,
        ),
        (f"spf=pass (a (b; dmarc=pass header.from={SHOP}; c) d) smtp.mailfrom=evil.example", False),
        (f"spf=pass ( ; dmarc=pass header.from={SHOP}; (x)", False),
        (f"dmarc=pass header.from={SHOP}.evil.example", False),
    ],
)
def test_results_are_read_as_words_and_not_as_text(said: str, passed: bool) -> None:
    assert passed_dmarc(said, SHOP) is passed


def test_a_word_of_our_relay_that_cannot_be_read_uncovers_none_below_it() -> None:
    spoilt = b"Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=)(\r\n"
    assert not judged(spoilt + RESULT + MAIL, peer="10.0.0.3", **OURS).is_authentic


def test_a_program_beside_us_proves_no_sending_address() -> None:
    """The library takes a mail from this machine for the domain's own; it was only handed on here."""
    assert judged(MAIL, peer="127.0.0.1", envelope=f"ann@{SHOP}").spf == "none"


def sealed(results: str) -> bytes:
    changed = MAIL.replace(b"Hello", b"Hello\r\n-- \r\na footer of the list")
    head = f"Authentication-Results: lists.example; {results}\r\n".encode()
    seal = dkim.arc_sign(head + changed, b"k1", b"lists.example", SECRET, b"lists.example")
    return b"".join(seal) + head + changed


@pytest.mark.parametrize(
    ("results", "believed", "proved"),
    [
        (f"dmarc=pass header.from={SHOP}", {"lists.example"}, True),
        (f"dmarc=pass header.from={SHOP}", set(), False),
        (f"dmarc=fail header.from={SHOP}", {"lists.example"}, False),
        ("dmarc=pass header.from=other.example", {"lists.example"}, False),
        (f"dmarc=pass header.from={SHOP}.evil.example", {"lists.example"}, False),
        (f"dmarc=fail (dmarc=pass header.from={SHOP}) header.from=evil.example", {"lists.example"}, False),
    ],
)
def test_a_forwarder_that_we_believe_may_vouch_for_a_mail_that_it_changed(
    results: str, believed: set[str], proved: bool
) -> None:
    records = {**RECORDS, ("k1._domainkey.lists.example", "TXT"): RECORDS[f"k1._domainkey.{SHOP}", "TXT"]}
    verdict = judged(sealed(results), records=records, sealers=frozenset(believed))
    assert (verdict.is_authentic, verdict.sealer) == (proved, "lists.example" if proved else "")


def test_a_record_that_never_ends_is_cut_short() -> None:
    records = {**RECORDS, (SHOP, "TXT"): [f"v=spf1 include:{SHOP} -all"]}
    assert judged(MAIL, peer=PEER, envelope=f"a@{SHOP}", records=records).spf == "permerror"


def test_the_verdict_is_told_in_words() -> None:
    assert judged(signed(), peer=PEER, envelope=f"a@{SHOP}").words == f"SPF pass, DKIM pass ({SHOP}), DMARC pass"


class Slow(Names):
    """Nobody under these organisations answers; `asked` are the questions that were put."""

    def __init__(self, *silent: str, root: bool = True) -> None:
        super().__init__()
        self.quiet, self.root, self.asked = silent, root, list[str]()

    def ask(self, name: str, kind: str) -> list[str]:
        self.asked.append(name)
        if name == ".":
            return ["a.root.example"] if self.root else []
        if name.endswith(self.quiet):
            raise NamesAway("no answer")
        return ["v=spf1 -all"]


def test_who_does_not_answer_is_not_asked_again_at_once_and_keeps_nobody_else() -> None:
    slow = Slow("slow.example")
    for name in ("slow.example", "k1._domainkey.slow.example"):
        with pytest.raises(NamesAway):
            slow.look_up(name)
    assert slow.asked == ["slow.example"]
    assert Slow().look_up("quick.example") == ["v=spf1 -all"]


@pytest.mark.parametrize("root", [True, False])
def test_only_when_the_root_is_silent_too_nobody_is_asked(root: bool) -> None:
    names = Slow("one.example", "two.example", "three.example", root=root)
    for name in names.quiet:
        with pytest.raises(NamesAway):
            names.look_up(name)
    if root:
        assert names.look_up("quick.example") == ["v=spf1 -all"]
    else:
        with pytest.raises(NamesAway):
            names.look_up("quick.example")


def test_a_mail_has_only_so_much_time(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Slow()
    monkeypatch.setattr(names, "_ends_at", 0)
    with pytest.raises(NamesAway, match="too long"):
        names.look_up("quick.example")

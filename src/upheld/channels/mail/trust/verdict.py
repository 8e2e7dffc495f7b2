"""All proofs of a mail together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final

from upheld.channels.mail.parsing.fields import mailboxes
from upheld.channels.mail.parsing.mime import read_head
from upheld.channels.mail.trust.alignment import NOTHING, Record, any_aligned, is_aligned, record_of
from upheld.channels.mail.trust.names import Names, NamesAway
from upheld.channels.mail.trust.relays import passed_dmarc, proved_by_relay
from upheld.channels.mail.trust.senders import spf_of
from upheld.channels.mail.trust.signatures import dkim_of, sealers_of

LONGEST_HEAD: Final = 600_000  # no shorter than what the reader of mails takes for a head
_FROM: Final = re.compile(rb"from[ \t]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Believed:
    """Whom we believe: relays by address, what they call themselves in what they write, and sealers of ARC by domain."""

    relays: Sequence[IPv4Network | IPv6Network] = ()
    servers: frozenset[str] = frozenset()
    sealers: frozenset[str] = frozenset()

    def is_relay(self, peer: str) -> bool:
        """A relay of ours, or a program beside us: what it hands on was sent by somebody else."""
        try:
            address = ip_address(peer)
        except ValueError:
            return True
        return address.is_loopback or any(address in network for network in self.relays)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Results in the words of the standards. `is_authentic`: something that was proved speaks for the domain in From.

    `is_forged`: the domain says that such a mail is not its own and should be refused or put aside. `is_undecided`: the names
    system was away, so that neither is known.
    """

    domain: str = ""
    spf: str = "none"
    dkim: tuple[tuple[str, str], ...] = ()
    dmarc: str = "none"
    policy: str = ""
    sealer: str = ""
    relay: bool = False
    is_authentic: bool = False
    is_undecided: bool = False

    @property
    def is_forged(self) -> bool:
        return self.dmarc == "fail" and self.policy in ("quarantine", "reject")

    @property
    def words(self) -> str:
        """For those who look at the mail's way: `SPF pass, DKIM pass (example.org), DMARC pass`."""
        signed = ", ".join(f"{result} ({domain})" if domain else result for domain, result in self.dkim) or "none"
        parts = [f"SPF {self.spf}", f"DKIM {signed}", f"DMARC {self.dmarc}"]
        parts += [f"ARC sealed by {self.sealer}"] if self.sealer else []
        parts += ["as our relay found"] if self.relay else []
        return ", ".join(parts)

    def as_data(self) -> dict[str, Any]:
        return {
            "spf": self.spf,
            "dkim": [list(one) for one in self.dkim],
            "dmarc": self.dmarc,
            "policy": self.policy,
            "authentic": self.is_authentic,
            "undecided": self.is_undecided,
            "forged": self.is_forged,
            "words": self.words,
        }


@dataclass(slots=True)
class _Proofs:
    spf: tuple[str, str] = ("none", "")
    dkim: list[tuple[str, str]] = field(default_factory=list)
    relay: bool = False
    is_whole: bool = True
    """False behind a relay that told us nothing: what is not proved may have been, and is not held against the mail."""

    @property
    def signers(self) -> list[str]:
        return [domain for domain, result in self.dkim if result == "pass"]

    @property
    def is_undecided(self) -> bool:
        return "temperror" in (self.spf[0], *(result for _, result in self.dkim))


def authenticity(
    raw: bytes, *, shown: str, peer: str, envelope_from: str, names: Names, believed: Believed | None = None
) -> Verdict:
    """Hold a mail against what the domain of `shown` (the address in From) publishes. Asks the names system; never raises.

    Behind a relay that we trust its word counts, if it wrote one; SPF is not asked again, since the peer is the relay.
    """
    believed = believed or Believed()
    domain = shown.rpartition("@")[2].lower()
    behind_relay = believed.is_relay(peer)
    proofs = _by_relay(raw, believed) if behind_relay else None
    if proofs is None:
        asked = ("none", "") if behind_relay else spf_of(peer, envelope_from, names)
        proofs = _Proofs(asked, dkim_of(raw, names), is_whole=not behind_relay)
    try:
        record = record_of(domain, names) if domain and (proofs.is_whole or proofs.signers) else NOTHING
    except NamesAway:
        return Verdict(domain, proofs.spf[0], tuple(proofs.dkim), "temperror", is_undecided=True, relay=proofs.relay)
    by_spf = proofs.spf[0] == "pass" and is_aligned(proofs.spf[1], domain, is_strict=record.is_strict_spf)
    is_proved = by_spf or any_aligned(proofs.signers, domain, is_strict=record.is_strict_dkim)
    is_plain = reads_alike(raw, shown)
    is_proved = is_proved and is_plain
    sealer = _sealed(raw, domain, names, believed) if is_plain and not is_proved else ""
    return Verdict(
        domain=domain,
        spf=proofs.spf[0],
        dkim=tuple(proofs.dkim),
        dmarc=_dmarc(proofs, record, is_proved=is_proved),
        policy=record.policy,
        sealer=sealer,
        relay=proofs.relay,
        is_authentic=is_proved or bool(sealer),
        is_undecided=not is_proved and proofs.is_undecided,
    )


def _dmarc(proofs: _Proofs, record: Record, *, is_proved: bool) -> str:
    if not record.policy or not (proofs.is_whole or is_proved):
        return "none"
    if is_proved:
        return "pass"
    return "temperror" if proofs.is_undecided else "fail"


def _by_relay(raw: bytes, believed: Believed) -> _Proofs | None:
    found = proved_by_relay(raw, believed.servers) if believed.servers else None
    if found is None:
        return None
    spf = found.get("spf", [("none", "")])[0]
    return _Proofs(spf, [(domain, result) for result, domain in found.get("dkim", [])], relay=True)


def reads_alike(raw: bytes, shown: str) -> bool:
    """Whether every reader of this mail finds the address that is shown, and no other, in the one From of its head.

    With two From fields, one may be signed and the other be read; a line that is no field ends the head for one reader and not
    for the next; where From names nobody, what is shown is vouched for by nobody; and where it names two, it is not known
    which of them a domain let write.
    """
    head = read_head(raw)
    authors = head.values("from")
    if len(authors) != 1 or head.problems or sum(_FROM.match(line) is not None for line in _head(raw)) != 1:
        return False
    return [box.address for box in mailboxes(authors[0])] == [shown.lower()]


def _head(raw: bytes) -> list[bytes]:
    """The fields of the mail, each on one line."""
    head = raw[:LONGEST_HEAD].replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    return head.replace(b"\n\t", b" ").replace(b"\n ", b" ").replace(b"\r", b"\n").split(b"\n")


def _sealed(raw: bytes, domain: str, names: Names, believed: Believed) -> str:
    """The forwarder that we believe and that sealed a mail which was authentic when it came to it."""
    if not believed.sealers:
        return ""
    sealers = sealers_of(raw, names)
    if not sealers or sealers[0] not in believed.sealers:
        return ""
    return sealers[0] if _was_authentic(raw, domain, len(sealers)) else ""


def _was_authentic(raw: bytes, domain: str, instance: int) -> bool:
    """What the forwarder that sealed the chain last says of the domain in From."""
    found = []
    for line in _head(raw):
        name, _, value = line.decode("utf-8", "replace").partition(":")
        number, _, said = value.partition(";")
        if name.strip().lower() == "arc-authentication-results" and "".join(number.split()).lower() == f"i={instance}":
            found.append(said)
    return len(found) == 1 and passed_dmarc(found[0], domain)

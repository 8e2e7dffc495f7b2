"""Whose domain it is, by the list of public suffixes."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The part that somebody registered: `example.co.uk` of `mail.example.co.uk`; the domain itself where there is none."""
    return str(_suffixes().privatesuffix(domain) or domain)

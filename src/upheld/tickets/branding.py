"""How a brand shows in what we write: what stands below it, and its colour. A company without brands writes plainly."""

from __future__ import annotations

from dataclasses import dataclass

from upheld.kernel.html import text_to_html
from upheld.policy import Policy


@dataclass(frozen=True, slots=True)
class Look:
    """`text` and `html` stand below the message; `colour` is as CSS writes it. All empty where there is no brand."""

    text: str = ""
    html: str = ""
    colour: str = ""


def look_of(policy: Policy, brand: str, language: str) -> Look:
    """What the policy says of the brand, in the reader's language. An unknown name, as of an old ticket, is as good as none."""
    named = policy.brands.get(brand)
    if named is None:
        return Look()
    below = named.signature.text(language).strip()
    if named.url and below:
        below = f"{below}\n{named.url}"
    if not below:
        return Look(colour=named.colour)
    return Look(f"\n\n-- \n{below}\n", f"<p>-- </p>{text_to_html(below)}", named.colour)

"""Whose portal it is. Also for the pages of signing in, whose views are not ours."""

from __future__ import annotations

from django import template

from upheld.commitments.policies import NoPolicy, in_force, version_in_force
from upheld.policy.model import Company
from upheld.web.signin.demo import DemoLogins, remembered

register = template.Library()
NOBODY = Company("Upheld")  # before the first policy


@register.simple_tag
def company() -> Company:
    """The company of the policy in force."""
    try:
        policy = in_force()
    except NoPolicy:
        return NOBODY
    return policy.company if policy.company.name else Company(policy.name, policy.company.url, policy.company.colour)


@register.simple_tag
def colour_version() -> str:
    """Changes with the policy, so that browsers fetch its colour anew."""
    try:
        return version_in_force().digest[:12]
    except NoPolicy:
        return "none"


@register.simple_tag
def demo_logins() -> DemoLogins | None:
    """As whom one may sign in to a demo; None everywhere else."""
    return remembered()

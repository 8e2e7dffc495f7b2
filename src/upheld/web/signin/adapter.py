"""How signing in behaves here: nobody signs up by themselves, mails leave by our own outbox, and each lands on their own page."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.http import HttpRequest
from django.template.loader import render_to_string

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.commitments.policies import in_force
from upheld.people.models import Person

UNSAID = ("logged_in", "logged_out", "login_code_sent")  # the page that follows says it well enough


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth, in the manner of the house."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Address and password do not fit together. Try again, or have a code mailed to you.",
        "too_many_login_attempts": "That was tried too often. Wait a few minutes, or have a code mailed to you.",
        "incorrect_code": "This is not the code that we sent. Look at the newest mail from us.",
        "incorrect_password": "This is not your password.",
        "rate_limited": "That was asked for too often. Please wait a few minutes.",
        "account_inactive": "You cannot sign in any more. Please write to us if that is a mistake.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth calls it with one
        """People are made by writing to us, or by an administrator."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/desk/" if hasattr(request.user, "agent") else "/"

    def format_email_subject(self, subject: str) -> str:
        return f"{in_force().company.name or in_force().name}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox, like every other mail of ours: tried until it is taken, and shown where it is not."""
        policy = in_force()
        words = {"request": current.request, "email": email, "company": policy.company.name or policy.name, **context}
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", words).split())
        person = Person.objects.filter(email=email.strip().lower()).only("name").first()
        queue(
            key=f"signin:{uuid.uuid4()}",
            subject_key="",
            to=[(person.name if person else "", email)],
            title=self.format_email_subject(subject),
            text=render_to_string(f"{template_prefix}_message.txt", words).strip() + "\n",
            sender=sender_of(policy, policy.defaults.get("department", "")),
            automatic=True,
        )

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        """What happened, unless the next page shows it anyway."""
        if not any(f"/{name}." in message_template for name in UNSAID):
            super().add_message(request, level, message_template, *args, **kwargs)

"""Who a request comes from: what every page asks first, in two quick questions.

Nothing of it is remembered between requests, so that signing out, or being deactivated, holds from the next one on.
"""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from upheld.people.models import Person
from upheld.statements import Asked, Given

PERSON = Asked(lambda: Person.objects.select_related("agent__team", "contact__account").filter(pk=Given("pk")))
SESSION = Asked(
    lambda: Session.objects.filter(session_key=Given("session_key"), expire_date__gt=Given("now")),
)


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, with the person as an agent or a contact in the same question."""

    def get_user(self, user_id: int) -> Person | None:
        person = PERSON.first(pk=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None


class SessionStore(db.SessionStore):
    """Django's sessions in the database, found by a question that is made once."""

    def _get_session_from_db(self) -> Session | None:
        session = SESSION.first(session_key=self.session_key, now=timezone.now())
        if session is None:
            self._session_key = None
        return session

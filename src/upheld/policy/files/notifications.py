"""notifications.yaml: who hears of which event."""

from __future__ import annotations

from upheld.policy.model import Notification
from upheld.policy.nodes import Entries, Scalar
from upheld.policy.reading import Reading
from upheld.policy.shapes.collections import ByName, Key, ListOf, Record, Values, plainly
from upheld.policy.shapes.conditions import MATCHER
from upheld.policy.shapes.names import EVENT, RECIPIENT
from upheld.policy.shapes.values import one_of


def _notification(values: Values, at: Reading) -> Notification:
    return Notification(name=at.name, place=at.place, **values)


def _about_its_event(node: Entries, at: Reading) -> Reading:
    """The subject whose event it is, when a vocabulary knows it; events of commitments happen to any subject."""
    event, vocabulary = node.get("on"), at.session.vocabulary
    subject = event.text.partition(".")[0] if isinstance(event, Scalar) else ""
    return at.about(subject) if vocabulary is not None and subject in vocabulary else at


NOTIFICATION: Record[Notification] = Record(
    _notification,
    Key("on", EVENT, "The event.", required=True),
    Key("when", MATCHER, "Only when its subject has these attributes."),
    Key("notify", ListOf(RECIPIENT), "Who hears of it.", required=True),
    Key(
        "by", ListOf(one_of("app", "mail")), "How: in the workspace or portal, by mail, or both; the app, unless said."
    ),
    words="a notification",
    title="notification",
    about=_about_its_event,
)

NOTIFICATIONS_FILE: Record[dict[str, object]] = Record(
    plainly(dict),
    Key("notifications", ByName(NOTIFICATION, "notifications", name_only=False), "Who hears of what.", required=True),
)

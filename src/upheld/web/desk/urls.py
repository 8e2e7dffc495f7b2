"""The addresses of the workspace. A state is an address: POST brings it about, DELETE takes it back."""

from __future__ import annotations

from django.urls import path

from upheld.web.desk import (
    accounts,
    bulk,
    commitments,
    conversation,
    escalating,
    events,
    keys,
    mails,
    milestones,
    mine,
    new,
    notices,
    people,
    promises,
    properties,
    queue,
    states,
    ticket,
    ties,
)
from upheld.web.live.stream import live
from upheld.web.methods import resource

app_name = "desk"
urlpatterns = [
    path("", queue.start, name="start"),
    path("live/", live, name="live"),
    path("queue/<path:view_name>/", queue.queue, name="queue"),
    path("tickets/assignment/", bulk.assignment, name="bulk-assignment"),
    path("tickets/priority/", bulk.priority, name="bulk-priority"),
    path("tickets/new/", resource(get=new.ask_new, post=new.create), name="new-ticket"),
    path("tickets/<int:pk>/", ticket.page, name="ticket"),
    path("tickets/<int:pk>/events/", events.events, name="events"),
    path("tickets/<int:pk>/replies/", conversation.reply, name="replies"),
    path("tickets/<int:pk>/notes/", conversation.note, name="notes"),
    path(
        "tickets/<int:pk>/draft/",
        resource(post=conversation.save_draft, delete=conversation.delete_draft),
        name="draft",
    ),
    path("tickets/<int:pk>/properties/", properties.properties, name="properties"),
    path(
        "tickets/<int:pk>/assignment/",
        resource(post=properties.assignment, delete=properties.unassign),
        name="assignment",
    ),
    path("tickets/<int:pk>/team/", properties.team, name="team"),
    path("tickets/<int:pk>/waiting/", resource(post=states.wait, delete=states.resume), name="waiting"),
    path("tickets/<int:pk>/hold/", resource(get=states.ask_hold, post=states.hold, delete=states.resume), name="hold"),
    path(
        "tickets/<int:pk>/resolution/",
        resource(get=states.ask_resolution, post=states.resolve, delete=states.reopen),
        name="resolution",
    ),
    path("tickets/<int:pk>/closure/", resource(post=states.close, delete=states.reopen), name="closure"),
    path("tickets/<int:pk>/spam/", resource(post=states.mark_spam, delete=states.unmark_spam), name="spam"),
    path("tickets/<int:pk>/merge/", resource(get=ties.ask_merge, post=ties.merge, delete=ties.unmerge), name="merge"),
    path("tickets/<int:pk>/links/", resource(get=ties.ask_link, post=ties.link), name="links"),
    path("tickets/<int:pk>/links/<int:link_pk>/", resource(delete=ties.unlink), name="link"),
    path("tickets/<int:pk>/watch/", resource(post=ties.watch, delete=ties.unwatch), name="watch"),
    path(
        "tickets/<int:pk>/milestones/",
        resource(get=milestones.ask_milestone, post=milestones.reach_milestone),
        name="milestones",
    ),
    path(
        "tickets/<int:pk>/escalations/",
        resource(get=escalating.ask_escalation, post=escalating.escalate),
        name="escalations",
    ),
    path(
        "tickets/<int:pk>/commitments/<slug:clause>/<int:cycle>/",
        resource(get=commitments.commitment, post=commitments.waive_commitment),
        name="commitment",
    ),
    path("notices/", notices.notices, name="notifications"),
    path("notices/read/", notices.read_all, name="notices-read"),
    path("notices/<int:pk>/", notices.open_notice, name="notice"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/plan/", accounts.plan, name="account-plan"),
    path(
        "accounts/<int:pk>/commitments/<slug:clause>/<int:cycle>/",
        resource(get=promises.account_commitment, post=promises.waive_account_commitment),
        name="account-commitment",
    ),
    path("accounts/<int:pk>/milestones/", promises.account_milestone, name="account-milestones"),
    path("accounts/<int:pk>/activation/", promises.account_activation, name="account-activation"),
    path("contacts/<int:pk>/", accounts.contact, name="contact"),
    path("contacts/<int:pk>/reachable/", accounts.reachable, name="contact-reachable"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.agent, name="agent"),
    path(
        "people/<int:pk>/commitments/<slug:clause>/<int:cycle>/",
        resource(get=promises.agent_commitment, post=promises.waive_agent_commitment),
        name="agent-commitment",
    ),
    path("people/<int:pk>/milestones/", promises.agent_milestone, name="agent-milestones"),
    path("mails/", mails.mails, name="mails"),
    path("mails/<int:pk>/", mails.mail, name="mail"),
    path("mails/<int:pk>/raw/", mails.raw, name="mail-raw"),
    path("settings/", resource(get=mine.ask_settings, post=mine.save_settings), name="settings"),
    path("presence/", mine.presence, name="presence"),
    path("keys/", keys.keys, name="keys"),
]

"""The addresses of drafts. A state is an address: POST brings it about, DELETE takes it back."""

from __future__ import annotations

from django.urls import path

from upheld.web.drafts import (
    calendars,
    clauses,
    draft,
    editor,
    figures,
    ladders,
    lists,
    plans,
    publication,
    questions,
    review,
    versions,
)
from upheld.web.methods import resource

app_name = "drafts"
urlpatterns = [
    path("", lists.drafts, name="drafts"),
    path("new/", resource(get=lists.ask_new, post=lists.create), name="new"),
    path("versions/<int:pk>/", versions.version, name="version"),
    path("versions/<int:pk>/acknowledgement/", resource(post=versions.confirm), name="acknowledgement"),
    path("versions/<int:pk>/open-tickets/", resource(get=versions.ask_move, post=versions.move), name="open-tickets"),
    path("<int:pk>/", draft.overview, name="draft"),
    path("<int:pk>/change/", draft.change, name="change"),
    path("<int:pk>/revisions/<int:number>/", draft.revision, name="revision"),
    path("<int:pk>/files/", resource(get=editor.files, post=editor.add), name="files"),
    path(
        "<int:pk>/files/<path:name>/",
        resource(get=editor.file, post=editor.save, delete=editor.remove),
        name="file",
    ),
    path("<int:pk>/merge/", resource(post=editor.settle), name="merge"),
    path("<int:pk>/plans/", resource(get=plans.ask, post=plans.add), name="plans"),
    path("<int:pk>/clauses/<str:name>/", resource(get=clauses.ask, post=clauses.save), name="clause"),
    path("<int:pk>/ladders/<str:name>/", resource(get=ladders.ask, post=ladders.save), name="ladder"),
    path(
        "<int:pk>/ladders/<str:name>/<int:number>/",
        resource(post=ladders.save_rung, delete=ladders.remove),
        name="rung",
    ),
    path("<int:pk>/calendars/<str:name>/", resource(get=calendars.ask, post=calendars.save), name="calendar"),
    path("<int:pk>/figures/<slug:section>/", resource(get=figures.ask, post=figures.save), name="figures"),
    path("<int:pk>/questions/", resource(post=questions.put), name="questions"),
    path("<int:pk>/questions/<int:question_pk>/answer/", resource(post=questions.reply), name="answer"),
    path("<int:pk>/review/", resource(post=review.send, delete=review.give_back), name="review"),
    path("<int:pk>/approval/", resource(post=review.give), name="approval"),
    path("<int:pk>/withdrawal/", resource(post=review.give_up), name="withdrawal"),
    path("<int:pk>/newest/", resource(post=review.take_in), name="newest"),
    path("<int:pk>/publication/", resource(get=publication.ask, post=publication.put_out), name="publication"),
]

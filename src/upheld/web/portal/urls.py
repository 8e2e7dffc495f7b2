"""The portal's addresses, at the root of the site."""

from __future__ import annotations

from django.urls import path

from upheld.web.methods import resource
from upheld.web.portal import asking, home, requests

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("ask/", resource(get=asking.ask, post=asking.send), name="ask"),
    path("requests/", requests.index, name="requests"),
    path("requests/<int:pk>/", requests.page, name="request"),
    path("requests/<int:pk>/sent/", asking.sent, name="sent"),
    path("requests/<int:pk>/replies/", requests.reply, name="reply"),
    path("requests/<int:pk>/closure/", resource(post=requests.close, delete=requests.reopen), name="closure"),
    path(
        "requests/<int:pk>/escalation/",
        resource(get=requests.ask_escalation, post=requests.escalate),
        name="escalation",
    ),
    path("requests/<int:pk>/rating/", resource(get=requests.ask_rating, post=requests.rate), name="rating"),
    path("profile/", resource(get=home.ask_profile, post=home.save_profile), name="profile"),
    path("colours/<slug:version>.css", home.colours, name="colours"),
]

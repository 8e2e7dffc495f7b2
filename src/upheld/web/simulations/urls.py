"""The addresses of simulations. A run is begun by POST and stopped by POST to its `stop/`."""

from __future__ import annotations

from django.urls import path

from upheld.web.methods import resource
from upheld.web.simulations import asking, runs

app_name = "simulations"
urlpatterns = [
    path("", runs.simulations, name="simulations"),
    path("new/", resource(get=asking.ask_history, post=asking.begin_history), name="new"),
    path("new/forecast/", resource(get=asking.ask_forecast, post=asking.begin_forecast), name="new-forecast"),
    path("<int:pk>/", runs.run, name="run"),
    path("<int:pk>/progress/", runs.progress, name="progress"),
    path("<int:pk>/stop/", resource(post=runs.stop), name="stop"),
]

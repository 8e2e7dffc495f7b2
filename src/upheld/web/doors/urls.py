"""Where providers of mail call."""

from __future__ import annotations

from django.urls import path

from upheld.web.doors import hooks

app_name = "doors"
urlpatterns = [
    path("<slug:provider>/inbound/", hooks.inbound, name="inbound"),
    path("<slug:provider>/inbound/mime/", hooks.inbound, name="inbound-mime"),
    path("<slug:provider>/tracking/", hooks.tracking, name="tracking"),
]

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "upheld.events"
    label = "events"

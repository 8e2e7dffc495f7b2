from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "upheld.tickets"
    label = "tickets"

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "upheld.people"
    label = "people"

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "upheld.commitments"
    label = "commitments"

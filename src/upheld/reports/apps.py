from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "upheld.reports"
    label = "reports"

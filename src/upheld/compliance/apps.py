from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "upheld.compliance"
    label = "compliance"

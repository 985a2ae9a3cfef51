from django.apps import AppConfig


class SpecimenConfig(AppConfig):
    name = "tests.core.specimen"
    label = "specimen"

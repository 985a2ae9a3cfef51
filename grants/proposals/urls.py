"""Addresses of applications."""

from django.urls import path

from grants.proposals.views.consent import answer_consent

urlpatterns = [path("consent/<str:token>/", answer_consent, name="answer_consent")]

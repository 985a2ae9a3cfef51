"""Addresses of applications."""

from django.urls import path

from grants.proposals import views

urlpatterns = [path("consent/<str:token>/", views.answer_consent, name="answer_consent")]

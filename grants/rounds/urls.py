"""Addresses of the officers' pages of rounds."""

from django.urls import path

from grants.rounds import views

urlpatterns = [
    path("competitions/", views.competitions, name="competitions"),
    path("competitions/prepare/", views.prepare_competition, name="prepare_competition"),
    path("competitions/<str:public_id>/", views.competition, name="competition"),
    path("competitions/<str:public_id>/terms/", views.competition_terms, name="competition_terms"),
    path("competitions/<str:public_id>/do/<slug:code>/", views.press_competition, name="press_competition"),
]

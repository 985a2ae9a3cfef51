"""Addresses of score sheets."""

from django.urls import path

from evaluations.rubrics import views

urlpatterns = [
    path("rubrics/", views.rubrics, name="rubrics"),
    path("rubrics/<str:public_id>/", views.rubric, name="rubric"),
    path("rubrics/<str:public_id>/<slug:no>/", views.rubric_version, name="rubric_version"),
]

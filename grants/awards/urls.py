"""Addresses of decisions, awards and results."""

from django.urls import path

from grants.awards import views

urlpatterns = [
    path("decisions/", views.decisions, name="decisions"),
    path("decisions/new/", views.new_decision, name="new_decision"),
    path("decisions/<str:public_id>/", views.decision, name="decision"),
    path("decisions/<str:public_id>/amend/", views.amend_decision, name="amend_decision"),
    path("decisions/<str:public_id>/do/<slug:code>/", views.press_decision, name="press_decision"),
    path("awards/", views.awards, name="awards"),
    path("awards/<str:public_id>/", views.award, name="award"),
    path("awards/<str:public_id>/do/<slug:code>/", views.press_award, name="press_award"),
    path("public/results/<str:code>/", views.public_results, name="public_results"),
]

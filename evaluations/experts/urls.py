"""Addresses of the pool and of the draws."""

from django.urls import path

from evaluations.experts import views

urlpatterns = [
    path("experts/", views.experts, name="experts"),
    path("experts/new/", views.new_expert, name="new_expert"),
    path("experts/<str:public_id>/", views.expert, name="expert"),
    path("experts/<str:public_id>/do/<slug:code>/", views.press_expert, name="press_expert"),
    path("draws/", views.draws, name="draws"),
    path("draws/new/", views.new_draw, name="new_draw"),
    path("draws/<str:public_id>/", views.draw, name="draw"),
    path("draws/<str:public_id>/do/<slug:code>/", views.press_draw, name="press_draw"),
]

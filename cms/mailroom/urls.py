"""Addresses of the inbox."""

from django.urls import path

from cms.mailroom import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read", views.inbox_all_read, name="inbox_all_read"),
    path("inbox/<str:public_id>/", views.inbox_message, name="inbox_message"),
    path("inbox/<str:public_id>/read", views.inbox_read, name="inbox_read"),
]

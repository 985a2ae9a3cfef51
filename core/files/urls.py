"""Addresses of files; the id is random and says nothing."""

from django.urls import path

from core.files import views

app_name = "files"
urlpatterns = [
    path("files/<str:public_id>", views.download, name="download"),
    path("open-files/<str:public_id>", views.download_public, name="public"),
]

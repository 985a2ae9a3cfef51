"""The address of the desk."""

from django.urls import path

from cms.desk import views

urlpatterns = [path("desk/", views.desk, name="desk")]

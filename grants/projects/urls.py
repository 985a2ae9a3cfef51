"""Addresses of funded projects."""

from django.urls import path

from grants.projects.views import pages, reports

ONE = "projects/<str:public_id>/"

urlpatterns = [
    path("projects/", pages.projects, name="projects"),
    path(ONE, pages.project, name="project"),
    path(f"{ONE}do/<slug:code>/", pages.press_project, name="press_project"),
    path(f"{ONE}expenses/", pages.expenses, name="expenses"),
    path(f"{ONE}expenses/<str:voucher>/", pages.expense, name="expense"),
    path(f"{ONE}expenses/<str:voucher>/do/<slug:code>/", pages.press_expense, name="press_expense"),
    path(f"{ONE}activities/", pages.activities, name="activities"),
    path(f"{ONE}activities/<str:record>/", pages.activity, name="activity"),
    path(f"{ONE}reports/<slug:stage>/", reports.report, name="report"),
    path(f"{ONE}reports/<slug:stage>/save/", reports.save_report, name="save_report"),
    path(f"{ONE}reports/<slug:stage>/submit/", reports.submit_report, name="submit_report"),
]

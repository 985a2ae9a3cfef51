"""Addresses of audits and of the archive."""

from django.urls import path

from grants.audits.views import archiving, auditing

ONE = "audits/<str:public_id>/"
PAGE = "audits/<str:engagement>/pages/<str:public_id>/"

urlpatterns = [
    path("audits/", auditing.engagements, name="engagements"),
    path("audits/new/", auditing.engage, name="engage"),
    path("audits/pages/", auditing.audit_pages, name="audit_pages"),
    path("audits/findings/", auditing.findings, name="findings"),
    path(ONE, auditing.engagement, name="engagement"),
    path(f"{ONE}do/<slug:code>/", auditing.press_engagement, name="press_engagement"),
    path(PAGE, auditing.audit_page, name="audit_page"),
    path(f"{PAGE}do/<slug:code>/", auditing.press_audit_page, name="press_audit_page"),
    path("archive/", archiving.archive, name="archive"),
    path("archive/<str:public_id>/", archiving.archive_file, name="archive_file"),
    path("archive/<str:public_id>/do/<slug:code>/", archiving.press_archive, name="press_archive"),
]

"""Addresses of applications."""

from django.urls import path

from grants.proposals.views import applying, pages
from grants.proposals.views.consent import answer_consent

urlpatterns = [
    path("apply/<str:round_code>/", applying.apply, name="apply"),
    path("proposals/", pages.proposals, name="proposals"),
    path("proposals/<str:public_id>/", pages.proposal, name="proposal"),
    path("proposals/<str:public_id>/edit/", applying.edit_proposal, name="edit_proposal"),
    path("proposals/<str:public_id>/save/", applying.save_proposal, name="save_proposal"),
    path("proposals/<str:public_id>/receipt/", pages.proposal_receipt, name="proposal_receipt"),
    path("proposals/<str:public_id>/do/<slug:code>/", pages.press_proposal, name="press_proposal"),
    path("consent/<str:token>/", answer_consent, name="answer_consent"),
]

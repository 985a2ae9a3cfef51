"""Addresses of applications."""

from django.urls import path

from grants.proposals.views import applying, batches, consents, laying, pages, screening
from grants.proposals.views.consent import answer_consent

urlpatterns = [
    path("apply/<str:round_code>/", applying.apply, name="apply"),
    path("proposals/", pages.proposals, name="proposals"),
    path("proposals/<str:public_id>/", pages.proposal, name="proposal"),
    path("proposals/<str:public_id>/edit/", applying.edit_proposal, name="edit_proposal"),
    path("proposals/<str:public_id>/save/", applying.save_proposal, name="save_proposal"),
    path("proposals/<str:public_id>/receipt/", pages.proposal_receipt, name="proposal_receipt"),
    path("proposals/<str:public_id>/do/<slug:code>/", pages.press_proposal, name="press_proposal"),
    path("screening/", screening.screening, name="screening"),
    path("screening/batch/", batches.screen_batch, name="screen_batch"),
    path("screening/panel/", laying.lay_before, name="lay_before"),
    path("screening/<str:public_id>/", screening.screen, name="screen"),
    path("screening/<str:public_id>/do/<slug:code>/", screening.press_screen, name="press_screen"),
    path("screening/<str:public_id>/prior/", screening.record_prior, name="record_prior"),
    path("screening/<str:public_id>/prior/<str:record_id>/", screening.update_prior, name="update_prior"),
    path("consents/", consents.consents, name="consents"),
    path("consents/<str:public_id>/", consents.consent, name="consent"),
    path("consents/<str:public_id>/do/<slug:code>/", consents.press_consent, name="press_consent"),
    path("consent/<str:token>/", answer_consent, name="answer_consent"),
]

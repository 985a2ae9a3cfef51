"""Addresses of money."""

from django.urls import path

from grants.payments.views import batches, ledger, recoveries, tranches

urlpatterns = [
    path("tranches/", tranches.tranches, name="tranches"),
    path("tranches/<str:public_id>/", tranches.tranche, name="tranche"),
    path("tranches/<str:public_id>/do/<slug:code>/", tranches.press_tranche, name="press_tranche"),
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", batches.new_batch, name="new_batch"),
    path("batches/<str:public_id>/", batches.batch, name="batch"),
    path("batches/<str:public_id>/list.xlsx", batches.batch_list_file, name="batch_list_file"),
    path("batches/<str:public_id>/results.xlsx", batches.batch_results_form, name="batch_results_form"),
    path("batches/<str:public_id>/do/<slug:code>/", batches.press_batch, name="press_batch"),
    path("recoveries/", recoveries.recoveries, name="recoveries"),
    path("recoveries/<str:public_id>/", recoveries.recovery, name="recovery"),
    path("recoveries/<str:public_id>/do/<slug:code>/", recoveries.press_recovery, name="press_recovery"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/postings/", ledger.postings, name="postings"),
]

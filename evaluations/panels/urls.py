"""Addresses of panels, score sheets and dossiers."""

from django.urls import path

from evaluations.panels.views import panels, sheets

ONE, SHEET = "panels/<str:public_id>/", "sheets/<str:public_id>/"

urlpatterns = [
    path("panels/", panels.panels, name="panels"),
    path("panels/new/", panels.new_panel, name="new_panel"),
    path(ONE, panels.panel, name="panel"),
    path(f"{ONE}do/<slug:code>/", panels.press_panel, name="press_panel"),
    path(f"{ONE}results/", panels.panel_results, name="panel_results"),
    path(f"{ONE}statistics/", panels.panel_statistics, name="panel_statistics"),
    path("sheets/", sheets.sheets, name="sheets"),
    path(SHEET, sheets.sheet, name="sheet"),
    path(f"{SHEET}save/", sheets.save_sheet, name="save_sheet"),
    path(f"{SHEET}do/<slug:code>/", sheets.press_sheet, name="press_sheet"),
    path("dossiers/<str:public_id>/", sheets.dossier, name="dossier"),
]

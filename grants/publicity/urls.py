"""Addresses of notices and objections."""

from django.urls import path

from grants.publicity.views import desk, public

urlpatterns = [
    path("notices/", desk.notices, name="notices"),
    path("notices/<str:public_id>/", desk.notice, name="notice"),
    path("notices/<str:public_id>/do/<slug:code>/", desk.press_notice, name="press_notice"),
    path("notices/<str:public_id>/items/<str:item_id>/", desk.edit_notice_item, name="edit_notice_item"),
    path("objections/", desk.objections, name="objections"),
    path("objections/<str:public_id>/", desk.objection, name="objection"),
    path("objections/<str:public_id>/do/<slug:code>/", desk.press_objection, name="press_objection"),
    path("public/notices/", public.notices, name="public_notices"),
    path("public/notices/<str:public_id>/", public.notice, name="public_notice"),
    path("public/notices/<str:public_id>/objections/", public.object_to_notice, name="object_to_notice"),
    path("public/objections/", public.find_objection, name="find_objection"),
    path("public/objections/<str:token>/", public.objection_receipt, name="objection_receipt"),
]

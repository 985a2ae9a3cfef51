"""Persons, bodies and roles as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

PERSON_VERBS = {
    "create": _("登记人员"),
    "open_account": _("开通账号"),
    "edit_contact": _("修改联系方式"),
    "disable_account": _("停用账号"),
    "enable_account": _("恢复账号"),
    "sign_out_everywhere": _("退出所有设备"),
    "change_password": _("修改密码"),
    "enrol_second_factor": _("设置第二验证"),
}
ROLE_VERBS = {"create": _("申请岗位"), "install": _("设立岗位"), "hand_over": _("移交岗位")}
INVITATION_VERBS = {"ask": _("申请邀请"), "invite": _("发出邀请")}
LENT_VERBS = {"create": _("授权代理"), "shorten": _("缩短授权")}


class PeopleConfig(AppConfig):
    name = "orgs.people"
    label = "people"
    verbose_name = _("人员与单位")

    def ready(self) -> None:
        """Connect the receivers that mark a session; name people in timelines; offer the lists."""
        from core.policy import ADMINISTRATORS, Role
        from core.ui.places import Place, register_place
        from core.ui.speech import say_verbs
        from core.ui.timeline import name_actors_with
        from orgs.people import middleware  # noqa: F401
        from orgs.people.selectors import names_of

        name_actors_with(names_of)
        heads = (Role.SECTION_CHIEF, Role.LEADER)
        admins = tuple(sorted(ADMINISTRATORS))
        register_place(
            Place("people", _("账号"), "people.view_account", order=85),
            Place("roles", _("岗位审批"), "people.list_roles", order=86, roles=(*admins, *heads)),
            Place("invitations", _("邀请"), "people.list_invitations", order=86),
            Place("bodies", _("机构"), "people.list_bodies", order=87, roles=(*admins, *heads, Role.CLERK)),
            Place("handovers", _("交接"), "people.list_handovers", order=88),
        )
        say_verbs("people.person", PERSON_VERBS)
        say_verbs("people.membership", ROLE_VERBS)
        say_verbs("people.invitation", INVITATION_VERBS)
        say_verbs("people.delegation", LENT_VERBS)
        say_verbs("people.handover", {"create": _("申请交接")})
        say_verbs("people.interest", {"create": _("申报利害关系"), "end": _("结束利害关系")})

"""Who hears: every audience of the catalogue, asked of the people of the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from cms.mailroom.rules import Addressee, Audience
from cms.mailroom.selectors import addressees, holders
from core.policy import APPLICANT_ROLES, Role
from core.words import N_
from grants.audits.models import Engagement
from grants.projects.models import Project
from grants.proposals.models import PlaceConsent, Proposal
from grants.publicity.models import Notice, Objection
from orgs.people.models import Delegation, Invitation, Membership

STAFF_OF_NOTICES = (Role.CLERK, Role.SECTION_CHIEF, Role.OPERATOR, Role.SUPERVISOR)


def _applicants(proposal: Proposal, on: date) -> Iterable[Addressee]:
    return holders(*APPLICANT_ROLES, on=on, bodies=[proposal.applicant_id, proposal.host_id])


def _grantees(project: Project, on: date) -> Iterable[Addressee]:
    return holders(*APPLICANT_ROLES, on=on, bodies=[project.applicant_id, project.payee_id])


def _grantees_of_part(part: Any, on: date) -> Iterable[Addressee]:
    return _grantees(part.project, on)


def _paymasters(order: Any, on: date) -> Iterable[Addressee]:
    return holders(Role.FINANCE_CLERK, on=on)


def _auditors(engagement: Engagement, on: date) -> Iterable[Addressee]:
    return holders(Role.AUDITOR, on=on, bodies=[engagement.firm_id])


def _applicants_of_consent(consent: PlaceConsent, on: date) -> Iterable[Addressee]:
    return _applicants(consent.proposal, on)


def _community(consent: PlaceConsent, on: date) -> Iterable[Addressee]:
    return holders(Role.COMMUNITY_WORKER, on=on, area=consent.community.code)


def _street(consent: PlaceConsent, on: date) -> Iterable[Addressee]:
    return holders(Role.STREET_OFFICER, on=on, area=consent.community.code)


def _staff_of_notice(notice: Notice, on: date) -> Iterable[Addressee]:
    return holders(*STAFF_OF_NOTICES, on=on, round_code=notice.round.code)


def _watchers(objection: Objection, on: date) -> Iterable[Addressee]:
    return holders(Role.SECTION_CHIEF, Role.SUPERVISOR, on=on)


def _invited(invitation: Invitation, on: date) -> Iterable[Addressee]:
    return [Addressee(None, invitation.name, invitation.email)] if invitation.email else []


def _member(membership: Membership, on: date) -> Iterable[Addressee]:
    return addressees([membership.user_id])


def _stand_in(delegation: Delegation, on: date) -> Iterable[Addressee]:
    return addressees([delegation.delegate_id])


APPLICANTS = Audience(N_("申报单位（及代管单位）的申报人员"), _applicants)
APPLICANTS_OF_CONSENT = Audience(N_("申报单位（及代管单位）的申报人员"), _applicants_of_consent)
GRANTEES = Audience(N_("项目单位（及收款单位）的申报人员"), _grantees)
GRANTEES_OF_PART = Audience(N_("项目单位（及收款单位）的申报人员"), _grantees_of_part)
PAYMASTERS = Audience(N_("财务制单"), _paymasters)
AUDITORS = Audience(N_("受委托的审计人员"), _auditors)
COMMUNITY = Audience(N_("落地社区的社区工作者"), _community)
STREET = Audience(N_("落地社区所在街道的经办"), _street)
STAFF_OF_NOTICE = Audience(N_("经办、科长、承办方、纪检监督"), _staff_of_notice)
WATCHERS = Audience(N_("主管单位科长、纪检监督"), _watchers)
INVITED = Audience(N_("被邀请人（只发邮件）"), _invited)
MEMBER = Audience(N_("担任岗位的本人"), _member)
STAND_IN = Audience(N_("代理人"), _stand_in)

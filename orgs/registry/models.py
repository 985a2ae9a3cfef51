"""Register entries and their papers: inspections, grades, credit listings, bank accounts, changes."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Stateful, state_check
from core.masking import mask_bank
from core.secrets import INTERNAL, EncryptedTextField
from orgs.areas.models import Community
from orgs.people.models import Body, Person, User
from orgs.registry.lifecycle import A, AccountLifecycle, G, GroupLifecycle, OrganisationLifecycle, S


class OrgType(models.TextChoices):
    """Kinds of register entry, each with its own prefix of the credit code."""

    ASSOCIATION = "association", _("社会团体")
    SERVICE_INSTITUTION = "service_institution", _("社会服务机构（民办非企业单位）")
    FOUNDATION = "foundation", _("基金会")
    RESIDENTS_COMMITTEE = "residents_committee", _("居民委员会")


ENTRY_TONES = {
    S.PREPARING: "info",
    S.ACTIVE: "ok",
    S.DEREGISTERED: "bad",
    S.ANNULLED: "bad",
    S.REVOKED: "bad",
}


class SocialOrganisation(OrganisationLifecycle):
    """A registered organisation; the name is that of its body. ``state`` is its status in the register."""

    body = models.OneToOneField(Body, models.PROTECT, related_name="organisation", verbose_name=_("单位"))
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)
    code_overridden = models.BooleanField(_("校验位不符，经人工确认"), default=False)
    org_type = models.CharField(_("组织类型"), max_length=30, choices=OrgType.choices)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    registered_in = models.CharField(_("登记管理机关区划"), max_length=6)
    legal_representative = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="represents", verbose_name=_("法定代表人")
    )
    supervising_unit = models.CharField(_("业务主管单位"), max_length=120, blank=True)
    registered_capital_fen = models.BigIntegerField(_("注册资金（分）"), default=0)
    domicile = models.CharField(_("住所"), max_length=200, blank=True)
    business_scope = models.TextField(_("业务范围"), blank=True)
    certificate_valid_to = models.DateField(_("证书有效期至"), null=True, blank=True)
    has_party_organisation = models.BooleanField(_("已建立党组织"), default=False)
    incubated_from = models.DateField(_("入驻孵化日期"), null=True, blank=True)
    incubated_to = models.DateField(_("出壳日期"), null=True, blank=True)
    charity_since = models.DateField(_("慈善组织认定日期"), null=True, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = EncryptedTextField(_("联系电话"), klass=INTERNAL, blank=True)
    website = models.URLField(_("网站"), blank=True)
    staff_count = models.PositiveIntegerField(_("专职人数"), default=0)
    social_worker_count = models.PositiveIntegerField(_("持证社工人数"), default=0)
    volunteer_count = models.PositiveIntegerField(_("志愿者人数"), default=0)
    tags = models.JSONField(_("服务领域"), default=list, blank=True)
    checked_on = models.DateField(_("最近核对日期"), null=True, blank=True)

    STAGES = (S.PREPARING, S.ACTIVE, S.DEREGISTERED)
    STATE_TONES = ENTRY_TONES

    class Meta:
        verbose_name = _("社会组织")
        verbose_name_plural = _("社会组织")
        constraints = [
            state_check(S, name="organisation_state_is_known"),
            models.CheckConstraint(
                condition=Q(org_type__in=OrgType.values), name="organisation_type_is_known"
            ),
            models.CheckConstraint(
                condition=Q(registered_capital_fen__gte=0), name="registered_capital_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.body.name

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("organisation", args=[self.public_id])

    @property
    def status(self) -> str:
        """Return the state under the name the register uses for it."""
        return str(self.state)

    def is_incubated_on(self, on: date) -> bool:
        """Tell whether the organisation is a resident of an incubator on a day."""
        begun = self.incubated_from is not None and self.incubated_from <= on
        return begun and (self.incubated_to is None or on <= self.incubated_to)

    def parties(self) -> set[int]:
        """Return the bodies whose interest matters."""
        return {self.body_id}


class CommunityGroup(GroupLifecycle):
    """A recorded community group (备案) without legal personality: its host signs and receives the money."""

    body = models.OneToOneField(Body, models.PROTECT, related_name="group", verbose_name=_("单位"))
    filing_no = models.CharField(_("备案编号"), max_length=40, unique=True)
    host = models.ForeignKey(Body, models.PROTECT, related_name="hosted_groups", verbose_name=_("代管单位"))
    community = models.ForeignKey(Community, models.PROTECT, related_name="groups", verbose_name=_("社区"))
    leader = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("负责人")
    )
    category = models.CharField(_("类别"), max_length=40, blank=True)
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)
    member_count = models.PositiveIntegerField(_("成员人数"), default=0)

    STATE_TONES = {G.ACTIVE: "ok", G.DISSOLVED: "bad"}

    class Meta:
        verbose_name = _("社区社会组织（备案）")
        verbose_name_plural = _("社区社会组织（备案）")
        constraints = [
            state_check(G, name="group_state_is_known"),
            models.CheckConstraint(condition=~Q(host=F("body")), name="group_does_not_host_itself"),
        ]

    def __str__(self) -> str:
        return self.body.name

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("group", args=[self.public_id])

    def parties(self) -> set[int]:
        """Return the bodies whose interest matters: the group and its host."""
        return {self.body_id, self.host_id}


class InspectionResult(models.TextChoices):
    """Results of an annual inspection."""

    PASSED = "passed", _("合格")
    BASICALLY_PASSED = "basically_passed", _("基本合格")
    FAILED = "failed", _("不合格")
    NOT_TAKEN = "not_taken", _("未参检")


class Inspection(Stateful):
    """The annual inspection (or annual report) of a year."""

    organisation = models.ForeignKey(
        SocialOrganisation, models.PROTECT, related_name="inspections", verbose_name=_("社会组织")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    result = models.CharField(_("结论"), max_length=20, choices=InspectionResult.choices)
    concluded_on = models.DateField(_("结论日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("年检")
        verbose_name_plural = _("年检")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="one_inspection_a_year"),
            models.CheckConstraint(
                condition=Q(result__in=InspectionResult.values), name="inspection_result_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year} {self.get_result_display()}"

    def parties(self) -> set[int]:
        """Return the bodies whose interest matters."""
        return {self.organisation.body_id}


class AssessmentGrade(Stateful):
    """An assessment grade (1A to 5A) with explicit first and last day."""

    GRADES = [(f"{n}A", f"{n}A") for n in range(5, 0, -1)]

    organisation = models.ForeignKey(
        SocialOrganisation, models.PROTECT, related_name="grades", verbose_name=_("社会组织")
    )
    grade = models.CharField(_("等级"), max_length=2, choices=GRADES)
    announced_on = models.DateField(_("公告日期"))
    valid_from = models.DateField(_("有效期自"))
    valid_to = models.DateField(_("有效期至"))

    class Meta:
        verbose_name = _("评估等级")
        verbose_name_plural = _("评估等级")
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__in=["1A", "2A", "3A", "4A", "5A"]), name="grade_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="grade_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.valid_from}—{self.valid_to}"

    def parties(self) -> set[int]:
        """Return the bodies whose interest matters."""
        return {self.organisation.body_id}


class CreditList(models.TextChoices):
    """The two credit lists of social organisations."""

    ABNORMAL = "abnormal", _("活动异常名录")
    SERIOUS = "serious", _("严重违法失信名单")


class CreditListing(Stateful):
    """A period on a credit list; ``to_date`` is the last day, empty while it lasts."""

    organisation = models.ForeignKey(
        SocialOrganisation, models.PROTECT, related_name="listings", verbose_name=_("社会组织")
    )
    kind = models.CharField(_("名单"), max_length=20, choices=CreditList.choices)
    why = models.CharField(_("列入事由"), max_length=200)
    document = models.CharField(_("文号"), max_length=120, blank=True)
    from_date = models.DateField(_("列入日期"))
    to_date = models.DateField(_("移出日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("信用名单记录")
        verbose_name_plural = _("信用名单记录")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CreditList.values), name="credit_list_is_known"),
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gte=F("from_date")),
                name="listing_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=Q(to_date__isnull=True),
                name="organisation_is_on_a_list_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.from_date}"

    def parties(self) -> set[int]:
        """Return the bodies whose interest matters."""
        return {self.organisation.body_id}


class BankAccount(AccountLifecycle):
    """Where a body receives money; the number lies encrypted and belongs to one body at a time."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="accounts", verbose_name=_("单位"))
    holder_name = models.CharField(_("户名"), max_length=120)
    bank = models.CharField(_("开户银行"), max_length=120)
    number = EncryptedTextField(_("账号"))
    number_index = models.CharField(_("账号索引"), max_length=64, editable=False)
    added_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("填报人"), editable=False
    )
    verified_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核验人"),
        editable=False,
    )
    verified_at = models.DateTimeField(_("核验时间"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("银行账户")
        verbose_name_plural = _("银行账户")
        constraints = [
            state_check(A, name="account_state_is_known"),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True)
                | Q(added_by__isnull=True)
                | ~Q(verified_by=F("added_by")),
                name="account_is_verified_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=A.VERIFIED)
                | (Q(verified_by__isnull=False) & Q(verified_at__isnull=False)),
                name="verified_account_names_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["number_index"],
                condition=Q(state__in=[A.ADDED, A.VERIFIED]),
                name="account_number_belongs_to_one_body",
            ),
            models.UniqueConstraint(
                fields=["body"], condition=Q(state=A.VERIFIED), name="body_has_one_verified_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.masked_number}"

    def get_absolute_url(self) -> str:
        """Return the address of the page."""
        return reverse("bank_account", args=[self.public_id])

    @property
    def masked_number(self) -> str:
        """Return the number as lists show it."""
        return mask_bank(self.number)

    def parties(self) -> set[int]:
        """Return the bodies whose interest matters."""
        return {self.body_id}


class ChangeKind(models.TextChoices):
    """Registered facts whose history is kept."""

    NAME = "name", _("名称")
    LEGAL_REPRESENTATIVE = "legal_representative", _("法定代表人")
    HOST = "host", _("代管单位")
    DOMICILE = "domicile", _("住所")


class Change(models.Model):
    """One change of a registered fact; people are named by id. Append-only."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="changes", verbose_name=_("单位"))
    kind = models.CharField(_("事项"), max_length=30, choices=ChangeKind.choices)
    before = models.CharField(_("变更前"), max_length=200, blank=True)
    after = models.CharField(_("变更后"), max_length=200)
    effective_on = models.DateField(_("生效日期"))
    document = models.CharField(_("文号"), max_length=120, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("变更记录")
        verbose_name_plural = _("变更记录")
        ordering = ["effective_on", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_on}"

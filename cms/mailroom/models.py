"""The inbox: what the house told somebody, and whether it was read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.lifecycle import random_public_id
from orgs.people.models import User


class InboxMessage(models.Model):
    """One message to one person about one thing, made from one fact; made once however often it is heard."""

    public_id = models.CharField(_("公开编号"), max_length=24, unique=True, default=random_public_id)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="inbox", verbose_name=_("收件人"))
    outbox_id = models.BigIntegerField(_("发件编号"))
    letter = models.CharField(_("信件"), max_length=60)
    about = models.CharField(_("事项"), max_length=80, blank=True)
    subject = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("内容"))
    link = models.CharField(_("链接"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True)

    class Meta:
        verbose_name = _("站内消息")
        verbose_name_plural = _("站内消息")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="inbox_of_a_person"),
            models.Index(fields=["recipient"], name="unread_of_a_person", condition=Q(read_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["outbox_id", "letter", "about", "recipient"], name="fact_is_told_once_to_each_person"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

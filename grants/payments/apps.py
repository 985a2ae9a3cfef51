"""Money."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Money."""

    name = "grants.payments"
    label = "payments"
    verbose_name = _("资金拨付")

    def ready(self) -> None:
        """Freeze the ledger, what came back, and the payee of every order."""
        from core.audit.triggers import append_only
        from core.files.purposes import Purpose, register_purpose
        from core.ui.places import Place, register_place
        from grants.payments.models import Account, FrozenPayee, JournalEntry, Posting, Refund

        for model in (Account, JournalEntry, Posting, Refund):
            append_only(model)
        append_only(FrozenPayee, except_for=("account",))
        register_purpose(Purpose("payments.bank_file", "payments.bank_file", ("xlsx",), klass="sensitive"))
        register_place(
            Place("tranches", _("拨款"), "payments.list", order=60),
            Place("batches", _("付款批次"), "payments.list_batches", order=62),
            Place("recoveries", _("追回"), "payments.list", order=64),
            Place("ledger", _("台账"), "payments.view_ledger", order=66),
        )

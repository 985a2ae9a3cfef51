"""Money."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Money."""

    name = "grants.payments"
    label = "payments"
    verbose_name = "资金拨付"

    def ready(self) -> None:
        """Freeze the ledger, what came back, and the payee of every order."""
        from core.audit.triggers import append_only
        from core.files.purposes import Purpose, register_purpose
        from grants.payments.models import Account, FrozenPayee, JournalEntry, Posting, Refund

        for model in (Account, JournalEntry, Posting, Refund):
            append_only(model)
        append_only(FrozenPayee, except_for=("account",))
        register_purpose(Purpose("payments.bank_file", "payments.bank_file", ("xlsx",), klass="sensitive"))

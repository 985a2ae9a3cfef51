"""Ledger, plans and instalments, orders in batches, recoveries."""

from grants.payments.models.ledger import Account, AccountKind, EntryKind, JournalEntry, Posting
from grants.payments.models.orders import Channel, FrozenPayee, OrderBatch, PaymentOrder
from grants.payments.models.plans import HeldBecause, Invoice, PaperKind, PaymentPlan, Tranche
from grants.payments.models.recoveries import Recovery, RecoveryCause, Refund

__all__ = [
    "Account",
    "AccountKind",
    "Channel",
    "EntryKind",
    "FrozenPayee",
    "HeldBecause",
    "Invoice",
    "JournalEntry",
    "OrderBatch",
    "PaperKind",
    "PaymentOrder",
    "PaymentPlan",
    "Posting",
    "Recovery",
    "RecoveryCause",
    "Refund",
    "Tranche",
]

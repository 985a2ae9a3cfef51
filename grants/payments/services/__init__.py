"""One function per button about money, by who presses it."""

from grants.payments.services.batches import (
    approve_batch,
    execute_batch,
    import_results,
    make_batch,
    void_batch,
    void_order,
)
from grants.payments.services.planning import (
    allocate_round,
    cancel_tranche,
    close_if_square,
    file_invoice,
    hold_tranche,
    meet_condition,
    open_plan,
    release_tranche,
)
from grants.payments.services.recovering import (
    demand_recovery,
    record_refund,
    refer_recovery,
    remind_recovery,
    stop_payments,
    withdraw_recovery,
)

__all__ = [
    "allocate_round",
    "approve_batch",
    "cancel_tranche",
    "close_if_square",
    "demand_recovery",
    "execute_batch",
    "file_invoice",
    "hold_tranche",
    "import_results",
    "make_batch",
    "meet_condition",
    "open_plan",
    "record_refund",
    "refer_recovery",
    "release_tranche",
    "remind_recovery",
    "stop_payments",
    "void_batch",
    "void_order",
    "withdraw_recovery",
]

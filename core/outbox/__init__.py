"""Delivery after the commit: ``deliver`` is imported lazily by rooms from ``core.outbox.queue``."""

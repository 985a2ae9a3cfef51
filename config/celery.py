"""The Celery application. A message is only a doorbell: work lives in outbox and job rows.

The schedule is static and kept in Celery's own file in var/, so that no beat table and no result
table exists (docs/adr/0003).
"""

import os
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("gongyitong")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["config"], related_name="broker")

app.conf.beat_schedule = {
    "sweep the outbox": {"task": "core.outbox.sweep", "schedule": timedelta(seconds=30)},
    "sweep the jobs": {"task": "core.jobs.sweep", "schedule": timedelta(seconds=30)},
    "sweep files nobody refers to": {"task": "core.files.sweep", "schedule": crontab(hour=3, minute=30)},
    "let the editors follow their roles": {
        "task": "cms.pages.sync_editors",
        "schedule": crontab(hour=0, minute=5),
    },
    "remind of reports": {"task": "cms.mailroom.remind", "schedule": crontab(hour=8, minute=0)},
    "end notices that are over": {"task": "grants.publicity.end_due", "schedule": crontab(minute=5)},
    "tidy the broker": {"task": "config.broker.tidy", "schedule": crontab(minute=20)},
    "write the daily anchor": {"task": "core.audit.anchor", "schedule": crontab(hour=0, minute=10)},
}


@worker_init.connect
def refuse_demo_in_production(**kwargs: object) -> None:
    """The worker obeys the same refusal as the web. Celery swallows any Exception here, SystemExit not."""
    from django.core.exceptions import ImproperlyConfigured

    from config.checks import refuse_demo

    try:
        refuse_demo()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error

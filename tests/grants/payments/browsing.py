"""A browser at an hour for the pages of money, and what its tests read and write with it."""

import re

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.sheets import Sheet, write_xlsx
from grants.payments.lifecycle import O
from grants.payments.models import OrderBatch, Recovery, Tranche
from grants.payments.services.bank import RESULT_COLUMNS
from orgs.people.models import User
from tests.grants.funding import SIGNED, at
from tests.orgs.builders import signed_in

LATER = at("2026-07-20")


class Desk:
    """A browser in which somebody is signed in at an hour."""

    def __init__(self, who, hour=SIGNED):
        self.hour, self.client = hour, Client()
        signed_in(self.client, User.objects.get(pk=who.user_id))

    def get(self, address, **data):
        with time_machine.travel(self.hour, tick=False):
            return self.client.get(address, data)

    def read(self, address, **data):
        answer = self.get(address, **data)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.content.decode()

    def queries(self, address):
        with CaptureQueriesContext(connection) as found:
            self.read(address)
        return len(found)

    def press(self, obj, code, **data):
        """Press a button with the key and version its page shows."""
        page = self.read(obj.get_absolute_url())
        kind = {Tranche: "tranche", OrderBatch: "batch", Recovery: "recovery"}[type(obj)]
        address = reverse(f"press_{kind}", args=[obj.public_id, code])
        form = page.split(f'action="{address}"', 1)
        assert len(form) == 2, f"{code} is not offered"
        hidden = dict(re.findall(r'name="(key|version)" value="([^"]+)"', form[1].split("</form>")[0]))
        return self.post(address, **hidden, **data)

    def post(self, address, **data):
        with time_machine.travel(self.hour, tick=False):
            return self.client.post(address, data)


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


def done(answer):
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer["Location"]


def results(batch, **changes):
    rows = [
        {"number": one.number, "paid": "成功", "reference": f"R{one.number}", "on": SIGNED.date()} | changes
        for one in batch.orders.exclude(state=O.VOID)
    ]
    return SimpleUploadedFile("回单.xlsx", write_xlsx([Sheet("回单", RESULT_COLUMNS, rows)]))

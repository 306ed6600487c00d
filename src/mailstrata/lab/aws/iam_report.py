"""IAM's credential report: all users with the age and last use of their keys, as CSV.

    report = CredentialReport(clock)
    report.generate(call)                    # {"State": "STARTED"}, and "COMPLETE" from then on
    report.get(call)["Content"]              # base64 of user,arn,user_creation_time,…

A report is kept for four hours, as IAM does: what changes meanwhile is not in it (IAM user guide, "Credential reports").
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta

from mailstrata.lab.aws.iam_call import IamCall
from mailstrata.lab.aws.iam_entities import AccessKey, User
from mailstrata.lab.aws.query_xml import Result
from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.clock import LabClock

KEPT = timedelta(hours=4)
_KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in _KEY_COLUMNS),
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)
_NO_PASSWORD = ("false", "N/A", "N/A", "N/A", "false")
_NO_CERTIFICATES = ("false", "N/A", "false", "N/A")


class CredentialReport:
    """The account's last report, if there is one."""

    def __init__(self, clock: LabClock) -> None:
        self._clock = clock
        self._made: tuple[datetime, str] | None = None

    def generate(self, call: IamCall) -> Result:
        """Make a report unless one is there that is younger than four hours."""
        now = self._clock.now()
        if self._made and now - self._made[0] < KEPT:
            return {"State": "COMPLETE"}
        self._made = (now, _written(call, now))
        return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}

    def get(self, call: IamCall) -> Result:
        """Return the report; raises ``AwsError`` (``ReportNotPresent``, ``ReportExpired``)."""
        if self._made is None:
            raise AwsError("ReportNotPresent", "No report has been generated", status=410)
        made, text = self._made
        if self._clock.now() - made >= KEPT:
            raise AwsError("ReportExpired", "The report has expired", status=410)
        content = base64.b64encode(text.encode()).decode()
        return {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": made}


def _written(call: IamCall, now: datetime) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    root = ("<root_account>", f"arn:aws:iam::{call.iam.account}:root", _time(now))
    writer.writerow((*root, "not_supported", "no_information", *_NO_PASSWORD[2:], *_row_end(())))
    for _, user in sorted(call.iam.users.items()):
        writer.writerow((*_row_start(user), *_row_end(call.iam.keys_of(user.name))))
    return out.getvalue().removesuffix("\n")


def _row_start(user: User) -> tuple[str, ...]:
    return (user.name, user.arn, _time(user.created), *_NO_PASSWORD)


def _row_end(keys: tuple[AccessKey, ...]) -> Iterator[str]:
    for number in (0, 1):
        yield from _key(keys[number] if number < len(keys) else None)
    yield from _NO_CERTIFICATES


def _key(key: AccessKey | None) -> tuple[str, ...]:
    if key is None:
        return ("false", "N/A", "N/A", "N/A", "N/A")
    active = "true" if key.status == "Active" else "false"
    used = _time(key.last_used) if key.last_used else "N/A"
    return (active, _time(key.created), used, key.last_region or "N/A", key.last_service or "N/A")


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")

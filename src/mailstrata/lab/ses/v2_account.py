"""sesv2: the account's own settings, and what its mail is measured by.

``GetAccount`` tells quota, sandbox, pause and suppression at once; ``BatchGetMetricData`` counts events by day.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.checking import quota_of

_METRICS = {
    "SEND": ("Send",),
    "COMPLAINT": ("Complaint",),
    "PERMANENT_BOUNCE": ("Bounce", "Permanent"),
    "TRANSIENT_BOUNCE": ("Bounce", "Transient"),
    "DELIVERY": ("Delivery",),
}


async def get_account(call: Call) -> Answer:
    """``GetAccount``."""
    region, (daily, rate) = call.region, quota_of(call.region)
    answer: Answer = {
        "DedicatedIpAutoWarmupEnabled": region.warm_up,
        "EnforcementStatus": region.enforcement,
        "ProductionAccessEnabled": region.production_access,
        "SendingEnabled": region.sending_enabled and region.enforcement != "SHUTDOWN",
        "SendQuota": {
            "Max24HourSend": daily,
            "MaxSendRate": rate,
            "SentLast24Hours": region.tally.since(call.now - timedelta(hours=24)),
        },
        "SuppressionAttributes": {"SuppressedReasons": list(region.suppressed_reasons)},
        "VdmAttributes": region.vdm or {"VdmEnabled": "DISABLED"},
    }
    return answer | ({"Details": region.details} if region.details else {})


async def put_details(call: Call) -> Answer:
    """``PutAccountDetails``: the request for production; the lab's support desk leaves it pending."""
    review = {
        "Status": "GRANTED" if call.region.production_access else "PENDING",
        "CaseId": call.around.ids.hex(length=12),
    }
    call.region.details = {
        name: value for name, value in call.arguments.items() if name != "ProductionAccessEnabled"
    } | {"ReviewDetails": review}
    return {}


async def put_sending(call: Call) -> Answer:
    """``PutAccountSendingAttributes``."""
    call.region.sending_enabled = bool(call.get("SendingEnabled", False))
    return {}


async def put_suppression(call: Call) -> Answer:
    """``PutAccountSuppressionAttributes``: no reasons means that nothing is suppressed any more."""
    call.region.suppressed_reasons = tuple(call.get("SuppressedReasons", ()))
    return {}


async def put_vdm(call: Call) -> Answer:
    """``PutAccountVdmAttributes``."""
    call.region.vdm = dict(call["VdmAttributes"])
    return {}


async def put_warm_up(call: Call) -> Answer:
    """``PutAccountDedicatedIpWarmupAttributes``."""
    call.region.warm_up = bool(call.get("AutoWarmupEnabled", False))
    return {}


async def batch_get_metric_data(call: Call) -> Answer:
    """``BatchGetMetricData``: events a day; needs VDM."""
    if not call.region.vdm_enabled:
        raise AwsError("BadRequestException", "Virtual Deliverability Manager is not enabled for this account.")
    results: list[Answer] = []
    errors: list[Answer] = []
    for query in call["Queries"]:
        if query["Metric"] in _METRICS:
            results.append({"Id": query["Id"], **_series(call, query)})
        else:
            text = f"The lab does not emulate the metric {query['Metric']}."
            errors.append({"Id": query["Id"], "Code": "INTERNAL_FAILURE", "Message": text})
    return {"Results": results, "Errors": errors}


async def list_recommendations(_call: Call) -> Answer:
    """``ListRecommendations``: the lab's advisor has none."""
    return {"Recommendations": []}


async def list_reputation_entities(_call: Call) -> Answer:
    """``ListReputationEntities``: none."""
    return {"ReputationEntities": []}


async def list_tenants(_call: Call) -> Answer:
    """``ListTenants``: none, the lab has no tenants."""
    return {"Tenants": []}


def _series(call: Call, query: dict[str, Any]) -> Answer:
    kind, *bounce = _METRICS[query["Metric"]]
    days: Counter[datetime] = Counter()
    for event in call.region.events:
        wanted = event.kind == kind and (not bounce or event.body["bounceType"] == bounce[0])
        if wanted and query["StartDate"] <= event.at <= query["EndDate"]:
            days[event.at.replace(hour=0, minute=0, second=0, microsecond=0)] += 1
    ordered = sorted(days)
    return {"Timestamps": ordered, "Values": [days[day] for day in ordered]}


OPERATIONS: dict[str, Handler] = {
    "BatchGetMetricData": batch_get_metric_data,
    "GetAccount": get_account,
    "ListRecommendations": list_recommendations,
    "ListReputationEntities": list_reputation_entities,
    "ListTenants": list_tenants,
    "PutAccountDedicatedIpWarmupAttributes": put_warm_up,
    "PutAccountDetails": put_details,
    "PutAccountSendingAttributes": put_sending,
    "PutAccountSuppressionAttributes": put_suppression,
    "PutAccountVdmAttributes": put_vdm,
}

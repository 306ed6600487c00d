"""sesv2: the account's suppression list, one address at a time or many by an import job."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.state import Suppressed
from mailstrata.lab.ses.suppression import entry_of, listed, page, put, remove

_MOST = 100_000
"""Rows that one import job reads (AWS: 100,000 addresses a call)."""


async def put_one(call: Call) -> Answer:
    """``PutSuppressedDestination``: not in the sandbox (facts.md B1)."""
    if not call.region.production_access:
        raise AwsError(
            "BadRequestException", "Your account is in the sandbox: suppression list management is not available."
        )
    put(call.region, Suppressed(address=call["EmailAddress"], reason=call["Reason"], at=call.now))
    return {}


async def get_one(call: Call) -> Answer:
    """``GetSuppressedDestination``."""
    entry = entry_of(call.region, call["EmailAddress"])
    answer: Answer = _summary(entry)
    if entry.message_id:
        answer["Attributes"] = {"MessageId": entry.message_id, "FeedbackId": entry.feedback_id}
    return {"SuppressedDestination": answer}


async def delete_one(call: Call) -> Answer:
    """``DeleteSuppressedDestination``."""
    remove(call.region, call["EmailAddress"])
    return {}


async def list_all(call: Call) -> Answer:
    """``ListSuppressedDestinations``."""
    entries = listed(
        call.region, reasons=call.get("Reasons", ()), since=call.get("StartDate"), until=call.get("EndDate")
    )
    shown, token = page(entries, size=call.get("PageSize", 1000), token=call.get("NextToken"))
    return {"SuppressedDestinationSummaries": [_summary(entry) for entry in shown], "NextToken": token}


async def create_import_job(call: Call) -> Answer:
    """``CreateImportJob`` of suppressed addresses; read at once when the lab has objects to read, else left ``CREATED``."""
    job_id = call.around.ids.hex(length=32)
    job: Answer = {
        "JobId": job_id,
        "ImportDestination": call["ImportDestination"],
        "ImportDataSource": call["ImportDataSource"],
        "JobStatus": "CREATED",
        "CreatedTimestamp": call.now,
    }
    call.region.import_jobs[job_id] = job
    destination = call["ImportDestination"].get("SuppressionListDestination")
    if destination and call.around.read_object is not None:
        await _import(call, job, destination["SuppressionListImportAction"])
    return {"JobId": job_id}


async def get_import_job(call: Call) -> Answer:
    """``GetImportJob``."""
    job = call.region.import_jobs.get(call["JobId"])
    if job is None:
        raise AwsError("NotFoundException", f"Import job {call['JobId']} does not exist.", status=404)
    return job


async def list_import_jobs(call: Call) -> Answer:
    """``ListImportJobs``."""
    jobs, token = page(
        list(call.region.import_jobs.values()), size=call.get("PageSize", 100), token=call.get("NextToken")
    )
    shown = ("JobId", "ImportDestination", "JobStatus", "CreatedTimestamp")
    return {"ImportJobs": [{name: job[name] for name in shown} for job in jobs], "NextToken": token}


async def _import(call: Call, job: Answer, action: str) -> None:
    assert call.around.read_object is not None
    source = job["ImportDataSource"]
    try:
        data = await call.around.read_object(source["S3Url"])
        rows = list(_rows(data.decode(), source["DataFormat"]))
    except (OSError, LookupError, ValueError) as error:
        job |= {"JobStatus": "FAILED", "FailureInfo": {"ErrorMessage": str(error)}}
        return
    for address, reason in rows:
        if action == "DELETE":
            call.region.suppressed.pop(address, None)
        else:
            put(call.region, Suppressed(address=address, reason=reason, at=call.now))
    done = {"JobStatus": "COMPLETED", "ProcessedRecordsCount": len(rows), "FailedRecordsCount": 0}
    job |= done | {"CompletedTimestamp": call.now}


def _rows(data: str, form: str) -> Iterator[tuple[str, str]]:
    """``address,REASON`` (CSV) or one object a line (JSON)."""
    for number, line in enumerate(data.splitlines()):
        if number >= _MOST:
            raise ValueError(f"more than {_MOST} records")
        if not line.strip():
            continue
        if form == "JSON":
            record = json.loads(line)
            yield record["emailAddress"], record.get("reason", "BOUNCE")
        else:
            fields = [*next(csv.reader(io.StringIO(line))), ""]
            yield fields[0].strip(), fields[1].strip() or "BOUNCE"


def _summary(entry: Suppressed) -> Answer:
    return {"EmailAddress": entry.address, "Reason": entry.reason, "LastUpdateTime": entry.at}


OPERATIONS: dict[str, Handler] = {
    "CreateImportJob": create_import_job,
    "DeleteSuppressedDestination": delete_one,
    "GetImportJob": get_import_job,
    "GetSuppressedDestination": get_one,
    "ListImportJobs": list_import_jobs,
    "ListSuppressedDestinations": list_all,
    "PutSuppressedDestination": put_one,
}

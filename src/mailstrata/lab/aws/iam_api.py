"""IAM's API: the query protocol in front of the ``Iam`` store.

    services = {"iam": IamApi(iam, clock=clock)}

What it lacks of IAM's 160 operations it refuses aloud: ``InvalidAction``, "the lab does not emulate iam …".
"""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_call import Handler, IamCall
from mailstrata.lab.aws.iam_policies import POLICIES
from mailstrata.lab.aws.iam_report import CredentialReport
from mailstrata.lab.aws.iam_simulate import SIMULATOR
from mailstrata.lab.aws.iam_users import USERS
from mailstrata.lab.aws.query_xml import answer
from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse
from mailstrata.lab.clock import LabClock


class IamApi:
    """The service ``iam``, one for all regions."""

    def __init__(self, iam: Iam, *, clock: LabClock) -> None:
        self._iam = iam
        report = CredentialReport(clock)
        self._handlers: Mapping[str, Handler] = {
            **USERS,
            **POLICIES,
            **SIMULATOR,
            "GenerateCredentialReport": report.generate,
            "GetCredentialReport": report.get,
        }

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer one call."""
        form = request.form()
        action = form.get("Action", "")
        handler = self._handlers.get(action)
        if handler is None:
            raise AwsError("InvalidAction", f"the lab does not emulate iam {action[:64]}")
        result = handler(IamCall(iam=self._iam, form=form, caller=request.principal))
        return answer(request, action, result)

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Any


def test_an_operation_without_result_answers_its_request_id(world: Made) -> None:
    """What returns nothing still tells the id of the call."""
    client = world.client("iam")
    client.create_user(UserName="smtp")
    told = client.delete_user(UserName="smtp")
    assert told["ResponseMetadata"]["RequestId"] == world.audit.events()[-1].request_id


def test_odd_values_survive_the_journey(world: Made) -> None:
    """Tags with markup, spaces and other scripts come back as they were given."""
    client = world.client("iam")
    tag = {"Key": "owner", "Value": "<Zoë & co> + 50%"}
    client.create_user(UserName="smtp", Tags=[tag])
    assert client.get_user(UserName="smtp")["User"]["Tags"] == [tag]


def test_what_is_missing_is_told(world: Made) -> None:
    """An operation that IAM has and the lab lacks is refused under its name, and a bad name under the parameter's."""
    client = world.client("iam")
    with pytest.raises(ClientError, match="the lab does not emulate iam CreateSAMLProvider"):
        client.create_saml_provider(SAMLMetadataDocument="x" * 1000, Name="x")
    with pytest.raises(ClientError, match=r"ValidationError.*userName"):
        client.create_user(UserName="a" * 65)

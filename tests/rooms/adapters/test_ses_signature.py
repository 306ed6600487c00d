"""Signature Version 4 for SendEmail: what botocore's own signer makes of the same request."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.ses_signature import PATH, Key, Signer

HOST = "email.eu-west-1.amazonaws.com"
TEXTS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=", min_size=1, max_size=60)

KEYS = st.builds(Key, id=TEXTS, secret=TEXTS, token=TEXTS | st.just(""))


def _ours(key: Key, digest: str, moment: float, region: str) -> dict[str, str]:
    head = Signer(host=HOST, region=region).head(key, payload=digest, length=7, moment=moment).decode()
    return dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)


@given(KEYS, st.integers(0, 4_000_000_000), st.binary(max_size=50))
@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1"])
def test_it_is_the_signature_that_botocore_makes(region: str, key: Key, moment: int, body: bytes) -> None:
    """Any key, with and without a session token, at any moment."""
    request = AWSRequest("POST", f"https://{HOST}{PATH}", data=body, headers={"content-type": "application/json"})
    signer = SigV4Auth(Credentials(key.id, key.secret, key.token or None), "ses", region)
    stamp = datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")
    request.context["timestamp"] = stamp
    request.headers["X-Amz-Date"] = stamp
    if key.token:
        request.headers["X-Amz-Security-Token"] = key.token
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    theirs = signer.signature(to_sign, request)
    digest = signer.payload(request)
    ours = _ours(key, digest, float(moment) + 0.5, region)
    assert ours["Authorization"].endswith(f"Signature={theirs}")
    assert ours["x-amz-date"] == stamp
    assert ours.get("x-amz-security-token", "") == key.token


def test_a_new_second_a_new_key_and_a_new_day_are_seen() -> None:
    """What is kept for a second is not used beyond it."""
    signer, key, other = Signer(host=HOST, region="eu-west-1"), Key(id="A", secret="s"), Key(id="B", secret="s")
    heads = [
        signer.head(which, payload="0" * 64, length=1, moment=moment)
        for which, moment in ((key, 0.0), (key, 0.9), (key, 1.0), (other, 1.0), (key, 86_400.0), (key, 0.0))
    ]
    assert heads[0] == heads[1] == heads[5]
    assert len({*heads}) == 4


def test_the_secret_shows_nowhere() -> None:
    """Neither in the request nor where somebody prints a key."""
    key = Key(id="AKIDEXAMPLE", secret="wJalrXUtnFEMI", token="FwoGZXIvYXdzE")
    signer = Signer(host=HOST, region="eu-west-1")
    head = signer.head(key, payload="0" * 64, length=1, moment=0.0)
    assert b"wJalrXUtnFEMI" not in head
    assert not re.search("wJalr|FwoG", repr(key) + repr(signer.__dict__))

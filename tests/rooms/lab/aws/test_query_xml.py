from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.lab.aws.query_xml import answer, members, number, page, required, structures
from mailstrata.lab.aws.request import AwsError, AwsRequest, Principal

WHO = Principal(account="1", arn="a", user_id="u", name="n", key_id="k")
ASKED = AwsRequest(
    method="POST", path="/", query={}, headers={}, body=b"", service="sts", region="r", principal=WHO, request_id="r-1"
)


def test_lists_are_read_in_order_up_to_the_first_gap() -> None:
    """Numbered parameters make a list; what follows a gap is not part of it."""
    form = {"A.member.2": "y", "A.member.1": "x", "A.member.4": "z"}
    assert members(form, "A") == ["x", "y"]
    entries = {"E.member.1.K": "a", "E.member.1.V.member.1": "b", "E.member.2.K": "c"}
    assert structures(entries, "E") == [{"K": "a", "V.member.1": "b"}, {"K": "c"}]


def test_results_are_written_as_xml() -> None:
    """Lists, booleans, times and texts have their spellings; what is ``None`` is left out."""
    moment = datetime(2026, 5, 12, 18, 43, 7, 999, tzinfo=UTC)
    result = {"L": ["a<", {"B": True}], "T": moment, "N": None, "E": []}
    body = answer(ASKED, "Do", result).body
    assert body == (
        b'<DoResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><DoResult><L><member>a&lt;</member><member>'
        b"<B>true</B></member></L><T>2026-05-12T18:43:07Z</T><E></E></DoResult>"
        b"<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></DoResponse>"
    )
    assert b"DoResult" not in answer(ASKED, "Do", None).body


def test_pages_follow_each_other() -> None:
    """The marker of a page leads to the next, and the last has none."""
    first = page({"MaxItems": "2"}, "L", "abc")
    assert first == {"L": ["a", "b"], "IsTruncated": True, "Marker": "2"}
    assert page({"MaxItems": "2", "Marker": "2"}, "L", "abc") == {"L": ["c"], "IsTruncated": False, "Marker": None}


@pytest.mark.parametrize("text", ["", "0", "-1", "1001", "ten", "9" * 5000, "²"])
def test_numbers_have_bounds(text: str) -> None:
    """A number that is none, or out of bounds, is a validation error."""
    with pytest.raises(AwsError, match="ValidationError"):
        number({"MaxItems": text}, "MaxItems", default=100, low=1, high=1000)


def test_what_is_required_must_be_there() -> None:
    """An absent or empty parameter is a validation error that names it."""
    with pytest.raises(AwsError, match="'UserName'"):
        required({"UserName": ""}, "UserName")

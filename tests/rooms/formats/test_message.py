from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.corpora import each_mail

from mailstrata.formats.message import DEPTH_LIMIT, PART_LIMIT, SIZE_LIMIT, Part, parse


def depth(part: Part) -> int:
    """How deep the parts of a mail are nested."""
    return 1 + max((depth(each) for each in part.parts), default=-1)


def test_headers_are_unfolded_decoded_and_found_in_any_case() -> None:
    """RFC 5322 2.2.3, RFC 2047."""
    mail = parse(b"SUBJECT: =?utf-8?q?Quai_d=C3=A9?=\n =?utf-8?q?part?=\nX-A: 1\nx-a: 2\n\nAhoy\n")
    assert mail.get("Subject") == "Quai départ"
    assert mail.all("X-A") == ("1", "2")
    assert mail.text == "Ahoy\n"


def test_line_ends_of_every_kind_end_the_headers() -> None:
    """CRLF as on the net, LF as in files, CR as nobody should."""
    for end in (b"\r\n", b"\n", b"\r"):
        mail = parse(end.join([b"From: a@sailing.example", b"Subject: Quote", b"", b"Ahoy", b""]))
        assert (mail.get("subject"), mail.text) == ("Quote", "Ahoy\n")


def test_parts_are_cut_at_their_boundary_and_no_longer_one() -> None:
    """RFC 2046 5.1.1: the line end before a delimiter is the delimiter's, a longer line is no delimiter."""
    mail = parse(b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\none\n--bc\n--b \n\ntwo\n--b--\n--b\n\nthree')
    assert [part.text for part in mail.parts] == ["one\n--bc", "two"]


def test_a_part_keeps_the_lines_of_boundaries_that_begin_as_its_own() -> None:
    """Those of parts within it, which may be named after it."""
    inner = b"Content-Type: multipart/alternative; boundary=b-in\n\n--b-in\n\none\n--b-in\n\ntwo\n--b-in--"
    mail = parse(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b-in\nbefore\n--b\n" + inner + b"\n--b\n\nthree\n--b--\n"
    )
    assert [part.text for part in mail.walk()[2:]] == ["one", "two", "three"]
    assert mail.parts[0].raw == inner


def test_a_missing_last_delimiter_ends_with_the_mail() -> None:
    """Truncated mail keeps what it has."""
    mail = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none")
    assert [part.text for part in mail.parts] == ["one"]


@pytest.mark.parametrize("line", ["--other", "--other \t", "preamble\n--other"])
def test_a_boundary_that_is_not_the_declared_one_is_guessed(line: str) -> None:
    """The first line of its form before a part's Content- header; a line of dashes in a text is none."""
    for name in ("Content-Type", "content-type"):
        body = f"{line}\n{name}: text/plain\n\none\n--other\n\ntwo\n---\nend\n--other--\n"
        mail = parse(f"Content-Type: multipart/mixed; boundary=b\n\n{body}".encode())
        assert [part.text for part in mail.parts] == ["one", "two\n---\nend"]


@pytest.mark.parametrize("line", ["--", "-- x", "--" + "x" * 71, "-other"])
def test_a_line_that_can_be_no_delimiter_is_not_guessed_to_be_one(line: str) -> None:
    """RFC 2046 5.1.1: one to 70 characters, which do not begin with a space here."""
    assert not parse(f"Content-Type: multipart/mixed\n\n{line}\nContent-Type: text/plain\n\none\n".encode()).parts


def test_transfer_encodings_are_undone() -> None:
    """RFC 2045 6; broken base64 gives what can be read of it."""
    quoted = parse(
        b"Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n\ncaf=C3=A9=\n!"
    )
    assert quoted.text == "café!"
    assert parse(b"Content-Transfer-Encoding: base64\n\nQWhv eQ=\n").text == "Ahoy"
    assert parse(b"Content-Transfer-Encoding: base64\n\nQWhveQQWh\n").content.startswith(b"Ahoy")


def test_an_enclosed_message_is_given_but_not_walked_into() -> None:
    """What stands in the mail that a bounce is about is not the bounce's own word."""
    mail = parse(b"Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/html\n\n<p>\n")
    assert [part.type for part in mail.walk()] == ["message/rfc822"]
    assert mail.enclosed is not None
    assert mail.enclosed.get("subject") == "inner"


def test_depth_parts_and_size_are_bounded_and_said_so() -> None:
    """Beyond a bound something is left out, and truncated tells it."""
    deep = parse(b"Content-Type: message/rfc822\n\n" * 500)
    many = parse(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (PART_LIMIT * 2))
    large = parse(b"\n" + b"x" * (SIZE_LIMIT + 1))
    assert (depth(deep), len(many.parts), len(large.body)) == (DEPTH_LIMIT, PART_LIMIT, SIZE_LIMIT - 1)
    assert deep.truncated
    assert many.truncated
    assert large.truncated
    assert not parse(b"Subject: small\n\n").truncated


def test_a_parameter_is_found_quoted_and_bare() -> None:
    """RFC 2045 5.1."""
    mail = parse(b'Content-Type: multipart/report;\n\tboundary="a \\"b\\""; Report-Type=delivery-status\n\n')
    assert (mail.parameter("boundary"), mail.parameter("report-type")) == ('a "b"', "delivery-status")


@settings(deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    """Every part of it gives text; nothing raises."""
    assert all(isinstance(part.text, str) for part in parse(raw).walk())


def test_odd_and_broken_mail_is_a_mail() -> None:
    """Every part of every mail of the torture corpus gives its type, text and headers."""
    read = [
        part.type + part.text + part.get("subject")
        for _, raw in each_mail("mime-torture")
        for part in parse(raw).walk()
    ]
    assert len(read) > 357


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "utf-32", "iso-8859-1", "no-such-charset"])
def test_the_beginning_of_a_text_is_the_beginning_of_the_whole(encoding: str, charset: str) -> None:
    """However it is encoded, and wherever the bytes that are decoded end."""
    text = "Quai dé\n" * 4000
    content = text.encode("utf-8" if charset == "no-such-charset" else charset)
    body = {"8bit": content, "base64": base64.encodebytes(content), "quoted-printable": quopri.encodestring(content)}
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    mail = parse(head + body[encoding])
    assert [mail.beginning(size) for size in (1, 2, 3, 5, 6, 7, 8, 9, 10, 1000, 5000, 100_000)] == [
        mail.text[:size] for size in (1, 2, 3, 5, 6, 7, 8, 9, 10, 1000, 5000, 100_000)
    ]


@pytest.mark.parametrize("before", ["", "\n", "\r\n\r\n", "\ufeff", "\ufeff\n"])
def test_what_editors_leave_before_a_mail_does_not_hide_its_headers(before: str) -> None:
    """Empty lines of a copied source, a byte order mark; where no header follows, the lines are the body's."""
    mail = parse(f"{before}Subject: Hello\n\nAhoy\n".encode())
    assert (mail.get("subject"), mail.text) == ("Hello", "Ahoy\n")
    assert parse(b"\n\nAhoy\n").text == "\nAhoy\n"


def test_blanks_before_a_colon_are_no_part_of_the_name() -> None:
    """RFC 5322 4.5: spaces, tabs and folds there are obsolete and read; those within a value stay."""
    mail = parse(b"From\t: a@sailing.example\nSubject \n : Quote : one\nX-A:\n b :c\n\nAhoy\n")
    assert (mail.get("from"), mail.get("subject"), mail.get("x-a")) == ("a@sailing.example", "Quote : one", "b :c")


@pytest.mark.parametrize(
    "head",
    [
        "Subject : Ahoy",
        "X: a\nSubject\t\t : Ahoy",
        "X: a\nSubject \n : Ahoy",
        "X: a\nSubject\n\t\n :Ahoy",
        "DKIM-Signature: h=from\n :to : x\nSubject : Ahoy",
    ],
)
def test_a_blank_behind_a_header_s_name_is_none_of_it(head: str) -> None:
    """RFC 5322 4.5 wants such headers read; a fold may stand there, too."""
    assert parse(f"{head}\n\n".encode()).get("subject") == "Ahoy"


@pytest.mark.parametrize("head", ["X: a b :c", "X: a\n  :b", "X: a\ntwo words : x", "X: a\n b : c"])
def test_a_blank_before_a_colon_within_a_value_stays(head: str) -> None:
    """Only what stands before a header's first colon is its name."""
    mail = parse(f"{head}\nSubject: Ahoy\n\n".encode())
    assert mail.get("subject") == "Ahoy"
    assert " :" in mail._head


@pytest.mark.parametrize("before", [0, 1000])
def test_blanks_before_a_colon_are_told_apart_however_many_a_head_has(before: int) -> None:
    """Few are looked at one by one, many in one go."""
    mail = parse(("X-A: b : c\n" * before + "X-B : d\nX-C: e : f\n g : h\n\n").encode())
    assert (mail.get("x-b"), mail.get("x-c"), mail.get("x-a")) == ("d", "e : f g : h", "b : c" if before else "")

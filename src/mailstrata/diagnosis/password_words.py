"""The names of the mistakes of `credentials.forensics` in words: what was done, and what to do instead.

    words("date-step-missing")
    ("the first step, HMAC over the constant date 11111111, was left out", "begin the chain with the date 11111111")

Kept apart from their computation, since checks read names and nothing else. Source: facts.md A3, A9.
"""

from __future__ import annotations

from collections.abc import Mapping

_RIGHT = 'the chain is "AWS4" + secret, 11111111, region, ses, aws4_request, SendRawEmail; then byte 4; then base64'

_MISTAKES: Mapping[str, str] = {
    "date-step-missing": "the first step, the HMAC over the constant date 11111111, was left out",
    "real-date": "a real date stands where the constant 11111111 belongs",
    "aws4-prefix-missing": 'the secret was used without "AWS4" before it',
    "region-upper-case": "the region was written in capitals",
    "region-is-host-label": "the name of the host stands where the region belongs",
    "region-missing": "the step with the region was left out",
    "region-and-date-swapped": "region and date changed places",
    "service-and-region-swapped": "service and region changed places",
    "service-email": 'the service was called "email", like the host\'s label, and not "ses"',
    "service-sesv2": 'the service was called "sesv2" and not "ses"',
    "service-upper-case": 'the service was called "SES" and not "ses"',
    "service-missing": "the step with the service was left out",
    "terminal-missing": 'the step with "aws4_request" was left out',
    "message-send-email": 'the last step signs "SendEmail" and not "SendRawEmail"',
    "key-and-message-swapped": "key and message changed places in every HMAC",
    "hex-intermediate-keys": "the results between the steps were passed on as hexadecimal text and not as bytes",
    "sha1": "it was made with SHA-1 and not with SHA-256",
    "sha1-chain": "it was made with SHA-1 and not with SHA-256",
    "v2": "it is of the old algorithm (Signature Version 2), which SES refuses step by step since 2021",
    "v2-with-version-4": "it is of the old algorithm with the version byte of the new one",
    "version-byte-missing": "the version byte 4 before the signature is missing",
    "version-byte-1": "the version byte is 1 and not 4",
    "version-byte-2": "the version byte is 2 and not 4",
    "version-as-digit": "the version was written as the digit 4 and not as the byte 4",
    "version-as-text": "the version was written as the text 0x04 and not as the byte 4",
    "version-as-escape": "the version was written as the text \\x04 and not as the byte 4",
    "hex": "it was written in hexadecimal and not in base64",
    "hex-signature": "the signature alone was written in hexadecimal",
    "base64-of-hex": "the signature was turned into hexadecimal before base64",
    "access-key-id": "the access key id stands in the place of the password",
    "key-id-as-secret": "it was derived from the access key id and not from the secret",
    "secret-with-newline": "a line end at the end of the secret was taken for a part of it",
    "secret-with-crlf": "a line end at the end of the secret was taken for a part of it",
    "secret-with-space": "a space at the end of the secret was taken for a part of it",
    "secret-percent-encoded": "the secret was percent-encoded before it was used",
    "secret-base64-decoded": "the secret was decoded from base64, which it is not",
    "derived-twice": "the derived password was derived once more",
    "trailing-whitespace": "it is right but for white space before or after it",
    "inner-whitespace": "it is right but for white space within it",
    "plus-became-space": "a + in it became a space on the way through a URL",
    "quoted": "it is right but for the quotation marks around it",
    "url-safe-base64": "it was written in URL-safe base64, with - and _ where + and / belong",
    "percent-encoded": "it was percent-encoded, as in a URL, where it must stand plain",
    "double-base64": "it was put into base64 twice",
    "truncated": "its end was cut off: it has 44 characters",
    "non-ascii": "it holds characters that are no ASCII, such as a no-break or a zero-width space",
    "empty": "it is empty",
    "secret-itself": "it is the secret access key itself, not a password made of it",
    "wrong-region": "it was made for another region",
}

_PLAIN = frozenset(
    {
        "trailing-whitespace",
        "inner-whitespace",
        "plus-became-space",
        "quoted",
        "percent-encoded",
        "truncated",
        "non-ascii",
        "access-key-id",
        "empty",
    }
)
"""Mistakes of copying, not of computing."""

_CODES: Mapping[str, str] = {
    "right": "right",
    "unrecognised": "unknown",
    "secret-itself": "password-is-the-secret",
    "wrong-region": "password-wrong-region",
    "v2": "password-legacy",
    **dict.fromkeys(_PLAIN, "password-malformed"),
}


def code_of(mistake: str) -> str:
    """The code of a mistake: that of the check that finds it, or ``right`` or ``unknown``.

    Of two mistakes the first is that of the computation, which has to be mended even where the copy is.
    """
    return _CODES.get(mistake.partition("+")[0], "password-wrong-derivation")


def words(mistake: str) -> tuple[str, str]:
    """What was done, and what is right instead; of two mistakes both. A name that is not known is told as it is."""
    names = mistake.split("+")
    done = ", and ".join(_MISTAKES.get(name, f"it was made with the mistake {name!r}") for name in names)
    return done, "copy it exactly as it was derived, and only it" if _PLAIN.issuperset(names) else _RIGHT

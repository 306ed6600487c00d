"""The regions whose SMTP endpoints a password may have been made for.

    "eu-west-1" in SMTP_REGIONS      # True
    doubt("af-south-1")              # "SES has an API in af-south-1 but no SMTP endpoint is known there"

The list is for searching and for warning, never for refusing: AWS's own conversion script refuses regions that it does not
know, though they work (facts.md A1). A region that opened yesterday must work today.
"""

from __future__ import annotations

import re

from mailstrata.formats.toml_table import Table

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\Z")

SMTP_REGIONS: tuple[str, ...] = (
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "ap-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "sa-east-1",
    "il-central-1",
    "us-gov-west-1",
    "us-gov-east-1",
)
"""Regions with an SMTP endpoint that is documented or that users report (facts.md A1)."""

API_ONLY_REGIONS: tuple[str, ...] = (
    "af-south-1",
    "me-south-1",
    "me-central-1",
    "ap-northeast-3",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ap-east-2",
    "ca-west-1",
    "eu-central-2",
    "eu-south-2",
    "mx-central-1",
    "eusc-de-east-1",
)
"""Regions where SES has an API and no SMTP endpoint is known of (facts.md A1): a password may still be made for them."""

SES_REGIONS = SMTP_REGIONS + API_ONLY_REGIONS
"""All regions of SES, those with an SMTP endpoint first."""


def doubt(region: str) -> str:
    """What is doubtful about a region as the place of an SMTP endpoint, in one sentence; empty when nothing is."""
    if region in SMTP_REGIONS:
        return ""
    if region in API_ONLY_REGIONS:
        return f"SES has an API in {region} but no SMTP endpoint is known there"
    return f"{region} is no region of SES that is known here; it may be new, or mistyped"


def is_region(text: str) -> bool:
    """Whether a text has the shape of a region's name."""
    return _REGION.match(text) is not None


def region_key(table: Table, key: str, text: str) -> str:
    """The region that a key of a setup names. Raises ``MalformedToml`` for what is no name of one."""
    if not is_region(text):
        raise table.bad(key, repr(text[:60]), "the name of an AWS region, such as us-east-1")
    return text

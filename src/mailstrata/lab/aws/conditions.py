"""The ``Condition`` element of an IAM policy statement.

    holds(Condition(operator="StringLike", key="ses:FromAddress", values=("*@sailing.example",)),
          {"ses:fromaddress": ("sales@sailing.example",)})                   # True

An operator is a comparison (``StringLike``), which ``IfExists`` lets pass when the key is absent, and which
``ForAllValues:`` or ``ForAnyValue:`` applies to each of a key's values. A negated comparison (``StringNotLike``) holds
when the key is absent. Source: IAM user guide, "IAM JSON policy elements: Condition operators", "Multivalued context
keys".
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from mailstrata.lab.aws.wildcards import Context, matches, pattern

_Compare = Callable[[str, str, Context], bool]


class MalformedPolicy(ValueError):
    """A policy document that IAM would refuse, with what is wrong in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key of one operator, with the values that the policy lists."""

    operator: str
    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        _comparison(self.operator)


def holds(condition: Condition, context: Context) -> bool:
    """Whether ``condition`` is met by ``context`` (keys in lower case)."""
    present = context.get(condition.key.lower(), ())
    quantifier, base, if_exists = _split(condition.operator)
    if base == "Null":
        return (not present) == (condition.values[:1] == ("true",))
    if if_exists and not present:
        return True
    compare, negated = _comparison(condition.operator)
    meets = [negated != any(compare(value, wanted, context) for wanted in condition.values) for value in present]
    if quantifier == "ForAllValues":
        return all(meets)
    if quantifier == "ForAnyValue":
        return any(meets)
    return all(meets) if negated else any(meets)


def _split(name: str) -> tuple[str, str, bool]:
    quantifier, _, base = name.rpartition(":")
    return quantifier, base.removesuffix("IfExists"), base.endswith("IfExists")


def _comparison(name: str) -> tuple[_Compare, bool]:
    quantifier, base, _ = _split(name)
    if quantifier not in {"", "ForAllValues", "ForAnyValue"} or base not in _OPERATORS:
        raise MalformedPolicy(f"Invalid Condition type : {name}.")
    return _OPERATORS[base]


def _equal(value: str, wanted: str, context: Context) -> bool:
    return matches(pattern(wanted, context, wild=False), value)


def _equal_any_case(value: str, wanted: str, context: Context) -> bool:
    return _equal(value.lower(), wanted.lower(), context)


def _like(value: str, wanted: str, context: Context) -> bool:
    return matches(pattern(wanted, context), value)


def _arn_like(value: str, wanted: str, context: Context) -> bool:
    return arn_matches(value, wanted, context)


def arn_matches(arn: str, wanted: str, context: Context) -> bool:
    """Whether ``arn`` fits ``wanted`` field by field: a ``*`` stays within its field, but missing fields are ``*``."""
    if wanted == "*":
        return True
    fields = arn.split(":", 5)
    patterns = wanted.split(":", 5) if "${" not in wanted else _fields(wanted)
    patterns += ["*"] * (6 - len(patterns))
    return len(fields) == 6 and all(
        matches(pattern(part, context), field) for part, field in zip(patterns, fields, strict=True)
    )


def _fields(wanted: str) -> list[str]:
    """Split at the colons that are not within a ``${…}``."""
    fields, depth = [""], 0
    for letter in wanted:
        depth += (letter == "{") - (letter == "}")
        if letter == ":" and depth == 0 and len(fields) < 6:
            fields.append("")
        else:
            fields[-1] += letter
    return fields


def _boolean(value: str, wanted: str, context: Context) -> bool:
    return value.lower() == wanted.lower()


def _in_network(value: str, wanted: str, context: Context) -> bool:
    try:
        address, network = ipaddress.ip_address(value), ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False
    return address.version == network.version and address in network


def _numeric(compare: Callable[[float, float], bool]) -> _Compare:
    def compared(value: str, wanted: str, context: Context) -> bool:
        try:
            return compare(float(value), float(wanted))
        except ValueError:
            return False

    return compared


def _dated(compare: Callable[[datetime, datetime], bool]) -> _Compare:
    def compared(value: str, wanted: str, context: Context) -> bool:
        try:
            return compare(_moment(value), _moment(wanted))
        except ValueError:
            return False

    return compared


def _moment(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_OPERATORS: dict[str, tuple[_Compare, bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_any_case, False),
    "StringNotEqualsIgnoreCase": (_equal_any_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_arn_like, False),
    "ArnLike": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnNotLike": (_arn_like, True),
    "Bool": (_boolean, False),
    "IpAddress": (_in_network, False),
    "NotIpAddress": (_in_network, True),
    "NumericEquals": (_numeric(operator.eq), False),
    "NumericNotEquals": (_numeric(operator.eq), True),
    "NumericLessThan": (_numeric(operator.lt), False),
    "NumericLessThanEquals": (_numeric(operator.le), False),
    "NumericGreaterThan": (_numeric(operator.gt), False),
    "NumericGreaterThanEquals": (_numeric(operator.ge), False),
    "DateEquals": (_dated(operator.eq), False),
    "DateNotEquals": (_dated(operator.eq), True),
    "DateLessThan": (_dated(operator.lt), False),
    "DateLessThanEquals": (_dated(operator.le), False),
    "DateGreaterThan": (_dated(operator.gt), False),
    "DateGreaterThanEquals": (_dated(operator.ge), False),
    "Null": (_equal, False),
}

"""SES v1: what SES does with mail that it receives: rule sets, rules, filters (facts.md B9).

Rules are kept as boto3 spells them; exactly one set is active, and that one cannot be deleted.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler

_MOST_SETS, _MOST_RULES = 40, 200


async def create_set(call: Call) -> Answer:
    """``CreateReceiptRuleSet``."""
    _add_set(call, call["RuleSetName"], [])
    return {}


async def clone_set(call: Call) -> Answer:
    """``CloneReceiptRuleSet``."""
    _add_set(call, call["RuleSetName"], deepcopy(_set(call, call["OriginalRuleSetName"])["rules"]))
    return {}


async def delete_set(call: Call) -> Answer:
    """``DeleteReceiptRuleSet``."""
    name = call["RuleSetName"]
    if name == call.region.active_rule_set:
        raise AwsError("CannotDelete", f"Cannot delete active rule set: {name}")
    call.region.rule_sets.pop(name, None)
    return {}


async def list_sets(call: Call) -> Answer:
    """``ListReceiptRuleSets``."""
    return {"RuleSets": [_metadata(name, kept) for name, kept in sorted(call.region.rule_sets.items())]}


async def describe_set(call: Call) -> Answer:
    """``DescribeReceiptRuleSet``."""
    kept = _set(call, call["RuleSetName"])
    return {"Metadata": _metadata(call["RuleSetName"], kept), "Rules": kept["rules"]}


async def set_active(call: Call) -> Answer:
    """``SetActiveReceiptRuleSet``; without a name none is active."""
    name = call.get("RuleSetName")
    if name:
        _set(call, name)
    call.region.active_rule_set = name
    return {}


async def describe_active(call: Call) -> Answer:
    """``DescribeActiveReceiptRuleSet``: empty when none is active."""
    name = call.region.active_rule_set
    if name is None:
        return {}
    kept = _set(call, name)
    return {"Metadata": _metadata(name, kept), "Rules": kept["rules"]}


async def create_rule(call: Call) -> Answer:
    """``CreateReceiptRule``: first, or behind the rule named by ``After``."""
    rules, rule = _set(call, call["RuleSetName"])["rules"], _with_defaults(call["Rule"])
    if any(one["Name"] == rule["Name"] for one in rules):
        raise AwsError("AlreadyExists", f"Rule already exists: {rule['Name']}")
    if len(rules) >= _MOST_RULES:
        raise AwsError("LimitExceeded", f"A rule set has at most {_MOST_RULES} rules.")
    rules.insert(_place_after(rules, call.get("After")), rule)
    return {}


async def update_rule(call: Call) -> Answer:
    """``UpdateReceiptRule``."""
    rules, rule = _set(call, call["RuleSetName"])["rules"], _with_defaults(call["Rule"])
    rules[_place(rules, rule["Name"])] = rule
    return {}


async def describe_rule(call: Call) -> Answer:
    """``DescribeReceiptRule``."""
    rules = _set(call, call["RuleSetName"])["rules"]
    return {"Rule": rules[_place(rules, call["RuleName"])]}


async def delete_rule(call: Call) -> Answer:
    """``DeleteReceiptRule``; deleting what is not there succeeds."""
    kept = _set(call, call["RuleSetName"])
    kept["rules"] = [rule for rule in kept["rules"] if rule["Name"] != call["RuleName"]]
    return {}


async def reorder(call: Call) -> Answer:
    """``ReorderReceiptRuleSet``: all rules, each once."""
    kept = _set(call, call["RuleSetName"])
    named = {rule["Name"]: rule for rule in kept["rules"]}
    missing = [name for name in call["RuleNames"] if name not in named]
    if missing:
        raise AwsError("RuleDoesNotExist", f"Rule does not exist: {missing[0]}")
    if sorted(call["RuleNames"]) != sorted(named):
        raise AwsError("InvalidParameterValue", "Every rule of the set has to be named once.")
    kept["rules"] = [named[name] for name in call["RuleNames"]]
    return {}


async def set_position(call: Call) -> Answer:
    """``SetReceiptRulePosition``."""
    rules = _set(call, call["RuleSetName"])["rules"]
    rule = rules.pop(_place(rules, call["RuleName"]))
    rules.insert(_place_after(rules, call.get("After")), rule)
    return {}


async def create_filter(call: Call) -> Answer:
    """``CreateReceiptFilter``."""
    given = call["Filter"]
    if given["Name"] in call.region.receipt_filters:
        raise AwsError("AlreadyExists", f"Filter already exists: {given['Name']}")
    call.region.receipt_filters[given["Name"]] = given
    return {}


async def list_filters(call: Call) -> Answer:
    """``ListReceiptFilters``."""
    return {"Filters": list(call.region.receipt_filters.values())}


async def delete_filter(call: Call) -> Answer:
    """``DeleteReceiptFilter``."""
    call.region.receipt_filters.pop(call["FilterName"], None)
    return {}


def _add_set(call: Call, name: str, rules: list[dict[str, Any]]) -> None:
    if name in call.region.rule_sets:
        raise AwsError("AlreadyExists", f"Rule set already exists: {name}")
    if len(call.region.rule_sets) >= _MOST_SETS:
        raise AwsError("LimitExceeded", f"An account has at most {_MOST_SETS} rule sets.")
    call.region.rule_sets[name] = {"created": call.now, "rules": rules}


def _set(call: Call, name: str) -> dict[str, Any]:
    if name not in call.region.rule_sets:
        raise AwsError("RuleSetDoesNotExist", f"Rule set does not exist: {name}")
    return call.region.rule_sets[name]


def _metadata(name: str, kept: dict[str, Any]) -> Answer:
    return {"Name": name, "CreatedTimestamp": kept["created"]}


def _with_defaults(rule: dict[str, Any]) -> dict[str, Any]:
    return {"Enabled": False, "TlsPolicy": "Optional", "ScanEnabled": False, "Actions": [], **rule}


def _place(rules: list[dict[str, Any]], name: str) -> int:
    for place, rule in enumerate(rules):
        if rule["Name"] == name:
            return place
    raise AwsError("RuleDoesNotExist", f"Rule does not exist: {name}")


def _place_after(rules: list[dict[str, Any]], name: str | None) -> int:
    return _place(rules, name) + 1 if name else 0


OPERATIONS: dict[str, Handler] = {
    "CloneReceiptRuleSet": clone_set,
    "CreateReceiptFilter": create_filter,
    "CreateReceiptRule": create_rule,
    "CreateReceiptRuleSet": create_set,
    "DeleteReceiptFilter": delete_filter,
    "DeleteReceiptRule": delete_rule,
    "DeleteReceiptRuleSet": delete_set,
    "DescribeActiveReceiptRuleSet": describe_active,
    "DescribeReceiptRule": describe_rule,
    "DescribeReceiptRuleSet": describe_set,
    "ListReceiptFilters": list_filters,
    "ListReceiptRuleSets": list_sets,
    "ReorderReceiptRuleSet": reorder,
    "SetActiveReceiptRuleSet": set_active,
    "SetReceiptRulePosition": set_position,
    "UpdateReceiptRule": update_rule,
}

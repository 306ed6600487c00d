"""sesv2: contact lists and their contacts, kept and given back; nothing is sent by them."""

from __future__ import annotations

from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.suppression import page


async def create_list(call: Call) -> Answer:
    """``CreateContactList``."""
    name = call["ContactListName"]
    if name in call.region.contact_lists:
        raise AwsError("AlreadyExistsException", f"List with name: {name} already exists.")
    kept = {"Topics": call.get("Topics", []), "Description": call.get("Description"), "Tags": call.get("Tags", [])}
    call.region.contact_lists[name] = {**kept, "created": call.now, "contacts": {}}
    return {}


async def get_list(call: Call) -> Answer:
    """``GetContactList``."""
    kept = _list(call)
    shown = {name: kept[name] for name in ("Topics", "Description", "Tags")}
    times = {"CreatedTimestamp": kept["created"], "LastUpdatedTimestamp": kept["created"]}
    return {"ContactListName": call["ContactListName"], **shown, **times}


async def list_lists(call: Call) -> Answer:
    """``ListContactLists``."""
    names, token = page(sorted(call.region.contact_lists), size=call.get("PageSize", 100), token=call.get("NextToken"))
    lists = call.region.contact_lists
    shown = [{"ContactListName": name, "LastUpdatedTimestamp": lists[name]["created"]} for name in names]
    return {"ContactLists": shown, "NextToken": token}


async def delete_list(call: Call) -> Answer:
    """``DeleteContactList``."""
    _list(call)
    del call.region.contact_lists[call["ContactListName"]]
    return {}


async def create_contact(call: Call) -> Answer:
    """``CreateContact``."""
    contacts, address = _list(call)["contacts"], call["EmailAddress"]
    if address in contacts:
        raise AwsError("AlreadyExistsException", f"{address} already exists in the list.")
    contacts[address] = _contact(call)
    return {}


async def update_contact(call: Call) -> Answer:
    """``UpdateContact``."""
    _found(call).update(_contact(call))
    return {}


async def get_contact(call: Call) -> Answer:
    """``GetContact``."""
    shown = {name: value for name, value in _found(call).items() if name != "updated"}
    return {"ContactListName": call["ContactListName"], "EmailAddress": call["EmailAddress"], **shown}


async def delete_contact(call: Call) -> Answer:
    """``DeleteContact``."""
    _found(call)
    del _list(call)["contacts"][call["EmailAddress"]]
    return {}


async def list_contacts(call: Call) -> Answer:
    """``ListContacts``, without filters."""
    contacts = _list(call)["contacts"]
    addresses, token = page(sorted(contacts), size=call.get("PageSize", 100), token=call.get("NextToken"))
    shown = [
        {
            "EmailAddress": address,
            "TopicPreferences": contacts[address]["TopicPreferences"],
            "UnsubscribeAll": contacts[address]["UnsubscribeAll"],
            "LastUpdatedTimestamp": contacts[address]["updated"],
        }
        for address in addresses
    ]
    return {"Contacts": shown, "NextToken": token}


def _list(call: Call) -> dict[str, Any]:
    name = call["ContactListName"]
    if name not in call.region.contact_lists:
        raise AwsError("NotFoundException", f"List with name: {name} doesn't exist.", status=404)
    return call.region.contact_lists[name]


def _found(call: Call) -> dict[str, Any]:
    contacts: dict[str, dict[str, Any]] = _list(call)["contacts"]
    if call["EmailAddress"] not in contacts:
        raise AwsError("NotFoundException", f"{call['EmailAddress']} doesn't exist in List.", status=404)
    return contacts[call["EmailAddress"]]


def _contact(call: Call) -> dict[str, Any]:
    return {
        "TopicPreferences": call.get("TopicPreferences", []),
        "UnsubscribeAll": call.get("UnsubscribeAll", False),
        "AttributesData": call.get("AttributesData"),
        "updated": call.now,
    }


OPERATIONS: dict[str, Handler] = {
    "CreateContact": create_contact,
    "CreateContactList": create_list,
    "DeleteContact": delete_contact,
    "DeleteContactList": delete_list,
    "GetContact": get_contact,
    "GetContactList": get_list,
    "ListContactLists": list_lists,
    "ListContacts": list_contacts,
    "UpdateContact": update_contact,
}

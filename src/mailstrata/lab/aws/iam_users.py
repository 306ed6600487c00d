"""IAM's API for users, their groups, and their access keys.

    USERS["CreateAccessKey"](call)          # {"AccessKey": {"AccessKeyId": …, "SecretAccessKey": …}}

The rules of facts.md F hold: two keys at most, an inactive one counts; a secret is told once, by CreateAccessKey.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from mailstrata.lab.aws.iam_call import Handler, IamCall, group_shape, tags_shape, user_shape
from mailstrata.lab.aws.iam_entities import AccessKey, absent
from mailstrata.lab.aws.query_xml import Result, members, page
from mailstrata.lab.aws.request import AwsError


def _create_user(call: IamCall) -> Result:
    user = call.iam.add_user(call.need("UserName"), path=call.form.get("Path", "/"))
    user.tags.update(call.tags())
    if "PermissionsBoundary" in call.form:
        call.iam.set_boundary(user.name, call.form["PermissionsBoundary"])
    return {"User": user_shape(user)}


def _get_user(call: IamCall) -> Result:
    return {"User": user_shape(call.user())}


def _list_users(call: IamCall) -> Result:
    prefix = call.form.get("PathPrefix", "/")
    found = sorted((user for user in call.iam.users.values() if user.path.startswith(prefix)), key=lambda u: u.name)
    return page(call.form, "Users", [user_shape(user, full=False) for user in found])


def _delete_user(call: IamCall) -> None:
    call.iam.delete_user(call.need("UserName"))


def _tag_user(call: IamCall) -> None:
    call.iam.user(call.need("UserName")).tags.update(call.tags())


def _untag_user(call: IamCall) -> None:
    user = call.iam.user(call.need("UserName"))
    for key in members(call.form, "TagKeys"):
        user.tags.pop(key, None)


def _list_user_tags(call: IamCall) -> Result:
    return page(call.form, "Tags", tags_shape(call.iam.user(call.need("UserName")).tags))


def _put_boundary(call: IamCall) -> None:
    call.iam.set_boundary(call.need("UserName"), call.need("PermissionsBoundary"))


def _delete_boundary(call: IamCall) -> None:
    call.iam.set_boundary(call.need("UserName"), None)


def _create_group(call: IamCall) -> Result:
    return {"Group": group_shape(call.iam.add_group(call.need("GroupName"), path=call.form.get("Path", "/")))}


def _get_group(call: IamCall) -> Result:
    group = call.iam.group(call.need("GroupName"))
    users = [user_shape(user, full=False) for user in call.iam.users.values() if group.name in user.groups]
    return {"Group": group_shape(group), **page(call.form, "Users", users)}


def _list_groups(call: IamCall) -> Result:
    return page(call.form, "Groups", [group_shape(group) for _, group in sorted(call.iam.groups.items())])


def _delete_group(call: IamCall) -> None:
    call.iam.delete_group(call.need("GroupName"))


def _add_user_to_group(call: IamCall) -> None:
    call.iam.add_to_group(call.need("UserName"), call.need("GroupName"))


def _remove_user_from_group(call: IamCall) -> None:
    call.iam.remove_from_group(call.need("UserName"), call.need("GroupName"))


def _list_groups_for_user(call: IamCall) -> Result:
    user = call.iam.user(call.need("UserName"))
    return page(call.form, "Groups", [group_shape(group) for group in user.groups.values()])


def _create_access_key(call: IamCall) -> Result:
    key = call.iam.add_key(call.user().name)
    return {"AccessKey": _key_shape(key) | {"SecretAccessKey": key.secret}}


def _list_access_keys(call: IamCall) -> Result:
    return page(call.form, "AccessKeyMetadata", [_key_shape(key) for key in call.iam.keys_of(call.user().name)])


def _update_access_key(call: IamCall) -> None:
    call.iam.set_status(_own_key(call).key_id, call.need("Status"))


def _delete_access_key(call: IamCall) -> None:
    call.iam.delete_key(_own_key(call).key_id)


def _get_access_key_last_used(call: IamCall) -> Result:
    key_id = call.need("AccessKeyId")
    key = call.iam.key(key_id)
    if account_of(key_id) != call.iam.account:
        who = f"User: {call.caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed"
        raise AwsError("AccessDenied", f"{who} on resource: access key {key_id}", status=403)
    if key is None or key.session_token:
        raise absent(f"The Access Key with id {key_id} cannot be found.")
    used = {
        "LastUsedDate": key.last_used,
        "ServiceName": key.last_service or "N/A",
        "Region": key.last_region or "N/A",
    }
    return {"UserName": key.user, "AccessKeyLastUsed": used}


def account_of(key_id: str) -> str:
    """Return the account that is written in an access key id.

    Raises ``AwsError`` (``ValidationError``) for what is no key id.
    """
    try:
        number = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    except ValueError:
        number = -1
    if number < 0 or len(key_id) != 20:
        raise AwsError("ValidationError", f"{key_id[:32]} is not an access key id")
    return f"{(number & 0x7FFFFFFFFF80) >> 7:012d}"


def _own_key(call: IamCall) -> AccessKey:
    key_id, user = call.need("AccessKeyId"), call.user().name
    key = call.iam.key(key_id)
    if key is None or key.user != user or key.session_token:
        raise absent(f"The Access Key with id {key_id} cannot be found.")
    return key


def _key_shape(key: AccessKey) -> dict[str, object]:
    return {"UserName": key.user, "AccessKeyId": key.key_id, "Status": key.status, "CreateDate": key.created}


USERS: Mapping[str, Handler] = {
    "CreateUser": _create_user,
    "GetUser": _get_user,
    "ListUsers": _list_users,
    "DeleteUser": _delete_user,
    "TagUser": _tag_user,
    "UntagUser": _untag_user,
    "ListUserTags": _list_user_tags,
    "PutUserPermissionsBoundary": _put_boundary,
    "DeleteUserPermissionsBoundary": _delete_boundary,
    "CreateGroup": _create_group,
    "GetGroup": _get_group,
    "ListGroups": _list_groups,
    "DeleteGroup": _delete_group,
    "AddUserToGroup": _add_user_to_group,
    "RemoveUserFromGroup": _remove_user_from_group,
    "ListGroupsForUser": _list_groups_for_user,
    "CreateAccessKey": _create_access_key,
    "ListAccessKeys": _list_access_keys,
    "UpdateAccessKey": _update_access_key,
    "DeleteAccessKey": _delete_access_key,
    "GetAccessKeyLastUsed": _get_access_key_last_used,
}

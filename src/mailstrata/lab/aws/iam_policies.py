"""IAM's API for policies, inline and managed, and for roles.

POLICIES["PutUserPolicy"](call)         # and …GroupPolicy, …RolePolicy: the same deed on another entity
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from mailstrata.lab.aws.iam_call import Handler, IamCall, document_text, policy_shape, role_shape
from mailstrata.lab.aws.iam_entities import ManagedPolicy, read_policy
from mailstrata.lab.aws.query_xml import Result, number, page


def _put(call: IamCall, *, kind: str) -> None:
    call.entity(kind).put_policy(call.need("PolicyName"), call.need("PolicyDocument"))


def _get(call: IamCall, *, kind: str) -> Result:
    entity, name = call.entity(kind), call.need("PolicyName")
    document = document_text(entity.policy(name).document)
    return {f"{kind}Name": entity.name, "PolicyName": name, "PolicyDocument": document}


def _list(call: IamCall, *, kind: str) -> Result:
    return page(call.form, "PolicyNames", sorted(call.entity(kind).inline))


def _delete(call: IamCall, *, kind: str) -> None:
    call.entity(kind).remove_policy(call.need("PolicyName"))


def _attach(call: IamCall, *, kind: str) -> None:
    arn = call.need("PolicyArn")
    call.entity(kind).attached[arn] = call.iam.managed_policy(arn)


def _detach(call: IamCall, *, kind: str) -> None:
    call.entity(kind).detach(call.need("PolicyArn"))


def _list_attached(call: IamCall, *, kind: str) -> Result:
    attached = call.entity(kind).attached.values()
    shapes = [{"PolicyName": policy.name, "PolicyArn": policy.arn} for policy in attached]
    return page(call.form, "AttachedPolicies", shapes)


def _create_policy(call: IamCall) -> Result:
    name, document = call.need("PolicyName"), call.need("PolicyDocument")
    return {"Policy": _shape(call, call.iam.add_managed(name, document, path=call.form.get("Path", "/")))}


def _get_policy(call: IamCall) -> Result:
    return {"Policy": _shape(call, call.iam.managed_policy(call.need("PolicyArn")))}


def _get_policy_version(call: IamCall) -> Result:
    policy = call.iam.managed_policy(call.need("PolicyArn"))
    return {"PolicyVersion": _version(policy) | {"Document": document_text(policy.document)}}


def _list_policy_versions(call: IamCall) -> Result:
    return page(call.form, "Versions", [_version(call.iam.managed_policy(call.need("PolicyArn")))])


def _list_policies(call: IamCall) -> Result:
    scope, only_attached = call.form.get("Scope", "All"), call.form.get("OnlyAttached") == "true"
    shapes = [
        shape
        for arn, policy in sorted(call.iam.managed.items())
        if scope in {"All", "AWS" if arn.startswith("arn:aws:iam::aws:") else "Local"}
        and ((shape := _shape(call, policy))["AttachmentCount"] or not only_attached)
    ]
    return page(call.form, "Policies", shapes)


def _delete_policy(call: IamCall) -> None:
    call.iam.delete_managed(call.need("PolicyArn"))


def _shape(call: IamCall, policy: ManagedPolicy) -> Result:
    return policy_shape(policy, attached=sum(policy.arn in entity.attached for entity in call.iam.entities()))


def _version(policy: ManagedPolicy) -> dict[str, object]:
    return {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": policy.created}


def _create_role(call: IamCall) -> Result:
    longest = number(call.form, "MaxSessionDuration", default=3600, low=3600, high=43_200)
    trust = call.need("AssumeRolePolicyDocument")
    role = call.iam.add_role(call.need("RoleName"), trust=trust, path=call.form.get("Path", "/"))
    role.description, role.max_session = call.form.get("Description", ""), longest
    role.tags.update(call.tags())
    if "PermissionsBoundary" in call.form:
        role.boundary = call.iam.managed_policy(call.form["PermissionsBoundary"])
    return {"Role": role_shape(role)}


def _get_role(call: IamCall) -> Result:
    return {"Role": role_shape(call.iam.role(call.need("RoleName")))}


def _list_roles(call: IamCall) -> Result:
    prefix = call.form.get("PathPrefix", "/")
    found = [role_shape(role) for _, role in sorted(call.iam.roles.items()) if role.path.startswith(prefix)]
    return page(call.form, "Roles", found)


def _delete_role(call: IamCall) -> None:
    call.iam.delete_role(call.need("RoleName"))


def _update_trust(call: IamCall) -> None:
    role = call.iam.role(call.need("RoleName"))
    role.trust = read_policy(call.need("PolicyDocument"), name=f"trust_{role.name}")


def _of(kind: str) -> dict[str, Handler]:
    return {
        f"Put{kind}Policy": partial(_put, kind=kind),
        f"Get{kind}Policy": partial(_get, kind=kind),
        f"List{kind}Policies": partial(_list, kind=kind),
        f"Delete{kind}Policy": partial(_delete, kind=kind),
        f"Attach{kind}Policy": partial(_attach, kind=kind),
        f"Detach{kind}Policy": partial(_detach, kind=kind),
        f"ListAttached{kind}Policies": partial(_list_attached, kind=kind),
    }


POLICIES: Mapping[str, Handler] = {
    **_of("User"),
    **_of("Group"),
    **_of("Role"),
    "CreatePolicy": _create_policy,
    "GetPolicy": _get_policy,
    "GetPolicyVersion": _get_policy_version,
    "ListPolicyVersions": _list_policy_versions,
    "ListPolicies": _list_policies,
    "DeletePolicy": _delete_policy,
    "CreateRole": _create_role,
    "GetRole": _get_role,
    "ListRoles": _list_roles,
    "DeleteRole": _delete_role,
    "UpdateAssumeRolePolicy": _update_trust,
}

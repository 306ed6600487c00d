"""sesv2: e-mail templates. Stored as sesv2's ``EmailTemplateContent``; the v1 API reads and writes the same ones."""

from __future__ import annotations

from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.composing import Letter, RenderingFailed, composed, render
from mailstrata.lab.ses.state import SesRegion
from mailstrata.lab.ses.suppression import page


def found_template(region: SesRegion, name: str) -> dict[str, Any]:
    """The stored template. Raises ``NotFoundException`` (404)."""
    if name not in region.templates:
        raise AwsError("NotFoundException", f"Template {name} does not exist.", status=404)
    return region.templates[name]


def filled(content: dict[str, Any], data: str) -> dict[str, Any]:
    """A template's content with its places filled. Raises ``RenderingFailed``."""
    return {part: render(content[part], data) for part in ("Subject", "Text", "Html") if content.get(part) is not None}


async def create(call: Call) -> Answer:
    """``CreateEmailTemplate``."""
    name = call["TemplateName"]
    if name in call.region.templates:
        raise AwsError("AlreadyExistsException", f"Template {name} already exists.")
    call.region.templates[name] = {"content": dict(call["TemplateContent"]), "created": call.now}
    return {}


async def get(call: Call) -> Answer:
    """``GetEmailTemplate``."""
    name = call["TemplateName"]
    return {"TemplateName": name, "TemplateContent": found_template(call.region, name)["content"]}


async def update(call: Call) -> Answer:
    """``UpdateEmailTemplate``."""
    found_template(call.region, call["TemplateName"])["content"] = dict(call["TemplateContent"])
    return {}


async def delete(call: Call) -> Answer:
    """``DeleteEmailTemplate``; deleting what is not there succeeds."""
    call.region.templates.pop(call["TemplateName"], None)
    return {}


async def list_all(call: Call) -> Answer:
    """``ListEmailTemplates``."""
    names, token = page(sorted(call.region.templates), size=call.get("PageSize", 100), token=call.get("NextToken"))
    summaries = [{"TemplateName": name, "CreatedTimestamp": call.region.templates[name]["created"]} for name in names]
    return {"TemplatesMetadata": summaries, "NextToken": token}


async def test_render(call: Call) -> Answer:
    """``TestRenderEmailTemplate``: the whole MIME message."""
    content = found_template(call.region, call["TemplateName"])["content"]
    try:
        parts = filled(content, call["TemplateData"])
    except RenderingFailed as error:
        raise AwsError("BadRequestException", str(error)) from error
    letter = Letter(sender="", subject=parts.get("Subject", ""), text=parts.get("Text"), html=parts.get("Html"))
    return {"RenderedTemplate": composed(letter).decode("utf-8", "replace")}


OPERATIONS: dict[str, Handler] = {
    "CreateEmailTemplate": create,
    "DeleteEmailTemplate": delete,
    "GetEmailTemplate": get,
    "ListEmailTemplates": list_all,
    "TestRenderEmailTemplate": test_render,
    "UpdateEmailTemplate": update,
}

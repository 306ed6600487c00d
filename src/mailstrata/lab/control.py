"""The lab's own HTTP surface, beside AWS's on the same port: its mailboxes, its clock, its faults.

GET  /mailboxes                        the accounts of the lab's Gmail
GET  /mailboxes/ADDRESS                the messages of one, as JSON
GET  /mailboxes/ADDRESS/NUMBER         one raw message
GET  /_lab                             scenario, story, account
GET  /_lab/setup                       mailstrata.toml for this world
GET  /_lab/sent                        what applications sent by the API, and Gmail through the alias
GET  /_lab/clock, POST {"advance": 60} the simulated time
POST /_lab/break {"fault": "NAME"}     inject a shipped scenario's fault
POST /_lab/resend                      send the scenario's mails again
POST /_lab/retype {…}                  the person types new settings into Gmail's alias
POST /_lab/reset                       begin anew
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from mailstrata.lab.aws.request import AwsError, AwsResponse
from mailstrata.lab.aws.wire import AsgiApp, Message, Receive, Send, WireRequest, read, write
from mailstrata.lab.gmail_submission import Alias
from mailstrata.lab.mailing import by_alias, logged
from mailstrata.lab.scenario_file import load
from mailstrata.lab.setup_text import setup_text
from mailstrata.model.errors import Malformed, Refusal

if TYPE_CHECKING:
    from mailstrata.lab.living import Living

_Handler = Callable[[dict[str, Any]], Awaitable[Any]]


class Control:
    """An ASGI application: the lab's own paths, and ``gate`` for everything else."""

    def __init__(self, lab: Living, gate: AsgiApp) -> None:
        self._lab = lab
        self.gate = gate
        self._posts: dict[str, _Handler] = {
            "/_lab/clock": self._advance,
            "/_lab/break": self._break,
            "/_lab/resend": self._resend,
            "/_lab/retype": self._retype,
            "/_lab/reset": self._reset,
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        own = scope["type"] == "http" and scope["path"].startswith(("/_lab", "/mailboxes"))
        if not own:
            await self.gate(scope, receive, send)
            return
        try:
            response = await self._answer(await read(scope, receive))
        except (Refusal, Malformed) as error:
            response = _json({"error": str(error), "hint": getattr(error, "hint", "")}, status=400)
        except AwsError as error:
            response = _json({"error": str(error)}, status=error.status)
        await write(response, send)

    async def _answer(self, request: WireRequest) -> AwsResponse:
        path = unquote(request.path)
        if request.method == "POST" and path in self._posts:
            return _json(await self._posts[path](_object(request.body)))
        if request.method != "GET":
            return _json({"error": f"the lab has no {request.method} {path}"}, status=404)
        return self._mailboxes(path) if path.startswith("/mailboxes") else self._read(path)

    def _read(self, path: str) -> AwsResponse:
        lab = self._lab
        if path == "/_lab":
            scenario = lab.scenario
            about = {"scenario": scenario.name, "title": scenario.title, "story": scenario.story}
            return _json({**about, "account": lab.parts.account})
        if path == "/_lab/setup":
            return AwsResponse(body=setup_text(lab).encode(), headers={"content-type": "text/plain; charset=utf-8"})
        if path == "/_lab/sent":
            attempts = [*(logged(lab.parts, sent) for sent in lab.sent), *by_alias(lab.parts)]
            return _json([msgspec.to_builtins(attempt) for attempt in attempts])
        if path == "/_lab/clock":
            return _json({"now": lab.parts.clock.now().isoformat()})
        return _json({"error": f"the lab has no {path}"}, status=404)

    def _mailboxes(self, path: str) -> AwsResponse:
        gmail = self._lab.parts.gmail
        _, _, address, *rest = [*path.split("/"), ""]
        if not address:
            return _json(sorted(gmail.accounts))
        if not rest or not rest[0]:
            return _json(gmail.mailbox(address))
        raw = gmail.message(address, int(rest[0])) if rest[0].isdigit() else None
        if raw is None:
            return _json({"error": f"{address} has no message {rest[0]}"}, status=404)
        return AwsResponse(body=raw, headers={"content-type": "message/rfc822"})

    async def _advance(self, body: dict[str, Any]) -> Any:
        self._lab.parts.clock.advance(float(body.get("advance", 0)))
        return {"now": self._lab.parts.clock.now().isoformat()}

    async def _break(self, body: dict[str, Any]) -> Any:
        chain = load(str(body.get("fault", "")))
        await self._lab.inject(chain[-1])
        return {"broken": chain[-1].name, "title": chain[-1].title}

    async def _resend(self, _: dict[str, Any]) -> Any:
        await self._lab.resend()
        return {"sent": len(self._lab.parts.mails)}

    async def _reset(self, _: dict[str, Any]) -> Any:
        await self._lab.reset()
        return {"scenario": self._lab.scenario.name}

    async def _retype(self, body: dict[str, Any]) -> Any:
        known = self._lab.parts.aliases.get(str(body.get("alias", "")))
        if known is None:
            raise Refusal(f"the lab has no alias {body.get('alias')!r}")
        typed = Alias(
            address=known.address,
            host=str(body.get("host") or known.host),
            port=int(body.get("port") or known.port),
            security=str(body.get("security") or known.security),
            username=str(body.get("username") or known.username),
            password=str(body.get("password", "")),
        )
        shown = await self._lab.parts.gmail.set_alias(known.account, typed)
        if shown.saved:
            given = {"host": typed.host, "port": typed.port, "security": typed.security, "username": typed.username}
            self._lab.parts.aliases[known.address] = replace(known, **given)  # type: ignore[arg-type]
        return {"saved": shown.saved, "response": shown.response, "shown": shown.shown}


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise Malformed("request body", "no JSON", "a JSON object") from error
    if not isinstance(value, dict):
        raise Malformed("request body", type(value).__name__, "a JSON object")
    return value


def _json(value: Any, *, status: int = 200) -> AwsResponse:
    body = json.dumps(value, default=str).encode() + b"\n"
    return AwsResponse(status=status, body=body, headers={"content-type": "application/json"})

"""The order of a session: which verb is taken at which stage, and what is said to one that comes too early.

All order is in this table. Nobody reaches MAIL without TLS and a login, whatever the configuration: no setting can change
the table, so the relay is never an open one (RFC 6409 4.3, RFC 8314 4.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from mailstrata.model.reply import Reply


class Stage(Enum):
    """How far a session has come."""

    __hash__ = object.__hash__  # each is there once; Enum's own hash is a Python function, and every command needs one

    GREETED = "nothing said yet"
    HELLO = "a hello, in clear"
    SECURED = "TLS, nothing said in it yet"
    ANONYMOUS = "a hello under TLS"
    READY = "logged in"
    SENDER = "MAIL was taken"
    RECIPIENTS = "at least one RCPT was taken"


HELLO_FIRST = Reply(code=503, enhanced="5.5.1", text="Say EHLO first")
TLS_FIRST = Reply(code=530, enhanced="5.7.0", text="Must issue a STARTTLS command first")
LOGIN_FIRST = Reply(code=530, enhanced="5.7.0", text="Authentication required")
TLS_ALREADY = Reply(code=503, enhanced="5.5.1", text="TLS is on already")
LOGIN_ALREADY = Reply(code=503, enhanced="5.5.1", text="You are logged in already")
MAIL_FIRST = Reply(code=503, enhanced="5.5.1", text="Say MAIL first")
MAIL_ALREADY = Reply(code=503, enhanced="5.5.1", text="One message at a time: finish this one or say RSET")
NO_RECIPIENTS = Reply(code=554, enhanced="5.5.1", text="No valid recipients")

_S = Stage
_NOT_YET = {_S.GREETED: HELLO_FIRST, _S.HELLO: TLS_FIRST, _S.SECURED: HELLO_FIRST}
_WITHIN_MAIL = (_S.SENDER, _S.RECIPIENTS)
_OUT_OF_TURN: Mapping[str, Mapping[Stage, Reply]] = {
    "STARTTLS": {
        _S.GREETED: HELLO_FIRST,
        **dict.fromkeys((_S.SECURED, _S.ANONYMOUS, _S.READY, *_WITHIN_MAIL), TLS_ALREADY),
    },
    "AUTH": {
        **_NOT_YET,
        _S.READY: LOGIN_ALREADY,
        **dict.fromkeys(_WITHIN_MAIL, LOGIN_ALREADY),
    },
    "MAIL": {**_NOT_YET, _S.ANONYMOUS: LOGIN_FIRST, **dict.fromkeys(_WITHIN_MAIL, MAIL_ALREADY)},
    "RCPT": {**_NOT_YET, _S.ANONYMOUS: LOGIN_FIRST, _S.READY: MAIL_FIRST},
    "DATA": {**_NOT_YET, _S.ANONYMOUS: LOGIN_FIRST, _S.READY: MAIL_FIRST, _S.SENDER: NO_RECIPIENTS},
    "VRFY": {**_NOT_YET, _S.ANONYMOUS: LOGIN_FIRST},
    "EHLO": {},
    "HELO": {},
    "RSET": {},
    "NOOP": {},
    "HELP": {},
    "QUIT": {},
}
OUT_OF_TURN: Mapping[tuple[str, Stage], Reply] = MappingProxyType(
    {(verb, stage): reply for verb, replies in _OUT_OF_TURN.items() for stage, reply in replies.items()}
)
"""What is said to a verb at a stage where it is not taken; a pair that is missing is taken."""
VERBS = frozenset(_OUT_OF_TURN)
"""Every verb that a session knows."""

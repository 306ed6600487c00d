r"""What a mail server answered, found in the words of somebody who tells of it.

    answer_in("host mx.dock.example[192.0.2.1] said: 550-5.1.1 no such user 550 5.1.1 here (in reply to RCPT TO command)")
    # Answer(reply=Reply(550, "5.1.1", "no such user here …"), remote_mta="mx.dock.example", diagnostic="550-5.1.1 no such …")

The remote server's words count more than those of the server that passes them on: the answer begins at the reply code.
Where there is none, everything told is the diagnostic.
"""

from __future__ import annotations

import re

from mailstrata.model.reply import Reply
from mailstrata.model.values import dataclass, maker

LIMIT = 2000
"""Characters of an answer that are kept."""

# What may not stand before is looked at behind the first letters: the search then jumps from one such place to the next.
_CODE = re.compile(
    r"([45][0-7][0-9](?<![\w.@/+-]...)(?<![0-9]:...))"
    r"(?:[ -]+\1(?=[ -]))?"
    r"(?:(?:[ \-:,;'\"#(]|ERROR_CODE)*([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.]))?"
    r"(?=[ \-:,;#)\]>'\"]|\Z)"
)
_ENHANCED = re.compile(r"([45]\.[0-7](?<![0-9.\w]...)\.[0-9]{1,3})(?![0-9.\w])")
_REMOTE = re.compile(
    r"(?:host(?<=\bhost)|server(?<=\bserver)|talking to|connect(?:ed)? to|remote mta)"
    r"[ :<]{1,3}([a-z0-9][a-z0-9.-]{0,200}\.[a-z0-9-]{1,63})"
)


_BEFORE_A_SERVER = ("host", "server", "talking to", "connect", "remote mta")
"""One of these stands before every server's name; to look for them costs less than for the name."""
_PART_OF_A_NUMBER = frozenset("._")
_OPENED_BY = {")": "(", "]": "[", "}": "{", ">": "<"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply as far as it was told. Empty texts say that it was not."""

    reply: Reply | None = None
    status: str = ""
    diagnostic: str = ""
    remote_mta: str = ""
    context: str = ""
    """All that was told, where that is more than the diagnostic."""


NOTHING = Answer()
_answer, _reply = maker(Answer), maker(Reply)


def answer_in(text: str) -> Answer:
    """The first refusal that ``text`` tells of."""
    flat = " ".join(text[: 2 * LIMIT].split())[:LIMIT]
    if not flat:
        return NOTHING
    code = _CODE.search(flat)
    said = _balanced(flat[code.start() :]) if code else flat
    reply = reply_at(said, code) if code else None
    status = reply.enhanced if reply and reply.enhanced else enhanced_in(flat)
    lower = flat.lower()
    remote = _REMOTE.search(lower) if any(map(lower.__contains__, _BEFORE_A_SERVER)) else None
    return _answer(
        reply=reply,
        status=status,
        diagnostic=said,
        remote_mta=remote[1].rstrip(".") if remote else "",
        context=flat if said != flat else "",
    )


def _balanced(text: str) -> str:
    """The text without a bracket or quote at its end that was opened before it begins."""
    while text:
        opening = _OPENED_BY.get(text[-1])
        surplus = opening and text.count(opening) < text.count(text[-1])
        if not surplus and not (text[-1] == '"' and text.count('"') % 2):
            return text
        text = text[:-1].rstrip()
    return text


def reply_in(flat: str) -> Reply | None:
    """The first refusal in a text of one line, or the reply that it begins with."""
    code = _CODE.search(flat[:LIMIT])
    return reply_at(_balanced(flat[code.start() : LIMIT]), code) if code else Reply.parse(flat)


def reply_at(said: str, code: re.Match[str]) -> Reply:
    """The reply that begins at the code that was found; its lines joined when the code stands before each (RFC 5321 4.2.1)."""
    enhanced = code[2] or ""
    text = said[len(code[0]) :].lstrip(" -:,;#)]>'\"")
    if code[1] + "-" in text or code[1] + " " in text:
        text = _joined(text, code[1], enhanced)
    return _reply(code=int(code[1]), enhanced=enhanced, text=text)


def _joined(text: str, code: str, enhanced: str) -> str:
    """The text without the code that begins each further line: ``550-5.1.1``, and ``550 5.1.1`` where the first has both."""
    kept: list[str] = []
    done, at = 0, text.find(code)
    while at >= 0:
        end = at + len(code) + 1
        before, sign = text[at - 1 : at], text[end - 1 : end]
        if (sign == "-" or (enhanced and sign == " ")) and not (before.isalnum() or before in _PART_OF_A_NUMBER):
            if enhanced and text.startswith(enhanced, end):
                end += len(enhanced) + (text[end + len(enhanced) :][:1] == " ")
            kept.append(text[done:at])
            done = end
        at = text.find(code, max(done, at + 1))
    return "".join([*kept, text[done:]])


def enhanced_in(text: str) -> str:
    """The first enhanced status code of a failure that a text has, empty when it has none (RFC 3463)."""
    match = _ENHANCED.search(text)
    return match[1] if match else ""

r"""Reads and plays ``.smtp`` dialogues: what a client sends, and every line that the relay answers.

    # what this dialogue shows
    L: size=1000 errors=3       limits other than the usual
    I:                          the connection begins with TLS
    S: 220 relay…               the next line of the relay; … at its end: whatever follows
    C: EHLO client              the client sends a line
    c: MAIL\n                   the client sends these bytes (Python's escapes), no line end added
    T:                          a handshake took place
    O: ann admin@… > a@… b@…    an offer was made: login, sender (<> for none), recipients
    M: Subject: Ahoy\r\n…       and this was its message
    X:                          the relay closed the connection

After the last line nothing is left that the relay said.
"""

from __future__ import annotations

from pathlib import Path

from tests.rooms.relay.talking import Talk

from mailstrata.relay.limits import Limits


def play(path: Path) -> None:
    """Play one dialogue; an ``AssertionError`` names the line that went otherwise."""
    lines = [(number, line) for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if line]
    marks = {line[:2]: line[2:].strip() for _, line in lines}
    stage = _Stage(Talk(limits=_limits(marks.get("L:", "")), implicit="I:" in marks))
    for number, line in lines:
        if line[0] == "#" or line[:2] in {"L:", "I:"}:
            continue
        try:
            stage.act(line[:2], line[3:])
        except AssertionError as error:
            raise AssertionError(f"{path.name}:{number}: {line}\n{error}") from error
    assert not stage.unheard(), f"{path.name}: the relay also said {stage.unheard()}"


def _limits(text: str) -> Limits:
    values = dict(word.split("=") for word in text.split())
    return Limits(**{name: int(value) for name, value in values.items()})


class _Stage:
    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._heard: list[str] = []
        self._handshakes = 0

    def unheard(self) -> list[str]:
        """Lines that the dialogue has not named yet."""
        self._heard += self._talk.said()
        return self._heard

    def act(self, mark: str, text: str) -> None:
        """Carry out one line."""
        match mark:
            case "C:":
                self._talk.send(text.encode() + b"\r\n")
            case "c:":
                self._talk.send(text.encode("latin-1").decode("unicode_escape").encode("latin-1"))
            case "S:":
                self._expect(text)
            case "T:":
                self._handshakes += 1
                assert self._talk.handshakes == self._handshakes
            case "O:":
                offer = self._talk.offers[-1]
                assert text == f"{offer.login} {offer.sender or '<>'} > {' '.join(offer.recipients)}"
            case "M:":
                assert self._talk.offers[-1].message == text.encode().decode("unicode_escape").encode("latin-1")
            case "X:":
                assert self._talk.closed, "the connection is still open"
            case _:
                raise AssertionError("no dialogue has such a line")

    def _expect(self, text: str) -> None:
        heard = self.unheard()
        assert heard, "the relay said nothing"
        said = heard.pop(0)
        assert said.startswith(text[:-1]) if text.endswith("…") else said == text, f"the relay said {said}"

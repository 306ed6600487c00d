from __future__ import annotations

import asyncio

import dkim
import pytest
from tests.rooms.lab.ses.scene import MAIL, REGION, Scene, made

from mailstrata.lab.ses.signing import OWN_DOMAIN, OWN_SELECTOR


def verdicts(scene: Scene, content: bytes) -> list[tuple[str, bool]]:
    """Domain and verdict of each signature, by the keys that the lab publishes."""

    def answer(name: bytes, timeout: float = 5) -> bytes | None:
        asked = name.decode().rstrip(".")
        alias = scene.records.get((asked, "CNAME"))
        if isinstance(alias, tuple):
            asked = alias[0].rstrip(".")
        found = scene.ses.published(asked)
        return found[0].encode() if found else None

    read = dkim.DKIM(content)
    found = []
    for index in range(content.count(b"DKIM-Signature:")):
        try:
            valid = bool(read.verify(idx=index, dnsfunc=answer))
        except dkim.ValidationError:
            valid = False
        found.append((read.domain.decode(), valid))
    return found


def test_mail_of_a_domain_has_two_valid_signatures(scene: Scene) -> None:
    """One aligned with the From, one of amazonses.com; both verify against the published keys."""

    async def play() -> None:
        await scene.domain()
        await scene.send()

    asyncio.run(play())
    content = scene.recipients.delivered[0].content
    assert verdicts(scene, content) == [("sailing.example", True), ("amazonses.com", True)]
    assert verdicts(scene, content.replace(b"Ahoy", b"Ahem")) == [("sailing.example", False), ("amazonses.com", False)]


@pytest.mark.parametrize(
    "raw",
    [
        MAIL + b"\r\n\r\n\r\n",
        MAIL.partition(b"\r\n\r\n")[0] + b"\r\n\r\n",
        MAIL.replace(b"Berth 7", b"a long\r\n\t folded  \t subject "),
        MAIL.replace(b"\r\n", b"\n"),
        MAIL.replace(b"Ahoy", b"no line end at the end").removesuffix(b"\r\n"),
        MAIL.replace(b"Ahoy", "Grüße\x0b".encode()),
    ],
)
def test_every_form_of_mail_verifies(raw: bytes) -> None:
    """Empty lines at the end, no body, folded fields, bare line feeds, no final line end, eight bits."""
    scene = made()

    async def play() -> None:
        await scene.domain()
        await scene.send(raw=raw)

    asyncio.run(play())
    assert verdicts(scene, scene.recipients.delivered[0].content) == [
        ("sailing.example", True),
        ("amazonses.com", True),
    ]


def test_signing_switched_off_leaves_amazons_alone(scene: Scene) -> None:
    """Without signing, and with DKIM that failed, only d=amazonses.com is left."""

    async def play() -> None:
        identity = await scene.domain()
        identity.dkim.signing_enabled = False
        await scene.send()
        identity.dkim.signing_enabled, identity.dkim.status = True, "FAILED"
        await scene.send()

    asyncio.run(play())
    assert [verdicts(scene, one.content) for one in scene.recipients.delivered] == [[("amazonses.com", True)]] * 2


def test_an_address_without_its_domain_has_no_signature_of_its_own(scene: Scene) -> None:
    """An individually verified address whose domain is no identity goes out with Amazon's signature only."""

    async def play() -> None:
        await scene.ses.add_identity(REGION, "admin@sailing.example")
        await scene.send()

    asyncio.run(play())
    assert verdicts(scene, scene.recipients.delivered[0].content) == [("amazonses.com", True)]


def test_keys_are_published_for_tokens_and_for_ses_itself(scene: Scene) -> None:
    """Each token of each identity has a key, and nothing else has."""
    identity = asyncio.run(scene.domain())
    names = set(scene.ses.published_names())
    assert names == {f"{OWN_SELECTOR}._domainkey.{OWN_DOMAIN}"} | {
        f"{token}.dkim.amazonses.com" for token in identity.dkim.tokens
    }
    assert all(scene.ses.published(name)[0].startswith("k=rsa; p=MIG") for name in names)
    assert scene.ses.published("unknown.dkim.amazonses.com") == ()

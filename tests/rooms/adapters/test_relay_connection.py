"""The relay over real sockets and real TLS, on asyncio's loop and on uvloop's."""

from __future__ import annotations

import asyncio
import json
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trustme
from tests.rooms.adapters.relay_running import (
    LOOPS,
    NAME,
    PASSWORD,
    Running,
    certificate,
    give_password,
    running,
)

from mailstrata.model.reply import Reply
from mailstrata.relay.admission import Admission
from mailstrata.relay.limits import Limits

MAIL = b"From: Ann <admin@sailing.example>\r\nTo: crew@dock.example\r\nSubject: Ahoy\r\n\r\n.dot\r\n"
ENVELOPE = ("MAIL FROM:<admin@sailing.example>", "RCPT TO:<crew@dock.example>", "DATA")


@pytest.fixture(params=sorted(LOOPS))
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    """Run a scene with a relay on one kind of loop."""

    def run(scene: Callable[[Running], Awaitable[None]], **options: object) -> None:
        async def main() -> None:
            async with running(tmp_path, **options) as relay:  # type: ignore[arg-type]
                await scene(relay)

        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(main())

    return run


Play = Callable[..., None]


def send_by_smtplib(relay: Running, *, implicit: bool) -> None:
    """Python's own client, as a program uses it."""
    client: smtplib.SMTP
    if implicit:
        client = smtplib.SMTP_SSL("127.0.0.1", relay.port_tls, timeout=10, context=relay.trust)
    else:
        client = smtplib.SMTP("127.0.0.1", relay.port, timeout=10)
        vars(client)["_host"] = NAME  # the name that its certificate is verified for
        client.starttls(context=relay.trust)
    with client:
        client.login("ann", PASSWORD)
        client.sendmail("admin@sailing.example", ["crew@dock.example", "bcc@dock.example"], MAIL)


def test_smtplib_sends_over_starttls(play: Play) -> None:
    """Envelope, text byte for byte, who sent it."""

    async def scene(relay: Running) -> None:
        await asyncio.to_thread(send_by_smtplib, relay, implicit=False)
        (offer,) = relay.kept.offers
        assert offer.message == MAIL
        assert (offer.login, offer.sender) == ("ann", "admin@sailing.example")
        assert offer.recipients == ("crew@dock.example", "bcc@dock.example")
        assert offer.peer == "127.0.0.1"
        assert offer.tls.startswith("TLSv1.3 ")

    play(scene)


def test_tls_from_the_first_byte_on(play: Play) -> None:
    """Port 465's way, several messages on one connection."""

    async def scene(relay: Running) -> None:
        client = await relay.client(relay.trust)
        assert (await client.heard()).startswith("220 ")
        await client.log_in()
        for number in range(3):
            await client.say(ENVELOPE[0])
            await client.say(ENVELOPE[1])
            assert (await client.say("DATA")).startswith("354")
            client.writer.write(MAIL + b".\r\n")
            assert await client.heard() == "250 2.0.0 Ok 0100018f-1"
            assert len(relay.kept.offers) == number + 1
        assert (await client.say("QUIT")).startswith("221")
        assert await client.ended()

    play(scene)


def test_what_is_sent_in_clear_behind_starttls_is_dropped(play: Play) -> None:
    """In the same packet (RFC 3207 4.2)."""

    async def scene(relay: Running) -> None:
        client = await relay.client()
        await client.heard()
        await client.say("EHLO evil")
        client.writer.write(b"STARTTLS\r\nEHLO evil\r\nNOOP\r\n")
        assert (await client.heard()).startswith("220")
        await client.writer.start_tls(relay.trust, server_hostname=NAME)
        assert await client.say("MAIL FROM:<admin@sailing.example>") == "503 5.5.1 Say EHLO first"

    play(scene)


def test_a_second_login_on_another_connection_needs_no_hash(play: Play) -> None:
    """The digest in memory answers; a wrong password is told after a while."""

    async def scene(relay: Running) -> None:
        began = asyncio.get_running_loop().time()
        for _ in range(3):
            client = await relay.client(relay.trust)
            await client.heard()
            await client.log_in()
        assert asyncio.get_running_loop().time() - began < 5
        client = await relay.client(relay.trust)
        await client.heard()
        await client.say("EHLO client")
        assert await client.say("AUTH PLAIN AGFubgB3cm9uZw==") == "535 5.7.8 Username and password not accepted"
        assert relay.events()[-1]["event"] == "login refused"

    play(scene)


def test_a_revoked_user_sends_no_further_message_in_an_open_session(play: Play) -> None:
    """Instantly: at the next MAIL, and a new password for its user is not one for whoever had the old."""

    async def scene(relay: Running) -> None:
        client = await relay.client(relay.trust)
        await client.heard()
        await client.log_in()
        assert (await client.say(ENVELOPE[0])).startswith("250")
        await client.say("RSET")
        relay.house.users.revoke("ann", relay.house.clock.now())
        assert (await client.say(ENVELOPE[0])).startswith("535 5.7.8 The relay's login ann was revoked")
        give_password(relay.house.users, now=relay.house.clock.now())
        assert (await client.say(ENVELOPE[0])).startswith("535 5.7.8 The relay's login ann came in by a password that")

    play(scene)


def test_a_message_that_is_refused_has_its_line_and_is_counted(play: Play) -> None:
    """In another's name at MAIL or in its header: whoever runs the relay sees who tries."""

    async def scene(relay: Running) -> None:
        client = await relay.client(relay.trust)
        await client.heard()
        await client.log_in()
        assert (await client.say("MAIL FROM:<owner@bank.example>")).startswith("550 5.7.1")
        for line in ENVELOPE:
            await client.say(line)
        assert (await client.say("From: owner@bank.example", "", "Pay me", ".")).startswith("550 5.7.1")
        lines = [line for line in relay.events() if line["event"] == "message"]
        assert [(line["login"], line["code"], line["from"], line["bytes"]) for line in lines] == [
            ("ann", 550, "owner@bank.example", 0),
            ("ann", 550, "admin@sailing.example", 36),
        ]
        assert 'messages_total{outcome="refused"} 2' in relay.metrics.text()
        assert "Pay me" not in relay.log.getvalue().decode()

    play(scene)


def test_a_handshake_that_does_not_go_on_keeps_no_relay_from_stopping(play: Play) -> None:
    """Neither one from the first byte on nor one after STARTTLS: both would be waited for as a message is."""

    async def scene(relay: Running) -> None:
        await relay.client(implicit=True)
        client = await relay.client()
        await client.heard()
        await client.say("EHLO client")
        assert (await client.say("STARTTLS")).startswith("220")
        began = asyncio.get_running_loop().time()
        await relay.server.stop(grace=8.0)
        assert asyncio.get_running_loop().time() - began < 4

    play(scene)


def test_too_many_connections_are_turned_away(play: Play) -> None:
    """Counted before TLS, also half-open ones."""

    async def scene(relay: Running) -> None:
        await relay.client(implicit=True)
        one = await relay.client()
        assert (await one.heard()).startswith("220")
        another = await relay.client()
        assert (await another.heard()).startswith("421 4.7.0 Too many connections from your address")
        assert await another.ended()

    play(scene, admission=Admission(total=10, per_address=2))


def test_a_client_that_says_nothing_is_sent_off(play: Play) -> None:
    """Before a login it has its time in all, however busy it is."""

    async def scene(relay: Running) -> None:
        silent = await relay.client()
        half_open = await relay.client(implicit=True)
        await silent.heard()
        assert await silent.heard() == "421 4.4.2 Waited too long for you"
        assert await silent.ended()
        assert await half_open.ended()
        assert "mailstrata_relay_timed_out_total 1\n" in relay.metrics.text()
        assert "mailstrata_relay_handshakes_failed_total 1\n" in relay.metrics.text()

    play(scene, limits=Limits(login=0.1))


def test_garbage_where_tls_should_begin_ends_the_connection(play: Play) -> None:
    """And nothing else."""

    async def scene(relay: Running) -> None:
        client = await relay.client(implicit=True)
        client.writer.write(b"EHLO client\r\n" * 20)
        await client.ended()
        await asyncio.to_thread(send_by_smtplib, relay, implicit=False)
        assert len(relay.kept.offers) == 1

    play(scene)


def test_a_relay_that_stops_finishes_what_is_under_way(play: Play) -> None:
    """The message in flight gets its answer, an idle client 421, nobody new gets in."""

    async def scene(relay: Running) -> None:
        idle = await relay.client()
        await idle.heard()
        busy = await relay.client(relay.trust)
        await busy.heard()
        await busy.log_in()
        for line in ENVELOPE:
            await busy.say(line)
        busy.writer.write(MAIL + b".\r\n")
        await relay.kept.arrived.wait()
        stopping = asyncio.create_task(relay.server.stop(grace=10))
        assert await idle.heard() == "421 4.3.2 The relay restarts: try again in a minute"
        relay.kept.gate.set()
        assert await busy.heard() == "250 2.0.0 Ok 0100018f-1"
        assert (await busy.heard()).startswith("421")
        await stopping
        with pytest.raises(OSError, match=r"."):
            await relay.client()

    play(scene, open_gate=False)


def test_a_delivery_that_fails_in_us_is_a_temporary_answer(play: Play) -> None:
    """The client tries again; the operator reads of it."""

    async def scene(relay: Running) -> None:
        class Broken:
            problem = ""

            async def deliver(self, offer: object) -> Reply:
                raise RuntimeError(f"a fault of ours about {offer}")

        relay.house.delivery = Broken()
        client = await relay.client(relay.trust)
        await client.heard()
        await client.log_in()
        for line in ENVELOPE:
            await client.say(line)
        client.writer.write(MAIL + b".\r\n")
        assert (await client.heard()).startswith("451 4.3.0 ")
        fault, message = relay.events()
        assert (fault["event"], message["event"]) == ("fault", "message")
        assert (fault["what"], fault["where"][-1].split()[-1]) == ("RuntimeError", "deliver")
        assert "sailing.example" not in json.dumps(fault)

    play(scene)


def test_one_line_of_log_a_message_without_its_text(play: Play) -> None:
    """Who, to whom, what was answered; no password, no subject."""

    async def scene(relay: Running) -> None:
        await asyncio.to_thread(send_by_smtplib, relay, implicit=False)
        (line,) = relay.events()
        assert line["event"] == "message"
        assert (line["login"], line["from"], line["to"]) == (
            "ann",
            "admin@sailing.example",
            ["crew@dock.example", "bcc@dock.example"],
        )
        assert (line["code"], line["answer"], line["bytes"]) == (250, "Ok 0100018f-1", len(MAIL))
        log = relay.log.getvalue()
        assert PASSWORD.encode() not in log
        assert b"Ahoy" not in log

    play(scene)


def test_a_new_certificate_is_used_without_dropping_a_session(play: Play) -> None:
    """Whoever is connected stays; whoever comes sees the new one; a broken one changes nothing."""

    async def scene(relay: Running) -> None:
        client = await relay.client(relay.trust)
        await client.heard()
        await client.log_in()
        authority = trustme.CA()
        certificate(relay.folder, authority, NAME)
        assert relay.house.tls.refresh()
        trust = ssl.create_default_context()
        authority.configure_trust(trust)
        later = await relay.client(trust)
        assert (await later.heard()).startswith("220")
        (relay.folder / "relay.pem").write_text("no certificate")
        assert not relay.house.tls.refresh()
        assert "cannot be used" in relay.house.tls.problem
        await relay.client(trust)
        assert (await client.say("NOOP")).startswith("250")

    play(scene)

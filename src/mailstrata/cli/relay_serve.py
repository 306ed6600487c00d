"""``mailstrata relay serve``: run the relay in the foreground, as a service manager or a container wants it."""

from __future__ import annotations

import logging
import os
import sys

import click

from mailstrata.cli import options, relay_users


@click.command("serve")
@options.world
@click.option("--processes", type=click.IntRange(1, 64), help="Processes that share the ports; default: the setup's.")
def command(setup: str | None, lab: str | None, processes: int | None) -> int:
    """Run the relay of the setup's [relay] in the foreground, until SIGTERM or Ctrl-C.

    Where it listens is said on stdout, a line for each port, then "ready". The log goes to stderr: one JSON object a
    line, one line a message, never a password or a text.

    SIGTERM lets messages under way finish and says 421 to everybody else. SIGHUP reads the setup, the certificate and
    Google's networks again, without dropping a session; ports, processes, hosts, database, regions, mode and configuration
    set stay as they are until it is started again, and the log says which of them would be others.

    With --lab it stands in front of that world's SES until it is stopped; login and password are said on stdout too.

    Sockets that systemd passes are used in place of the setup's.

    Exit status: 0 after it was told to stop, 2 where it cannot begin, 3 where its Postgres cannot be reached.
    """
    from dataclasses import replace

    from mailstrata.adapters import relay_processes
    from mailstrata.adapters.relay_journal import LogLines
    from mailstrata.wiring import relay

    with relay_users.setup_of(setup, lab) as found:
        plan = relay(found, log=sys.stderr.buffer)
        if processes:
            settings = plan.settings
            plan = replace(plan, settings=lambda: replace(settings(), processes=processes))
        log = logging.getLogger("mailstrata.relay")
        log.addHandler(LogLines(sys.stderr.buffer, plan.clock))
        log.propagate = False
        if lab:
            user, password = (os.environ[f"MAILSTRATA_LAB_RELAY_{name}"] for name in ("USER", "PASSWORD"))
            _say(f"login {user}, password {password}; trust {os.environ['MAILSTRATA_LAB_CA']}")
        return relay_processes.serve(plan, say=_say)


def _say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()

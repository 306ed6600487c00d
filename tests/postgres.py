"""A Postgres server of one's own for tests: Debian's binaries, a fresh cluster, a unix socket and no TCP port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DEBIAN = Path("/usr/lib/postgresql")
SECONDS = 60


@contextmanager
def running() -> Iterator[str]:
    """Start a server and give its URL; stop it and remove all of it at the end. Skips where there are no binaries."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="mailstrata-pg-", dir="/tmp"))  # a socket's path has 107 bytes at most
    try:
        user = _owner(folder)
        data = folder / "data"
        quick = ("-c fsync=off -c full_page_writes=off -c max_connections=20 -c shared_buffers=16MB "
                 f"-c listen_addresses= -c unix_socket_directories={folder}")  # fmt: skip
        _run(user, binaries / "initdb", "-D", data, "-A", "trust", "-U", "relay", "--no-sync", "-E", "UTF8")
        _run(user, binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", quick, "start")
        try:
            yield f"postgresql://relay@/postgres?host={folder}"
        finally:
            _run(user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def with_schema(url: str) -> str:
    """The server's URL with a new schema in which tables are made and looked for."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{url}&options=-csearch_path%3D{name}"


def _binaries() -> Path:
    found = sorted(DEBIAN.glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip("no Postgres server here: apt-get install postgresql")
    return Path(on_path).parent


def _owner(folder: Path) -> str:
    """Postgres refuses to run as root: the user it runs as, to whom the folder then belongs."""
    if os.geteuid() != 0:
        return ""
    entry = next((entry for entry in pwd.getpwall() if entry.pw_name in {"postgres", "nobody"}), None)
    if entry is None or shutil.which("setpriv") is None:
        pytest.skip("Postgres does not run as root, and there is no other user to run it")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return entry.pw_name


def _run(user: str, *command: str | Path) -> None:
    words = [str(word) for word in command]
    if user:
        words = ["setpriv", f"--reuid={user}", "--regid=" + str(pwd.getpwnam(user).pw_gid), "--clear-groups", *words]
    done = subprocess.run(  # noqa: S603 - Debian's own programs
        words, capture_output=True, text=True, timeout=SECONDS, check=False, cwd="/"
    )
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stdout[-500:]} {done.stderr[-500:]}")

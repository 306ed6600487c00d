"""How near a check of a whole account comes to what SES's limit of requests allows.

    make bench-domain-pace            IDENTITIES= in one region of the lab (100), RATE= requests a second (5)

``domain check --all`` is run on the lab, which is not slower for being asked faster: the setup says how fast it may ask. The
limit allows a request for each identity and one for the listing, so nothing can be faster than their number by the rate. SES
itself allows one a second; five hundred identities there are 501 s.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench.domain import OURS, ROOT, written

SCENARIO = ROOT / "src" / "mailstrata" / "lab" / "scenarios" / "healthy.toml"
IDENTITY = '\n[[identity]]\nname = "fleet{number}.example"\nregion = "us-east-1"\nkey_length = "RSA_1024_BIT"\n'
SECONDS = 600


def main() -> None:
    """Build the account, look through it, print the row, write the result."""
    count, rate = int(os.environ.get("IDENTITIES", "100")), float(os.environ.get("RATE", "5"))
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "account.toml"
        added = "".join(IDENTITY.format(number=number) for number in range(count - 1))
        scenario.write_text(SCENARIO.read_text("utf-8") + added, "utf-8")
        took = _timed(scenario, rate)
    floor = (count + 1) / rate
    print(f"{count} identities at {rate:g} requests a second: {took:.1f} s, the limit allows {floor:.1f} s")
    metric = f"an account of {count} domains at {rate:g} SES requests a second, whole process"
    row = {"metric": metric, "unit": "s", "ours": round(took, 2), "peer_name": "what the limit allows"}
    written("domain-pace", [{**row, "peer": round(floor, 2), "ratio": round(floor / took, 3)}])


def _timed(scenario: Path, rate: float) -> float:
    """Seconds of ``domain check --all``, the lab's start not counted."""
    with subprocess.Popen((OURS, "lab", "up", str(scenario)), stdout=subprocess.PIPE, text=True) as lab:
        try:
            variables = {**os.environ, **_exports(lab)}
            setup = scenario.with_name("paced.toml")
            shutil.copy(variables.pop("MAILSTRATA_SETUP"), setup)
            text = setup.read_text("utf-8").replace("requests_per_second = 1000", f"requests_per_second = {rate}")
            setup.write_text(text, "utf-8")
            began = time.perf_counter()
            command = (OURS, "domain", "check", "--all", "--jsonl", "--setup", str(setup))
            ended = subprocess.run(command, env=variables, capture_output=True, timeout=SECONDS)
            took = time.perf_counter() - began
            if ended.returncode not in (0, 1, 3):
                raise SystemExit(f"domain check ended with {ended.returncode}: {ended.stderr.decode()[-500:]}")
            return took
        finally:
            lab.terminate()


def _exports(lab: subprocess.Popen[str]) -> dict[str, str]:
    """What the lab says to export, read until it is ready."""
    assert lab.stdout is not None
    found: dict[str, str] = {}
    for line in lab.stdout:
        name, _, value = line.removeprefix("export ").strip().partition("=")
        found[name] = value.strip("'\"")
        if " is ready" in line:
            break
    return found


if __name__ == "__main__":
    main()

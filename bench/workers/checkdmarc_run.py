"""checkdmarc over the domains of its arguments, one after another or in ``THREADS``, by the resolver at ``PORT``."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import checkdmarc  # type: ignore[import-not-found]
import dns.resolver


def check(domain: str) -> None:
    """All that checkdmarc asks of DNS; no connection to mail servers."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], int(os.environ["PORT"])
    checkdmarc.check_domains([domain], resolver=resolver)


def main() -> None:
    """One after another, or ``THREADS`` at once."""
    threads = int(os.environ.get("THREADS", "1"))
    if threads == 1:
        for domain in sys.argv[1:]:
            check(domain)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(check, sys.argv[1:]))


if __name__ == "__main__":
    main()

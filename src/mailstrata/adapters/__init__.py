"""Everything that touches the world: DNS, SMTP, AWS, secrets, the ledger, files, the clock. Nothing here decides."""

"""The lab's own Amazon SES: identities, suppression, sending, events, and the SMTP endpoint (facts.md A, B).

    ses = Ses(account=…, iam=…, clock=…, ids=…, resolver=zones.lookup, transport=…, outgoing=("127.0.1.10",))
    endpoint = SmtpEndpoint(region="us-east-1", ses=ses, iam=iam, tls=context)

``service.Ses`` and ``smtp.SmtpEndpoint`` are the two entrances; everything else is behind them.
"""

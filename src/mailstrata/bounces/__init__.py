"""Reading what bounces say: the standard first, then dialects, one a file.

``read`` bytes to ``Bounce`` · ``attempts`` bounces to the mails that were tried · ``rfc3464`` the standard · ``dialects`` where
somebody deviates · ``original`` what a bounce encloses of the mail it is about · ``provider`` who answered.
"""

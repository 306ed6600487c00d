"""The relay: Gmail logs in here over SMTP, and the mail leaves by the SES API.

The conversation and the policy on one side, the message and its delivery on the other; they meet in `relay.offer`.
Nothing in this room touches a socket, a file or the clock: bytes and moments come in, effects and replies go out.
"""

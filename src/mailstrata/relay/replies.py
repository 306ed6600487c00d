"""What a session says of itself; the order's words stand in `relay.order`, those about content in `relay.content`."""

from __future__ import annotations

from mailstrata.model.reply import Reply

OK = Reply(code=250, enhanced="2.0.0", text="Ok")
OK_SENDER = Reply(code=250, enhanced="2.1.0", text="Ok")
OK_RECIPIENT = Reply(code=250, enhanced="2.1.5", text="Ok")
GO_AHEAD = Reply(code=354, text="End data with <CR><LF>.<CR><LF>")
UNKNOWN = Reply(code=500, enhanced="5.5.1", text="Unknown command")
BARE = Reply(code=500, enhanced="5.5.2", text="Only CRLF ends a line, and no command has a NUL or a bare CR in it")
LINE = Reply(code=500, enhanced="5.5.6", text="Line too long")
ERRORS = Reply(code=421, enhanced="4.7.0", text="Too many errors")
COMMANDS = Reply(code=421, enhanced="4.7.0", text="Too many commands without a message")
MESSAGES = Reply(code=421, enhanced="4.7.0", text="Enough messages for one connection: open another")
SILENT = Reply(code=421, enhanced="4.4.2", text="Waited too long for you")
STOPPING = Reply(code=421, enhanced="4.3.2", text="The relay restarts: try again in a minute")
HELP = Reply(code=214, enhanced="2.0.0", text="RFC 5321 and 6409: STARTTLS, AUTH, MAIL, RCPT, DATA")
VRFY = Reply(code=252, enhanced="2.5.0", text="Not looked up: send, and see")
TOO_MANY = Reply(code=452, enhanced="4.5.3", text="Too many recipients for one message")
UTF8 = Reply(code=555, enhanced="5.6.7", text="Amazon SES has no SMTPUTF8: use addresses in ASCII")
PARAMETER = Reply(code=555, enhanced="5.5.4", text="Unknown parameter")
NAME = Reply(code=501, enhanced="5.5.4", text="Say the name of your host")
NO_ARGUMENT = Reply(code=501, enhanced="5.5.4", text="This command takes no argument")

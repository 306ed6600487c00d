"""Where somebody deviates from RFC 3464. To add one: a module here with ``DIALECT`` and ``read``, and its line in the list.

``read(mail, standard)`` gets what the standard reader found, and gives its own reading instead, or ``None`` when the mail is
not its business. The first that answers is believed, so the more particular stands first.
"""

from __future__ import annotations

from collections.abc import Callable

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.dialects import gmail_alias, ses
from mailstrata.formats.message import Part

Reader = Callable[[Part, tuple[Bounce, ...]], tuple[Bounce, ...] | None]

DIALECTS: tuple[tuple[str, Reader], ...] = (
    (gmail_alias.DIALECT, gmail_alias.read),
    (ses.DIALECT, ses.read),
)
"""Every dialect: its name and its reader."""

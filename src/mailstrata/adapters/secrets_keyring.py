"""Credentials in the system's keyring: GNOME's, KDE's, macOS's or Windows's, by the library ``keyring``.

    await Keyring().read("admin@sailing.example")        # what is kept for that name of the service "mailstrata"

The one before is kept under the name with ``.previous`` behind it. The library is the extra ``keyring``; what it says of an
error is not repeated, since a back end may quote what it was given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from mailstrata.model.errors import Refusal

SERVICE = "mailstrata"
"""The service, in keyring's word, under which every credential is kept."""
PREVIOUS = ".previous"

_T = TypeVar("_T")


class Keyring:
    """``keyring:NAME``. Both methods wait in a thread: the keyring may ask its owner to unlock it."""

    async def read(self, name: str) -> str:
        """What is kept under ``name``."""
        text = await asyncio.to_thread(_told, f"keyring:{name} cannot be read", lambda: _get(name), status=3)
        if text is None:
            raise Refusal(
                f"the keyring holds nothing for keyring:{name}", f"store it there: keyring set {SERVICE} {name}"
            )
        return text

    async def write(self, name: str, text: str) -> None:
        """Keep ``text``, and what stood there before; it is read again afterwards, since some back ends keep nothing."""
        await asyncio.to_thread(_told, f"keyring:{name} cannot be written", lambda: _put(name, text), status=4)


def _get(name: str) -> str | None:
    import keyring

    return keyring.get_password(SERVICE, name)


def _put(name: str, text: str) -> None:
    import keyring
    from keyring.errors import PasswordSetError

    before = keyring.get_password(SERVICE, name)
    if before is not None:
        keyring.set_password(SERVICE, name + PREVIOUS, before)
    keyring.set_password(SERVICE, name, text)
    if keyring.get_password(SERVICE, name) != text:
        raise PasswordSetError


def _told(failed: str, ask: Callable[[], _T], *, status: int) -> _T:
    """What the keyring answers; ``failed`` begins the refusal where it does not."""
    try:
        from keyring.errors import KeyringLocked, NoKeyringError
    except ModuleNotFoundError:
        reason, hint = "the extra keyring is not installed", "pip install 'mailstrata[keyring]'"
        raise Refusal(f"{failed}: {reason}", hint, status=status) from None
    try:
        return ask()
    except NoKeyringError:
        reason, hint = "this machine has no keyring", "keep the credential at age:PATH or file:PATH"
    except KeyringLocked:
        reason, hint = "the keyring is locked", "unlock it and try again"
    except Exception as error:  # noqa: BLE001 - a back end raises whatever its system does
        reason, hint = f"the keyring failed ({type(error).__name__})", "see that it runs and is yours"
    raise Refusal(f"{failed}: {reason}", hint, status=status)

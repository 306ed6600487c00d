"""Credentials in files encrypted by age (age-encryption.org/v1), by the library ``pyrage``.

    AgeFiles(identity="~/.config/mailstrata/age.txt", recipients=("age1…",))

What ``age-keygen`` and ``age`` write is read here, armoured or not, and the other way round. A file is written for the public
key of the identity and for the further recipients, mode 0600, whole or not at all; the one before is kept, as encrypted as it
was, as ``PATH.previous``. The library is the extra ``age``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailstrata.adapters.secrets import read_file, write_file
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from pyrage.x25519 import Identity, Recipient


class AgeFiles:
    """``age:PATH``. ``identity``: the file with the private key; ``recipients``: public keys that may read besides."""

    def __init__(self, *, identity: str, recipients: Sequence[str] = ()) -> None:
        self._identity = identity
        self._recipients = recipients

    async def read(self, name: str) -> str:
        """The text in the file, without the end of its last line."""
        identities = self._identities(f"age:{name} cannot be read", status=3)
        data = read_file(f"age:{name}", name)
        from pyrage import DecryptError, decrypt

        try:
            text: str = decrypt(data, identities).decode("utf-8")
        except DecryptError:
            raise Refusal(
                f"age:{name} cannot be read: it is damaged, or not for the key in {self._identity}",
                "name the right identity in mailstrata.toml: [age] identity",
            ) from None
        except UnicodeDecodeError:
            raise Refusal(f"age:{name} holds no text in UTF-8", "store a JSON object or the bare password") from None
        return text.removesuffix("\n").removesuffix("\r")

    async def write(self, name: str, text: str) -> None:
        """Encrypt ``text`` for everybody who may read it, and put it in its place."""
        identities = self._identities(f"age:{name} cannot be written", status=4)
        from pyrage import encrypt

        readers = [*(one.to_public() for one in identities), *map(_recipient, self._recipients)]
        write_file(f"age:{name}", name, encrypt(text.encode(), readers))

    def _identities(self, failed: str, *, status: int) -> list[Identity]:
        """The private keys of the identity file, a line each; a line with # is a remark. ``failed`` begins a refusal."""
        try:
            from pyrage import IdentityError
            from pyrage.x25519 import Identity
        except ModuleNotFoundError:
            reason, hint = "the extra age is not installed", "pip install 'mailstrata[age]'"
            raise Refusal(f"{failed}: {reason}", hint, status=status) from None
        hint = f"make one: age-keygen -o {self._identity}; mailstrata.toml may name another: [age] identity"
        try:
            lines = read_file("the private key", self._identity).decode().splitlines()
            found = [Identity.from_str(line.strip()) for line in lines if line.strip() and line[:1] != "#"]
        except Refusal as refusal:
            raise Refusal(f"{failed}: {refusal.message} ({self._identity})", hint, status=status) from None
        except (IdentityError, UnicodeDecodeError):
            found = []
        if not found:
            raise Refusal(f"{failed}: {self._identity} is no file of AGE-SECRET-KEY-1…", hint, status=status)
        return found


def _recipient(text: str) -> Recipient:
    from pyrage import RecipientError
    from pyrage.x25519 import Recipient

    try:
        return Recipient.from_str(text.strip())
    except RecipientError:
        raise Refusal(
            "[age] recipients names what is no public key of age", "write age1…, as age-keygen -y prints it", status=4
        ) from None

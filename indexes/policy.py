"""What happens to each kind of personal data: masked, replaced by a keyed pseudonym, or kept."""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass

from indexes.settings import RedactionSettings
from semantic_layer.errors import UserError

_LEAST_KEY = 16
_SPACE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The kinds that are kept or pseudonymised; all others are masked. `key` never leaves the process."""

    kept: frozenset[str]
    pseudonymised: frozenset[str]
    key: bytes

    @classmethod
    def of(cls, settings: RedactionSettings) -> "Policy":
        """Read the settings; raise UserError (no_redaction_key) where a pseudonym lacks its key."""
        pseudonymised = frozenset(kind for kind, action in settings.policy.items() if action == "pseudonym")
        key = os.environ.get(settings.key_env, "").encode()
        if pseudonymised and len(key) < _LEAST_KEY:
            raise UserError(
                f"pseudonyms need a key of at least {_LEAST_KEY} characters in ${settings.key_env}",
                code="no_redaction_key",
                hint=f"export {settings.key_env}=… (keep it: another key gives other pseudonyms), or mask these kinds",
            )
        kept = frozenset(kind for kind, action in settings.policy.items() if action == "keep")
        return cls(kept=kept, pseudonymised=pseudonymised, key=key)

    def keeps(self, kind: str) -> bool:
        """Say whether a kind stays as it is."""
        return kind in self.kept

    def placeholder(self, kind: str, text: str) -> str:
        """Give what stands instead of a text: the same one for the same value, however it is spaced or cased."""
        if kind not in self.pseudonymised:
            return f"[{kind}]"
        value = _SPACE.sub("", text.lower()).encode()
        return f"[{kind}#{hmac.new(self.key, kind.encode() + value, hashlib.sha256).hexdigest()[:8]}]"

"""What proves where a callback comes from: the headers of Standard Webhooks, and beside them the dialect's own.

The specification: https://github.com/standard-webhooks/standard-webhooks. No vendor's client minds more headers.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from standardwebhooks import Webhook

from reelwarden.deliver import keypairs

PREFIX = "whsec_"
SECRET_BYTES = 32

Signer = Callable[[bytes, str], dict[str, str]]
"""(body, secret) → the headers of a dialect's own signature."""


def new_secret() -> str:
    """`whsec_…`: 32 random bytes, as the receivers' libraries take them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(identity: str, body: bytes, secret: str | None, now: float, signer: Signer | None = None) -> dict[str, str]:
    """webhook-id and webhook-timestamp always; with a secret webhook-signature and what `signer` adds.

    `body` is UTF-8. `secret` may hold several, a space between them, while one replaces another: each signs, a key pair
    (keypairs.py) with Ed25519 and any other with HMAC; the first other one also for `signer`, which can sign only once.
    """
    signed = {"webhook-id": identity, "webhook-timestamp": str(int(now))}
    several = (secret or "").split()
    if not several:
        return signed
    signed["webhook-signature"] = " ".join(_signature(one, identity, int(now), body) for one in several)
    shared = [one for one in several if keypairs.private_of(one) is None]
    return signed | (signer(body, shared[0]) if signer and shared else {})


def _signature(secret: str, identity: str, when: int, body: bytes) -> str:
    if pair := keypairs.private_of(secret):
        return keypairs.sign(pair, identity, when, body)
    return Webhook(_key(secret)).sign(identity, datetime.fromtimestamp(when, UTC), body.decode())


def _key(secret: str) -> bytes:
    """The bytes of a `whsec_` secret; any other secret is taken as it is written."""
    if secret.startswith(PREFIX):
        encoded = secret.removeprefix(PREFIX)
        try:
            return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True) or secret.encode()
        except ValueError:
            pass
    return secret.encode()

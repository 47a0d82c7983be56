"""Ed25519 keys in the form of Standard Webhooks: `whsk_…` signs and stays here, `whpk_…` verifies and is for everybody.

Who has the public key can tell that a callback is ours, and cannot make one.
"""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE, PUBLIC = "whsk_", "whpk_"
SEED_BYTES = 32


def new_private() -> str:
    return PRIVATE + base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def private_of(secret: str) -> Ed25519PrivateKey | None:
    """The key in `whsk_` and the base64 of its 32 bytes, or of those and the public 32; None where it is none."""
    if not secret.startswith(PRIVATE):
        return None
    encoded = secret.removeprefix(PRIVATE)
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return None
    return Ed25519PrivateKey.from_private_bytes(raw[:SEED_BYTES]) if len(raw) in (32, 64) else None


def public_keys(secrets: str) -> list[str]:
    """The public half of each key pair among several secrets with spaces between them."""
    pairs = [key for one in secrets.split() if (key := private_of(one))]
    return [PUBLIC + base64.b64encode(key.public_key().public_bytes_raw()).decode() for key in pairs]


def with_new(secrets: str, replace: bool) -> str:
    """The secrets and a new key pair; the older pairs stay unless they are to be replaced. Other secrets come first."""
    several = secrets.split()
    plain = [one for one in several if private_of(one) is None]
    older = [] if replace else [one for one in several if private_of(one)]
    return " ".join([*plain, new_private(), *older])


def sign(key: Ed25519PrivateKey, identity: str, when: int, body: bytes) -> str:
    """`v1a,` and the base64 of the signature over id, timestamp and body with dots between them."""
    return "v1a," + base64.b64encode(key.sign(f"{identity}.{when}.".encode() + body)).decode()

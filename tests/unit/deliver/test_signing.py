"""What is signed is verified by the library that receivers use."""

from __future__ import annotations

import hashlib
import hmac
from time import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from reelwarden.deliver.signing import headers, new_secret

BODY = '{"text": "Grüße, 世界"}'.encode()


def test_the_receiver_s_library_verifies_it() -> None:
    secret = new_secret()
    signed = headers("dlv_1", BODY, secret, time())
    assert Webhook(secret).verify(BODY, signed) == {"text": "Grüße, 世界"}
    assert signed["webhook-id"] == "dlv_1"


def test_another_body_another_id_and_an_old_stamp_are_refused() -> None:
    secret = new_secret()
    signed = headers("dlv_1", BODY, secret, time())
    for body, given in [
        (b"{}", signed),
        (BODY, signed | {"webhook-id": "dlv_2"}),
        (BODY, headers("dlv_1", BODY, secret, time() - 600)),
        (BODY, headers("dlv_1", BODY, new_secret(), time())),
    ]:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, given)


def test_while_one_secret_replaces_another_both_verify() -> None:
    old, new = new_secret(), new_secret()
    signed = headers("dlv_1", BODY, f"{new} {old}", time())
    assert Webhook(old).verify(BODY, signed) == Webhook(new).verify(BODY, signed)


@pytest.mark.parametrize("secret", ["a plain-word", "whsec_no-base64!", "whsec_"])
def test_a_secret_of_another_form_is_taken_as_it_is_written(secret: str) -> None:
    secret = secret.split()[0]
    signed = headers("dlv_1", BODY, secret, time())
    assert Webhook(secret.encode()).verify(BODY, signed)


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_there_is_an_id_and_no_signature(secret: str | None) -> None:
    signed = headers("dlv_1", BODY, secret, 1234.9, signer=lambda body, key: {"x": "y"})
    assert signed == {"webhook-id": "dlv_1", "webhook-timestamp": "1234"}


def test_the_dialect_s_own_signature_stands_beside_it() -> None:
    def signer(body: bytes, secret: str) -> dict[str, str]:
        return {"own-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}

    secret = new_secret()
    signed = headers("dlv_1", BODY, secret, time(), signer)
    assert signed["own-signature"] == hmac.new(secret.encode(), BODY, "sha256").hexdigest()
    assert Webhook(secret).verify(BODY, signed)

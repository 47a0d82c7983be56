"""Encrypted data: base64 of SM4 in CBC mode with PKCS#7 padding, the key the first 16 bytes of the account's secret,
the initial vector 16 zero bytes, as published. Some samples have base64 of the hexadecimal digits: they are read too.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from reelwarden.errors import UsageError

KEY_BYTES, BLOCK_BITS = 16, 128
HEX = re.compile(rb"(?:[0-9a-fA-F]{32})+")
NOT_READABLE = "data cannot be decrypted with this account's secret key"


def opened(data: str, secret: str) -> Any:
    """The JSON value in `data`. Raises UsageError where it cannot be read."""
    if not secret:
        raise UsageError("encryptType needs a secret key", "set dialects.deepcleer.secret_key of the account")
    decryptor = _cipher(secret).decryptor()
    unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
    try:
        secret_bytes = base64.b64decode(data, validate=True)
        if HEX.fullmatch(secret_bytes):
            secret_bytes = bytes.fromhex(secret_bytes.decode())
        plain = decryptor.update(secret_bytes) + decryptor.finalize()
        return json.loads((unpadder.update(plain) + unpadder.finalize()).decode())
    except (binascii.Error, ValueError, RecursionError) as error:
        raise UsageError(NOT_READABLE) from error


def sealed(value: Any, secret: str) -> str:
    """The other way round, as a client does it."""
    padder = padding.PKCS7(BLOCK_BITS).padder()
    plain = padder.update(json.dumps(value, ensure_ascii=False).encode()) + padder.finalize()
    encryptor = _cipher(secret).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def _cipher(secret: str) -> Cipher[modes.CBC]:
    return Cipher(algorithms.SM4(secret.encode()[:KEY_BYTES]), modes.CBC(bytes(KEY_BYTES)))

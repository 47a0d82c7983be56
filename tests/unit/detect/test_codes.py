from __future__ import annotations

import pytest

from reelwarden.detect.image.codes import CONTACT, LINK, PAYMENT, meaning


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        ("https://example.com/promo?id=42", {LINK}),
        ("HTTP://EXAMPLE.COM", {LINK}),
        ("example.co.uk/offer", {LINK}),
        ("www.example.com", {LINK}),
        ("mailto:a@example.com", {CONTACT}),
        ("tel:+15551234567", {CONTACT}),
        ("+1 (555) 123-4567", {CONTACT}),
        ("BEGIN:VCARD\nVERSION:3.0\nN:Doe;John\nEND:VCARD", {CONTACT}),
        ("MECARD:N:Doe;TEL:5551234;;", {CONTACT}),
        ("https://t.me/somebody", {LINK, CONTACT}),
        ("https://u.wechat.com/abc", {LINK, CONTACT}),
        ("bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=0.1", {PAYMENT}),
        ("BCD\n002\n1\nSCT\n\nWikimedia\nDE33100205000001194700\nEUR10", {PAYMENT}),
        ("SPC\r\n0200\r\n1\r\nCH4431999123000889012", {PAYMENT}),
        ("00020101021126580014BR.GOV.BCB.PIX", {PAYMENT}),
        ("upi://pay?pa=a@bank", {PAYMENT}),
        ("wxp://f2f0abc", {PAYMENT}),
        ("https://paypal.me/somebody/20", {LINK, PAYMENT}),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", {PAYMENT}),
        # and what is none of them
        ("4006381333931", set()),
        ("WIFI:T:WPA;S:home;P:secret;;", set()),
        ("Table 12", set()),
        ("hello world", set()),
        ("", set()),
    ],
)
def test_what_a_code_says(content: str, labels: set[str]) -> None:
    assert meaning(content) == labels

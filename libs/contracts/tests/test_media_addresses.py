"""What is secret in an address stands in no text that is shown, kept or sent."""

from __future__ import annotations

import json
import time

import pytest

from framewell_contracts.media_addresses import MediaAddress, redacted_text

CANARY = "cAnArY7r0b1n5s0ngX9q"

SECRETS = [
    f"https://editor:{CANARY}@archive.example/a.mp4",
    f"https://{CANARY}@archive.example/a.mp4",
    f"https://editor%3A{CANARY}%40archive.example/a.mp4",
    f"https://editor%253A{CANARY}%2540archive.example/a.mp4",
    f"https://editor:{CANARY}/x@archive.example/a.mp4",
    f"https:\\\\editor:{CANARY}@archive.example\\a.mp4",
    f"https:/editor:{CANARY}@archive.example/a.mp4",
    f"https:editor:{CANARY}@archive.example/a.mp4",
    f"https://localhost:1\\@editor:{CANARY}@archive.example/a.mp4",
    f"ftp://editor:{CANARY}",
    f"//editor:{CANARY}@archive.example/a.mp4",
    f"editor:{CANARY}@archive.example/a.mp4",
    f"s3://AKIAEXAMPLE:{CANARY}@news/a.mxf",
    f"https://news.s3.amazonaws.com/a.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F2026"
    f"&X-Amz-Expires=900&X-Amz-Security-Token={CANARY}&X-Amz-Signature={CANARY}",
    f"https://news.blob.core.windows.net/n/a.mp4?sv=2024-11-04&se=2026-12-01&sr=b&sp=r&sig={CANARY}%3D",
    f"https://storage.googleapis.com/n/a.mp4?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature={CANARY}",
    f"https://cdn.example/a.mp4?Expires=1796083200&Key-Pair-Id=K2&Policy=eyJTd&Signature={CANARY}",
    f"https://cdn.example/a.mp4?hdnts=exp=1796083200~acl=/*~hmac={CANARY}",
    f"https://archive.example/a.mp4?id=4711&token={CANARY}",
    f"https://archive.example/a.mp4?access_token={CANARY}#t=10",
    f"https://archive.example/a.mp4#access_token={CANARY}",
    f"https://archive.example/a.mp4;jsessionid={CANARY}?id=1",
    f"https://archive.example/a.mp4?key={CANARY}",
    f"https://archive.example/a.mp4?%74oken={CANARY}",
    f"https://archive.example/a.mp4?apiKey={CANARY}&password={CANARY}&pwd={CANARY}&auth={CANARY}",
    f"https://proxy.example/?url=https%3A%2F%2Feditor%3A{CANARY}%40archive.example%2Fa.mp4",
    f"https://proxy.example/?url=https%3A%2F%2Farchive.example%2Fa.mp4%3Fsig%3D{CANARY}",
    f"https://proxy.example/?url=https://archive.example/a.mp4?sig={CANARY}",
    f"https://proxy.example/https%3A%2F%2Feditor%3A{CANARY}%40archive.example%2Fa.mp4",
    f"https://proxy.example/https://editor:{CANARY}@archive.example/a.mp4",
    f"https://archive.example/a.mp4?h={CANARY}{CANARY}",
    f"https://archive.example/a.mp4?t=eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}",
    f"https://archive.example/a.mp4?token=abc?{CANARY}",
]

HARMLESS = [
    "file:///media/inbox/Abendschau 2026-11-22 @home.mxf",
    "file:///media/interview_REDACTED.mp4",
    "https://archive.example:8443/a.mp4?id=4711&author=Jane&session=19",
    "https://archive.example/get?id=3f0c6f4e8a535d0e9f0b6c1d2a7be417&version=3",
    "https://archive.example/get?uuid=3f0c6f4e-8a53-4d0e-9f0b-6c1d2a7be417",
    "https://archive.example/get?file=S01E02_News_2024-05-17_1080p_v2_Final_Master.mxf",
    "https://archive.example/get?path=%2Fnews%2F2026%2FAbend%20schau.mp4",
    "https://[2001:db8::1]:8443/a@b.mp4",
    "https://archive.example/@news/a.mp4",
    "s3://news/2026/a b@c.mxf",
    "upload:8c1f0c9e-2f0a-4d61-9a53-1c9b6c3b8a11",
]


@pytest.mark.parametrize("uri", SECRETS)
def test_no_text_of_an_address_holds_its_secret(uri: str) -> None:
    address = MediaAddress(uri)
    texts = [str(address), repr(address), f"{address}", f"{address!r}", json.dumps([address], default=str)]
    texts.append(redacted_text(f"GET {uri!r} failed: {uri}"))
    assert not [text for text in texts if CANARY in text]
    assert address.has_secrets
    assert address.open_form() == uri


@pytest.mark.parametrize("uri", SECRETS)
def test_redacting_twice_changes_nothing(uri: str) -> None:
    shown = str(MediaAddress(uri))
    assert str(MediaAddress(shown)) == shown
    assert not MediaAddress(shown).has_secrets
    assert redacted_text(redacted_text(uri)) == redacted_text(uri)


@pytest.mark.parametrize("uri", HARMLESS)
def test_an_address_without_secrets_is_shown_as_it_is(uri: str) -> None:
    address = MediaAddress(uri)
    assert str(address) == uri
    assert not address.has_secrets
    assert not address.has_login
    assert not address.is_redacted


@pytest.mark.parametrize("uri", SECRETS[:10])
def test_a_login_is_seen_however_it_is_written(uri: str) -> None:
    assert MediaAddress(uri).has_login


def test_a_fresh_signature_is_the_same_address_and_other_parameters_are_not() -> None:
    def signed(at: str, signature: str, number: int) -> str:
        return str(
            MediaAddress(
                f"https://news.s3.amazonaws.com/a.mp4?id={number}&X-Amz-Date={at}&X-Amz-Credential=A%2F{at}"
                f"&X-Amz-Signature={signature}"
            )
        )

    assert signed("20261129T100000Z", "aaaa", 1) == signed("20261129T110000Z", "bbbb", 1)
    assert signed("20261129T100000Z", "aaaa", 1) != signed("20261129T100000Z", "aaaa", 2)
    assert signed("1", "a", 1) == "https://news.s3.amazonaws.com/a.mp4?id=1&X-Amz-Signature=REDACTED"


def test_a_redacted_address_is_known_as_one() -> None:
    assert MediaAddress("https://archive.example/a.mp4?token=REDACTED").is_redacted


def test_texts_of_libraries_are_scrubbed_of_every_spelling() -> None:
    address = MediaAddress("https://archive.example/a.mp4?sig=a%2Fsecret%3D")
    text = address.scrubbed("no route for a/secret= (a%2Fsecret%3D) at https://archive.example/a.mp4")
    assert "secret" not in text


@pytest.mark.parametrize(
    "text",
    [
        "this gateway asks for a token, in the header `Authorization: Bearer <token>`",
        "expected file:///…, s3://bucket/key, https://… or upload:<id>",
        "mongodb://127.0.0.1:27017,127.0.0.1:27018/ does not answer",
        "key=asset-1 partition=3",
        "cannot be read framewell.asset.ingested.v1/3@17: no source, write to mailto:anna@archive.example",
        "file:///media//a@b/c.mp4",
    ],
)
def test_sentences_without_secrets_stay_as_they_are(text: str) -> None:
    assert redacted_text(text) == text


def test_headers_and_other_services_addresses_are_redacted_in_texts() -> None:
    text = f"{{'Authorization': 'Bearer {CANARY}'}} mongodb://root:{CANARY}@db:27017,db2:27017/?tls=true"
    assert CANARY not in redacted_text(text)


@pytest.mark.parametrize(
    "piece",
    ["?a=", "%25", "%", "&token=", "a://", "https%3A%2F%2F", "?a=%3Fa%3D", ":@/", "eyJ", "A1b2", "https://a:",
     "https://a:x", "a=b&", "x@y:", "eyJaaaaaaaaa.", "//a:"],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    for before, behind in (("", ""), ("https://h/", ""), ("@", ""), ("", " @")):
        redacted_text(before + piece * 20_000 + behind)
    assert time.process_time() - started < 10

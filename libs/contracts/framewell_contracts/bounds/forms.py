"""What the patterns of the .proto files ask for, in words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from framewell_contracts.sentences import Sentence, say

UUID: Final = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

FORMS: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        UUID: say("form.uuid", "is no id of an asset, which is a UUID"),
        r"^(file|s3|https?|upload):[^\x00-\x1f]+$": say(
            "form.media",
            "names no media: expected `file:///…`, `s3://bucket/key`, `https://…` or `upload:<id>`, without "
            "control characters",
        ),
        "^[0-9a-f]{64}$": say(
            "form.sha256_lower", "is no SHA-256, which is 64 lower-case hexadecimal digits"
        ),
        "^[0-9a-fA-F]{64}$": say("form.sha256", "is no SHA-256, which is 64 hexadecimal digits"),
        "^[0-9]{2}:[0-9]{2}:[0-9]{2}[:;][0-9]{2}$": say("form.timecode", "is no timecode HH:MM:SS:FF"),
        r"^[0-9]{1,12}(\.[0-9]{1,6})?$": say("form.amount", "is no decimal amount such as `0.05`"),
        "^(samples|assets)$": say(
            "form.withheld", "is no kind of what is withheld: expected `samples` or `assets`"
        ),
        "^[A-Z]{3}$": say("form.currency", "is no ISO 4217 code of three capital letters"),
        "^[A-Z]{2}$": say("form.country", "is no ISO 3166 code of two capital letters"),
        "^[0-9A-Za-z._+-]{1,40}$": say("form.version", "is no version"),
        "^[a-z0-9][a-z0-9-]{0,99}$": say("form.dataset", "is no id of a dataset"),
        "^[a-z][a-z0-9_]{0,40}$": say("form.recipe", "is no name of a recipe"),
        r"^\s*[^\s\x00][^\x00]*$": say(
            "form.name", "is no name or id: it must not be blank, nor hold a null character"
        ),
        r"^[a-z]+(-[a-z0-9]+)*\.m3u8$": say(
            "form.playlist", "is no name of a playlist, such as `master.m3u8`"
        ),
        "^(appearances|last_seen)$": say(
            "form.order_of_clusters", "is no order: expected `appearances` or `last_seen`"
        ),
        "^(oldest|doubtful|person|decided)$": say(
            "form.order_of_samples", "is no order: expected `oldest`, `doubtful`, `person` or `decided`"
        ),
        "^(oldest|doubtful|person)$": say(
            "form.order_of_review", "is no order: expected `oldest`, `doubtful` or `person`"
        ),
        "^(name|changed)$": say("form.order_of_classes", "is no order: expected `name` or `changed`"),
        r"^(0|1|0?\.[0-9]{1,9})(,(0|1|0?\.[0-9]{1,9})){3}$": say(
            "form.crop",
            "is no part of a picture: expected `x,y,width,height` as fractions of it, such as "
            "`0.1,0.2,0.3,0.4`",
        ),
        "^(text|transcript|label|object|region)$": say(
            "form.searched",
            "is no kind that is searched: expected `text`, `transcript`, `label`, `object` or `region`",
        ),
        "^([01][0-9]|2[0-3]):[0-5][0-9]$": say("form.clock", "is no time of day HH:MM"),
        r"^https?://[^\s\x00-\x1f]+$": say(
            "form.webhook", "is no address of a webhook: expected `https://host/path`"
        ),
        "^[!-~]*#[!-~]+$": say(
            "form.event", "is no id of an event: give the `id` of the last one that you had"
        ),
        "^[0-9A-Za-z._:-]{1,200}$": say("form.id", "is no id of letters, digits and `.`, `_`, `:`, `-`"),
    }
)
"""By pattern: what a text that does not match it is."""

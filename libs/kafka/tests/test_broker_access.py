"""The settings of the broker fail closed, and say in a sentence what to change."""

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiokafka.errors import KafkaError
from hypothesis import given
from hypothesis import strategies as st

from framewell_kafka.broker_access import BrokerAccess, UnsafeAccess
from framewell_kafka.broker_reach import BrokerUnusable, reach

SECRET = "correct horse battery staple"
LOGIN: dict[str, Any] = {"security": "sasl_ssl", "user": "alice", "password": SECRET}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    issued, other = authority.issue_cert("one.test"), authority.issue_cert("two.test")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "cert.key"))
    other.private_key_pem.write_to_path(str(folder / "other.key"))
    (folder / "empty").write_text("")
    (folder / "password").write_text(SECRET + "\n")
    return {path.name: str(path) for path in folder.iterdir()} | {"missing": str(folder / "missing")}


def test_an_address_alone_is_plaintext() -> None:
    assert BrokerAccess("127.0.0.1:9092, kafka:9092").client_options() == {
        "bootstrap_servers": ["127.0.0.1:9092", "kafka:9092"]
    }


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({"user": "alice", "password": SECRET}, "FRAMEWELL_KAFKA_SECURITY to ssl or sasl_ssl"),
        ({"password_file": "/run/secrets/kafka"}, "FRAMEWELL_KAFKA_PASSWORD_FILE"),
        ({"ca": "ca.pem"}, "FRAMEWELL_KAFKA_CA"),
        ({"certificate": "cert.pem", "key": "cert.key"}, "FRAMEWELL_KAFKA_SECURITY"),
        ({"security": "ssl", "certificate": "cert.pem"}, "set FRAMEWELL_KAFKA_KEY"),
        ({"security": "ssl", "key": "cert.key"}, "set FRAMEWELL_KAFKA_CERTIFICATE"),
        ({"security": "ssl", "key_password": SECRET}, "set FRAMEWELL_KAFKA_KEY"),
        ({"security": "ssl", "user": "alice"}, "sasl_ssl"),
        ({"security": "ssl", "password": SECRET}, "sasl_ssl"),
        ({"security": "sasl_ssl"}, "set FRAMEWELL_KAFKA_USER"),
        ({"security": "sasl_ssl", "password": SECRET}, "set FRAMEWELL_KAFKA_USER"),
        ({"security": "sasl_ssl", "user": "alice"}, "set FRAMEWELL_KAFKA_PASSWORD"),
        ({**LOGIN, "password_file": "/run/secrets/kafka"}, "both set"),
        ({**LOGIN, "mechanism": "GSSAPI"}, "SCRAM-SHA-512"),
        ({"security": "tls"}, "plaintext, ssl, sasl_ssl"),
        ({"security": "sasl_plaintext", "user": "a", "password": SECRET}, "plaintext, ssl, sasl_ssl"),
        ({"servers": "8.8.8.8:9092"}, "set it to ssl or sasl_ssl"),
        ({"servers": "kafka:9092,[2001:4860:4860::8888]:9092"}, "set it to ssl or sasl_ssl"),
    ],
)
def test_what_cannot_be_safe_is_refused_with_advice(settings: dict[str, Any], advice: str) -> None:
    with pytest.raises(UnsafeAccess) as refused:
        BrokerAccess(**{"servers": "kafka:9092", **settings})
    assert advice in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"ca": "missing"}, "No such file"),
        ({"ca": "empty"}, "FRAMEWELL_KAFKA_CA"),
        ({"ca": "cert.key"}, "FRAMEWELL_KAFKA_CA"),
        ({"certificate": "missing", "key": "cert.key"}, "No such file"),
        ({"certificate": "cert.pem", "key": "missing"}, "No such file"),
        ({"certificate": "cert.pem", "key": "other.key"}, "belong together"),
        ({"certificate": "empty", "key": "cert.key"}, "belong together"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    files: dict[str, str], settings: dict[str, str], named: str
) -> None:
    access = BrokerAccess("kafka:9093", "ssl", **{name: files[value] for name, value in settings.items()})
    with pytest.raises(UnsafeAccess, match=named) as refused:
        access.client_options()
    assert next(iter(settings.values())) in str(refused.value) or "other.key" in str(refused.value)


def test_the_broker_and_its_name_are_always_verified(files: dict[str, str]) -> None:
    for access in (
        BrokerAccess("kafka:9093", "ssl"),
        BrokerAccess(
            "kafka:9093", "ssl", ca=files["ca.pem"], certificate=files["cert.pem"], key=files["cert.key"]
        ),
        BrokerAccess("kafka:9093", ca=files["ca.pem"], **LOGIN),
    ):
        context = access.client_options()["ssl_context"]
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_only_the_named_authority_is_trusted(files: dict[str, str]) -> None:
    context = BrokerAccess("kafka:9093", "ssl", ca=files["ca.pem"]).tls()
    assert [dict(x[0] for x in one["subject"])["organizationName"] for one in context.get_ca_certs()] == [
        f"trustme v{trustme.__version__}"
    ]


def test_a_password_comes_from_its_file_each_time(files: dict[str, str], tmp_path: Path) -> None:
    assert BrokerAccess("k:1", "sasl_ssl", user="alice", password_file=files["password"]).secret() == SECRET
    rotated = tmp_path / "rotated"
    rotated.write_text("first")
    access = BrokerAccess("k:1", "sasl_ssl", user="alice", password_file=str(rotated))
    assert access.client_options()["sasl_plain_password"] == "first"
    rotated.write_text("second")
    assert access.client_options()["sasl_plain_password"] == "second"
    for broken, why in (("missing", "cannot be read"), ("empty", "is empty")):
        with pytest.raises(UnsafeAccess, match=why):
            BrokerAccess("k:1", "sasl_ssl", user="alice", password_file=files[broken]).secret()


def test_the_environment_says_the_same(files: dict[str, str]) -> None:
    variables = {
        "FRAMEWELL_KAFKA": "kafka:9093",
        "FRAMEWELL_KAFKA_SECURITY": "sasl_ssl",
        "FRAMEWELL_KAFKA_CA": files["ca.pem"],
        "FRAMEWELL_KAFKA_CERTIFICATE": "",
        "FRAMEWELL_KAFKA_USER": "alice",
        "FRAMEWELL_KAFKA_PASSWORD": SECRET,
        "FRAMEWELL_KAFKA_MECHANISM": "SCRAM-SHA-256",
    }
    access = BrokerAccess.from_environment(environment=variables)
    assert access == BrokerAccess("kafka:9093", ca=files["ca.pem"], mechanism="SCRAM-SHA-256", **LOGIN)
    assert BrokerAccess.from_environment("other:1", variables).servers == "other:1"


def test_secrets_are_in_no_words(files: dict[str, str]) -> None:
    access = BrokerAccess(
        "kafka:9093", certificate=files["cert.pem"], key=files["cert.key"], key_password=SECRET, **LOGIN
    )
    assert SECRET not in f"{access} {access!r} {access.addresses}"


@given(
    security=st.sampled_from(["plaintext", "ssl", "sasl_ssl"]),
    user=st.sampled_from(["", "alice"]),
    password=st.sampled_from(["", SECRET]),
    password_file=st.sampled_from(["", "/nowhere"]),
    mechanism=st.sampled_from(["PLAIN", "SCRAM-SHA-512"]),
)
def test_no_combination_sends_a_password_without_tls(**settings: Any) -> None:
    try:
        options = BrokerAccess("127.0.0.1:1", **settings).client_options()
    except UnsafeAccess:
        return
    if "sasl_plain_password" in options or options.get("security_protocol", "").startswith("SASL"):
        assert options["security_protocol"] == "SASL_SSL"
        assert options["ssl_context"].check_hostname


@pytest.mark.parametrize(
    ("servers", "why"),
    [
        ("127.0.0.1:1", "nothing listens there"),
        ("no-such-host.invalid:9092", "not a known host"),
        ("localhost", "host:port is meant"),
        ("", "set FRAMEWELL_KAFKA"),
        ("127.0.0.1:1,127.0.0.1:2", "127.0.0.1:2 does not answer"),
    ],
)
async def test_a_broker_that_is_not_there_is_told(servers: str, why: str) -> None:
    with pytest.raises(BrokerUnusable, match=why) as raised:
        await reach(BrokerAccess(servers))
    assert isinstance(raised.value, KafkaError)

"""Settings in: what is missing is named at once, and what is secret is shown nowhere."""

import re
from pathlib import Path

import pytest

from orchestration.resources import settings
from orchestration.resources.settings import (
    SettingsError,
    is_configured,
    read_all_problems,
    read_customers,
    read_home,
    read_netsuite,
    read_post,
    read_stores,
    read_sync,
)

PROJECT = Path(__file__).parents[2]
ERP_SECRETS = ("PRIVATE_KEY", "CONSUMER_SECRET", "TOKEN_SECRET")
STORES = {
    "SHOPIFY_STORES": "us, uk",
    "SHOPIFY_US_URL": "https://us.example/",
    "SHOPIFY_US_ACCESS_TOKEN": "token-us",
    "SHOPIFY_UK_URL": "http://127.0.0.1:9000/uk",
    "SHOPIFY_UK_ACCESS_TOKEN": "token-uk",
}


@pytest.fixture
def erp(tmp_path):
    key = tmp_path / "key.pem"
    key.write_text("a key")
    return {
        "NETSUITE_URL": "https://erp.example",
        "NETSUITE_CLIENT_ID": "client",
        "NETSUITE_CERTIFICATE_ID": "certificate",
        "NETSUITE_PRIVATE_KEY_FILE": str(key),
    }


def test_every_store_has_an_address_and_a_token_of_its_own():
    us, uk = read_stores(STORES | {"SHOPIFY_API_VERSION": "2026-10"})

    assert (us.key, us.url, us.access_token) == ("us", "https://us.example", "token-us")
    assert (uk.key, uk.url, uk.api_version) == ("uk", "http://127.0.0.1:9000/uk", "2026-10")
    assert "token-us" not in repr(us)


def test_everything_that_is_missing_is_named_at_once_with_its_remedy():
    with pytest.raises(SettingsError) as caught:
        read_stores({"SHOPIFY_STORES": "us"})

    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "SHOPIFY_US_URL",
        "SHOPIFY_US_ACCESS_TOKEN",
    ]
    assert "the app's Admin API access token" in str(caught.value)


def test_all_problems_of_all_settings_can_be_told_together():
    wrong = {
        "SYNC_MODE": "yes",
        "SYNC_LIVE_SINCE": "us",
        "RETURNS_PUBLICATIONS_KEPT": "none",
        "RETURNS_MEMORY_LIMIT": "plenty",
    }

    problems = read_all_problems(wrong)

    assert [problem.partition(":")[0] for problem in problems] == [
        "RETURNS_PUBLICATIONS_KEPT",
        "RETURNS_MEMORY_LIMIT",
        "SHOPIFY_STORES",
        "CUSTOMER_SECRET",
        "NETSUITE_URL",
        "NETSUITE_CLIENT_ID",
        "NETSUITE_CERTIFICATE_ID",
        "NETSUITE_PRIVATE_KEY",
        "SYNC_MODE",
        "SYNC_LIVE_SINCE",
    ]


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("us=late", "'us=late' is not written store=method, where a method is states or dispos"),
        ("us", "'us' is not written store=method"),
        ("fr=states", "'fr' is not among SHOPIFY_STORES (us, uk)"),
        ("us=states,us=dispositions", "'us' stands twice: a store has one method"),
    ],
)
def test_an_inventory_method_that_is_none_is_refused_with_its_remedy(said, remedy):
    with pytest.raises(SettingsError) as caught:
        read_sync({"SHOPIFY_STORES": "us,uk", "SYNC_INVENTORY_METHOD": said})

    assert f"SYNC_INVENTORY_METHOD: {remedy}" in str(caught.value)


def test_a_table_of_limits_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"SYNC_LIMITS: names no file: .*gone\.csv; check"):
        read_sync({"SYNC_LIMITS": str(tmp_path / "gone.csv")})


def test_a_store_moves_inventory_states_unless_it_is_said_to_dispose_late():
    said = {"SHOPIFY_STORES": "us,uk", "SYNC_INVENTORY_METHOD": "us=states, uk=dispositions"}

    assert read_sync({}).late_stores == frozenset()
    assert read_sync(said).late_stores == {"uk"}
    assert read_sync(said).variables["late_disposition_stores"] == ["uk"]


def test_an_app_of_the_own_organisation_has_client_credentials(tmp_path):
    kept = tmp_path / "secret"
    kept.write_text("shpss_kept\n")
    us, uk = read_stores(
        {name: value for name, value in STORES.items() if "TOKEN" not in name}
        | {"SHOPIFY_US_CLIENT_ID": "app", "SHOPIFY_US_CLIENT_SECRET": "shpss_said"}
        | {"SHOPIFY_UK_CLIENT_ID": "app", "SHOPIFY_UK_CLIENT_SECRET_FILE": str(kept)}
    )

    assert (us.client_secret, uk.client_secret) == ("shpss_said", "shpss_kept")
    assert us.access_token == uk.access_token == ""
    assert "shpss" not in repr((us, uk))


@pytest.mark.parametrize(
    ("env", "problem"),
    [
        ({"SHOPIFY_US_CLIENT_ID": "app"}, "SHOPIFY_US_CLIENT_SECRET: is missing"),
        ({"SHOPIFY_US_CLIENT_ID": "app"}, "SHOPIFY_US_ACCESS_TOKEN: is set beside"),
        ({"SHOPIFY_US_ACCESS_TOKEN_FILE": "x"}, "SHOPIFY_US_ACCESS_TOKEN: is set beside"),
        ({"SHOPIFY_US_CLIENT_SECRET_FILE": "/nowhere"}, "names no readable file"),
        ({"SHOPIFY_API_VERSION": "latest"}, "SHOPIFY_API_VERSION: 'latest' is no version"),
    ],
)
def test_credentials_that_cannot_be_are_named(env, problem):
    with pytest.raises(SettingsError, match=problem):
        read_stores(STORES | env)


def test_the_secret_of_customers_is_written_out_or_alone_in_a_file_and_never_shown(tmp_path):
    secret = "s" * 32
    file = tmp_path / "secret"
    file.write_text(f"{secret}\n")

    assert read_customers({"CUSTOMER_SECRET": secret}).secret == secret
    assert read_customers({"CUSTOMER_SECRET_FILE": str(file)}).secret == secret
    assert secret not in repr(read_customers({"CUSTOMER_SECRET": secret}))


@pytest.mark.parametrize("secret", ["", "short"])
def test_without_a_secret_of_some_length_nothing_is_hashed(secret):
    with pytest.raises(SettingsError, match="openssl rand -hex 32"):
        read_customers({"CUSTOMER_SECRET": secret})


def test_a_credential_is_not_sent_in_the_clear():
    with pytest.raises(SettingsError, match="no https address"):
        read_stores(STORES | {"SHOPIFY_US_URL": "http://us.example"})


@pytest.mark.parametrize("listed", ["us,us", "us,uk"])
def test_one_store_under_two_keys_is_refused_for_its_returns_would_count_twice(listed):
    same = {"SHOPIFY_STORES": listed, "SHOPIFY_UK_URL": "https://us.example"}

    with pytest.raises(SettingsError, match="is the store us already: list each store once"):
        read_stores(STORES | same)


def test_a_store_key_must_make_a_setting_name():
    with pytest.raises(SettingsError, match="'u-s' is no key"):
        read_stores(STORES | {"SHOPIFY_STORES": "u-s"})


def test_the_erp_has_usual_names_for_its_fields(erp):
    found = read_netsuite(erp | {"NETSUITE_LINE_FIELD": "custcol_line"})

    assert (found.order_field, found.line_field) == ("otherrefnum", "custcol_line")


def test_where_findings_are_recorded_is_read_with_the_erp(erp):
    assert read_netsuite(erp).inspected_by == {"custom_record"}
    said = read_netsuite(erp | {"NETSUITE_INSPECTED_BY": "status, custcol_grade"})
    assert said.inspected_by == {"status", "custcol_grade"}
    with pytest.raises(SettingsError, match="NETSUITE_INSPECTED_BY: shelf"):
        read_netsuite(erp | {"NETSUITE_INSPECTED_BY": "shelf"})


def test_the_older_way_into_the_erp_needs_two_secrets_and_no_certificate(erp, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("consumer-secret\n")
    legacy = {
        "NETSUITE_URL": "https://123456-sb1.suitetalk.api.netsuite.com",
        "NETSUITE_CONSUMER_KEY": "key",
        "NETSUITE_CONSUMER_SECRET_FILE": str(secret),
        "NETSUITE_TOKEN_ID": "token",
        "NETSUITE_TOKEN_SECRET": "token-secret",
    }

    found = read_netsuite(legacy)

    assert (found.account_id, found.consumer_secret) == ("123456_SB1", "consumer-secret")
    assert not any(secret in repr(found) for secret in ("consumer-secret", "token-secret"))
    with pytest.raises(SettingsError, match="beside NETSUITE_CLIENT_ID"):
        read_netsuite(erp | legacy)
    with pytest.raises(SettingsError, match="NETSUITE_TOKEN_SECRET: is missing"):
        read_netsuite(legacy | {"NETSUITE_TOKEN_SECRET": ""})


@pytest.mark.parametrize(("said", "is_well"), [("3", True), ("40%", True), ("many", False)])
def test_concurrency_is_a_number_or_a_share(erp, said, is_well):
    if is_well:
        assert read_netsuite(erp | {"NETSUITE_CONCURRENCY": said}).concurrency == said
        return
    with pytest.raises(SettingsError, match="NETSUITE_CONCURRENCY"):
        read_netsuite(erp | {"NETSUITE_CONCURRENCY": said})


def test_a_key_file_that_is_not_there_is_named(erp):
    with pytest.raises(SettingsError, match="NETSUITE_PRIVATE_KEY_FILE: names no readable file"):
        read_netsuite(erp | {"NETSUITE_PRIVATE_KEY_FILE": "/nowhere/key.pem"})


def test_the_ledger_is_in_the_home_unless_it_is_elsewhere(tmp_path):
    env = {"RETURNS_HOME": str(tmp_path)}
    elsewhere = "postgresql+psycopg://ledger:secret@db.example/ledger"

    assert read_home(env).ledger_url == f"sqlite:///{tmp_path}/ledger.sqlite"
    assert read_home(env | {"LEDGER_URL": elsewhere}).ledger_url == elsewhere
    assert "secret" not in repr(read_home(env | {"LEDGER_URL": elsewhere}))


def test_nothing_is_sent_without_a_word():
    assert read_sync({}).mode == "dry"


@pytest.mark.parametrize(
    ("env", "expected"),
    [({}, False), ({"SHOPIFY_STORES": "us"}, True), ({"NETSUITE_URL": "https://x"}, True)],
)
def test_without_a_store_and_an_erp_nothing_is_configured(env, expected):
    assert is_configured(env) is expected


def test_every_setting_is_in_the_example_and_the_other_way_round():
    code = "".join(path.read_text() for path in Path(settings.__file__).parent.glob("[a-z]*.py"))
    rooms = "RETURNS|SHOPIFY|NETSUITE|CUSTOMER|LEDGER|DAGSTER|SYNC|SMTP|NOTIFY|ALERT"
    read = set(re.findall(rf'"((?:{rooms})_[A-Z_]+)"', code))
    example = (PROJECT / ".env.example").read_text()
    written = set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE))

    of_each_store = set(re.findall(r'\{name\}(_[A-Z_]+)"', code)) - {"_FILE"}
    files = {f"SHOPIFY_US{name}_FILE" for name in ("_ACCESS_TOKEN", "_CLIENT_SECRET")}
    files |= {"CUSTOMER_SECRET_FILE", *(f"NETSUITE_{name}_FILE" for name in ERP_SECRETS)}
    files |= {"NOTIFY_WEBHOOK_SECRET_FILE", "ALERT_WEBHOOK_SECRET_FILE"}
    looked_at = (PROJECT / "dashboard" / "settings.py").read_text()
    of_the_dashboard = set(re.findall(r'"(DASHBOARD_[A-Z_]+)"', looked_at))
    landing = (PROJECT / "orchestration" / "landing" / "store.py").read_text()
    of_a_stores_client = set(re.findall(r"AWS_[A-Z_]+", landing))
    assert of_the_dashboard | of_a_stores_client <= written
    assert (
        written - of_the_dashboard - of_a_stores_client
        == read | {f"SHOPIFY_US{name}" for name in of_each_store} | files
    )


def test_evidence_lands_in_the_home_unless_a_folder_or_a_store_is_named(tmp_path):
    home = {"RETURNS_HOME": str(tmp_path)}

    assert read_home(home).landing == str(tmp_path / "landing")
    assert read_home(home | {"RETURNS_LANDING": "/evidence"}).landing == "/evidence"
    in_store = home | {"RETURNS_LANDING": "s3://bucket/a/b", "AWS_SECRET_ACCESS_KEY": "hush-hush"}
    assert read_home(in_store).landing == "s3://bucket/a/b"
    assert "hush-hush" not in repr(read_home(in_store))


@pytest.mark.parametrize(
    ("address", "remedy"),
    [
        ("s3://", "write a folder, or s3://bucket/prefix without keys"),
        ("s3://key:hush-hush@bucket/a", "keys and endpoint are the settings AWS_..."),
        ("s3://bucket/*", "without any of @ ? # * [ ] { }"),
        ("nowhere://bucket/a", "nowhere:// is no store that is known: write a folder, or s3://"),
        ("gs://bucket/a", "the client of gs:// is not installed; Please install gcsfs"),
    ],
)
def test_an_address_that_is_no_landing_is_refused_with_its_remedy(address, remedy):
    with pytest.raises(SettingsError) as caught:
        read_home({"RETURNS_LANDING": address})

    assert str(caught.value).startswith("settings (environment or .env):\nRETURNS_LANDING: ")
    assert remedy in str(caught.value)
    assert "hush-hush" not in str(caught.value)


def test_a_store_without_its_client_names_the_extra_that_brings_it(monkeypatch):
    def missing(_):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.get_filesystem_class", missing)

    with pytest.raises(SettingsError, match=r"install the extra `s3`: .* --editable '\.\[s3\]'"):
        read_home({"RETURNS_LANDING": "s3://bucket/a"})


@pytest.mark.parametrize("name", ["LEDGER_URL", "DAGSTER_POSTGRES_URL"])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql//returns:s3cret@db",
        "postgresql://returns:s3cret@db:s3cret/returns",
        "postgresql://returns:p@s3cret@db/returns",
    ],
)
def test_an_address_of_a_database_that_is_none_is_named_and_never_quoted(name, url):
    with pytest.raises(SettingsError, match=f"{name}: is no database address: write post") as seen:
        read_home({name: url})

    assert "s3cret" not in str(seen.value)


HOOK = "https://chat.example.com/services/s3cret"


def test_an_address_of_a_chat_is_not_shown_with_the_settings():
    secret = "whsec_" + "c2VjcmV0" * 4
    post = {"NOTIFY_WEBHOOK_URL": HOOK, "NOTIFY_WEBHOOK_SECRET": secret}
    alerts = {"ALERT_WEBHOOK_URL": HOOK, "ALERT_WEBHOOK_SECRET": secret}

    settings = read_post({**post, **alerts})

    assert settings.webhook_url == settings.alert_webhook_url == HOOK
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("SMTP_URL", "smtps://shop:s3cret@mail.example.com:s3cret"),
        ("SMTP_URL", "smtps://shop:a/s3cret@mail.example.com"),
        ("SMTP_URL", "smtps://[s3cret"),
        ("SMTP_URL", "smtps://"),
        ("NOTIFY_WEBHOOK_URL", "https://hooks.example.com:s3cret/x"),
        ("ALERT_WEBHOOK_URL", "https://[s3cret/x"),
    ],
)
def test_an_address_that_names_no_host_or_no_port_is_told_before_it_is_used(name, url):
    with pytest.raises(SettingsError, match=name) as seen:
        read_post({name: url, "NOTIFY_FROM": "shop@example.com"})

    assert "s3cret" not in str(seen.value)

"""A customer taken out of landing is in no file of it, and nothing else is missing."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import zstandard

from orchestration.landing import compact, find_customers, forget_customers

LATER = datetime(2026, 3, 21, tzinfo=UTC)


def customer(number, key):
    return {"id": f"gid://shopify/Customer/{number}", "customer_key": key, "display_name": key}


def everything_in(root):
    texts = []
    for file in root.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if file.suffix == ".zst":
                frames = zstandard.ZstdDecompressor()
                content = frames.stream_reader(content, read_across_frames=True).read()
            texts.append(content)
    return b"\n".join(texts)


def test_nothing_of_a_forgotten_customer_is_left_in_any_batch(landed, root, query):
    landed("customers", customer(1, "aaaa"), customer(2, "bbbb"))
    landed("customers", customer(1, "aaaa"), source="uk", extracted_at=LATER)
    landed("customers", customer(3, "cccc"), extracted_at=LATER)

    (in_uk, in_us) = find_customers(root, key="aaaa")
    assert (in_uk.store, in_us.store) == ("uk", "us")
    assert forget_customers(root, {in_us.id}, {"aaaa"}) == 2

    assert b"aaaa" not in everything_in(root)
    assert query("select id[-1:], _store, _extracted_at from shopify.customers order by all") == [
        ("2", "us", datetime(2026, 3, 20, 6, tzinfo=UTC)),
        ("3", "us", LATER),
    ]
    assert find_customers(root, key="aaaa") == []


def test_forgetting_once_more_touches_nothing(landed, root):
    landed("customers", customer(1, "aaaa"), customer(2, "bbbb"))
    forget_customers(root, set(), {"aaaa"})
    before = sorted(root.rglob("*"))

    assert forget_customers(root, set(), {"aaaa"}) == 0
    assert sorted(root.rglob("*")) == before


def test_a_kill_between_the_new_batch_and_the_old_ones_end_is_mended_by_asking_again(
    landed, root, monkeypatch
):
    landed("customers", customer(1, "aaaa"), customer(2, "bbbb"))

    class KilledError(Exception):
        pass

    def killed(*_, **__):
        raise KilledError

    with monkeypatch.context() as patch, suppress(KilledError):
        patch.setattr("pathlib.Path.unlink", killed)
        forget_customers(root, set(), {"aaaa"})
    assert b"aaaa" in everything_in(root)

    forget_customers(root, set(), {"aaaa"})
    assert b"aaaa" not in everything_in(root)
    assert find_customers(root, key="bbbb") != []


def test_nothing_of_a_forgotten_customer_is_left_in_a_merged_batch_or_in_what_it_replaced(
    landed, root, query
):
    for day in range(12):
        at = LATER + timedelta(days=day)
        landed(
            "customers",
            customer(1, "aaaa"),
            customer(day + 2, f"other-{day}"),
            extracted_at=at,
            run_id=f"run-{day}",
        )
    others = "select * from shopify.customers where customer_key <> 'aaaa' order by id"
    before = [row[:-4] for row in query(others)]
    assert compact(root, now=LATER + timedelta(days=20)).made == 1

    forget_customers(root, set(), {"aaaa"})

    assert b"aaaa" not in everything_in(root)
    assert [row[:-4] for row in query(others)] == before
    assert find_customers(root, key="aaaa") == []
    compact(root, now=LATER + timedelta(days=20))
    compact(root, now=LATER + timedelta(days=22))
    assert [row[:-4] for row in query(others)] == before

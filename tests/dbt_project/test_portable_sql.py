"""The models' own SQL, macros left out, is read by both engines."""

import re

import pytest

from orchestration.assets.project import PROJECT

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
BLOCK = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)
CALL = re.compile(r"\{\{.*?\}\}", re.DOTALL)
COMMENT = re.compile(r"--[^\n]*")

# Standard SQL that both engines run alike. What is not here goes into a macro, where each engine
# has its own words, and is proved by `make spark`.
FUNCTIONS = frozenset(
    {
        *("abs", "avg", "coalesce", "count", "greatest", "least", "lower", "max", "md5", "min"),
        *("nullif", "round", "sum", "upper", "row_number", "rank", "dense_rank", "lead", "lag"),
        *("cast", "case", "and", "or", "not", "in", "over", "exists", "any", "by", "distinct"),
        *("as", "on", "when", "then", "else", "from", "where", "values", "union", "select", "all"),
        *("between", "decimal", "partition", "having", "is", "with", "using", "interval"),
    }
)
# Words that only DuckDB reads, or that the engines read differently.
OWN_WORDS = {
    "::": "a cast written as a sign",
    " // ": "whole division by a sign",
    "**": "a power by a sign",
    " qualify ": "a filter on windows that is no standard",
    " exclude ": "a star with exceptions",
    " replace (": "a star with replacements",
    " asof ": "a join by nearest instant",
    " using (": "a join that merges columns",
    " group by all": "a grouping by inference",
    " order by all": "an order by inference",
    " filter (": "a filter on aggregates",
    " unnest(": "a list as rows",
    "[": "a list or an element of one",
    " varchar": "a text type that needs a length elsewhere",
    " timestamptz": "a type of one engine",
    " hugeint": "a type of one engine",
    " ilike ": "a comparison without case",
    " similar to ": "a pattern language of its own",
    " nulls ": "an order of nulls: spell it out in a key instead",
}


def own_sql(text):
    """The text of a model without comments, control blocks and calls of macros."""
    return CALL.sub("0", BLOCK.sub(" ", COMMENT.sub(" ", text)))


def not_portable(text):
    """What in a model's own SQL only one engine reads."""
    plain = " ".join(own_sql(text).lower().split())
    plain = re.sub(r"'[^']*'", "''", plain)
    words = [said for word, said in OWN_WORDS.items() if word in plain]
    functions = set(re.findall(r"\b([a-z_][a-z0-9_]*)\s*\(", plain)) - FUNCTIONS
    # `name as (` begins a part of a query, `name (` after `as` names columns.
    return words + sorted(name for name in functions if not _is_alias(name, plain))


def _is_alias(name, plain):
    return re.search(rf"(?:\bas|\bjoin)\s+{name}\s*\(", plain) is not None


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_uses_what_every_engine_reads_and_leaves_the_rest_to_macros(model):
    assert not_portable(model.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "select list_sort(names) from cases",
        "select amount::bigint from cases",
        "select * exclude (name) from cases",
        "select arg_max(name, amount) from cases",
        "select date_trunc('month', made_at) from cases",
        "select 7 // 2",
        "select cast(name as varchar) from cases",
        "select names[1] from cases",
        "select string_agg(name, ',') from cases",
        "select sum(amount) filter (where amount > 0) from cases",
    ],
)
def test_what_one_engine_alone_reads_is_noticed(line):
    assert not_portable(line)


def test_every_dispatched_macro_speaks_for_both_engines():
    texts = [path.read_text(encoding="utf-8") for path in (PROJECT / "macros").glob("*.sql")]
    text = "\n".join(texts)
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", text))
    spoken = {
        engine: set(re.findall(rf"macro {engine}__(\w+)\(", text))
        for engine in ("duckdb", "spark")
    }

    assert dispatched
    assert dispatched - spoken["duckdb"] == set()
    assert dispatched - spoken["spark"] == set()

"""Spark is an extra: what it needs is named where it is not there."""

import pytest

from orchestration import spark


def test_missing_packages_are_named_with_the_command_that_installs_them(monkeypatch):
    monkeypatch.setattr(spark, "find_spec", lambda _: None)

    with pytest.raises(spark.SparkMissingError, match=r"pyspark .* run `make spark`"):
        spark.demand_spark()


def test_a_missing_java_is_named_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(spark, "find_spec", lambda name: name)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    with pytest.raises(spark.SparkMissingError, match=r"Java 17 .* install a Java runtime"):
        spark.demand_spark()

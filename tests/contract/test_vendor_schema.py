"""Where the vendor's schema comes from: pinned, kept, and missed with a remedy."""

import pytest

from tests.contract.vendor_schema import ARCHIVE, VendorSchemaError, archive


@pytest.mark.parametrize("program", ["node", "npm"])
def test_a_missing_program_is_a_failure_that_names_its_remedy(monkeypatch, tmp_path, program):
    for other in {"node", "npm"} - {program}:
        (tmp_path / other).write_text("#!/bin/sh\n")
        (tmp_path / other).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(VendorSchemaError, match=f"{program} is not installed.*apt-get install"):
        archive(tmp_path)


def test_another_archive_than_the_pinned_one_is_refused(tmp_path):
    (tmp_path / ARCHIVE).write_bytes(b"something else")

    with pytest.raises(VendorSchemaError, match="not the package that was pinned"):
        archive(tmp_path)

"""Landing: immutable batches of what a source answered, and what can be told from them alone."""

from orchestration.landing.batches import land, sweep_unfinished
from orchestration.landing.compaction import Compacted, compact
from orchestration.landing.documents import (
    changed_document_ids,
    is_settled,
    lines_first_read_at,
    torn_documents,
)
from orchestration.landing.exports import land_export
from orchestration.landing.forgetting import Forgotten, find_customers, forget_customers
from orchestration.landing.ids import (
    bank_reference_ids_to_read,
    customer_ids_to_read,
    disposition_ids_to_read,
    refund_ids_to_read,
    return_ids_to_read,
    sales_agreement_ids_to_read,
)
from orchestration.landing.lists import listed_at, may_be_deleted, missed_ids
from orchestration.landing.manifest import (
    ROWS,
    Batch,
    BrokenEvidenceError,
    DamagedManifestError,
    NewerLandingError,
    committed_batches,
    every_part,
    extractions_named,
    landed_sources,
)
from orchestration.landing.readings import rejected_ids, unsettled_batches
from orchestration.landing.sources import create_source_views, select_rows
from orchestration.landing.store import LandingError, let_read
from orchestration.landing.watermarks import resume_at

__all__ = [
    "ROWS",
    "Batch",
    "BrokenEvidenceError",
    "Compacted",
    "DamagedManifestError",
    "Forgotten",
    "LandingError",
    "NewerLandingError",
    "bank_reference_ids_to_read",
    "changed_document_ids",
    "committed_batches",
    "compact",
    "create_source_views",
    "customer_ids_to_read",
    "disposition_ids_to_read",
    "every_part",
    "extractions_named",
    "find_customers",
    "forget_customers",
    "is_settled",
    "land",
    "land_export",
    "landed_sources",
    "let_read",
    "lines_first_read_at",
    "listed_at",
    "may_be_deleted",
    "missed_ids",
    "refund_ids_to_read",
    "rejected_ids",
    "resume_at",
    "return_ids_to_read",
    "sales_agreement_ids_to_read",
    "select_rows",
    "sweep_unfinished",
    "torn_documents",
    "unsettled_batches",
]

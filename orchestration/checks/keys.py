"""The names of what is checked, for this room and for those that ask for an answer."""

import dagster as dg

from orchestration.extract.streams import STREAMS, Stream, System

PUBLICATION = dg.AssetKey(["ops", "publication"])
TIE_OUT = dg.AssetKey(["marts", "fct_tie_out"])
CONTROL_TOTALS = STREAMS[System.NETSUITE, "control_totals"]

# The roll-up: passed only when every required fact of the run held. Syncs depend on it alone.
PUBLICATION_IS_COMPLETE = dg.AssetCheckKey(PUBLICATION, "publication_is_complete")


def key_of(stream: Stream) -> dg.AssetKey:
    """Return the asset key of a stream, which is also the key of its dbt source."""
    return dg.AssetKey([str(stream.system), stream.name])

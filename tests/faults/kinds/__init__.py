"""Every fault, by family."""

from tests.faults.exchange import Fault
from tests.faults.kinds.bodies import ENCODING, WRONG_BODY
from tests.faults.kinds.bulk import BULK
from tests.faults.kinds.connections import CONNECTION, TIMEOUT, TRUNCATED
from tests.faults.kinds.pages import MOVING, PAGING
from tests.faults.kinds.records import FIELDS
from tests.faults.kinds.statuses import DENIED, SERVER_ERROR, THROTTLED

FAMILIES = (
    THROTTLED,
    SERVER_ERROR,
    DENIED,
    CONNECTION,
    TIMEOUT,
    TRUNCATED,
    WRONG_BODY,
    ENCODING,
    PAGING,
    MOVING,
    FIELDS,
    BULK,
)
FAULTS: tuple[Fault, ...] = tuple(fault for family in FAMILIES for fault in family.faults)

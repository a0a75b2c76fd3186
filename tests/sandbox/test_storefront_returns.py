"""A return that is processed, as its order tells of it."""

from orchestration.sandbox.identity import gid
from orchestration.sandbox.server import serve
from tests.sandbox.conftest import SCENARIOS, Clock, Storefront

SEEN = """
query ($id: ID!) {
  return(id: $id) {
    status
    order { returnStatus }
    returnLineItems(first: 5) { nodes { id unprocessedQuantity } }
  }
}
"""
PROCESS = """
mutation ($input: ReturnProcessInput!) {
  returnProcess(input: $input) { return { status } userErrors { message code } }
}
"""


def test_an_order_whose_last_open_return_is_processed_says_that_all_is_returned(tmp_path):
    own = gid("Return", "two_partial_returns", "r2")
    with serve(tmp_path, [SCENARIOS / "two_partial_returns.yaml"], clock=Clock()) as running:
        storefront = Storefront(running.environment)
        before = storefront.read(SEEN, id=own)["return"]
        lines = [
            {"id": line["id"], "quantity": line["unprocessedQuantity"]}
            for line in before["returnLineItems"]["nodes"]
        ]
        entry = {"returnId": own, "returnLineItems": lines}
        done = storefront.read(PROCESS, input=entry)["returnProcess"]
        after = storefront.read(SEEN, id=own)["return"]

    assert done == {"return": {"status": "OPEN"}, "userErrors": []}
    assert (before["status"], before["order"]["returnStatus"]) == ("OPEN", "IN_PROGRESS")
    assert (after["status"], after["order"]["returnStatus"]) == ("CLOSED", "RETURNED")

"""Takes the notices that the pipeline sends, as a receiver of signed webhooks does."""

import json
from pathlib import Path
from threading import Lock

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response

OUTBOX_PATH = "/outbox"


class Outbox:
    """One line a notice in a file; an id that was taken before is taken once."""

    def __init__(self, path: Path, secret: str) -> None:
        self._path, self._webhook, self._lock = path, Webhook(secret), Lock()
        self._taken = {str(json.loads(line)["id"]) for line in self._lines()}

    async def take(self, request: Request) -> Response:
        """Answer one webhook; one that is not signed with our secret is refused."""
        body = await request.body()
        try:
            content = self._webhook.verify(body, dict(request.headers))
        except WebhookVerificationError:
            return Response(status_code=401)
        self._keep(request.headers["webhook-id"], content)
        return Response(status_code=204)

    def _keep(self, own: str, content: object) -> None:
        with self._lock:
            if own in self._taken:
                return
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"id": own, "content": content}) + "\n")
            self._taken.add(own)

    def _lines(self) -> list[str]:
        return self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []

"""Several pulls at once, in threads: what they yield comes as it is ready, in bounded memory."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, Full, Queue
from typing import Union

# A job yields answers, and further jobs where it finds its part too large.
Job = Callable[[], Iterator[Union[bytes, "Job"]]]
POLL_SECONDS = 0.05


def in_flight(jobs: Iterable[Job], *, width: int) -> Iterator[bytes]:
    """
    Yield what the jobs yield, with at most `width` of them running at once.

    The first error of any comes through after the others have stopped; so does the end of the
    caller. At most `width` answers wait to be taken. With a width of one there are no threads,
    and the order is that of the jobs.
    """
    if width == 1:
        yield from _one_after_another(jobs)
        return
    flight = _Flight(jobs, width=width)
    try:
        yield from flight.answers()
    finally:
        flight.stop()


def _one_after_another(jobs: Iterable[Job]) -> Iterator[bytes]:
    waiting = deque(jobs)
    while waiting:
        for found in waiting.popleft()():
            if isinstance(found, bytes):
                yield found
            else:
                waiting.append(found)


class _Flight:
    """The threads, the jobs that wait for one, and the answers that wait for the caller."""

    def __init__(self, jobs: Iterable[Job], *, width: int) -> None:
        self._jobs = deque(jobs)
        self._running = 0
        self._change = threading.Condition()
        self._answers: Queue[bytes | BaseException] = Queue(maxsize=width)
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(width)]
        for thread in self._threads:
            thread.start()

    def answers(self) -> Iterator[bytes]:
        """Yield until every job is done, or raise the first error."""
        while True:
            is_over = not any(thread.is_alive() for thread in self._threads)
            try:
                answer = self._answers.get(timeout=POLL_SECONDS)
            except Empty:
                if is_over:
                    return
                continue
            if isinstance(answer, BaseException):
                raise answer
            yield answer

    def stop(self) -> None:
        """Let every thread end after the request it is waiting for."""
        self._stopped.set()
        with self._change:
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            try:
                for found in job():
                    self._take(found)
                    if self._stopped.is_set():
                        return
            except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
                self._put(error)
                return
            finally:
                with self._change:
                    self._running -= 1
                    self._change.notify_all()

    def _next_job(self) -> Job | None:
        """Wait for a job: one that runs may still bring others."""
        with self._change:
            while not self._jobs and self._running and not self._stopped.is_set():
                self._change.wait()
            if not self._jobs or self._stopped.is_set():
                return None
            self._running += 1
            return self._jobs.popleft()

    def _take(self, found: "bytes | Job") -> None:
        if isinstance(found, bytes):
            self._put(found)
            return
        with self._change:
            self._jobs.append(found)
            self._change.notify_all()

    def _put(self, answer: bytes | BaseException) -> None:
        while not self._stopped.is_set():
            try:
                self._answers.put(answer, timeout=POLL_SECONDS)
            except Full:
                continue
            return

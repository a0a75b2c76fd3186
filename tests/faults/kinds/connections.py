"""What becomes of a connection: gone, silent, or ended before the answer is."""

from random import Random

from tests.faults.exchange import Exchange, Family
from tests.faults.proxy import End, Reply

CONNECTION, TIMEOUT, TRUNCATED = Family("connection"), Family("timeout"), Family("truncated")
# How long the campaign has the clients wait for a byte.
READ_SECONDS = 0.25


CONNECTION.add("reset", lambda _, __: Reply(None, end=End.RESET))
CONNECTION.add("closed", lambda _, __: Reply(None, end=End.CLOSE))
CONNECTION.add("refused", lambda _, __: Reply(None, end=End.RESET, refuses_next=True))


@CONNECTION
def reset_within(exchange: Exchange, random: Random) -> Reply:
    return Reply(exchange.answer, sent=random.randrange(len(exchange.answer.body)), end=End.RESET)


@TIMEOUT
def before_the_headers(exchange: Exchange, _: Random) -> Reply:
    return Reply(exchange.answer, pause_at=-1, pause_seconds=2 * READ_SECONDS, end=End.CLOSE)


@TIMEOUT
def between_chunks(exchange: Exchange, random: Random) -> Reply:
    place = random.randrange(1, len(exchange.answer.body))
    return Reply(exchange.answer, pause_at=place, pause_seconds=2 * READ_SECONDS, end=End.CLOSE)


@TIMEOUT
def a_stall_that_ends(exchange: Exchange, random: Random) -> Reply:
    place = random.randrange(1, len(exchange.answer.body))
    return Reply(exchange.answer, pause_at=place, pause_seconds=READ_SECONDS / 5)


@TRUNCATED
def cut_short(exchange: Exchange, random: Random) -> Reply:
    return Reply(exchange.answer, sent=random.randrange(len(exchange.answer.body)), end=End.CLOSE)


@TRUNCATED
def cut_unannounced(exchange: Exchange, random: Random) -> Reply:
    return Reply(
        exchange.answer, sent=random.randrange(len(exchange.answer.body)), is_unannounced=True
    )


@TRUNCATED
def announced_too_short(exchange: Exchange, random: Random) -> Reply:
    short = random.randrange(len(exchange.answer.body))
    return Reply(exchange.answer, announced=short, end=End.CLOSE)


@TRUNCATED
def announced_too_long(exchange: Exchange, random: Random) -> Reply:
    return Reply(
        exchange.answer,
        announced=len(exchange.answer.body) + random.randrange(1, 99),
        end=End.CLOSE,
    )


@TRUNCATED
def cut_inside_a_character(exchange: Exchange, random: Random) -> Reply | None:
    text = exchange.answer.body.decode()
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    if not places:
        return None
    place = random.choice(places)
    body = (text[:place] + "é" + text[place:]).encode()
    inside = len(text[:place].encode()) + 1
    return Reply(exchange.answer.with_body(body), sent=inside, is_unannounced=True)

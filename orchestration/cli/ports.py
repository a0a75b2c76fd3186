"""Whether the port that a command is to listen on is free."""

import errno
import socket


class PortHeldError(RuntimeError):
    """Another program listens where a command is to; the message says what to do."""


def refuse_held_port(command: str, port: int, *, host: str = "127.0.0.1") -> None:
    """
    Raise PortHeldError where a program listens on a port of this machine; 0 is no port yet.

    Asked before anything is started: what finds out later has said a page of other things by then.
    """
    if not port:
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise PortHeldError(
                f"{host} is no address of this machine: name one that is with `returns {command}"
                " --host`, or leave it out for 127.0.0.1"
            ) from error
        is_held = error.errno == errno.EADDRINUSE
        reason = "another program holds it" if is_held else error.strerror
        remedy = "end that program, or choose another" if is_held else "choose another"
        raise PortHeldError(
            f"port {port} of {host} cannot be listened on ({reason}):"
            f" {remedy} with `returns {command} --port {port + 1}`"
        ) from error

"""
A program that ends when the one that started it is gone, however that came about.

`python -m orchestration.cli.tether PIPE PROGRAM ARGUMENTS` runs a module in its own process.
Nobody writes into PIPE, whose other end the starter alone holds: it reads as ended when the
starter lets go of it, and when the starter is killed, whose files every system closes.
"""

import os
import runpy
import signal
import sys
import threading
import time

# What a program may take to end by itself before it is ended outright.
PATIENCE_SECONDS = 10


def main() -> None:
    """Run the program that the arguments name, for as long as the pipe is held."""
    pipe, *command = sys.argv[1:]
    threading.Thread(target=_end_with, args=(int(pipe),), daemon=True).start()
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _end_with(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(PATIENCE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()

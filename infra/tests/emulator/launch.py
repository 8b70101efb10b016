"""Starts ministack. The arguments are those of its server, hypercorn."""

import socketserver

from hypercorn.__main__ import main
from ministack.core.lambda_runtime import Worker  # pyright: ignore[reportMissingTypeStubs]

# It answers functions in two packets, the second of which would wait 40 ms for the first one's ACK.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

# After each call it waits for a log line, for 50 ms where there is none. With these defaults, it
# waits for 5 ms. A line that comes later is logged with the next call.
vars(Worker)["_drain_stderr_bounded"].__defaults__ = (0.005, 0.005, 0.250)

main()

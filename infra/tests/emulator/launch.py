"""Starts ministack. The arguments are those of its server, hypercorn."""

import socketserver

from hypercorn.__main__ import main

# It answers functions in two packets, the second of which would wait 40 ms for the first one's ACK.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

main()

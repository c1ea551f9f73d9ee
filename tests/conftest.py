"""What holds for all tests."""

import signal

# A shell starts background jobs deaf to Ctrl-C, and children inherit that; some tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

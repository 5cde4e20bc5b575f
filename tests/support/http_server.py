"""A server of HTTP on this machine that keeps no client waiting for a second thought of the kernel's."""

from http.server import ThreadingHTTPServer


class PatientServer(ThreadingHTTPServer):
    """One thread a connection, all of which end with the process."""

    daemon_threads = True
    # The default is five: Linux drops the sixth that connects at once, whose second try comes a full second later.
    request_queue_size = 128

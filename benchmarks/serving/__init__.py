"""Serving measured: requests a second and CPU of the server a request, beside a direct loop and two peers."""

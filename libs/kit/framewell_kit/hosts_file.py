"""Addresses of services in a JSON file that whoever starts and ends replicas keeps up to date."""

import json
import os
from collections.abc import Mapping
from functools import lru_cache


def written_address(path: str, service: str) -> str:
    """Return the address of a service in the file, as it is now; empty where the file or the service is not.

    Raises ValueError, naming FRAMEWELL_HOSTS_FILE, for a file that is no JSON object of texts.
    """
    if not path:
        return ""
    try:
        status = os.stat(path)  # noqa: PTH116 - a path object for every call would cost more than the call
    except FileNotFoundError:
        return ""
    return _read(path, status.st_ino, status.st_mtime_ns).get(service, "")


@lru_cache(maxsize=1)
def _read(path: str, _file: int, _changed_ns: int) -> Mapping[str, str]:
    """Return what the file says; read once for every change."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        try:
            hosts = json.load(file)
        except ValueError as error:
            raise ValueError(f"{path} (FRAMEWELL_HOSTS_FILE) is no JSON: {error}") from None
    if not isinstance(hosts, dict) or not all(isinstance(one, str) for one in hosts.values()):
        raise ValueError(f'{path} (FRAMEWELL_HOSTS_FILE) is not of the kind {{"ingest": "host:port"}}')
    return hosts

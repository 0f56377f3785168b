"""The part of the process that ends its admin client of the broker."""

from framewell_kafka.kept_admin import KeptAdmin


class AdminService:
    """Closes the client with the process; whoever asks it something first has it opened."""

    name = "admin_client"

    def __init__(self, admin: KeptAdmin) -> None:
        self._admin = admin

    async def start(self) -> None:
        """Open nothing: a broker that is away keeps no process from starting."""

    async def stop(self, seconds: float) -> None:  # noqa: ARG002  its questions have limits of their own
        """Close the client, once what was asked of it has been answered."""
        await self._admin.close()

    def waiting(self) -> str:
        """Return nothing: a broker that is away is told by whoever asks it."""
        return ""

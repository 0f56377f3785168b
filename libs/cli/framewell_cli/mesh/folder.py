"""Where one embedded mesh keeps its state: `.framewell/` in the folder it was started in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell_cli.mesh.private import close_below, make_private

STATE_VARIABLE: Final = "FRAMEWELL_STATE"
_NAME: Final = ".framewell"


@dataclass(frozen=True, slots=True)
class MeshFolder:
    """The state folder of one mesh. Two meshes are two folders (and two port bases)."""

    state: Path

    @classmethod
    def here(cls) -> MeshFolder:
        """Return the folder in `FRAMEWELL_STATE`, else `.framewell` in the working folder."""
        return cls(Path(os.environ.get(STATE_VARIABLE) or _NAME).absolute())

    @property
    def setup_code(self) -> Path:
        """Return the file with the code that makes an administrator."""
        return self.state / "setup-code"

    @property
    def endpoints(self) -> Path:
        """Return the file with the addresses of everything that runs; there only while the mesh is up."""
        return self.state / "endpoints.json"

    @property
    def logs(self) -> Path:
        """Return the folder of the logs, one a process."""
        return self.state / "logs"

    def log(self, name: str) -> Path:
        """Return the log of one process."""
        return self.logs / f"{name}.log"

    @property
    def lock(self) -> Path:
        """Return the lock that the supervisor holds while it lives; the kernel lets go when it is killed."""
        return self.state / "run" / "supervisor.lock"

    @property
    def process_table(self) -> Path:
        """Return the file of the processes of this mesh, as the supervisor last wrote them."""
        return self.state / "run" / "processes.json"

    @property
    def hosts(self) -> Path:
        """Return the file with the gRPC addresses of all replicas, which services look at."""
        return self.state / "run" / "hosts.json"

    @property
    def scale(self) -> Path:
        """Return the file with the chosen number of replicas of each service; stays when the mesh is down."""
        return self.state / "scale.json"

    @property
    def broker(self) -> Path:
        """Return the folder of the broker's configuration and data."""
        return self.state / "kafka"

    @property
    def database(self) -> Path:
        """Return the folder of the database's file."""
        return self.state / "database"

    @property
    def objects(self) -> Path:
        """Return the folder of the embedded mesh's object store."""
        return self.state / "objects"

    @property
    def inbox(self) -> Path:
        """Return the folder whose files can be named in an `ingest.requested` event."""
        return self.state / "inbox"

    @property
    def scratch(self) -> Path:
        """Return the folder of files under way; worth nothing after a restart."""
        return self.state / "scratch"

    @property
    def pages(self) -> Path:
        """Return the folder of the pages that `framewell ingest --wait` writes."""
        return self.state / "pages"

    @property
    def name_key(self) -> Path:
        """Return the file of the key that hides names that are not to be learned: keep it with the data."""
        return self.state / "name.key"

    @property
    def name_key_note(self) -> Path:
        """Return the file with the fingerprint of that key, from which the key cannot be read."""
        return self.state / "name.key.fingerprint"

    @property
    def has_data(self) -> bool:
        """Return whether the mesh was ever up here: its database has files."""
        return self.database.is_dir() and any(self.database.iterdir())

    @property
    def audit_key(self) -> Path:
        """Return the file of the key that signs the audit log: keep a copy where the mesh cannot write."""
        return self.state / "audit.key"

    @property
    def caller_key(self) -> Path:
        """Return the file of the key with which the gateway signs who it calls for."""
        return self.state / "caller.key"

    @property
    def caller_public_keys(self) -> Path:
        """Return the file of the public halves of such keys, which all services read."""
        return self.state / "caller.pub"

    @property
    def local_mode(self) -> Path:
        """Return the file that the gateway keeps while everybody on this machine may do everything."""
        return self.state / "local-mode"

    def make(self) -> None:
        """Create the folders that everything else expects, and close to others what is here already."""
        make_private(self.state.resolve())  # it may be a link to another disk
        for folder in (self.logs, self.lock.parent, self.objects, self.inbox):
            make_private(folder)
        close_below(self.state, "*", "logs/*", "run/*", "kafka/*", "database/*")

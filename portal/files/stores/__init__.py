"""Where sealed files lie: a local directory, or a store that speaks S3; which one is told by the settings."""

from pathlib import Path

from portal.files.stores.base import BlobStore
from portal.files.stores.local import LocalStore


def make_store(address: str) -> BlobStore:
    """Return the store of an address of the settings, ``file:DIRECTORY`` or ``s3://BUCKET/PREFIX``."""
    if address.startswith("file:"):
        return LocalStore(Path(address.removeprefix("file:")))
    # Imported where it is used: most installations have a local directory.
    from obstore.store import from_url

    from portal.files.stores.remote import RemoteStore

    return RemoteStore(from_url(address))

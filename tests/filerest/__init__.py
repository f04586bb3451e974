"""A small server of the Azure Files REST API, for tests and for trying the service without an Azure account.

No emulator of Azure Files exists. This one keeps everything in memory, needs the standard library alone,
checks SharedKey and SAS strictly, and can be told to fail as the real service does. It is kept honest by
clients that were written elsewhere: Microsoft's Python and JavaScript libraries, and AzCopy.

    python -m tests.filerest --port 10004 --share site-123 --share site-124
"""

from tests.filerest.faults import Fault
from tests.filerest.server import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer

__all__ = ["DEFAULT_ACCOUNT", "DEFAULT_KEY", "Fault", "FileRestServer"]

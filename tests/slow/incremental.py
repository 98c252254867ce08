"""One run of the flow that schedules start: `python -m tests.slow.incremental INBOX OUTPUT CONFIG`."""

import sys

from flows.deployments import incremental

if __name__ == "__main__":
    incremental(*sys.argv[1:])

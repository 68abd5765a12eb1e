#!/usr/bin/env python3
"""Prints the CPU time, in microseconds, of a page that the vendor's Python SDK reads.

    python3 crates/ofauth-bench/vendor.py URL

`openapi/sdk.py` installs the SDK; the server is `ofauth-bench serve`.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "openapi"))

import sdk  # noqa: E402

ROUNDS = 10


def main(url):
    from onlyfans_sdk import OFAuthClient, messages

    client = OFAuthClient("sk_sandbox_bench", url, connection_id="conn_0")

    def walk():
        read, pages, more = 0, 0, True
        while more:
            page = messages.list_chats(client, limit=20, offset=read)
            read, pages, more = read + len(page["list"]), pages + 1, page["hasMore"]
        return pages

    walk()
    start = time.process_time()
    pages = sum(walk() for _ in range(ROUNDS))
    print((time.process_time() - start) * 1e6 / pages)


if __name__ == "__main__":
    if Path(sys.prefix) != sdk.FOLDER:
        sys.exit(subprocess.call([sdk.install("3.1.0"), __file__, *sys.argv[1:]]))
    main(sys.argv[1])

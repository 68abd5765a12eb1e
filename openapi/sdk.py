#!/usr/bin/env python3
"""Compares the spec with the vendor's own Python SDK, and reads the sandbox with it.

    python3 openapi/sdk.py [VERSION]

Installs the SDK from PyPI below `target/sdk`: the newest version, unless one is given.
"""

import contextlib
import json
import os
import subprocess
import sys
import typing
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "target" / "sdk"
CHATS = 250


def install(version):
    """Installs the SDK in a virtual environment, and returns its Python."""
    python = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(FOLDER, with_pip=True)
    package = "onlyfans-sdk" + (f"=={version}" if version else "")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", package], check=True)
    return python


def document():
    """Returns what the SDK's models and signatures say, as an OpenAPI document."""
    from onlyfans_sdk import BASE_URL, messages
    from onlyfans_sdk.models import V2AccessChatsGetResponse
    from pydantic import TypeAdapter

    page = V2AccessChatsGetResponse.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = page.pop("$defs")
    types = typing.get_type_hints(messages.list_chats)
    del types["client"], types["return"]
    parameters = []
    for name, hint in types.items():
        head, *tail = name.split("_")
        # Each parameter is optional: `None` isn't sent.
        [value] = [one for one in typing.get_args(hint) if one is not type(None)]
        parameters.append(
            {
                "name": head + "".join(map(str.capitalize, tail)),
                "in": "query",
                "schema": TypeAdapter(value).json_schema(),
            }
        )
    content = {"application/json": {"schema": page}}
    operation = {
        "parameters": parameters,
        "responses": {"200": {"description": "A page", "content": content}},
    }
    headers = ["apiKey", "x-connection-id"]
    schemes = {name: {"type": "apiKey", "in": "header", "name": name} for name in headers}
    return {
        "openapi": "3.1.0",
        "info": {"title": "OFAuth Python SDK", "version": "0"},
        "servers": [{"url": BASE_URL}],
        "security": [{name: [] for name in headers}],
        "paths": {"/v2/access/chats": {"get": operation}},
        "components": {"schemas": schemas, "securitySchemes": schemes},
    }


@contextlib.contextmanager
def sandbox(*arguments):
    """Runs a sandbox, and yields its URL and that of its admin port."""
    command = ["cargo", "run", "--quiet", "-p", "ofauth-cli", "--", "sandbox", "--quiet"]
    command += ["--chats", str(CHATS), "--admin-port", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()
            admin = next(line for line in process.stdout if "admin port" in line).split()[-1]
            yield url, admin
        finally:
            process.terminate()


def post(url, body):
    """Posts JSON to the sandbox's admin port."""
    headers = {"content-type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers))


def read_sandbox():
    """Reads each chat of the sandbox with the SDK, and checks each page by its models."""
    from onlyfans_sdk import OFAuthClient, messages
    from onlyfans_sdk.models import V2AccessChatsGetResponse

    with sandbox("--rate-limit", "off") as (url, _):
        client = OFAuthClient("sk_sandbox_sdk", url, connection_id="conn_sandbox_1")
        read, more = set(), True
        while more:
            page = messages.list_chats(client, limit=20, offset=len(read))
            V2AccessChatsGetResponse.model_validate(page)
            read.update(chat["withUser"]["id"] for chat in page["list"])
            more = page["hasMore"]
    assert len(read) == CHATS, f"the SDK read {len(read)} of the sandbox's {CHATS} chats"
    print(f"the SDK reads the sandbox: {CHATS} chats, each page valid by its models")


def compare():
    """Shows what the README's table says of the SDK."""
    from onlyfans_sdk import OFAuthClient, OFAuthError, messages

    def error():
        try:
            next(messages.iter_chats(client))
        except OFAuthError as error:
            return error.status, str(error)

    def fault(fault):
        post(f"{admin}/faults", {"fault": fault, "times": 1})

    with sandbox("--rate-limit", "1:30") as (url, admin):
        client = OFAuthClient("sk_sandbox_sdk", url, connection_id="conn_sandbox_1")
        changes = f"{admin}/connections/conn_sandbox_1/changes"
        walk = messages.iter_chats(client)
        seen = [next(walk)["withUser"]["id"] for _ in range(20)]
        page = messages.list_chats(client, limit=20, offset=30)
        moved = page["list"][0]["withUser"]["id"]
        post(changes, {"message": {"fan": moved, "text": "Hi!"}})
        seen += [chat["withUser"]["id"] for chat in walk]
        assert len(seen) > len(set(seen)) and moved not in seen, "the walk repeats and misses"
        fault({"status": {"status": 502}})
        assert error() == (502, "HTTP 502"), "no retry"
        fault({"unreadable_chat": {"index": 0}})
        assert type(next(messages.iter_chats(client))["withUser"]) is str, "no check"
        post(changes, {"session": "expired"})
        assert error() == (401, "HTTP 401"), "no message"
        post(changes, {"session": "active"})
        assert [error() for _ in range(30)][-1] == (429, "HTTP 429"), "no wait"
    print("the SDK repeats and misses chats that move, and neither retries nor waits")


def main():
    if Path(sys.prefix) != FOLDER:
        python = install("".join(sys.argv[1:2]))
        sys.exit(subprocess.call([python, __file__]))
    path = FOLDER / "openapi.json"
    path.write_text(json.dumps(document(), indent=2))
    upstream = ["cargo", "xtask", "upstream", "--witness", "sdk", path]
    different = subprocess.call(upstream, cwd=ROOT)
    read_sandbox()
    compare()
    sys.exit(different)


if __name__ == "__main__":
    main()

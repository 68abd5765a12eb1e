#!/usr/bin/env python3
"""Compares the spec with the vendor's own Python SDK, and reads the sandbox with it.

    python3 openapi/sdk.py [VERSION]

Installs the SDK from PyPI below `target/sdk`: the newest version, unless one is given.
"""

import json
import os
import subprocess
import sys
import typing
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


def read_sandbox():
    """Reads each chat of the sandbox with the SDK, and checks each page by its models."""
    from onlyfans_sdk import OFAuthClient, messages
    from onlyfans_sdk.models import V2AccessChatsGetResponse

    command = ["cargo", "run", "--quiet", "-p", "ofauth-cli", "--", "sandbox"]
    command += ["--quiet", "--chats", str(CHATS), "--rate-limit", "off"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            url = sandbox.stdout.readline().strip()
            client = OFAuthClient("sk_sandbox_sdk", url, connection_id="conn_sandbox_1")
            read, more = set(), True
            while more:
                page = messages.list_chats(client, limit=20, offset=len(read))
                V2AccessChatsGetResponse.model_validate(page)
                read.update(chat["withUser"]["id"] for chat in page["list"])
                more = page["hasMore"]
        finally:
            sandbox.terminate()
    assert len(read) == CHATS, f"the SDK read {len(read)} of the sandbox's {CHATS} chats"
    print(f"the SDK reads the sandbox: {CHATS} chats, each page valid by its models")


def main():
    if Path(sys.prefix) != FOLDER:
        python = install("".join(sys.argv[1:2]))
        sys.exit(subprocess.call([python, __file__]))
    path = FOLDER / "openapi.json"
    path.write_text(json.dumps(document(), indent=2))
    upstream = ["cargo", "xtask", "upstream", "--witness", "sdk", path]
    different = subprocess.call(upstream, cwd=ROOT)
    read_sandbox()
    sys.exit(different)


if __name__ == "__main__":
    main()

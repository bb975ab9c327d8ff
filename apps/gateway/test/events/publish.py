"""Publishes the messages on standard input, one in JSON on each line, with nats-py."""

import asyncio
import base64
import json
import sys

import nats


async def main() -> None:
    connection = await nats.connect(sys.argv[1])
    for line in sys.stdin:
        message = json.loads(line)
        headers = message["headers"] or None
        await connection.publish(message["subject"], base64.b64decode(message["body"]), headers=headers)
    await connection.drain()


asyncio.run(main())

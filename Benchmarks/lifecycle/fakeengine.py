"""An engine that does nothing but answer at once, at a unix socket: what is left of a start is the tool's own work.

    fakeengine.py SOCKET

It knows the calls that a first start of services with ready images makes, and answers 501 to any other.
"""
import asyncio
import itertools
import json
import re
import sys
import urllib.parse

IMAGE = "bench:1"
IMAGE_ID = "sha256:" + "1" * 64
BEGIN = "2026-01-01T00:00:00.000000000Z"


class World:
    def __init__(self):
        self.containers = {}
        self.networks = {}
        self.ids = itertools.count(1)

    def new_id(self):
        return f"{next(self.ids):064x}"

    def answer(self, method, path, query, body):
        """Status and JSON value; None for an empty body."""
        parts = [part for part in path.split("/") if part and not re.fullmatch(r"v1\.\d+", part)]
        match [method, *parts]:
            case ["GET", "_ping"] | ["HEAD", "_ping"]:
                return 200, None
            case ["GET", "info"]:
                return 200, {"ID": "FAKE", "ServerVersion": "20.10.0", "SystemTime": BEGIN}
            case ["GET", "images", "json"]:
                return 200, [{"Id": IMAGE_ID, "RepoTags": [IMAGE]}]
            case ["GET", "networks"]:
                return 200, list(self.networks.values())
            case ["POST", "networks", "create"]:
                network = {"Id": self.new_id(), "Name": body["Name"], "Labels": body.get("Labels") or {}}
                self.networks[network["Id"]] = network
                return 201, {"Id": network["Id"]}
            case ["GET", "containers", "json"]:
                return 200, [self.summary(container) for container in self.containers.values()]
            case ["POST", "containers", "create"]:
                container = {"id": self.new_id(), "name": query["name"][0], "config": body, "status": "created"}
                self.containers[container["id"]] = container
                return 201, {"Id": container["id"]}
            case ["POST", "containers", id, "start"]:
                self.containers[id]["status"] = "running"
                return 204, None
            case ["GET", "containers", id, "json"]:
                return 200, self.inspect(self.containers[id])
        return 501, {"message": f"this engine has no {method} {path}"}

    def summary(self, container):
        config = container["config"]
        return {
            "Id": container["id"], "Names": ["/" + container["name"]], "Image": config["Image"], "ImageID": IMAGE_ID,
            "Labels": config.get("Labels") or {}, "State": container["status"], "Status": container["status"], "Created": 1767225600,
            "Ports": [],
        }

    def inspect(self, container):
        config = container["config"]
        running = container["status"] == "running"
        return {
            "Id": container["id"], "Name": "/" + container["name"], "Image": IMAGE_ID, "Created": BEGIN,
            "State": {"Status": container["status"], "Running": running, "ExitCode": 0, "StartedAt": BEGIN, "FinishedAt": "0001-01-01T00:00:00Z"},
            "Config": {key: config.get(key) for key in ("Image", "Env", "Cmd", "Labels")},
            "HostConfig": {"NetworkMode": "bridge"}, "NetworkSettings": {"Networks": {}, "Ports": {}}, "Mounts": [],
        }


async def serve(world, reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            url = urllib.parse.urlsplit(target)
            if url.path.endswith("/events"):
                writer.write(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nTransfer-Encoding: chunked\r\n\r\n")
                await writer.drain()
                await reader.read()
                return
            status, value = world.answer(method, url.path, urllib.parse.parse_qs(url.query), json.loads(body) if body else {})
            text = b"" if value is None else json.dumps(value).encode()
            length = "" if status == 204 else f"Content-Length: {len(text)}\r\n"
            writer.write(f"HTTP/1.1 {status} X\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\n{length}\r\n".encode() + text)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    world = World()
    server = await asyncio.start_unix_server(lambda reader, writer: serve(world, reader, writer), sys.argv[1], backlog=512)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass

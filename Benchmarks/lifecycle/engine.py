"""The Docker Engine as the harness sees it: what is there before and after a run, and nothing that is measured."""
import http.client
import json
import os
import socket
import time
import urllib.parse


class EngineError(Exception):
    pass


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=600)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    def __init__(self, host=None):
        self.host = host or os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
        if not self.host.startswith("unix://"):
            raise EngineError(f"the benchmark talks to engines on a unix socket only, not to {self.host}")
        self.socket_path = self.host[len("unix://"):]

    def call(self, method, path, body=None, content_type="application/json", accept=()):
        connection = _UnixConnection(self.socket_path)
        try:
            data = json.dumps(body).encode() if isinstance(body, dict) else body
            connection.request(method, "/v1.41" + path, data, {"Content-Type": content_type} if data else {})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 400 and answer.status not in accept:
            raise EngineError(f"{method} {path}: {answer.status} {text.decode(errors='replace').strip()}")
        return text

    def json(self, path):
        return json.loads(self.call("GET", path))

    def containers(self, **filters):
        """Containers in any state; filters as the engine names them, e.g. label=["a=b"]."""
        return self.json("/containers/json?all=1&filters=" + urllib.parse.quote(json.dumps(filters)))

    def networks(self, name):
        found = self.json("/networks?filters=" + urllib.parse.quote(json.dumps({"name": [name]})))
        return [network for network in found if network["Name"] == name]

    def inspect(self, container):
        return self.json(f"/containers/{container}/json")

    def image_id(self, reference):
        return self.json(f"/images/{reference}/json")["Id"]

    def remove(self, find_containers, network):
        """Removes containers, whatever state they are in, and a network; waits for removals that others began."""
        for attempt in range(100):
            containers, networks = find_containers(), self.networks(network)
            if not containers and not networks:
                return
            for container in containers:
                self.call("DELETE", f"/containers/{container['Id']}?force=1&v=1", accept=(404, 409))
            for found in networks:
                self.call("DELETE", f"/networks/{found['Id']}", accept=(403, 404))
            time.sleep(0.1 if attempt else 0)
        raise EngineError(
            f"{len(containers)} containers and {len(networks)} networks of {network} can't be removed; a network with \"active "
            "endpoints\" and no containers is a defect of the engine, which a restart of it mends")

    def remove_images(self, label):
        for image in self.json("/images/json?filters=" + urllib.parse.quote(json.dumps({"label": [label]}))):
            self.call("DELETE", f"/images/{image['Id']}?force=1", accept=(404, 409))

    def build(self, reference, tar):
        said = self.call("POST", f"/build?t={reference}&rm=1", tar, "application/x-tar")
        if b'"errorDetail"' in said:
            raise EngineError(f"building {reference}: {said.decode(errors='replace')}")

    def die_events(self, container, since, until):
        """Wall-clock nanoseconds of the deaths of a container."""
        filters = urllib.parse.quote(json.dumps({"container": [container], "event": ["die"]}))
        lines = self.call("GET", f"/events?since={since:.3f}&until={until:.3f}&filters={filters}").splitlines()
        return [json.loads(line)["timeNano"] for line in lines if line]

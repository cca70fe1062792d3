import TestSupport
import Testing

@testable import DockerClient

@Suite("Errors: the engine's words become causes")
struct ClassificationTests {
    private func error(_ status: Int, _ message: String) -> DockerError {
        DockerError(.http(status), endpoint: "POST /x", message: message)
    }

    @Test(
        "B35: a port in use names the port, in every wording",
        arguments: [
            (
                "driver failed programming external connectivity on endpoint a (f00): Bind for 0.0.0.0:5433 failed: port is already allocated",
                5433
            ),
            (
                "driver failed programming external connectivity on endpoint a: Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
                8080
            ),
            (
                "failed to set up container networking: failed to bind host port for 0.0.0.0:8081:172.17.0.2:80/tcp: address already in use",
                8081
            ),
            ("failed to bind host port 127.0.0.1:8082/tcp: address already in use", 8082),
            ("Bind for [::]:8083 failed: port is already allocated", 8083),
        ])
    func ports(message: String, port: Int) {
        #expect(error(500, message).isPortInUse)
        #expect(error(500, message).portInUse == port)
    }

    @Test("A name conflict gives the id of the container that holds the name")
    func conflict() {
        let id = String(repeating: "0123456789abcdef", count: 4)
        let conflict = error(
            409,
            "Conflict. The container name \"/x\" is already in use by container \"\(id)\". You have to remove (or rename) that container")
        #expect(conflict.isNameConflict)
        #expect(conflict.conflictingContainerID == id)
        #expect(!error(409, "removal of container x is already in progress").isNameConflict)
    }

    // The words of Podman 4.3.1, seen.
    @Test("Podman's refusals, which all come with 500, are told apart")
    func podman() {
        let id = String(repeating: "0123456789abcdef", count: 4)
        let name = error(
            500,
            "container create: creating container storage: the container name \"x\" is already in use by \(id). You have to remove that container to be able to reuse that name: that name is already in use"
        )
        #expect(name.isNameConflict)
        #expect(name.conflictingContainerID == id)
        #expect(error(500, "container create: no command or entrypoint provided, and no CMD or ENTRYPOINT from image").isCommandMissing)
        #expect(error(500, "network name miniboss-g already used: network already exists").isNetworkNameTaken)
        #expect(
            error(500, "\"miniboss-g\" has associated containers with it. Use -f to forcibly delete: network is being used").isNetworkInUse)
        #expect(
            error(
                500,
                "/usr/sbin/runc: runc create failed: unable to start container process: exec: \"nonesuch\": executable file not found in $PATH: OCI runtime attempted to invoke a command that was not found"
            ).isBadEntrypoint)
    }

    @Test("Images, entrypoints, mounts and networks are told apart")
    func causes() {
        #expect(error(404, "No such image: app:latest").isNoSuchImage)
        #expect(!error(404, "No such container: app").isNoSuchImage)
        #expect(error(404, "manifest for app:x not found: manifest unknown: manifest unknown").isNoSuchImage)
        #expect(error(404, "pull access denied for app, repository does not exist or may require 'docker login'").isPullDenied)
        #expect(error(500, "Get \"https://r.example/v2/\": dial tcp: lookup r.example: no such host").isRegistryUnreachable)
        #expect(!error(404, "manifest for app:x not found: manifest unknown: manifest unknown").isRegistryUnreachable)
        #expect(error(404, "no matching manifest for linux/amd64 in the manifest list entries").isManifestUnknown)
        // What engine 20.10 passes on of a registry's 403 and 500.
        #expect(error(500, "denied").isPullDenied && error(403, "not for you").isPullDenied)
        let silent = DockerError(.replyLost, message: "Operation timed out after 120048 milliseconds with 0 bytes received")
        #expect(silent.isOverdue && !DockerError(.replyLost, message: "Recv failure: Connection reset by peer").isOverdue)
        #expect(error(500, "error parsing HTTP 403 response body: denied: requested access to the resource is denied").isPullDenied)
        #expect(error(500, "received unexpected HTTP status: 500 Internal Server Error").isRegistryUnreachable)
        #expect(error(400, "unable to find user nosuch: no matching entries in passwd file").isUserMissing)
        let entrypoint = error(
            400,
            "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nope\": executable file not found in $PATH: unknown"
        )
        #expect(entrypoint.isBadEntrypoint && !entrypoint.isMountMissing)
        #expect(
            error(400, "OCI runtime create failed: runc create failed: exec: \"/x\": stat /x: no such file or directory: unknown")
                .isBadEntrypoint)
        #expect(error(400, "OCI runtime create failed: exec: \"/etc\": permission denied: unknown").isBadEntrypoint)
        #expect(error(400, "No command specified").isBadEntrypoint && error(400, "No command specified").isCommandMissing)
        let mount = error(400, "invalid mount config for type \"bind\": bind source path does not exist: /nope")
        #expect(mount.isMountMissing && !mount.isBadEntrypoint)
        #expect(error(403, "error while removing network: network n id abc has active endpoints").isNetworkInUse)
        #expect(error(404, "could not find an available, non-overlapping IPv4 address pool among the defaults").isAddressPoolExhausted)
    }

    @Test("Statuses that say it is so already are not errors")
    func already() async throws {
        let rig = try Rig()
        rig.server.on("POST", "/containers/*/start", .reply(.empty(304)))
        rig.server.on("POST", "/containers/*/stop", .reply(.empty(304)))
        rig.server.on("POST", "/containers/*/kill", .reply(.error(409, "Cannot kill container: a: Container a is not running")))
        rig.server.on("DELETE", "/containers/gone", .reply(.error(404, "No such container: gone")))
        rig.server.on("DELETE", "/containers/busy", .reply(.error(409, "removal of container busy is already in progress")))
        rig.server.on("DELETE", "/containers/paused", .reply(.error(409, "You cannot remove a running container")))
        #expect(try await rig.docker.startContainer("a") == .already)
        #expect(try await rig.docker.stopContainer("a", timeout: .seconds(3)) == .already)
        #expect(rig.server.requests("POST", "/containers/a/stop").first?.query["t"] == ["3"])
        #expect(try await rig.docker.killContainer("a") == .already)
        #expect(try await rig.docker.removeContainer("gone") == .already)
        #expect(try await rig.docker.removeContainer("busy") == .underWay)
        #expect(await failure { () async throws(DockerError) in try await rig.docker.removeContainer("paused") }?.status == 409)
    }

    @Test("An error's body may be JSON, text, nothing or a page from a proxy")
    func bodies() async throws {
        let rig = try Rig()
        rig.server.on(
            "GET", "/info", .reply(.error(500, "say \"what\"")), .reply(ScriptedReply(503)),
            .reply(ScriptedReply(502, pieces: [Array("<html>\n\u{1b}[31mBad gateway</html>".utf8)])), .reply(ScriptedReply(301)))
        let quoted = await failure { () async throws(DockerError) in try await rig.docker.info() }
        #expect(quoted?.status == 500 && quoted?.engineMessage == "say \"what\"")
        let empty = await failure { () async throws(DockerError) in try await rig.docker.info() }
        #expect(empty?.status == 503 && empty?.engineMessage == "")
        let page = await failure { () async throws(DockerError) in try await rig.docker.info() }
        #expect(page?.status == 502 && page?.engineMessage.contains("\u{1b}") == false)
        #expect(await failure { () async throws(DockerError) in try await rig.docker.info() }?.code == .protocolViolation)
    }

    @Test("Empty names never reach the engine")
    func emptyNames() async throws {
        let rig = try Rig()
        #expect(await failure { () async throws(DockerError) in try await rig.docker.startContainer("") }?.code == .badRequest)
        #expect(await failure { () async throws(DockerError) in try await rig.docker.removeNetwork("..") }?.code == .badRequest)
        #expect(await failure { () async throws(DockerError) in try await rig.docker.inspectImage("a//b") }?.code == .badRequest)
        #expect(rig.server.requests.isEmpty)
    }
}

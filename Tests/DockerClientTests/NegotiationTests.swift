import TestSupport
import Testing

@testable import DockerClient

@Suite("Version negotiation")
struct NegotiationTests {
    @Test("The lower of both newest versions is spoken", arguments: [("1.41", "1.41"), ("1.40", "1.40"), ("1.57", "1.52")])
    func lower(theirs: String, spoken: String) async throws {
        let rig = try Rig(version: nil)
        rig.server.on("HEAD", "/_ping", .reply(ScriptedReply(200, headers: ["Api-Version": theirs])))
        rig.server.on("GET", "/info", .reply(.json(200, "{}")))
        _ = try await rig.docker.info()
        _ = try await rig.docker.info()
        #expect(rig.server.requests("GET", "/info").map(\.version) == [spoken, spoken])
        #expect(rig.server.requests("HEAD", "/_ping").count == 1)
        #expect(rig.server.requests("HEAD", "/_ping").first?.version == nil)
    }

    @Test("GET is asked where HEAD is refused")
    func fallback() async throws {
        let rig = try Rig(version: nil)
        rig.server.on("HEAD", "/_ping", .reply(.empty(405)))
        rig.server.on(
            "GET", "/_ping", .reply(ScriptedReply(200, headers: ["Api-Version": "1.44", "Libpod-Api-Version": "5.0"], pieces: [[79, 75]])))
        #expect(try await rig.docker.ping() == EnginePing(apiVersion: APIVersion(1, 44), isPodman: true))
    }

    @Test("An engine that is too old is refused with both ranges")
    func tooOld() async throws {
        let rig = try Rig(version: nil)
        rig.server.on("HEAD", "/_ping", .reply(ScriptedReply(200, headers: ["Api-Version": "1.24"])))
        let error = await failure { () async throws(DockerError) in try await rig.docker.info() }
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.description.contains("1.24") == true && error?.description.contains("1.40") == true)
    }

    @Test(
        "A version refused in the middle of a session is corrected once",
        arguments: [
            (
                "client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
                "1.44"
            ),
            ("client version 1.41 is too new. Maximum supported API version is 1.40", "1.40"),
        ])
    func refused(message: String, next: String) async throws {
        let rig = try Rig(version: nil)
        rig.server.on("POST", "/containers/create", .reply(.error(400, message)), .reply(.json(201, #"{"Id":"x"}"#)))
        #expect(try await rig.docker.createContainer(name: nil, ContainerConfig(image: "i")).id == "x")
        #expect(rig.server.requests("POST", "/containers/create").map(\.version) == ["1.41", next])
    }

    @Test("A pinned version is spoken without asking, and its refusal explained")
    func pinned() async throws {
        let rig = try Rig(version: APIVersion(1, 45))
        rig.server.on("GET", "/info", .reply(.error(400, "client version 1.45 is too new. Maximum supported API version is 1.41")))
        let error = await failure { () async throws(DockerError) in try await rig.docker.info() }
        #expect(error?.code == .unsupportedVersion)
        #expect(rig.server.requests.map(\.version) == ["1.45"])
        #expect(
            await failure { () async throws(DockerError) in try Docker(environment: ["DOCKER_API_VERSION": "newest"]) }?.code
                == .unsupportedVersion)
        #expect(try await Docker(environment: ["DOCKER_API_VERSION": "1.43"]).apiVersion() == APIVersion(1, 43))
    }
}

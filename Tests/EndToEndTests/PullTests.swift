import FoundationEssentials
import Glibc
import Testing

@testable import DockerClient

@Suite struct PullTests {
    @Test("B25: a missing image is pulled with progress, and is there for the next start")
    func pull() async throws {
        let registry = try #require(environment("MINIBOSS_TEST_REGISTRY"), "MINIBOSS_TEST_REGISTRY names a registry on the loopback")
        let repository = "\(registry)/pulled-\(UInt32.random(in: .min ... .max))"
        let docker = try docker()
        try await publish(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest", as: repository, docker)
        let service = sleeper("a").replacing("testImage", with: "\"\(repository)\"")
        try await withWorkshop(service, list: "A()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && start.errors.contains("a pull_image"), "\(start)")
            #expect(start.errors.contains("a image ready"), "\(start)")
            let history = try shop.miniboss("history", "1").output
            #expect(history.contains("pull_image \(repository):latest"), "\(history)")
            #expect(try await shop.container("a")?.config.image == repository)
            #expect(try shop.miniboss("plan").code == 0)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try !shop.miniboss("start").errors.contains("pull_image"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await docker.removeImage(repository, force: true)
        }
    }

    @Test("B25: a registry that has too much to do is asked again")
    func busyRegistry() async throws {
        let registry = try #require(environment("MINIBOSS_TEST_REGISTRY"), "MINIBOSS_TEST_REGISTRY names a registry on the loopback")
        let name = "pulled-\(UInt32.random(in: .min ... .max))"
        let docker = try docker()
        try await publish(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest", as: "\(registry)/\(name)", docker)
        // The engine asks for a manifest twice, with HEAD and with GET.
        let busy = try BusyRegistry(refusing: 2, then: registry)
        let image = "\(busy.address)/\(name)"
        let service = sleeper("a").replacing("testImage", with: "\"\(image)\"")
        try await withWorkshop(service, list: "A()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            #expect(busy.refused == 2)
            #expect(start.errors.contains("a pull_image: the registry had too much to do"), "\(start)")
            let pulls = try shop.miniboss("history", "1").output.split(separator: "\n").filter { $0.contains("pull_image") }
            #expect(pulls.contains { $0.contains("toomanyrequests") }, "\(pulls)")
            #expect(try shop.miniboss("postmortem").output.contains("no start, stop or reload has failed"))
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await docker.removeImage(image, force: true)
        }
    }

    @Test("B25: a registry that asks for a login gets the one in the user's Docker configuration")
    func login() async throws {
        let registry = try #require(environment("MINIBOSS_TEST_REGISTRY"), "MINIBOSS_TEST_REGISTRY names a registry on the loopback")
        let name = "pulled-\(UInt32.random(in: .min ... .max))"
        let docker = try docker()
        try await publish(environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest", as: "\(registry)/\(name)", docker)
        let login = Data("user:open sesame".utf8).base64EncodedString()
        let guarded = try RelayedRegistry(of: registry) { request in
            if request.contains("Authorization: Basic \(login)") { return nil }
            let body = #"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#
            return RegistryAnswer(status: "401 Unauthorized", headers: ["Www-Authenticate: Basic realm=\"test\""], body: body)
        }
        let image = "\(guarded.address)/\(name)"
        let service = sleeper("a").replacing("testImage", with: "\"\(image)\"")
        try await withWorkshop(service, list: "A()") { shop in
            try #require(mkdir("\(shop.directory)/docker", 0o700) == 0)
            let variables = ["DOCKER_CONFIG": "\(shop.directory)/docker"]
            try shop.write("docker/config.json", "{}")
            #expect(try shop.launch(["start"], variables: variables).wait().code == 1)
            #expect(try shop.miniboss("postmortem", "--json").output.contains(#""class":"pull_denied""#))

            try shop.write("docker/config.json", #"{"auths":{"\#(guarded.address)":{"auth":"\#(login)"}}}"#)
            let start = try shop.launch(["start"], variables: variables).wait()
            #expect(start.code == 0, "\(start)")
            #expect(try await shop.container("a")?.state.running == true)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            _ = try await docker.removeImage(image, force: true)
        }
    }

    /// Puts an image of this machine into a registry, and takes the name away here.
    private func publish(_ image: String, as repository: String, _ docker: Docker) async throws {
        var tag = EngineCall("POST", "/images/\(image)/tag")
        tag.query = [("repo", repository), ("tag", "latest")]
        try await docker.status(tag)
        var push = EngineCall("POST", "/images/\(repository)/push")
        push.query = [("tag", "latest")]
        // The engine wants a login, though none is asked for: {}.
        push.headers = [("X-Registry-Auth", "e30=")]
        push.patience = .total(.seconds(60))
        let answer = String(decoding: try await docker.bytes(push), as: UTF8.self)
        try #require(!answer.contains("errorDetail"), "\(answer)")
        _ = try await docker.removeImage(repository)
    }
}

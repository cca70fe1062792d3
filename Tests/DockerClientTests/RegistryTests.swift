import Foundation
import TestSupport
import Testing

@testable import DockerClient

@Suite("Registries: logins, pull and build streams")
struct RegistryTests {
    @Test(
        "References come apart as Docker reads them",
        arguments: [
            ("app", "app", nil, nil, "docker.io"), ("team/app:1", "team/app", "1", nil, "docker.io"),
            ("localhost:5000/app", "localhost:5000/app", nil, nil, "localhost:5000"),
            ("r.io/a/b:2@sha256:ab", "r.io/a/b", "2", "sha256:ab", "r.io"),
        ] as [(String, String, String?, String?, String)])
    func references(text: String, repository: String, tag: String?, digest: String?, registry: String) throws {
        let reference = try #require(PullReference(text))
        #expect((reference.repository, reference.tag, reference.digest) == (repository, tag, digest))
        #expect(reference.registry == registry)
        #expect(reference.description == text)
        #expect(PullReference("app:") == nil && PullReference("") == nil)
    }

    @Test("A login from the file goes with the pull, as URL-safe base64")
    func header() async throws {
        try await withDirectory { home in
            let auth = Data("user:pa>>ss??".utf8).base64EncodedString()
            try write(#"{"auths":{"localhost:5000":{"auth":"\#(auth)"}}}"#, to: home + "/.docker/config.json")
            let rig = try Rig(registry: RegistryCredentials(environment: ["HOME": home]))
            rig.server.on("POST", "/images/create", .reply(.chunked([Array(#"{"status":"done"}"#.utf8)])))
            rig.server.on("GET", "/images/*/json", .reply(.json(200, #"{"Id":"sha256:1"}"#)))
            #expect(try await rig.docker.pullImage("localhost:5000/app:2").finish().id == "sha256:1")
            _ = try await rig.docker.pullImage("other/app").finish()
            let pulls = rig.server.requests("POST", "/images/create")
            #expect(pulls.map { $0.query["tag"] } == [["2"], ["latest"]])
            let sent = try #require(pulls[0].headers["x-registry-auth"])
            #expect(!sent.contains("+") && !sent.contains("/"))
            let plain = sent.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
            let json = try JSONDecoder().decode([String: String].self, from: #require(Data(base64Encoded: plain)))
            #expect(json == ["username": "user", "password": "pa>>ss??", "serveraddress": "localhost:5000"])
            #expect(pulls[1].headers["x-registry-auth"] == nil)
        }
    }

    @Test("B54: a login is masked in the engine's words, as it is and in any Base64 that holds it")
    func masked() {
        let login = RegistryLogin(username: "user", password: "pa>>ss??", serveraddress: "localhost:5000")
        let basic = Data("user:pa>>ss??".utf8).base64EncodedString()
        let standard = login.header.replacing("-", with: "+").replacing("_", with: "/")
        let all = Base64.encodeForURL(Array(#"{"localhost:5000":{"password":"pa>>ss??"}}"#.utf8))
        for secret in ["pa>>ss??", basic, String(basic.prefix { $0 != "=" }), login.header, standard, all, "x/" + basic] {
            let words = DockerError(.http(500), message: "denied (\(secret)), see localhost:5000/app").masking([login]).engineMessage
            #expect(words == "denied (******), see localhost:5000/app", "\(secret)")
        }
        let plain = DockerError(.http(500), message: "unauthorized: authentication/required for c2hhcGVk").masking([login])
        #expect(plain.engineMessage == "unauthorized: authentication/required for c2hhcGVk")
    }

    @Test("Credential helpers: answers, tokens, nothing found, failures without their words")
    func helpers() async throws {
        try await withDirectory { home in
            try write(
                #"{"credHelpers":{"a.io":"a","b.io":"b","c.io":"c","d.io":"d","e.io":"missing"},"credsStore":"hub"}"#,
                to: home + "/.docker/config.json")
            func helper(_ name: String, _ script: String) throws {
                let path = "\(home)/bin/docker-credential-\(name)"
                try write("#!/bin/sh\n\(script)\n", to: path)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            }
            try helper("a", #"read -r server; echo "{\"Username\":\"$1\",\"Secret\":\"for $server\"}""#)
            try helper("b", #"echo '{"Username":"<token>","Secret":"t"}'"#)
            try helper("c", "echo credentials not found in native keychain; exit 1")
            try helper("d", "echo s3cret; exit 3")
            try helper("hub", #"read -r server; echo "{\"Username\":\"u\",\"Secret\":\"$server\"}""#)
            let credentials = RegistryCredentials(environment: ["HOME": home, "PATH": home + "/bin:/usr/bin:/bin"])
            #expect(try await credentials.login(for: "a.io") == RegistryLogin(username: "get", password: "for a.io", serveraddress: "a.io"))
            #expect(try await credentials.login(for: "b.io")?.identitytoken == "t")
            #expect(try await credentials.login(for: "c.io") == nil)
            #expect(try await credentials.login(for: "docker.io")?.password == "https://index.docker.io/v1/")
            let failed = await failure { () async throws(DockerError) in try await credentials.login(for: "d.io") }
            #expect(failed?.description.contains("status 3") == true && failed?.description.contains("s3cret") == false)
            #expect(
                await failure { () async throws(DockerError) in try await credentials.login(for: "e.io") }?.description.contains("PATH")
                    == true)
        }
    }

    @Test("A credential helper that hangs is killed at its deadline, also one that has closed its output")
    func hangingHelpers() async throws {
        try await withDirectory { home in
            for (name, script) in [("slow", "exec sleep 1000"), ("mute", "exec sleep 1000 >&- <&-")] {
                let path = home + "/bin/docker-credential-" + name
                try write("#!/bin/sh\n\(script)\n", to: path)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
                let helper = CredentialHelper(
                    name: name, environment: ["PATH": home + "/bin:/usr/bin:/bin"], deadline: .milliseconds(200))
                let error = await failure { () async throws(DockerError) in try await helper.login(for: "a.io") }
                #expect(error?.engineMessage.contains("did not answer within") == true, "\(script): \(String(describing: error))")
            }
        }
    }

    @Test("B25: a failure inside a pull's stream is thrown with the registry's words")
    func failedPull() async throws {
        let rig = try Rig()
        var random = PrintedSeed("failedPull")
        let lines =
            "{\"status\":\"Pulling\",\"id\":\"x\",\"progressDetail\":{\"current\":5,\"total\":9}}\r\n{\"errorDetail\":{\"message\":\"manifest unknown\"},\"error\":\"manifest unknown\"}\r\n"
        rig.server.on("POST", "/images/create", .reply(.chunked(random.pieces(Array(lines.utf8)))))
        var seen: [PullProgress] = []
        let error = await failure { () async throws(DockerError) in
            for try await progress in try await rig.docker.pullImage("app") { seen.append(progress) }
        }
        #expect(error?.code == .failedInStream)
        #expect(error?.isManifestUnknown == true)
        #expect(seen.map(\.current) == [5] && seen.map(\.total) == [9])
    }

    @Test("A pull that ends well without an image, or in the middle of a line, is a failure")
    func hollowPull() async throws {
        let rig = try Rig()
        rig.server.on("GET", "/images/*/json", .reply(.error(404, "No such image: app")))
        rig.server.on(
            "POST", "/images/create", .reply(.chunked([Array("{\"status\":\"x\"}\n".utf8)])), .reply(.chunked([Array("{\"sta".utf8)])))
        #expect(await failure { () async throws(DockerError) in try await rig.docker.pullImage("app").finish() }?.code == .failedInStream)
        #expect(await failure { () async throws(DockerError) in try await rig.docker.pullImage("app").finish() }?.code == .truncated)
    }

    @Test("A build sends its options, and ends only with an image or an error")
    func build() async throws {
        let rig = try Rig()
        let good = #"{"stream":"Step 1/1 : FROM x\n"}\#n{"aux":{"ID":"sha256:5"}}\#n{"stream":"Successfully built 5\n"}\#n"#
        rig.server.on(
            "POST", "/build", .reply(.chunked([Array(good.utf8)])),
            .reply(
                .chunked([Array("{\"errorDetail\":{\"code\":1,\"message\":\"The command 'false' returned a non-zero code: 1\"}}\n".utf8)])),
            .reply(.chunked([Array("{\"stream\":\"Step 1\"}\n".utf8)])))
        var options = BuildOptions(tags: ["a:1", "b:2"])
        options.arguments = ["K": "v & w"]
        var ids: [String] = []
        for try await progress in try await rig.docker.buildImage(options, context: [1, 2, 3]) {
            if let id = progress.imageID { ids.append(id) }
        }
        #expect(ids == ["sha256:5"])
        let request = try #require(rig.server.requests("POST", "/build").first)
        #expect(request.query["t"] == ["a:1", "b:2"])
        #expect(request.query["buildargs"] == [#"{"K":"v & w"}"#])
        #expect(request.headers["content-type"] == "application/x-tar" && request.body == [1, 2, 3])
        let failed = await failure { () async throws(DockerError) in
            for try await _ in try await rig.docker.buildImage(options, context: []) {}
        }
        #expect(failed?.code == .failedInStream && failed?.engineMessage.contains("'false'") == true)
        let cut = await failure { () async throws(DockerError) in
            for try await _ in try await rig.docker.buildImage(options, context: []) {}
        }
        #expect(cut?.code == .truncated)
    }
}

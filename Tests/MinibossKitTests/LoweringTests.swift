import Orchestrator
import Reconciler
import Testing

@testable import MinibossKit

private struct Plain: Service {
    let name = "plain"
    let image = "busybox"
}

private struct Full: Service {
    let name = "full"
    let image = "busybox:1"
    let dependencies = ["plain"]
    let env: Environment = ["PORT": 8080, "RATIO": 1.5, "DEBUG": true, "URL": "http://{host}", "PASSWORD": .secret("x")]
    let ports = [80: 0, 443: 8443]
    let volumes = ["./pages:/srv:ro", "data:/data", "/etc/hosts:/h", "../up:/up"]
    let entrypoint = "sh -c 'echo \"a b\"'"
    let cmd = ["one", "two words"]
    let user = "1000:1000"
    let alwaysStartNew = true
    let stopSignal = MinibossKit.StopSignal.sigquit
    let buildFromDirectory = "app/"
    let dockerfile = "Containerfile"
    let readiness = Readiness.all(.tcp(80), .exits(code: 3))
}

private struct Mounted: Service {
    let name = "mounted"
    let image = "busybox"
    let env = ["N": 1]
    let volumes = ["./b": Mount(at: "/b", mode: .readOnly), "a": Mount(at: "/a")]
    let cmd = "sleep 60"
}

private struct Wrong: Service {
    let name = "wrong"
    let image = "busybox"
    let env: Environment = ["A": 1, "A": 2]
    let volumes = ["./x", "a:/b:rx", "a:/d:{mode}", "a:/c:"]
    let cmd = "echo 'open"
    let entrypoint = "echo \\"
    let readiness = Readiness.any(.tcp(99), .http(port: 70_000, path: "x"), .log("("), .exec("echo", "{}"))
}

private struct Group: ServiceGroup {
    var services: [any Service] { [Plain(), Full(), Mounted()] }
}

@Suite struct LoweringTests {
    let place = DefinitionPlace(path: nil, hash: nil, directory: "/home/me/My Shop_2")

    @Test("Defaults are the image's own")
    func defaults() {
        var problems: [DefinitionProblem] = []
        #expect(Plain().lowered(at: place, problems: &problems) == ServiceSpec(name: "plain", image: "busybox", typeName: "Plain"))
        #expect(problems.isEmpty)
    }

    @Test func everyMember() {
        var problems: [DefinitionProblem] = []
        let expected = ServiceSpec(
            name: "full", image: "busybox:1", dependencies: ["plain"],
            env: [
                "PORT": "8080", "RATIO": "1.5", "DEBUG": "true", "URL": "http://{host}", "PASSWORD": EnvironmentValue("x", isSecret: true),
            ],
            ports: [PortMapping(container: 80, host: 0), PortMapping(container: 443, host: 8443)],
            volumes: [
                VolumeMount(source: .directory("/home/me/My Shop_2/pages"), target: "/srv", readOnly: true),
                VolumeMount(source: .named("data"), target: "/data"), VolumeMount(source: .directory("/etc/hosts"), target: "/h"),
                VolumeMount(source: .directory("/home/me/up"), target: "/up"),
            ],
            entrypoint: ["sh", "-c", "echo \"a b\""], command: ["one", "two words"], user: "1000:1000", alwaysStartNew: true,
            stopSignal: .sigquit, build: BuildSource(directory: "/home/me/My Shop_2/app", dockerfile: "Containerfile"), expectedExits: [3],
            typeName: "Full")
        #expect(Full().lowered(at: place, problems: &problems) == expected)
        #expect(problems.isEmpty)
    }

    @Test("B7: numbers become strings; mounts in the order of their sources")
    func otherForms() {
        var problems: [DefinitionProblem] = []
        let spec = Mounted().lowered(at: place, problems: &problems)
        #expect(spec.env == ["N": "1"])
        #expect(spec.command == ["sleep", "60"])
        #expect(spec.volumes.map(\.text) == ["/home/me/My Shop_2/b:/b:ro", "a:/a:rw"])
        #expect(problems.isEmpty)
    }

    @Test("a request over HTTP that can't be made, or whose answer can't come, is named")
    func httpProblems() {
        #expect(Readiness.http(port: 80, path: "/a/{key}?b=%20", status: 204).problems.isEmpty)
        #expect(Readiness.http(port: 80, path: "/a b").problems.count == 1)
        #expect(Readiness.http(port: 80, status: 700).problems == ["no answer has the status 700; they are 100-599"])
    }

    @Test("B6, B7, B10: what can't be read is a problem that names type and field")
    func problems() {
        var problems: [DefinitionProblem] = []
        _ = Wrong().lowered(at: place, problems: &problems)
        let words = problems.map(\.description)
        for start in [
            "Wrong.env: has the key \"A\" more than once", "Wrong.volumes: \"./x\" is not",
            "Wrong.volumes: \"a:/b:rx\" has the mode \"rx\"",
            "Wrong.volumes: \"a:/d:{mode}\" has the mode \"{mode}\"; write rw or ro: a {key} is replaced in the directory and",
            "Wrong.volumes: \"a:/c:\" has the mode \"\"", "Wrong.cmd: \"echo 'open\" has a ' that is never closed",
            "Wrong.entrypoint: \"echo \\\" ends with a backslash", "Wrong.readiness: port 70000 is out of range",
            "Wrong.readiness: the path \"x\"", "Wrong.readiness: \"(\" is not a regular expression",
            "Wrong.readiness: \"{}\" has the positional field {}",
            "Wrong.readiness: probes container port 99, which `ports` does not publish",
        ] {
            #expect(words.contains { $0.hasPrefix(start) }, "\(start) in \(words)")
        }
    }

    @Test func group() {
        let definition = Group().lowered(at: place)
        #expect(definition.spec.services.map(\.name) == ["plain", "full", "mounted"])
        #expect(Set(definition.hooks.keys) == ["plain", "full", "mounted"])
        #expect(place.defaultGroupName == "my-shop-2")
        #expect(DefinitionPlace(path: nil, hash: nil, directory: "/").defaultGroupName == "group")
    }

    @Test(arguments: [
        ("a b", ["a", "b"]), ("  a\t'b c' ", ["a", "b c"]), (#"a"b c"d"#, ["ab cd"]), (#"'' """#, ["", ""]),
        (#"a\ b \"c"#, ["a b", "\"c"]),
        (#""a\"b\n""#, [#"a"b\n"#]), (#"'a\'b"#, [#"a\b"#]), ("", []), ("a\\\nb", ["ab"]), ("{key} {{x}}", ["{key}", "{{x}}"]),
    ])
    func shellWords(line: String, words: [String]) throws {
        #expect(try ShellWords(line).words == words)
    }

    @Test func paths() {
        #expect(place.absolutePath("a/./b/../c/") == "/home/me/My Shop_2/a/c")
        #expect(place.absolutePath("/x//y") == "/x/y")
        #expect(VolumeMount.mountPoint("/v/", at: place) == "/v" && VolumeMount.mountPoint("{dir}/", at: place) == "{dir}/")
        #expect(place.absolutePath("{dir}/x") == "{dir}/x")
    }
}

import Reconciler
import Testing

private func told(_ services: [ServiceSpec], name: String = "g") -> [String] {
    GroupSpec(name: name, services: services).problems().map(\.description)
}

private func service(_ name: String, needs dependencies: [String] = []) -> ServiceSpec {
    ServiceSpec(name: name, image: "i", dependencies: dependencies, typeName: name.uppercased())
}

@Suite("What is refused before anything is touched") struct DefinitionCheckTests {
    @Test(
        "B1: a name that is no host name",
        arguments: ["-a", "a-", "a.b", "a_b", "a/b", "🐳", "é", "a b", "\u{202e}a", String(repeating: "a", count: 64)])
    func hostNames(name: String) {
        #expect(told([ServiceSpec(name: name, image: "i", typeName: "T")]).first?.contains("is not a host name") == true)
    }

    @Test("B1: names at the limits of a host name", arguments: ["a", "0", "A-9", String(repeating: "a", count: 63)])
    func legalNames(name: String) {
        #expect(told([service(name)]).isEmpty)
    }

    @Test("B1: a name that no group can have", arguments: ["", "-g", "G", "a_b", "a/b", "ü", String(repeating: "g", count: 64)])
    func groupNames(name: String) {
        #expect(told([service("a")], name: name).first?.contains("can't name a group") == true)
    }

    @Test("B2: all duplicates are told, also of names equal but for case")
    func duplicates() {
        let found = told([service("a"), service("b"), service("A"), service("b"), service("b"), service("c")])
        #expect(found.count == 2)
        #expect(found.first == "A.name: 2 services are named \"a\" or \"A\" (A, A); names must differ in more than case")
        #expect(found.last?.contains("3 services are named \"b\" (B, B, B)") == true)
    }

    @Test("B3: a service that depends on itself or on an unknown one")
    func dependencies() {
        #expect(told([service("a", needs: ["a"])]).first?.contains("a → a") == true)
        let unknown = told([service("appdb"), service("web", needs: ["apdb"])])
        #expect(unknown.count == 1)
        for words in ["\"web\"", "\"apdb\"", "did you mean \"appdb\"?"] { #expect(unknown.first?.contains(words) == true) }
    }

    @Test("B4: of several circles the shortest is printed, once")
    func circle() {
        let services = [
            service("a", needs: ["c"]), service("b", needs: ["a"]), service("c", needs: ["b"]), service("x", needs: ["y", "a"]),
            service("y", needs: ["x"]),
        ]
        let found = told(services)
        #expect(found.count == 1)
        #expect(found.first?.contains("in a circle: x → y → x;") == true || found.first?.contains("in a circle: y → x → y;") == true)
    }

    @Test("B4: a circle is told beside other problems; one of a single service is the shortest")
    func circleBesideOthers() {
        let found = told([
            service("a", needs: ["b"]), service("b", needs: ["a"]), service("c", needs: ["c"]), service("web", needs: ["apdb"]),
        ])
        #expect(found.count == 2)
        #expect(found.contains { $0.contains("\"apdb\"") })
        #expect(found.contains { $0.contains("in a circle: c → c;") })
        // Whose circle it is, nobody can say where a name stands for two.
        let twins = told([service("a", needs: ["b"]), service("a"), service("b", needs: ["a"])])
        #expect(twins.count == 1 && twins.first?.contains("2 services are named") == true)
    }

    @Test("B4: a chain 10,000 deep and a graph of 100,000 edges are checked without recursion", .timeLimit(.minutes(1)))
    func large() {
        let chain = (0..<10_000).map { service("s\($0)", needs: $0 == 0 ? [] : ["s\($0 - 1)"]) }
        #expect(told(chain).isEmpty)
        var dense = (0..<1_060).map { number in service("s\(number)", needs: (max(0, number - 103)..<number).map { "s\($0)" }) }
        #expect(dense.reduce(0) { $0 + $1.dependencies.count } > 100_000)
        #expect(told(dense).isEmpty)
        dense[0].dependencies = ["s999"]
        #expect(told(dense).first?.contains("in a circle") == true)
    }

    @Test("B6: one host port twice in the group, and none that is free")
    func hostPorts() {
        func listening(_ name: String, _ ports: [Int: Int]) -> ServiceSpec {
            var spec = service(name)
            spec.ports = ports.map { PortMapping(container: $0.key, host: $0.value) }.sorted()
            return spec
        }
        #expect(told([listening("a", [80: 8080, 81: 0]), listening("b", [90: 0])]).isEmpty)
        #expect(
            told([listening("a", [80: 8080]), listening("b", [90: 8080])]).first?.contains("host port 8080 is used more than once (a, b)")
                == true)
        #expect(told([listening("a", [80: 8080, 81: 8080])]).first?.contains("host port 8080") == true)
    }

    @Test("B6: a mount point that is empty, relative or used twice")
    func mountPoints() {
        func mounting(_ targets: String...) -> [String] {
            var spec = service("a")
            spec.volumes = targets.map { VolumeMount(source: .directory("/d"), target: $0) }
            return told([spec])
        }
        #expect(mounting("/x", "/y").isEmpty)
        #expect(mounting("").first?.contains("an empty mount point") == true)
        #expect(mounting("x").first?.contains("not an absolute path") == true)
        #expect(mounting("/x", "/x").first?.contains("used more than once") == true)
    }

    @Test("B7: what no variable can be called or hold", arguments: [("A=B", "x", "contains ="), ("A\0", "x", "NUL"), ("A", "x\0", "NUL")])
    func environment(key: String, value: String, words: String) {
        var spec = service("a")
        spec.env = [key: EnvironmentValue(value)]
        #expect(told([spec]).first?.contains(words) == true)
    }

    @Test(
        "B1: an image reference that no engine takes", arguments: ["App:1", "app:", "app:1:2", "a//b", "app@sha256", "/a", "r.example/App"])
    func images(reference: String) {
        #expect(told([ServiceSpec(name: "a", image: reference, typeName: "A")]).first?.contains("image") == true)
    }

    @Test("an image reference keeps its parts; a digest wins over a tag")
    func imageParts() throws {
        let reference = try ImageReference("r.example:5000/team/app:1@sha256:00")
        #expect(reference.registry == "r.example:5000")
        #expect(reference.tag == "1")
        #expect(reference.description == "r.example:5000/team/app@sha256:00")
        let plain = try ImageReference("docker.io/library/postgres").description
        #expect(plain == "postgres:latest")
    }
}

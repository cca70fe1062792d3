import Reconciler
import Testing

@testable import MinibossKit

private struct Misspelt: Service {
    let name = "todo"
    let image = "x"
    let dependancies = ["appdb"]
    // swift-format-ignore: AlwaysUseLowerCamelCase
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let always_start_new = true
    let helperValue = 1
}

private struct WrongTypes: Service {
    let name = "todo"
    let image = "x"
    let ports = ["5432": 5433]
    let user: String? = nil
    let env: [String: String]? = ["A": "b"]
    let cmd: [String]? = ["sleep", "1"]
    let postStart = "later"
    let stopSignal = "SIGINT"
}

private struct Both: Service {
    let name = "todo"
    let image = "x"
    let port = 5432
    var ports: [Int: Int] { [port: 0] }
    let names = ["a"]
}

private struct Computed: Service {
    let name = "todo"
    let image = "x"
    var usr: String { "x" }
    var ports: [String: Int] { [:] }
    func poststart(_ container: Container) async throws {}
    func ping() async throws -> Bool { true }
}

private struct Restarting: Service {
    let name = "todo"
    let image = "x"
    let restart = true
}

private struct Composed: Service {
    let name = "todo"
    let image = "x"
    let environment = ["A": "b"]
    let dependsOn = ["db"]
    let command = "sleep 60"
    func build() {}
}

private struct Unnamed: ServiceGroup {
    let nam = "shop"
    let services: [any Service] = []
}

private struct Misnamed: ServiceGroup {
    let services: [any Service] = []
    func onStartService(_ names: [String]) {}
}

@Suite struct FieldCheckTests {
    private func sources(_ text: String) -> DefinitionSources {
        DefinitionSources(sources: [DefinitionSources.Source(name: "Miniboss.swift", outline: SourceOutline(text))])
    }

    private func words(_ service: any Service, _ text: String = "") -> [String] {
        FieldCheck(sources: sources(text)).problems(of: service).map(\.description)
    }

    @Test("B8: a near miss is refused with the correction, and with its line when the source is there")
    func misspelt() {
        #expect(
            words(Misspelt()) == [
                "Misspelt: service \"todo\" has a field `dependancies`, which miniboss does not know; did you mean `dependencies`?",
                "Misspelt: service \"todo\" has a field `always_start_new`, which miniboss does not know; did you mean `alwaysStartNew`?",
            ])
        let text = "import MinibossKit\nstruct Misspelt: Service {\n    let name = \"todo\"\n    let dependancies = [\"appdb\"]\n}\n"
        #expect(words(Misspelt(), text).first?.hasPrefix("Miniboss.swift:4: service \"todo\" has a field `dependancies`") == true)
    }

    @Test("B8: a member's name with another type is refused with the type that fits")
    func wrongTypes() {
        let found = words(WrongTypes())
        #expect(
            found.contains(
                "WrongTypes: service \"todo\" has `ports` as [String: Int], but miniboss takes [Int: Int]: write `let ports = [5432: 5433]`"
            ))
        #expect(found.contains { $0.contains("has `user` as String?, but miniboss takes String:") })
        #expect(found.contains { $0.contains("`postStart` as") && $0.contains("func postStart(_ container: Container)") })
        #expect(found.contains { $0.contains("`stopSignal` as String") && $0.contains("StopSignal.sigint") })
        #expect(found.count == 5)
    }

    @Test("B8: what Compose calls the same is refused with our name for it, and so is a group's misspelt name")
    func otherWords() {
        let found = words(Composed())
        #expect(found.count == 3 && found.contains { $0.contains("`environment`") && $0.contains("did you mean `env`?") }, "\(found)")
        #expect(found.contains { $0.contains("`dependsOn`") && $0.contains("did you mean `dependencies`?") }, "\(found)")
        #expect(found.contains { $0.contains("`command`") && $0.contains("did you mean `cmd`?") }, "\(found)")
        let group = FieldCheck(sources: sources("")).problems(of: Unnamed()).map(\.description)
        #expect(group.count == 1 && group.first?.contains("did you mean `name`?") == true, "\(group)")
    }

    @Test("A field is no misspelt hook")
    func noHook() { #expect(words(Restarting()).isEmpty) }

    @Test("A neighbour of a member that is also there is the user's own business")
    func both() {
        let text = "struct Both: Service {\n let name = \"\"\n let port = 1\n var ports: [Int: Int] { [port: 0] }\n let names = [\"a\"]\n}"
        #expect(words(Both(), text).isEmpty)
        #expect(words(Both()).isEmpty, "seen without the source too, by the value that is not the default")
    }

    @Test("B8: computed properties and methods are found in the source")
    func computed() {
        let text = """
            #!/usr/bin/env miniboss
            struct Computed: Service {
                /* var dockerfil: Int { } */
                var usr: String { "x }" }
                var ports: [String: Int] { [:] }
                func poststart(_ container: Container) async throws {}
                func ping() async throws -> Bool { true }
                func helper() { let imag = 1 }
            }
            """
        let found = words(Computed(), text)
        #expect(found.count == 4, "\(found)")
        #expect(found.contains { $0.hasPrefix("Miniboss.swift:4: ") && $0.hasSuffix("did you mean `user`?") })
        #expect(found.contains { $0.hasPrefix("Miniboss.swift:5: ") && $0.contains("[String:Int]") })
        #expect(found.contains { $0.hasPrefix("Miniboss.swift:6: ") && $0.hasSuffix("did you mean `postStart`?") })
        #expect(
            found.contains { $0.hasPrefix("Miniboss.swift:7: ") && $0.contains("func ping(_ container: Container) async throws -> Bool") })
    }

    @Test func group() {
        let text = "@main struct Misnamed: ServiceGroup {\n let services: [any Service] = []\n func onStartService(_ names: [String]) {}\n}"
        let found = FieldCheck(sources: sources(text)).problems(of: Misnamed()).map(\.description)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("Miniboss.swift:3: ") == true)
        #expect(found.first?.hasSuffix("did you mean `onStartServices`?") == true)
    }

    @Test("The outline is not misled by strings, comments, nesting or static members")
    func outline() {
        let text = """
            struct A { // struct B {
                let one = "} struct C { let x = 1", two: Int
                static let three = 3
                let text = \"\"\"
                    struct D { \\(f("}")) "
                    \"\"\"
                let raw = #"\\" } "#
                struct E { var four: [Int: Int] { [:] } }
                func ping(
                    _ container: Container
                ) async throws -> Bool { let five = 5; return five == 5 }
            }
            extension A { func six() {} }
            """
        let types = SourceOutline(text).types
        #expect(Set(types.keys) == ["A", "E"])
        #expect(types["A"]?.declarations.map(\.name) == ["one", "text", "raw", "ping", "six"])
        #expect(types["A"]?.declarations.map(\.line) == [2, 4, 7, 9, 13])
        #expect(types["E"]?.declarations.first?.signature == ":[Int:Int]")
        #expect(types["A"]?.declarations[3].signature == "(_container:Container)asyncthrows->Bool")
    }

    @Test(arguments: [
        ("Dictionary<String, Int>", "[String: Int]"), ("Optional<Array<String>>", "[String]?"), ("Int", "Int"),
        ("Dictionary<String, Dictionary<Int, Set<Int>>>", "[String: [Int: Set<Int>]]"), ("(Container) -> ()", "(Container) -> ()"),
    ])
    func spelling(runtime: String, written: String) {
        #expect(TypeSpelling(runtime).text == written)
    }
}

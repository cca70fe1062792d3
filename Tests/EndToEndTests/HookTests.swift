import DockerClient
import Glibc
import Testing

private let hooked = """
    import Glibc
    func note(_ text: String) {
        let file = fopen("notes", "a")
        fputs(text + "\\n", file)
        fclose(file)
    }
    func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
    struct Refused: Error, CustomStringConvertible { let description: String }

    struct Base: Service {
        let name = "base"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        func preStart() async throws { note("pre_start base") }
        func postStart(_ container: Container) async throws {
            note("post_start base")
            if exists("refuse") { throw Refused(description: "the seed is missing") }
        }
        func preStop(_ container: Container) async throws { note("pre_stop base") }
    }
    struct Top: Service {
        let name = "top"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies = ["base"]
        func preStop(_ container: Container) async throws {
            note("pre_stop top")
            throw Refused(description: "not now")
        }
    }
    """

private let groupHooks = """
    func onStartServices(_ names: [String]) async throws {
        note("started \\(names.joined(separator: ","))")
        if exists("refuse-group") { throw Refused(description: "no fanfare") }
    }
    func onStopServices(_ names: [String]) async throws { note("stopped \\(names.sorted().joined(separator: ","))") }
    """

@Suite struct HookTests {
    @Test("B14, B17, B21: a post_start that failed is run again at the next start, pre_start and the container are not made anew")
    func postStartIsOwed() async throws {
        try await withWorkshop(hooked, list: "Base(), Top()", groupHooks: groupHooks) { shop in
            try shop.write("refuse", "")
            let refused = try shop.miniboss("start", "--keep-failed")
            #expect(refused.code == 1 && refused.errors.contains("the seed is missing"), "\(refused.errors)")
            let kept = try await shop.container("base")
            #expect(kept?.state.running == true)
            #expect(try await shop.container("top")?.state.running != true)
            #expect(try shop.miniboss("plan").output.contains("post_start"))

            try shop.remove("refuse")
            let again = try shop.miniboss("start", "--only", "base")
            #expect(again.code == 0 && again.output.contains("1 of 1 already running, post_start of base made up for"), "\(again)")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await shop.container("base")?.id == kept?.id)
            #expect(try shop.read("notes") == "pre_start base\npost_start base\npost_start base\nstarted base\nstarted base,top\n")
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.read("notes").split(separator: "\n").count { $0 == "post_start base" } == 2)
            // Started again it has had both; it is pinged, and that is all.
            #expect(try shop.miniboss("stop").code == 0)
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.read("notes").split(separator: "\n").count { $0.hasSuffix("_start base") } == 3)
            #expect(try shop.miniboss("history", "6", "--service", "base").output.contains("ping succeeded"))
        }
    }

    @Test("B33, B36, B41: the group's hooks get the names, an error in one undoes nothing, and no pre_stop stands in the way")
    func group() async throws {
        try await withWorkshop(hooked, list: "Base(), Top()", groupHooks: groupHooks) { shop in
            try shop.write("refuse-group", "")
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && (start.errors + start.output).contains("no fanfare"), "\(start)")
            #expect(try await shop.container("top")?.state.running == true)
            let stop = try shop.miniboss("stop")
            #expect(stop.code == 0, "\(stop.errors)")
            #expect(stop.output.contains("but") && stop.output.contains("top: pre_stop threw: not now"), "\(stop.output)")
            let notes = try shop.read("notes").split(separator: "\n").map(String.init)
            #expect(notes.contains("started base,top"))
            #expect(notes.last == "stopped base,top")
            #expect(notes.suffix(3) == ["pre_stop top", "pre_stop base", "stopped base,top"])
            #expect(try shop.miniboss("history", "2", "--json").output.contains("not now"))
            // What is only removed is not stopped again.
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try shop.read("notes").split(separator: "\n").map(String.init) == notes)
        }
    }

    @Test("B38, B41: the group's hook still reads the context that stop --remove ends, and what it writes ends with it")
    func lastWords() async throws {
        let writing = sleeper("a", more: "func postStart(_ container: Container) async throws { Context[\"bucket\"] = \"b7\" }")
        let hook = """
            func onStopServices(_ names: [String]) async throws {
                print("bucket:", Context["bucket"]?.string ?? "none")
                Context["bye"] = 1
            }
            """
        try await withWorkshop(writing, list: "A()", groupHooks: hook) { shop in
            #expect(try shop.miniboss("start").code == 0)
            let stop = try shop.miniboss("stop", "--remove")
            #expect(stop.code == 0 && stop.output.contains("bucket: b7"), "\(stop)")
            #expect(try shop.miniboss("context", "--json").output == "{}\n")
            #expect(access("\(shop.directory)/.miniboss-context", F_OK) != 0)

            // A plain stop's hook writes after the context was saved.
            for command in [["start"], ["stop"], ["stop", "--remove"]] { #expect(try shop.launch(command).wait().code == 0) }
            #expect(access("\(shop.directory)/.miniboss-context", F_OK) != 0)

            // Another group's of the directory stays.
            #expect(try shop.miniboss("start").code == 0)
            try shop.write(".miniboss-context", "{\"other\":1}\n")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
            #expect(try shop.read(".miniboss-context") == "{\"other\":1}\n")
        }
    }

    @Test("B33: what is left out of a start and runs is among the names that the group's hook gets")
    func namesOfThoseLeftOut() async throws {
        try await withWorkshop(hooked, list: "Base(), Top()", groupHooks: groupHooks) { shop in
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("start", "--only", "base").code == 0)
            let notes = try shop.read("notes").split(separator: "\n").filter { $0.hasPrefix("started") }
            #expect(notes == ["started base,top", "started base,top"])
        }
    }

    @Test("B33, B44: one whose new container could not be made runs in its old one, and is among the names, too")
    func namesOfThoseThatFailed() async throws {
        let service = """
            import Glibc
            struct Top: Service {
                let name = "top"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                var volumes: [String] { access("other", F_OK) == 0 ? ["./nowhere:/x"] : [] }
            }
            """
        let hook = "func onStartServices(_ names: [String]) async throws { print(\"up: \\(names)\") }"
        try await withWorkshop(service, list: "Top()", groupHooks: hook) { shop in
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("other", "")
            let start = try shop.miniboss("start")
            #expect(start.code == 1 && start.output.contains(#"up: ["top"]"#), "\(start)")
            #expect(start.output.contains("top (in its old container)"), "\(start)")
        }
    }

    @Test("B17: a hook that is past its deadline can't write to the context, nor can what it began elsewhere")
    func lateWrites() async throws {
        let helpers = """
            import Glibc
            func receive(_ post: String) {
                let file = fopen(post, "r")
                var byte: CChar = 0
                fread(&byte, 1, 1, file)
                fclose(file)
            }
            func say(_ post: String) {
                let file = fopen(post, "a")
                fputs("x", file)
                fclose(file)
            }

            """
        let early = "func postStart(_ container: Container) async throws { await Task.detached { Context[\"early\"] = \"in time\" }.value }"
        let late = """
            func postStart(_ container: Container) async throws {
                Task.detached {
                    receive("elsewhere")
                    Context["elsewhere"] = "late"
                    say("done")
                }
                receive("inside")
                Context["inside"] = "late"
                say("done")
            }
            """
        let hook = """
            func onStartServices(_ names: [String]) async throws {
                for post in ["inside", "elsewhere"] { say(post); receive("done") }
            }
            """
        let services = helpers + sleeper("early", more: early) + sleeper("late", dependencies: "[\"early\"]", more: late)
        try await withWorkshop(services, list: "EARLY(), LATE()", groupHooks: hook) { shop in
            let posts = try ["inside", "elsewhere", "done"].map(shop.signalPost)
            defer { withExtendedLifetime(posts) {} }
            let start = try shop.miniboss("start", "--timeout", "1.5")
            #expect(start.code == 1 && start.output.contains("postStart had not come back"), "\(start)")
            #expect(try shop.miniboss("context", "--json").output == "{\"early\":\"in time\"}\n")
            let notes = try shop.miniboss("history", "1", "--type", "note.taken").output
            #expect(notes.contains("post_start wrote context key \"inside\" after its deadline; the write was dropped"), "\(notes)")
            #expect(
                notes.contains("context key \"elsewhere\" was written from outside of any hook, after a hook had been given up"), "\(notes)"
            )
            let authors = try shop.miniboss("history", "1", "--type", "context.written", "--json").output
            #expect(authors.contains(#""service":"early""#) && authors.contains(#""hook":"post_start""#), "\(authors)")
        }
    }

    @Test("B31: the texts of a readiness take keys of the context, and a missing one fails the service at once")
    func readinessTexts() async throws {
        let services = """
            struct Writer: Service {
                let name = "writer"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                func postStart(_ container: Container) async throws { Context["wanted"] = "7" }
            }
            struct Reader: Service {
                let name = "reader"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["writer"]
                var readiness: Readiness { .all(.exec("test", "{wanted}", "=", "7"), .exec("true")) }
            }
            struct Loser: Service {
                let name = "loser"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["writer"]
                var readiness: Readiness { .exec("test", "{wnated}", "=", "7") }
            }
            """
        try await withWorkshop(services, list: "Writer(), Reader(), Loser()") { shop in
            let start = try shop.miniboss("start", "--timeout", "20")
            #expect(start.code == 1)
            #expect(try await shop.container("reader")?.state.running == true)
            #expect(start.output.contains("✘ loser.readiness: \"{wnated}\" needs the context key \"wnated\""), "\(start.output)")
            #expect(start.output.contains("did you mean {wanted}?") && start.output.contains("mend Loser.readiness"), "\(start.output)")
        }
    }

    @Test("B17: an error says what it is by its description, its localized one, or at least its type")
    func errorTexts() async throws {
        let services = """
            import Foundation
            struct Local: LocalizedError { var errorDescription: String? { "no licence found" } }
            struct Silent: Error, CustomStringConvertible { let description = "" }
            struct A: Service { let name = "a"; let image = testImage; func preStart() async throws { throw Local() } }
            struct B: Service { let name = "b"; let image = testImage; func preStart() async throws { throw Silent() } }
            """
        try await withWorkshop(services, list: "A(), B()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 1)
            #expect(start.output.contains("a: pre_start threw: no licence found"), "\(start.output)")
            #expect(start.output.contains("b: pre_start threw: Silent"), "\(start.output)")
        }
    }

    @Test("B50: a hook that traps ends the program with words of ours and the line; the run is crashed, and the next goes on")
    func trap() async throws {
        let service = """
            struct Trap: Service {
                let name = "trap"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                func postStart(_ container: Container) async throws {
                    let none: [Int] = []
                    Context["never"] = none[3]
                }
            }
            """
        try await withWorkshop(service, list: "Trap()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code > 128, "\(start.errors)")
            #expect(start.errors.contains("miniboss: the program crashed: code of the definition trapped"), "\(start.errors)")
            #expect(start.errors.contains("Index out of range"), "\(start.errors)")
            #expect(start.errors.contains("Miniboss.swift:"), "\(start.errors)")
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("none[3]", with: "none.count"))
            #expect(try shop.miniboss("start").code == 0)
            let history = try shop.miniboss("history").output
            #expect(history.contains("⚡ crashed") && history.contains("settled by run 2"), "\(history)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B22, B31: what a service's own pre_stop writes while its next container is made is in that container")
    func ownKey() async throws {
        let service = """
            import Glibc
            struct A: Service {
                let name = "a"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                var env: Environment { ["KEY": "{key}", "MODE": access("changed", F_OK) == 0 ? "two" : "one"] }
                func preStart() async throws { if Context["key"] == nil { Context["key"] = "first" } }
                func preStop(_ container: Container) async throws { Context["key"] = "written on the way out" }
            }
            """
        try await withWorkshop(service, list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            #expect(try await shop.container("a")?.config.env.contains("KEY=first") == true)
            try shop.write("changed", "")
            let changed = try shop.miniboss("start")
            #expect(changed.code == 0, "\(changed)")
            let env = try #require(try await shop.container("a")).config.env
            #expect(env.contains("KEY=written on the way out") && env.contains("MODE=two"), "\(env)")
            #expect(try shop.miniboss("plan").code == 0)
            #expect(try shop.miniboss("doctor").code == 0)
        }
    }

    @Test("B50: a hook that calls exit() ends nothing well: words of ours, exit 1, and the next run settles it")
    func exits() async throws {
        let hook = "func postStart(_ container: Container) async throws { print(\"farewell\"); exit(0) }"
        try await withWorkshop(sleeper("a", more: hook), list: "A()") { shop in
            let sound = try shop.read("Miniboss.swift")
            try shop.write("Miniboss.swift", "import Glibc\n" + sound)
            let start = try shop.miniboss("start")
            #expect(start.code == 1 && start.errors.contains("ended the whole program, with exit() say"), "\(start)")
            #expect(start.output.contains("farewell"), "\(start)")
            #expect(try shop.miniboss("history").output.contains("a ✘ cut off in post_start"))
            try shop.write("Miniboss.swift", sound.replacing("exit(0)", with: ""))
            #expect(try shop.miniboss("start").code == 0)
        }
    }

    @Test("B51: a hook that was written is in the ledger before it runs; one that was not is no event")
    func writtenHooks() async throws {
        let hook = "func postStart(_ container: Container) async throws { Context[\"done\"] = true }"
        try await withWorkshop(sleeper("a", more: hook), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            struct Told: Decodable {
                struct Body: Decodable { var hook: String? }
                var type: String
                var body: Body
            }
            let events: [Told] = try shop.decoded(shop.miniboss("history", "1", "--json"))
            let story = events.filter { $0.type.hasPrefix("hook.") || $0.type == "context.written" }
            #expect(
                story.map { "\($0.type) \($0.body.hook ?? "")" } == [
                    "hook.started ping", "hook.finished ping", "hook.started post_start", "context.written post_start",
                    "hook.finished post_start",
                ])
        }
    }

    @Test("B19, B52: a whole number is the same live and replayed, so that the next start does nothing")
    func numbers() async throws {
        let writing = """
            func postStart(_ container: Container) async throws {
                Context["ratio"] = 2.0
                Context["nest"] = ["b": 1.0, "a": 2.5]
            }
            """
        let reading = #"let env = ["R": "{ratio}", "N": "{nest}"]"#
        let services = sleeper("p", more: writing) + sleeper("q", dependencies: #"["p"]"#, more: reading)
        try await withWorkshop(services, list: "P(), Q()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let env = try await shop.container("q")?.config.env ?? []
            #expect(env.contains("R=2") && env.contains(#"N={"a":2.5,"b":1}"#), "\(env)")
            #expect(try shop.miniboss("plan").code == 0)
        }
    }

    @Test("B37: what does not end on its signal is killed after the timeout, and that is recorded")
    func stubborn() async throws {
        let service = """
            struct Stubborn: Service {
                let name = "stubborn"
                let image = testImage
                let cmd = ["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"]
                let readiness = Readiness.log("deaf")
            }
            """
        try await withWorkshop(service, list: "Stubborn()") { shop in
            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start.errors)")
            #expect(try shop.miniboss("stop", "--timeout", "1").code == 0)
            #expect(try await shop.container("stubborn")?.state.exitCode == 137)
            #expect(try shop.miniboss("history", "2", "--json").output.contains("was killed with SIGKILL"))
        }
    }
}

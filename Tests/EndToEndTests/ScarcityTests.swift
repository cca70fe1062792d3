import DockerClient
import Testing

/// What becomes of a command that runs out of something.
@Suite struct ScarcityTests {
    @Test("B55: a disk that fills in the middle of a start ends it with 74, touches nothing that runs, and loses nothing recorded")
    func fullDisk() async throws {
        let filling = """
            func postStart(_ container: Container) async throws {
                for number in 0..<100 { Context["k\\(number)"] = .string(String(repeating: "x", count: 100_000)) }
            }
            """
        let services = sleeper("first") + sleeper("filling", dependencies: #"["first"]"#, more: filling) + sleeper("other")
        try await withWorkshop(services, list: "FIRST(), FILLING(), OTHER()") { shop in
            #expect(try shop.miniboss("start", "--only", "first,other").code == 0)
            let other = try await shop.container("other")?.id
            // No file may become longer than 4 MiB.
            let full = try shop.shell("trap '' XFSZ; ulimit -f 4096; exec \(shop.program) start")
            #expect(full.code == 74, "\(full)")
            #expect(full.errors.contains("Everything up to event "), "\(full.errors)")
            #expect(try await shop.container("other")?.id == other)
            #expect(try await shop.container("other")?.state.running == true)
            #expect(try shop.miniboss("context", "k0").code == 0)

            let start = try shop.miniboss("start")
            #expect(start.code == 0, "\(start)")
            #expect(try await shop.container("other")?.id == other)
            #expect(try shop.miniboss("context", "k99").code == 0)
            #expect(try shop.miniboss("doctor").output.contains("every link of the chain holds"))
            struct Run: Decodable { var outcome: String }
            let runs: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
            #expect(runs.map(\.outcome) == ["succeeded", "crashed", "succeeded"])
        }
    }

    @Test("the output of a command that can't be written is an error, and one that nobody reads ends the command's session")
    func lostOutput() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            for command in ["exec", "run"] {
                let full = try shop.shell("\(shop.program) \(command) a -- sh -c 'yes | head -c 300000' > /dev/full")
                #expect(full.code == 1 && full.errors.contains("No space left on device"), "\(command): \(full)")
                let read = try shop.shell("set -o pipefail; \(shop.program) \(command) a -- yes | head -n 1")
                #expect(read.code == 0 && read.output == "y\n" && read.errors.isEmpty, "\(command): \(read)")
            }
            struct Run: Decodable { var outcome: String }
            let runs: [Run] = try shop.decoded(shop.miniboss("history", "--json"))
            #expect(runs.map(\.outcome) == ["failed", "failed", "failed", "failed", "succeeded"])
        }
    }

    @Test("a process that may open few files starts and stops more services than it could ask for at once")
    func fewDescriptors() async throws {
        let source = """
            struct Many: Service {
                let name: String
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                func ping(_ container: Container) async throws -> Bool { try await container.exec("true").exitCode == 0 }
            }
            """
        let list = (0..<20).map { "Many(name: \"m\($0)\")" }.joined(separator: ", ")
        try await withWorkshop(source, list: list) { shop in
            #expect(try shop.miniboss("plan").code == 2)
            let start = try shop.shell("ulimit -n 48; exec \(shop.program) start")
            #expect(start.code == 0, "\(start)")
            let stop = try shop.shell("ulimit -n 48; exec \(shop.program) stop --remove")
            #expect(stop.code == 0, "\(stop)")
        }
    }
}

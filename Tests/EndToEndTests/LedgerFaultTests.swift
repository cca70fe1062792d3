import DockerClient
import FoundationEssentials
import Glibc
import Testing

private let services = """
    struct Database: Service {
        let name = "database"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        func postStart(_ container: Container) async throws { Context["user_id"] = "7" }
    }
    struct Application: Service {
        let name = "application"
        let image = testImage
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        let dependencies = ["database"]
        let env = ["USER_ID": "{user_id}"]
    }
    """

@Suite struct LedgerFaultTests {
    /// Damages the group's ledger in a way, goes the way back that miniboss says, and finds the containers as they were.
    private func check(
        _ shop: Workshop, doctorSays: String, damage: (String) throws -> Void
    ) async throws {
        let directory = "\(shop.directory)/.miniboss/\(shop.group)"
        let before = [try await shop.container("database")?.id, try await shop.container("application")?.id]
        #expect(!before.contains(nil))
        try damage("\(directory)/ledger.sqlite")

        let refused = try shop.miniboss("start")
        #expect(refused.code == 74, "\(refused.errors)")
        #expect(refused.errors.contains("miniboss doctor"), "\(refused.errors)")
        let doctor = try shop.miniboss("doctor")
        #expect(doctor.code == 74)
        #expect(doctor.output.contains(doctorSays), "\(doctor.output)")
        #expect(doctor.output.contains("miniboss doctor --set-aside"), "\(doctor.output)")

        let mended = try shop.miniboss("doctor", "--set-aside")
        #expect(mended.code == 0, "\(mended.output)\(mended.errors)")
        #expect(try shop.miniboss("doctor").code == 0)
        let start = try shop.miniboss("start")
        #expect(start.code == 0, "\(start.errors)")
        #expect((start.output + start.errors).contains("already running"), "\(start.output)\(start.errors)")
        #expect(try shop.miniboss("history").output.contains("doctor"))
        let after = [try await shop.container("database")?.id, try await shop.container("application")?.id]
        #expect(after == before)
        #expect(try shop.miniboss("stop", "--remove").code == 0)
    }

    @Test("B55: a changed event is named, the ledger is set aside, and what runs is left alone")
    func changedEvent() async throws {
        try await withWorkshop(services, list: "Database(), Application()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try await check(shop, doctorSays: "the first bad one") { path in
                // The newest event's outcome, changed in the file itself.
                var bytes = try contents(path)
                let old = Array(#""outcome":"succeeded""#.utf8)
                let new = Array(#""outcome":"succeedeD""#.utf8)
                let place = try #require((0..<bytes.count - old.count).last { Array(bytes[$0..<$0 + old.count]) == old })
                bytes.replaceSubrange(place..<place + old.count, with: new)
                try overwrite(path, bytes)
            }
        }
    }

    @Test("B55: a file that is no database any more is set aside, the saved context goes on")
    func noDatabase() async throws {
        try await withWorkshop(services, list: "Database(), Application()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try await check(shop, doctorSays: "not a SQLite database") { try overwrite($0, Array("no database".utf8)) }
        }
    }

    @Test("B55: pipes where files should be keep nobody waiting", arguments: ["ledger.sqlite-head", "fingerprint.key", "context"])
    func pipes(_ name: String) async throws {
        try await withWorkshop(services, list: "Database()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let path = name == "context" ? "\(shop.directory)/.miniboss-context" : "\(shop.directory)/.miniboss/\(shop.group)/\(name)"
            unlink(path)
            try #require(mkfifo(path, 0o600) == 0)
            let history = try shop.shell("timeout -s KILL 60 \(shop.program) history")
            #expect(history.code == 0, "\(history)")
            let stop = try shop.shell("timeout -s KILL 60 \(shop.program) stop")
            #expect(stop.code == (name == "fingerprint.key" ? 74 : 0), "\(stop)")
            if stop.code == 74 { #expect(stop.errors.contains("Move away what is there if it is no file"), "\(stop)") }
            unlink(path)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B55: a damaged ledger beside that of another definition's group is told of, and not taken for nobody's")
    func besideAnother() async throws {
        try await withWorkshop(services, list: "Database()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let other = try shop.read("Miniboss.swift").replacing(shop.group, with: "\(shop.group)-other")
            try shop.write("Other.swift", other)
            #expect(try shop.miniboss("plan", "-f", "Other.swift").code == 2)
            #expect(try shop.miniboss("start", "-f", "Other.swift").code == 0)
            #expect(try shop.miniboss("stop", "--remove", "-f", "Other.swift").code == 0)
            try overwrite("\(shop.directory)/.miniboss/\(shop.group)/ledger.sqlite", Array("no database".utf8))
            #expect(try shop.miniboss("history").code == 74)
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 74 && doctor.output.contains("not a SQLite database"), "\(doctor.output)")
            #expect(doctor.output.contains("orphans") && !doctor.output.contains("docker rm"), "\(doctor.output)")
            #expect(try shop.miniboss("doctor", "--set-aside").code == 0)
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B55: of a ledger whose place was removed as a whole the containers and the saved context still tell")
    func cleaned() async throws {
        try await withWorkshop(services, list: "Database(), Application()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let before = try await shop.container("application")?.id
            try FileManager.default.removeItem(atPath: "\(shop.directory)/.miniboss")
            #expect(try shop.miniboss("history").errors.contains("whose ledger is gone"))
            let doctor = try shop.miniboss("doctor")
            #expect(doctor.code == 1 && doctor.output.contains("has 2 containers, but the ledger that tells of them is gone"), "\(doctor)")
            #expect(!doctor.output.contains("nothing has been started"), "\(doctor)")
            let start = try shop.miniboss("start")
            #expect(start.code == 0 && start.output.contains("already running"), "\(start)")
            #expect(try await shop.container("application")?.id == before)
            let history = try shop.miniboss("history", "1").output
            #expect(history.contains("a new history begins") && history.contains("context user_id"), "\(history)")
            #expect(try shop.miniboss("stop", "--remove").code == 0)
        }
    }

    @Test("B55: an emptied table of runs is not an empty history, and is computed anew")
    func emptiedRuns() async throws {
        try await withWorkshop(services, list: "Database(), Application()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            let told = try shop.miniboss("history").output
            #expect(try shop.shell("sqlite3 .miniboss/\(shop.group)/ledger.sqlite 'delete from run_projection'").code == 0)
            for command in ["history", "postmortem", "start"] {
                let refused = try shop.miniboss(command)
                #expect(refused.code == 74 && refused.errors.contains("does not tell of"), "\(refused)")
            }
            #expect(try shop.miniboss("doctor", "--set-aside").output.contains("computed from them anew"))
            #expect(try shop.miniboss("history").output == told)
        }
    }

    @Test("B55: beside a definition in a directory that can't be written nothing is begun: the place is named, and the way to another")
    func unwritableDirectory() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            try #require(shop.miniboss("plan").code == 2)
            for name in ["out", "err"] { try shop.write(name, "") }
            try #require(chmod(shop.directory, 0o555) == 0)
            defer { chmod(shop.directory, 0o755) }
            for command in ["start", "stop"] {
                let refused = try shop.boundByModes([shop.program, command])
                #expect(refused.code == 74, "\(refused)")
                #expect(refused.errors.contains("can't make the directory \(shop.directory)/.miniboss: Permission denied"), "\(refused)")
                #expect(refused.errors.contains("MINIBOSS_LEDGER="), "\(refused)")
            }
            #expect(try await shop.container("a") == nil)
            #expect(try await !shop.networkExists())
            // Who only looks can look.
            #expect(try shop.boundByModes([shop.program, "plan"]).code == 2)
            let doctor = try shop.boundByModes([shop.program, "doctor"])
            #expect(doctor.output.contains("\(shop.directory) can't be written: no run can be recorded"), "\(doctor)")
            let elsewhere = "/tmp/\(shop.group)-ledger"
            defer { try? FileManager.default.removeItem(atPath: elsewhere) }
            let ledger = ["MINIBOSS_LEDGER": "\(elsewhere)/ledger.sqlite"]
            let start = try shop.boundByModes([shop.program, "start"], variables: ledger)
            #expect(start.code == 0, "\(start)")
            #expect(try shop.boundByModes([shop.program, "stop", "--remove"], variables: ledger).code == 0)
        }
    }

    @Test("B55: a file where the group's directory should be is named, by who writes and by who reads")
    func fileInPlace() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            try FileManager.default.createDirectory(atPath: "\(shop.directory)/.miniboss", withIntermediateDirectories: true)
            try shop.write(".miniboss/\(shop.group)", "mine")
            for command in ["start", "history", "postmortem"] {
                let refused = try shop.miniboss(command, "--group", shop.group)
                #expect(refused.code == 74, "\(command): \(refused)")
                #expect(refused.errors.contains("\(shop.group) should be a directory, but it is a file"), "\(command): \(refused)")
            }
            #expect(try shop.read(".miniboss/\(shop.group)") == "mine")
            #expect(try await shop.container("a") == nil)
        }
    }

    @Test("B55: a removed ledger is not an empty history")
    func removed() async throws {
        try await withWorkshop(services, list: "Database(), Application()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            try await check(shop, doctorSays: "is gone") { unlink($0) }
        }
    }

    @Test("B50, B56: a run that can't keep its key has begun and failed, and is in the history with the reason")
    func keyThatCannotBeKept() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            try #require(shop.shell("mkdir -p .miniboss/\(shop.group)/fingerprint.key").code == 0)
            let start = try shop.miniboss("start")
            #expect(start.code == 74 && start.errors.contains("fingerprint.key: Is a directory"), "\(start)")
            #expect(try await shop.container("a") == nil)
            let history = try shop.miniboss("history").output
            #expect(history.contains("✘ failed") && history.contains("fingerprint.key"), "\(history)")
            try #require(shop.shell("rmdir .miniboss/\(shop.group)/fingerprint.key").code == 0)
            #expect(try shop.miniboss("start").code == 0)
            #expect(try !shop.miniboss("history").output.contains("crashed"))
        }
    }
}

private func contents(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "re"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes
}

private func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let file = try #require(fopen(path, "we"))
    defer { fclose(file) }
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}

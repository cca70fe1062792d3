import DockerClient
import Foundation
import Testing

/// What the README says one can type, typed.
@Suite(.serialized) struct ReadmeTests {
    private static let root = String(#filePath.split(separator: "/Tests/", maxSplits: 1).first ?? "").withLeadingSlash
    private static let example = root + "/Examples/todo"

    /// The commands of this suite, by the word after `make` or `miniboss`; `make test` is what runs it.
    private static let commands: [(word: String, line: String, code: Int32, says: String)] = [
        ("demo", "make demo", 0, "http://localhost:8080/"),
        ("start", "miniboss start --progress plain", 0, "2 of 2 already running"),
        ("start", "miniboss start --dry-run", 0, "python-todo"),
        ("start", "miniboss start --exclude python-todo --timeout 60", 0, "1 of 1 already running"),
        ("start", "miniboss start --only appdb --keep-failed", 0, "1 of 1 already running"),
        ("start", "miniboss start --progress json || { miniboss report -o \"$ARTIFACTS/run.html\"; exit 1; }", 0, "\"run.started\""),
        ("plan", "miniboss plan", 2, "python-todo"),
        ("status", "miniboss status --json", 0, "\"appdb\""),
        ("history", "miniboss history --since 2h", 0, "succeeded"),
        ("history", "miniboss history 1", 0, "appdb"),
        ("history", "miniboss history 1 --service appdb", 0, "appdb"),
        ("history", "miniboss history --group readme-demo", 0, "succeeded"),
        ("context", "miniboss context user_id", 0, "1"),
        ("logs", "miniboss logs python-todo --tail 5", 0, "python-todo |"),
        ("exec", "miniboss exec appdb -- psql -U dbuser appdb -tAc 'select 6 * 7'", 0, "42"),
        ("run", "miniboss run python-todo -- python3 -c 'print(6 * 7)'", 0, "42"),
        ("reload", "miniboss reload python-todo", 0, "reloaded python-todo"),
        ("diff", "miniboss diff 1 2", 0, "took"),
        ("replay", "miniboss replay 1 --until 40", 0, "appdb"),
        ("postmortem", "miniboss postmortem 1", 0, "succeeded"),
        ("report", "miniboss report 1 -o \"$SCRATCH/report.html\" && grep -c '<html' \"$SCRATCH/report.html\"", 0, "1"),
        ("doctor", "miniboss doctor", 0, "Docker Engine"),
        ("doctor", "miniboss doctor --set-aside", 0, "nothing: the ledger is sound"),
        ("completions", "miniboss completions bash", 0, "miniboss"),
        ("completions", "miniboss completions --help", 0, "Examples"),
        ("init", "cd \"$SCRATCH\" && miniboss init && head -n 1 Miniboss.swift", 0, "#!/usr/bin/env miniboss"),
        ("stop", "miniboss stop --timeout 30", 0, "stopped 2"),
        ("stop", "miniboss stop --remove", 0, "removed 2"),
        ("start", "miniboss start", 0, "started 2 of 2"),
        ("install", "make install PREFIX=\"$SCRATCH/installed\" && \"$SCRATCH/installed/bin/miniboss\" --version", 0, "0."),
        ("demo-stop", "make demo-stop", 0, "removed 2"),
    ]

    @Test("every command in the README does what it says", .timeLimit(.minutes(20)))
    func commands() async throws {
        let scratch = "/tmp/readme-" + String(UInt32.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let docker = try Docker(environment: ProcessInfo.processInfo.environment)
        let running = try await docker.listContainers(all: true, labels: ["io.miniboss.group=readme-demo"])
        try #require(running.isEmpty, "the demo is there already, on this engine: `make demo-stop` first")
        // A ledger of its own: the runs are counted from 1, and the user's is left alone.
        let ledger = scratch + "/ledger.sqlite"
        for command in Self.commands {
            let finished = try shell(command.line, scratch: scratch, ledger: ledger)
            #expect(finished.code == command.code, "`\(command.line)` ended with \(finished.code):\n\(finished.output.suffix(3_000))")
            #expect(finished.output.contains(command.says), "`\(command.line)` said:\n\(finished.output.suffix(3_000))")
        }
        let left = try await docker.listContainers(all: true, labels: ["io.miniboss.group=readme-demo"])
        #expect(left.isEmpty)
        for container in left { _ = try await docker.removeContainer(container.id, force: true) }
    }

    @Test("the README names no command that no test runs")
    func coverage() throws {
        let tried = Set(Self.commands.map(\.word)).union(["test"])
        let text = try String(contentsOfFile: Self.root + "/README.md", encoding: .utf8)
        // In prose a command stands in backquotes, in a block anywhere.
        for (index, part) in text.components(separatedBy: "```").enumerated() {
            let pattern = try Regex((index.isMultiple(of: 2) ? "`" : "\\b") + "(?:make|miniboss) ([a-z][a-z-]*)")
            for match in part.matches(of: pattern) {
                let word = String(match.output[1].substring ?? "")
                #expect(tried.contains(word), "`\(part[match.range])` stands in the README")
            }
        }
        // Of an option alone the command is not said; somewhere it is typed.
        let typed = Self.commands.map(\.line).joined(separator: "\n")
        let foreign: Set = ["--mount"]
        for match in text.matches(of: /--[a-z][a-z-]*/) where !foreign.contains(String(match.output)) {
            #expect(typed.contains(match.output), "\(match.output) stands in the README")
        }
    }

    private func shell(_ line: String, scratch: String, ledger: String) throws -> (code: Int32, output: String) {
        let program = try #require(ProcessInfo.processInfo.environment["MINIBOSS_BIN"], "MINIBOSS_BIN names the program under test")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let place = line.hasPrefix("make") ? Self.root : Self.example
        process.arguments = ["-c", "cd '\(place)' && PATH=\(program.directoryOfPath):$PATH && \(line)"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "SCRATCH": scratch, "ARTIFACTS": scratch, "MINIBOSS_LEDGER": ledger,
        ]) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        // Through a file: a program that goes on in the background would keep a pipe open.
        let file = scratch + "/output"
        try #require(FileManager.default.createFile(atPath: file, contents: nil))
        let handle = try #require(FileHandle(forWritingAtPath: file))
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOfFile: file, encoding: .utf8))
    }
}

extension String {
    fileprivate var withLeadingSlash: String { hasPrefix("/") ? self : "/" + self }
    fileprivate var directoryOfPath: String { split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } }
}

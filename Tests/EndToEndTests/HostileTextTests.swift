import DockerClient
import FoundationEssentials
import Glibc
import Testing

/// Clears the screen, sets the title, and turns the reading order round.
private let attack = "\u{1B}[2J\u{1B}]0;owned\u{07}\u{202E}\u{9B}31m"

private func services(denying: String, group: String) -> String {
    #"""
    let attack = "\u{1B}[2J\u{1B}]0;owned\u{07}\u{202E}\u{9B}31m"
    let printed = #"printf '\033[2J\033]0;owned\007\342\200\256\302\23331mhere'"#

    struct Logging: Service {
        let name = "logging"
        let image = testImage
        let cmd = ["sh", "-c", "\(printed); echo; head -c 3000000 /dev/zero | tr '\\0' x; echo; exit 3"]
        let readiness = Readiness.exec("false")
    }
    struct Pinging: Service {
        let name = "pinging"
        let image = testImage
        let cmd = ["sh", "-c", "\(printed); head -c 200000 /dev/zero | tr '\\0' p; echo; exec sleep 1000"]
        let stopSignal = StopSignal.sigkill
        let readiness = Readiness.log("never")
    }
    struct Throwing: Service {
        struct Oops: Error, CustomStringConvertible { let description: String }
        let name = "throwing"
        let image = testImage
        func preStart() async throws { throw Oops(description: attack + "here" + String(repeating: "y", count: 2_000_000)) }
    }
    struct Built: Service {
        let name = "built"
        let image = "\#(group)-built:latest"
        let buildFromDirectory = "built/"
    }
    struct Denied: Service { let name = "denied"; let image = "\#(denying)/private:1" }
    struct Missing: Service { let name = "missing"; let image = testImage; let cmd = [attack + "here"] }
    struct Changed: Service {
        let name = "changed"
        let image = testImage
        let env = ["MODE": attack + "here"]
        let cmd = "sleep 1000"
        let stopSignal = StopSignal.sigkill
        func postStart(_ container: Container) async throws { Context["said"] = ContextValue.string(attack + "here") }
    }

    """#
}

@Suite struct HostileTextTests {
    @Test("B58: control characters, bidi marks and megabyte lines are neutralised on a terminal, escaped in JSON, and cut")
    func hostile() async throws {
        let denying = try DenyingRegistry(saying: #"\u001b[2J\u001b]0;owned\u0007\u202e\u009b31mhere"#)
        let base = environment("MINIBOSS_TEST_IMAGE") ?? "miniboss-test/busybox:latest"
        let list = "Logging(), Pinging(), Throwing(), Built(), Denied(), Missing(), Changed()"
        try await withWorkshop("", list: list) { shop in
            let definition = try shop.read("Miniboss.swift")
            try shop.write(
                "Miniboss.swift",
                definition.replacing("@main", with: services(denying: denying.address, group: shop.group) + "@main"))
            try #require(mkdir("\(shop.directory)/built", 0o700) == 0)
            try shop.write("built/Dockerfile", "FROM \(base)\nRUN printf '\\033[2J\\033]0;owned\\007here\\n' && false\n")

            var shown: [String: String] = [:]
            for command in [
                "start --timeout 2 --keep-failed", "history", "history 1", "postmortem", "logs", "context", "context said", "replay 1",
            ] {
                shown[command] = try shop.onTerminal(command, columns: 200, term: "dumb")
            }
            let events = try shop.miniboss("history", "1", "--json").output
            let logs = try shop.miniboss("logs", "--json").output
            let report: PostMortemReport = try shop.decoded(shop.miniboss("postmortem", "--json"))
            let source = try shop.read("Miniboss.swift")
            try shop.write("Miniboss.swift", source.replacing("attack + \"here\"]", with: "attack + \"there\"]"))
            for command in ["plan", "status", "start --timeout 2", "diff 1 2"] {
                shown[command] = try shop.onTerminal(command, columns: 200, term: "dumb")
            }
            for (command, text) in shown {
                #expect(text.contains("here") || command == "history", "\(command): \(text)")
                let bad = text.unicodeScalars.filter { scalar in
                    scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7F...0x9F).contains(scalar.value)
                        || (0x202A...0x202E).contains(scalar.value)
                }
                #expect(bad.isEmpty, "\(command): \(text.debugDescription)")
            }
            // The live picture has control sequences of its own, and none of others.
            let live = try shop.onTerminal("start --timeout 2", columns: 100, term: "xterm")
            #expect(live.contains("\u{1B}[") && live.contains("here"))
            for theirs in ["\u{1B}[2J", "\u{1B}]", "\u{07}", "\u{202E}", "\u{9B}"] { #expect(!live.contains(theirs)) }

            for text in [events, logs] {
                #expect(text.contains(#"\u001b[2J"#) && text.contains(#"\u202e"#))
                #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
            }
            // Bytes that were cut are counted: 1 MiB of a line is read, 4 KiB of it is kept.
            let logging = report.failures.first { $0.service == "logging" }
            #expect(logging?.logTail.first == attack + "here")
            #expect(logging?.logTail.last == String(repeating: "x", count: 4096))
            #expect(shown["postmortem"]?.contains("its last 2 lines (2995904 bytes were cut):") == true)
            #expect(logs.contains("x… (1951424 bytes cut)"))
            #expect(shown["logs"]?.contains(" bytes cut)") == true)
            let throwing = report.failures.first { $0.service == "throwing" }?.summary ?? ""
            #expect(throwing.utf8.count < 8400 && throwing.hasSuffix("bytes cut)"), "\(throwing.suffix(60))")
            // The same goes for what is kept: the ledger is small whatever they write.
            #expect(try shop.read(".miniboss/\(shop.group)/ledger.sqlite").utf8.count < 2_000_000)
        }
    }
}

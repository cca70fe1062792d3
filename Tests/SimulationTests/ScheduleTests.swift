import Foundation
import Synchronization
import Testing

/// The simulation as a program of its own, since it takes over all of a process's tasks.
@Suite struct ScheduleTests {
    @Test("B29, B52, B56: 5,000 seeded schedules of commands, faults, deaths and interrupts keep every promise", .timeLimit(.minutes(20)))
    func random() throws {
        let first = ProcessInfo.processInfo.environment["MINIBOSS_SEED"].flatMap { Int($0) } ?? 1
        let share = 500
        try expectNoViolation(stride(from: 0, to: 5_000, by: share).map { ["random", String(first + $0), String(share)] })
    }

    @Test(
        "B56: a command killed at any of its fault points, and its recovery at any of its own, comes to the same end",
        .timeLimit(.minutes(20)))
    func kills() throws {
        // Those with the most points first, so that no core is left over at the end.
        let commands = [
            "startAfterChange", "failingStart", "firstStart", "reload", "stopAndRemove", "startAfterStop", "stop", "secondStart", "exec",
            "oneOff",
        ]
        // A process each: what a killed one had under way is never freed.
        try expectNoViolation(commands.map { ["kills", "1", $0, "deep"] })
    }

    @Test("what the real engine is held to holds for the simulated one")
    func contract() throws {
        try expectNoViolation([["contract"]])
    }

    @Test("a schedule is the same to the last event each time it is run")
    func determinism() throws {
        let first = try simulate("replay", "7")
        #expect(first.output.contains(" events"))
        #expect(try simulate("replay", "7").output == first.output)
    }

    /// Runs the simulation once for each of these arguments, a process a core at a time.
    private func expectNoViolation(_ runs: [[String]]) throws {
        let results = Mutex<[Int: Result<(code: Int32, output: String), any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: runs.count) { index in
            let result = Result { try simulate(runs[index]) }
            results.withLock { $0[index] = result }
        }
        for (index, words) in runs.enumerated() {
            let (code, output) = try #require(results.withLock { $0[index] }).get()
            print(output.suffix(2_000))
            #expect(code == 0, "\(words.joined(separator: " ")): \(output.suffix(4_000))")
        }
    }

    private func simulate(_ words: String...) throws -> (code: Int32, output: String) { try simulate(words) }

    /// - Throws: when the program is not named; such a test fails, it is not skipped.
    private func simulate(_ words: [String]) throws -> (code: Int32, output: String) {
        let environment = ProcessInfo.processInfo.environment
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try #require(environment["MINIBOSS_SIMULATE"], "MINIBOSS_SIMULATE names the simulation, built for speed"))
        process.arguments = words
        // The order of a set's members must not differ from one process to the next.
        process.environment = environment.merging(["SWIFT_DETERMINISTIC_HASHING": "1"]) { _, new in new }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

import TestSupport
import Testing

@testable import Ledger

@Suite("B56: killed at any moment")
struct CrashTests {
    @Test("no acknowledged event is lost, none is doubled, and the chain holds, kill after kill")
    func killLoop() throws {
        let seed: UInt64 = 0x6d62_9111
        var generator = SeededGenerator(seed: seed)
        let scratch = Scratch()
        for cycle in 1...12 {
            let fixture = try FixtureProcess(directory: scratch.directory)
            var acknowledged = 0
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                acknowledged = fixture.line().flatMap { Int($0) } ?? acknowledged
            }
            for line in fixture.kill() {
                acknowledged = Int(line) ?? acknowledged
            }
            let reader = try scratch.reader()
            let report = try reader.verify()
            #expect(report.isSound, "seed \(seed), cycle \(cycle): \(report)")
            #expect(report.events >= acknowledged, "seed \(seed), cycle \(cycle)")
            #expect(acknowledged > 0, "seed \(seed), cycle \(cycle)")
            #expect(try reader.runs(limit: 1).map(\.run) == [cycle])
        }
    }
}

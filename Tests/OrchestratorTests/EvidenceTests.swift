import DockerClient
import Testing

@testable import Orchestrator
@testable import Reconciler

/// What is kept of a container, and what its pings are remembered by.
@Suite struct EvidenceTests {
    @Test("B27: the lines of a log that are kept follow one another up to the last, and what is left out is counted")
    func lastLines() {
        let long = String(repeating: "x", count: 5000)
        let lines = (0..<30).flatMap {
            [LogLine(stream: .standardOutput, text: "short \($0)"), LogLine(stream: .standardError, text: long)]
        }
        let kept = LogsCaptured(container: "c", lines: lines, hide: Redaction())
        let whole = lines.map { String($0.text.prefix(4096)) }
        #expect(kept.lines.count > 10 && kept.lines == Array(whole.suffix(kept.lines.count)))
        let size = kept.lines.reduce(0) { $0 + $1.utf8.count }
        #expect(size <= 64 * 1024 && kept.truncatedBytes == lines.reduce(0) { $0 + $1.text.utf8.count } - size)
    }

    @Test("B15, B51: a ping is told when its answer changes, and not when only what passes beside it does")
    func pingChanges() {
        let log = PingLog()
        func ping(_ isReady: Bool, _ sight: ProbeSight?) -> PingChanged? {
            log.begin()
            return log.end(isReady, sight)
        }
        #expect(ping(false, ProbeSight(text: "found 0 of 1 times", passing: "; last line: a"))?.error == "found 0 of 1 times; last line: a")
        #expect(ping(false, ProbeSight(text: "found 0 of 1 times", passing: "; last line: b")) == nil)
        #expect(log.lastError == "found 0 of 1 times; last line: b", "what failed it is told as it was last")
        #expect(ping(false, nil)?.error == nil)
        #expect(ping(true, nil)?.succeeded == true)
        #expect(log.attempts == 4)
    }

    @Test("B54: whether a secret is another one is told only of marks that the same key made")
    func secretMarks() throws {
        func summary(_ secret: String, _ key: [UInt8]) -> SpecSummary {
            let spec = ServiceSpec(name: "a", image: "i", env: ["PW": EnvironmentValue(secret, isSecret: true)])
            return SpecSummary(spec, imageID: nil, network: "n", secretMarks: Orchestrator.secretMarks(of: spec, key: key))
        }
        func change(_ old: SpecSummary, _ new: SpecSummary) -> [String] {
            new.fields(beside: old).filter { $0.mine != $0.other }.map(\.field)
        }
        let key = [UInt8](repeating: 1, count: 32)
        let another = [UInt8](repeating: 2, count: 32)
        #expect(change(summary("one", key), summary("two", key)) == ["env.PW"])
        #expect(change(summary("one", key), summary("one", key)) == [])
        #expect(change(summary("one", key), summary("one", another)) == [])
        var old = summary("one", key)
        old.secretMarks = ["PW": "1234abcd"]
        #expect(change(old, summary("one", key)) == [], "of a version that had no keys in its marks")
    }
}

import FoundationEssentials
import Ledger
import Orchestrator
import Reconciler

/// What a ledger must be after processes were killed and one came to its end.
struct LedgerChecks {
    private let reader: LedgerReader
    private let events: [RecordedEvent]
    private let facts: [RecordedFact]

    init(_ place: KillPlace) throws {
        reader = try LedgerReader(directory: place.records)
        events = try reader.events()
        facts = try events.compactMap { event throws in try RecordedFact(event) }
    }

    /// How often `postStart` was begun for each container.
    var primings: [String: Int] {
        facts.reduce(into: [:]) { count, fact in
            guard case .stateChanged(let change) = fact.event, change.trigger == .postStartBegan, let id = change.containerID else {
                return
            }
            count[id, default: 0] += 1
        }
    }

    /// The operations that were meant before they were done.
    var intended: Set<String> {
        Set(facts.compactMap { fact in if case .stepIntended = fact.event { fact.operation } else { nil } })
    }

    /// - Parameter processes: in order, the last of them not killed.
    func violations(_ processes: [Supervisor.Ended]) throws -> [String] {
        var found: [String] = []
        let report = try reader.verify()
        if !report.isSound { found.append("the ledger is not sound: \(report)") }
        if events.map(\.seq) != Array(1...max(1, events.count)) { found.append("seq has gaps") }
        if facts.count != events.count { found.append("\(events.count - facts.count) events are of unknown types") }
        for process in processes { found += lost(process) + ends(process) }
        found += outcomes() + primedTwice()
        do {
            let state = try GroupState(folding: facts)
            if !state.openIntents.isEmpty { found.append("intents without outcome: \(state.openIntents.keys.sorted())") }
            if !state.openRuns.isEmpty { found.append("runs without end: \(state.openRuns.sorted())") }
            for (name, service) in state.services where service.phase != .running { found.append("\(name) is \(service.phase)") }
        } catch { found.append("the ledger tells of something impossible: \(error)") }
        return found
    }

    /// What was said to be durable is there, word for word.
    private func lost(_ process: Supervisor.Ended) -> [String] {
        process.progress.compactMap { text in
            guard let line = try? JSONDecoder().decode(Acknowledged.self, from: Data(text.utf8)) else { return "no event: \(text)" }
            guard events.indices.contains(line.seq - 1) else { return "event \(line.seq) (\(line.type)) was acknowledged and is lost" }
            let event = events[line.seq - 1]
            let isKept = line == Acknowledged(event) && (text.contains("\"body\":\(event.body),") || isSameBody(text, event))
            return isKept ? nil : "event \(line.seq) is not what was acknowledged: \(text), but \(event)"
        }
    }

    /// For bodies that are the same, but not spelled so; slow.
    private func isSameBody(_ text: String, _ event: RecordedEvent) -> Bool {
        struct Line: Decodable { var body: Reconciler.ContextValue }
        let line = try? JSONDecoder().decode(Line.self, from: Data(text.utf8))
        return line != nil && line?.body == (try? JSONDecoder().decode(Reconciler.ContextValue.self, from: Data(event.body.utf8)))
    }

    /// A killed process leaves a run that is closed as crashed, unless it was not opened yet or closed already.
    private func ends(_ process: Supervisor.Ended) -> [String] {
        let opened = facts.filter { fact in
            if case .runStarted(let body) = fact.event { body.pid == Int(process.pid) } else { false }
        }
        guard let run = opened.first?.run else {
            let hadSaidSo = process.progress.contains { $0.contains(#""type":"run.started""#) }
            return process.wasKilled && !hadSaidSo ? [] : ["process \(process.pid) left no run"]
        }
        let ends = facts.filter { $0.run == run }.compactMap { fact in
            if case .runFinished(let body) = fact.event { (fact.seq, body) } else { nil }
        }
        guard opened.count == 1, ends.count == 1, let (seq, end) = ends.first else {
            return ["run \(run) was opened \(opened.count) times and closed \(ends.count) times"]
        }
        let said = process.progress.contains { $0.contains(#""type":"run.finished""#) && $0.contains(#""run":\#(run),"#) }
        let closesItself = end.outcome == .succeeded && end.settledBy == nil && facts.last { $0.run == run }?.seq == seq
        let isSettled = end.outcome == .crashed && (end.settledBy ?? 0) > run
        // A request is never the last thing a run does: its end is still to be recorded.
        let mayBeWhole = if case .request = process.fault { false } else { true }
        let isRight = process.wasKilled ? (isSettled && !said) || (closesItself && mayBeWhole) : closesItself
        return isRight ? [] : ["run \(run) of \(process.arguments) ended as \(end)"]
    }

    /// Each intent came to one outcome, and no outcome to no intent.
    private func outcomes() -> [String] {
        var ends: [String: Int] = [:]
        for fact in facts {
            guard let operation = fact.operation else { continue }
            switch fact.event {
            case .stepSucceeded, .stepFailed: ends[operation, default: 0] += 1
            // That nobody knows it is one, once nobody looks any more.
            case .stepUnknown(let step) where step.resolved != nil: ends[operation, default: 0] += 1
            default: break
            }
        }
        let intents = intended
        return intents.filter { ends[$0] != 1 }.map { "the intent \($0) has \(ends[$0] ?? 0) outcomes" }
            + ends.keys.filter { !intents.contains($0) }.map { "the outcome of \($0) was never intended" }
    }

    /// A `postStart` that is known to have succeeded is never run again for the same container.
    private func primedTwice() -> [String] {
        var done: Set<String> = []
        var found: [String] = []
        for fact in facts {
            guard case .stateChanged(let change) = fact.event, let id = change.containerID else { continue }
            if change.trigger == .postStartBegan, done.contains(id) { found.append("post_start ran again for \(id)") }
            if change.trigger == .postStartFinished { done.insert(id) }
        }
        return found
    }
}

/// An event as `--progress json` tells of it, but for its body.
private struct Acknowledged: Decodable, Equatable {
    var seq: Int
    var run: Int
    var at: String
    var service: String?
    var type: String
    var operation: String?

    init(_ event: RecordedEvent) {
        (seq, run, at, service, type, operation) = (event.seq, event.run, event.at, event.service, event.type, event.operation)
    }
}

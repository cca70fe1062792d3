import Glibc
import Testing

@testable import Reconciler

/// Each phase with all it can have happen, written out by hand: `event→next phase`. Whatever is not here is refused.
private let table = """
    absent: planned→waiting found_running→running found_stopped→stopped found_absent→absent stop_began→stopping
        remove_began→removing failed→failed blocked→blocked excluded→excluded
    waiting: found_running→running found_stopped→stopped found_absent→absent pull_began→pulling
        build_began→building pre_start_began→preparing create_began→creating start_began→starting
        container_started→pinging post_start_began→priming stop_began→stopping remove_began→removing failed→failed
        blocked→blocked interrupted→interrupted
    pulling: image_ready→waiting stop_began→stopping remove_began→removing failed→failed blocked→blocked
        interrupted→interrupted
    building: image_ready→waiting stop_began→stopping remove_began→removing failed→failed blocked→blocked
        interrupted→interrupted
    preparing: pre_start_finished→prepared stop_began→stopping remove_began→removing failed→failed
        blocked→blocked interrupted→interrupted
    prepared: pull_began→pulling build_began→building create_began→creating start_began→starting
        stop_began→stopping remove_began→removing failed→failed interrupted→interrupted blocked→blocked
    creating: container_created→created stop_began→stopping remove_began→removing failed→failed
        blocked→blocked interrupted→interrupted
    created: pre_start_began→preparing create_began→creating start_began→starting stop_began→stopping
        remove_began→removing failed→failed blocked→blocked interrupted→interrupted
    starting: container_started→pinging stop_began→stopping remove_began→removing failed→failed
        blocked→blocked interrupted→interrupted
    pinging: ping_succeeded→running post_start_began→priming stop_began→stopping remove_began→removing
        failed→failed blocked→blocked interrupted→interrupted
    priming: post_start_finished→running stop_began→stopping remove_began→removing failed→failed
        blocked→blocked interrupted→interrupted
    running: planned→waiting found_running→running found_stopped→stopped found_absent→absent stop_began→stopping
        remove_began→removing failed→failed blocked→blocked excluded→excluded
    stopping: container_stopped→stopped failed→failed interrupted→interrupted
    stopped: planned→waiting found_running→running found_stopped→stopped found_absent→absent stop_began→stopping
        remove_began→removing failed→failed blocked→blocked excluded→excluded
    removing: container_removed→absent failed→failed interrupted→interrupted
    failed: planned→waiting found_running→running found_stopped→stopped found_absent→absent stop_began→stopping
        remove_began→removing failed→failed blocked→blocked excluded→excluded
    blocked: planned→waiting found_running→running found_stopped→stopped found_absent→absent stop_began→stopping
        remove_began→removing failed→failed blocked→blocked excluded→excluded
    excluded: planned→waiting found_running→running found_stopped→stopped found_absent→absent stop_began→stopping
        remove_began→removing failed→failed blocked→blocked excluded→excluded
    interrupted: planned→waiting found_running→running found_stopped→stopped found_absent→absent
        stop_began→stopping remove_began→removing failed→failed blocked→blocked excluded→excluded
    """

@Suite struct TransitionTests {
    private static let legal: [ServicePhase: [ServiceEvent: ServicePhase]] = {
        var legal: [ServicePhase: [ServiceEvent: ServicePhase]] = [:]
        var current: ServicePhase?
        for word in table.split(whereSeparator: \.isWhitespace) {
            if word.hasSuffix(":") {
                current = ServicePhase(rawValue: String(word.dropLast()))
                continue
            }
            let pair = word.split(separator: "→").map(String.init)
            guard let current, let event = ServiceEvent(rawValue: pair[0]), let next = ServicePhase(rawValue: pair[1]) else { return [:] }
            legal[current, default: [:]][event] = next
        }
        return legal
    }()

    @Test("every pair of phase and event does what the table says", arguments: ServicePhase.allCases)
    func everyPair(phase: ServicePhase) throws {
        let row = try #require(Self.legal[phase])
        for event in ServiceEvent.allCases {
            if let next = row[event] {
                #expect(try phase.after(event) == next, "\(phase) \(event)")
            } else {
                #expect(throws: IllegalTransition(phase: phase, event: event), "\(phase) \(event)") { try phase.after(event) }
            }
        }
    }

    @Test("a run can begin in every settled phase, and every phase can be reached")
    func reachable() {
        for phase in ServicePhase.allCases { #expect((Self.legal[phase]?[.planned] == .waiting) == phase.isSettled) }
        #expect(Set(Self.paths.keys) == Set(ServicePhase.allCases))
    }

    @Test("B52: an illegal transition is not recorded: the fold refuses it and stays as it was", arguments: ServicePhase.allCases)
    func refused(phase: ServicePhase) throws {
        let state = try Self.state(in: phase)
        for event in ServiceEvent.allCases {
            // What the fold would come to, and lies about where it comes from or leads.
            let claims = ServicePhase.allCases.flatMap { to in
                (to == Self.legal[phase]?[event] ? [] : [phase]).map { ($0, to) }
            }
            let lies = Self.legal[phase]?[event].map { to in ServicePhase.allCases.filter { $0 != phase }.map { ($0, to) } } ?? []
            for (from, to) in claims + lies {
                var copy = state
                #expect(throws: IllegalHistory.self) { try copy.apply(Self.fact(StateChanged(from: from, to: to, event: event))) }
                #expect(copy == state, "\(phase) \(event)")
            }
        }
    }

    @Test("docs/lifecycle.md shows this table")
    func documented() throws {
        let path = String(#filePath.split(separator: "/Tests/").first ?? "") + "/docs/lifecycle.md"
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        #expect(String(decoding: bytes[..<count], as: UTF8.self).contains("\n" + table + "\n"))
    }

    /// A shortest way of events to each phase, from nothing.
    private static let paths: [ServicePhase: [ServiceEvent]] = {
        var paths: [ServicePhase: [ServiceEvent]] = [.absent: []]
        var queue = [ServicePhase.absent]
        while !queue.isEmpty {
            let phase = queue.removeFirst()
            for event in ServiceEvent.allCases {
                guard let next = legal[phase]?[event], paths[next] == nil else { continue }
                paths[next] = paths[phase, default: []] + [event]
                queue.append(next)
            }
        }
        return paths
    }()

    private static func state(in phase: ServicePhase) throws -> GroupState {
        var state = GroupState()
        for event in paths[phase] ?? [] {
            let from = state["db"].phase
            try state.apply(fact(StateChanged(from: from, to: try from.after(event), event: event)))
        }
        #expect(state["db"].phase == phase)
        return state
    }

    private static func fact(_ body: StateChanged) -> RecordedFact {
        RecordedFact(seq: 1, run: 1, at: "", monoNs: 0, service: "db", operation: nil, event: body.event)
    }
}

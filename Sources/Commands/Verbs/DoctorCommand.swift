import ArgumentParser
import Glibc
import Orchestrator
import Reconciler

struct DoctorCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check engine, toolchain, ledger and containers, each with the mend.",
        discussion: """
            Exits with 0 when all is well, with 74 for a damaged ledger, 69 for an engine that does not answer, 65 for a bad \
            definition, else 1.

            Examples:
              miniboss doctor
              miniboss doctor --json
              miniboss doctor --set-aside
            """)
    static let definitionUse = DefinitionUse.unused
    static let callsEngine = true

    @Flag(help: "Move a damaged ledger away whole and begin a new one that cites it. What runs goes on running.")
    var setAside = false
    @OptionGroup(title: "Shared options") var shared: SharedOptions

    func perform(_ session: Session) async throws -> Int32 {
        var findings: [DoctorFinding] = [definition(session), toolchain(session)]
        var target: GroupTarget?
        do { target = try self.target(session) } catch let error as OperationError {
            let several = try GroupTarget.all(session, shared)
            // To mend one of several it must be said which; all can be looked at.
            if setAside, several.count > 1 { throw error }
            findings.append(DoctorFinding("group", .skipped, error.message, mend: error.next))
            findings += several.isEmpty ? obstacle(session, groupDirectory(session)) : several.flatMap { ledger(session, $0) }
        }
        if let target {
            if setAside { findings.append(try mendLedger(session, target)) }
            findings += ledger(session, target)
        }
        let anyGroup = setting(session, target ?? GroupTarget(name: shared.group ?? "", directory: "", definition: nil))
        let found = await session.asking { await examineEngine(anyGroup) }
        // That nothing was started is not so where containers tell of it.
        if !found.unledgered.isEmpty { findings.removeAll { $0.check == "group" } }
        findings += engine(found, isGroupKnown: target != nil)
        if shared.json {
            try session.output.line(JSON.array(findings.map(\.json)).lines)
        } else {
            try session.output.lines(
                findings.flatMap { finding in
                    var finding = finding
                    finding.mend = finding.mend.map { session.address($0) }
                    return finding.lines(paint: session.paint, width: session.output.width)
                })
        }
        let bad = Set(findings.filter { $0.state == .bad }.map(\.check))
        let isWell = findings.allSatisfy { $0.state == .good || $0.state == .skipped || $0.state == .advice }
        return bad.contains("ledger") ? 74 : bad.contains("engine") ? 69 : bad.contains("definition") ? 65 : isWell ? 0 : 1
    }

    private func definition(_ session: Session) -> DoctorFinding {
        guard session.definition != nil else {
            let path = shared.definitionPath(session)
            return DoctorFinding(
                "definition", .skipped, path.map { "\($0), not compiled for this check" } ?? "none here",
                mend: path == nil ? "Write one with `miniboss init`." : nil)
        }
        let problems = session.problems
        guard let first = problems.first else { return DoctorFinding("definition", .good, "sound") }
        let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        return DoctorFinding("definition", .bad, first + more, mend: "`miniboss plan` lists every problem.")
    }

    private func toolchain(_ session: Session) -> DoctorFinding {
        let paths = (session.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/swiftc" }
        if let found = paths.first(where: { access($0, X_OK) == 0 }) {
            // The launcher has asked it, which knows what built the kit.
            guard let strange = session.environment["MINIBOSS_STRANGE_COMPILER"] else { return DoctorFinding("toolchain", .good, found) }
            return DoctorFinding(
                "toolchain", .warning, strange,
                mend: "Where definitions don't compile: install miniboss again with this compiler, or put the other one first in PATH.")
        }
        return DoctorFinding(
            "toolchain", .bad, "no swiftc in PATH: definitions can't be compiled",
            mend: "Install Swift 6.2 or later (https://www.swift.org/install/linux), or put its bin directory into PATH.")
    }

    private func ledger(_ session: Session, _ target: GroupTarget) -> [DoctorFinding] {
        let check = "ledger"
        do throws(OperationError) {
            guard let found = try GroupRecords.examine(directory: target.directory, ledgerPath: session.ledgerPath) else {
                return [DoctorFinding(check, .good, "group \"\(target.name)\" has none yet")] + obstacle(session, target.directory)
            }
            guard found.problems.isEmpty else {
                return [DoctorFinding(check, .bad, found.problems.joined(separator: "; "), mend: found.mend)]
            }
            let sound = "group \"\(target.name)\": \(found.events) events, every link of the chain holds"
            return [DoctorFinding(check, .good, sound)]
                + obstacle(session, target.directory)
                + found.advice.map { DoctorFinding(check, .advice, $0.finding, mend: $0.mend) }
        } catch { return [DoctorFinding(check, .bad, error.message, mend: error.next)] }
    }

    /// Where a group that was never started would keep its ledger, whatever its name.
    private func groupDirectory(_ session: Session) -> String {
        GroupDirectory.path(
            group: shared.group ?? "group", definitionPath: shared.definitionPath(session), currentDirectory: session.currentDirectory)
    }

    /// What would keep a first run from being recorded.
    private func obstacle(_ session: Session, _ directory: String) -> [DoctorFinding] {
        LedgerExamination.obstacle(directory: directory, path: session.ledgerPath).map {
            [DoctorFinding("ledger", .warning, $0.finding, mend: $0.mend)]
        } ?? []
    }

    private func mendLedger(_ session: Session, _ target: GroupTarget) throws -> DoctorFinding {
        let check = "set aside"
        switch try setAsideLedger(setting(session, target)) {
        case .nothing: return DoctorFinding(check, .good, "nothing: the ledger is sound, or there is none")
        case .rebuilt: return DoctorFinding(check, .good, "nothing: the events are sound, and the tables were computed from them anew")
        case .setAside(let old):
            let last = old.lastSeq.map { "its last good event is \($0)" } ?? "none of its events could be read"
            let since = old.lastSeq == nil ? "" : " after that event"
            let readable =
                old.lastSeq == nil
                ? "" : " The old history, as far as it can be read: MINIBOSS_LEDGER=\(old.directory)/ledger.sqlite miniboss history"
            return DoctorFinding(
                check, .good, "the ledger is in \(old.directory) now, whole; \(last)",
                mend: "`miniboss start` goes on with the containers there are. Secrets that hooks wrote\(since) are lost: "
                    + "where they are missed, `miniboss stop --remove` and `miniboss start` run the hooks again.\(readable)")
        }
    }

    private func engine(_ found: EngineFindings, isGroupKnown: Bool) -> [DoctorFinding] {
        if let problem = found.problem { return [DoctorFinding("engine", .bad, problem.message, mend: problem.next)] }
        let version = "Docker Engine \(found.version ?? "?"), API \(found.apiVersion ?? "?"), at \(found.address)"
        let lost = found.unledgered.sorted { $0.key < $1.key }.map { group, count in
            DoctorFinding(
                "history", .warning,
                "group \"\(group)\" has \(count) \(count == 1 ? "container" : "containers"), but the ledger that tells of them is gone",
                mend: "`miniboss start` begins a new history and goes on with them, with what .miniboss-context still has of the context.")
        }
        guard isGroupKnown else { return [DoctorFinding("engine", .good, version)] + lost }
        let group = found.refusal.map { DoctorFinding("group", .bad, $0.message, mend: $0.next) } ?? orphans(found.orphans)
        return [DoctorFinding("engine", .good, version)] + lost + [group]
    }
}

private func orphans(_ found: [Orphan]?) -> DoctorFinding {
    guard let found else {
        return DoctorFinding("orphans", .skipped, "can't be told: no start is remembered that says what belongs to the group")
    }
    guard !found.isEmpty else { return DoctorFinding("orphans", .good, "none") }
    return DoctorFinding(
        "orphans", .warning, found.map(\.words).joined(separator: "; "),
        mend: found.allSatisfy(\.goesByItself)
            ? "The next `miniboss start` or `miniboss stop` takes them away, and nothing else."
            : "`miniboss stop --remove` takes them away, with all the rest of the group.")
}

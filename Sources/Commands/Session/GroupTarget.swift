import Files
import Orchestrator
import Reconciler

/// The group a command is about, and where its memory is.
struct GroupTarget: Sendable {
    var name: String
    var directory: String
    var definition: GroupDefinition?

    /// Chooses the group: the definition's, the one asked for, the only one there is, or the one this file started last.
    /// - Throws: `OperationError` that names the groups to choose from.
    init(
        _ session: Session, _ shared: SharedOptions, definition: GroupDefinition?, mayBeUnstarted: Bool = false,
        needsDefinition: Bool = false
    )
        throws
    {
        let path = definition?.path ?? shared.definitionPath(session)
        var definition = definition
        if !needsDefinition, let defined = definition?.spec.name, let asked = shared.group, asked != defined,
            GroupDirectory.groups(beside: path, currentDirectory: session.currentDirectory).contains(asked)
        {
            // Another group of this place, perhaps this one before it was renamed: its ledger knows it.
            definition = nil
        }
        self.definition = definition
        if let definition {
            name = definition.spec.name
            if let asked = shared.group, asked != name {
                throw OperationError(
                    .usage, "--group \(asked) is not the group of this definition, which is \"\(name)\"",
                    next: "Leave --group out, or name the definition of \"\(asked)\" with -f FILE.")
            }
        } else {
            name = try Self.choose(session, shared, path: path, mayBeUnstarted: mayBeUnstarted)
        }
        directory = GroupDirectory.path(group: name, definitionPath: path, currentDirectory: session.currentDirectory)
    }

    /// All groups that have a memory here, for a command that can look at each.
    static func all(_ session: Session, _ shared: SharedOptions) throws -> [GroupTarget] {
        guard shared.group == nil, session.ledgerPath == nil else { return [] }
        let path = shared.definitionPath(session)
        return GroupDirectory.groups(beside: path, currentDirectory: session.currentDirectory).map { group in
            GroupTarget(
                name: group,
                directory: GroupDirectory.path(group: group, definitionPath: path, currentDirectory: session.currentDirectory),
                definition: nil)
        }
    }

    private static func choose(_ session: Session, _ shared: SharedOptions, path: String?, mayBeUnstarted: Bool) throws -> String {
        let groups = GroupDirectory.groups(beside: path, currentDirectory: session.currentDirectory)
        if let ledger = session.ledgerPath { return try shared.group ?? group(ofLedger: ledger) }
        if let asked = shared.group {
            guard groups.contains(asked) else {
                let hint = nearestName(to: asked, among: groups).map { "Did you mean --group \($0)?" }
                throw OperationError(
                    .usage, "no group \"\(asked)\" has a ledger here",
                    next: hint ?? (groups.isEmpty ? "Nothing has been started here yet." : "Groups here: \(groups.joined(separator: ", "))")
                )
            }
            return asked
        }
        if groups.count == 1, shared.file == nil { return groups[0] }
        guard !groups.isEmpty else {
            if let path {
                // Nobody has looked into it for its name.
                if mayBeUnstarted { return fileName(path) }
                throw OperationError(
                    .usage, "nothing has been started from \(path) yet: there is no ledger beside it",
                    next: "`miniboss start` begins one; `miniboss plan` says what it would do, and what is wrong with the definition.")
            }
            throw OperationError(
                .noDefinition, "there is no definition and no ledger in \(session.currentDirectory)",
                next: "Write a definition with `miniboss init`, go to the directory of one, or name it with -f FILE.")
        }
        let starts = groups.map { group in
            let directory = GroupDirectory.path(group: group, definitionPath: path, currentDirectory: session.currentDirectory)
            return (group, Result { try GroupRecords.open(directory: directory, ledgerPath: nil).flatMap { try newestStart($0) } })
        }
        let owned = starts.compactMap { group, start -> (group: String, at: String)? in
            guard let path, let newest = try? start.get(), isOwn(newest.body.definitionPath, path) else { return nil }
            return (group, newest.fact.at)
        }
        // A group that was renamed has left its history under the old name.
        if let last = owned.max(by: { $0.at < $1.at }) { return last.group }
        // One that can't be read says nothing of whose it is; if it is the only one that can be meant, its trouble is told.
        let unreadable = starts.filter { if case .failure = $0.1 { true } else { false } }
        guard path != nil, unreadable.count == 1 else {
            if let path, let file = shared.file { throw stranger(file, path, session, groups) }
            throw OperationError(
                .usage, "there are several groups here: \(groups.joined(separator: ", "))",
                next: "Say which one with --group NAME.")
        }
        return unreadable[0].0
    }

    /// Whether a group was started from the file of that name, wherever its directory was then; one that was started without says
    /// nothing of whose it is.
    private static func isOwn(_ definition: String?, _ path: String) -> Bool { definition.map { fileName($0) == fileName(path) } ?? true }

    /// A file was named, and no group here is its.
    private static func stranger(_ file: String, _ path: String, _ session: Session, _ groups: [String]) -> OperationError {
        let others = "Groups here: \(groups.joined(separator: ", ")); --group NAME chooses one."
        let follow = session.command == LogsCommand.name ? " Lines that are still to come are shown with --follow." : ""
        guard fileExists(path) else {
            return OperationError(.noDefinition, "there is no file \(file), and nothing here was started from it", next: others + follow)
        }
        return OperationError(.usage, "nothing has been started from \(file) yet", next: others + follow)
    }

    /// The ledger was named, so it says itself whose it is.
    private static func group(ofLedger path: String) throws -> String {
        let records: GroupRecords?
        // One that can't be read is told of when it is used.
        do { records = try GroupRecords.open(directory: "", ledgerPath: path) } catch { return "default" }
        guard let records else {
            throw OperationError(
                .noDefinition, "there is no ledger at \(path), which MINIBOSS_LEDGER names",
                next: "Start the group with the same MINIBOSS_LEDGER, or unset it.")
        }
        return (try? newestStart(records))?.body.group ?? "default"
    }

    /// The newest run that knew its definition; one without, e.g. a stop by the ledger alone, counts where there is no other.
    private static func newestStart(_ records: GroupRecords) throws -> (fact: RecordedFact, body: RunStarted)? {
        let starts = try records.newestRuns(limit: 20).lazy.compactMap { run in
            try? records.facts(run: run, service: nil, types: [RunStarted.type]).runStart
        }
        return starts.first { $0.body.definitionPath != nil } ?? starts.first
    }

    func records(_ session: Session) throws -> GroupRecords? {
        try GroupRecords.open(directory: directory, ledgerPath: session.ledgerPath)
    }

    /// The services the user can mean: those defined, else those the ledger knows.
    func knownServices(_ session: Session) throws -> [String] {
        var names = definition?.spec.services.map(\.name) ?? []
        if let records = try records(session) {
            for run in try records.newestRuns(limit: 20) {
                names += try records.facts(run: run, service: nil, types: [RunStarted.type]).runStart?.body.services.map(\.name) ?? []
            }
        }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

extension GroupTarget {
    init(name: String, directory: String, definition: GroupDefinition?) {
        self.name = name
        self.directory = directory
        self.definition = definition
    }
}

import Reconciler

extension GroupRun {
    /// Records what the plan means for each service before anything is done.
    func begin(_ plan: Plan, excluded: [String]) async throws {
        try leaveOut(excluded)
        var entries: [JournalEntry] = []
        for outlook in plan.outlooks {
            keep(outlook)
            switch outlook.disposition {
            case .untouched:
                entries.append(entry(outlook.service, .foundRunning, cause: outlook.cause, container: outlook.containerID))
            case .new where journal.state[outlook.service].containerID != nil:
                // Somebody else removed it: what the ledger knew of that container is over.
                entries.append(entry(outlook.service, .foundAbsent, cause: "its container is gone"))
                entries.append(entry(outlook.service, .planned, cause: outlook.cause))
            default:
                entries.append(entry(outlook.service, .planned, cause: outlook.cause))
            }
            if !outlook.differences.isEmpty, let id = outlook.containerID {
                entries.append(
                    JournalEntry(
                        outlook.service, .divergenceFound(DivergenceFound(containerID: id, differences: outlook.differences))))
            }
        }
        if !entries.isEmpty { try journal.note(entries) }
    }

    /// Goes on from what is left where the ledger is new and the group is not: somebody removed the old one.
    func noteLostLedger(_ observed: ObservedGroup) throws {
        guard journal.run == 1, !observed.containers.isEmpty else { return }
        let lost = "the containers of the group are here, but not the ledger that tells of them: a new history begins"
        var entries = [JournalEntry(nil, .noteTaken(NoteTaken(text: lost)))]
        if let saved = SavedContext(setting)?.read() {
            entries.append(JournalEntry(nil, .noteTaken(NoteTaken(text: SavedContext.note))))
            entries += saved.values.sorted { $0.key < $1.key }.map { key, value in
                JournalEntry(nil, .contextWritten(ContextWritten(key: key, value: value, secret: false, hook: nil)))
            }
        }
        try journal.note(entries)
    }

    /// Says of containers that nothing in the definition stands for any more that they go on: a start stops nobody.
    func noteFormerServices(_ observed: ObservedGroup) throws {
        let defined = Set((setting.definition?.spec ?? group).services.map(\.name))
        for service in observed.former(besides: defined) {
            try journal.note(service, .noteTaken(NoteTaken(text: PlanCause.former)))
        }
    }

    /// Records that services are left out, of which nothing else is known: that one runs, or why it failed, stays known.
    func leaveOut(_ services: [String]) throws {
        let entries = services.map { entry($0, .excluded, cause: "excluded by the user", onlyFrom: [.absent]) }
        if !entries.isEmpty { try journal.note(entries) }
    }
}

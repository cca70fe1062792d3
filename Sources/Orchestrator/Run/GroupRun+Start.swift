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

    /// Says of containers that nothing in the definition stands for any more that they go on: a start stops nobody.
    func noteFormerServices(_ observed: ObservedGroup) throws {
        let defined = Set((setting.definition?.spec ?? group).services.map(\.name))
        for container in observed.containers where container.status == .running && !defined.contains(container.service) {
            let text = "it is no longer in the definition and still runs; `miniboss stop` ends it"
            try journal.note(container.service, .noteTaken(NoteTaken(text: text)))
        }
    }

    /// Records that services are left out, of which nothing else is known: that one runs, or why it failed, stays known.
    func leaveOut(_ services: [String]) throws {
        let entries = services.map { entry($0, .excluded, cause: "excluded by the user", onlyFrom: [.absent]) }
        if !entries.isEmpty { try journal.note(entries) }
    }
}

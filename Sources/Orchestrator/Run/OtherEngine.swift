import Reconciler

/// A ledger may tell of another engine than the one that answers now: the Docker context was switched, or the engine set up anew.
extension GroupRun {
    /// The engine the ledger says the group runs on, where that is not this one and nothing of the group is here.
    private func missedEngine(_ observed: ObservedGroup) -> String? {
        guard let other = otherEngineID, observed.containers.isEmpty else { return nil }
        return journal.state.services.values.contains { $0.phase == .running } ? other : nil
    }

    /// A start goes on: it takes nothing from the other one.
    func noteOtherEngine(_ observed: ObservedGroup) throws {
        guard let other = missedEngine(observed) else { return }
        let text = "the group was started last on another Docker Engine (id \(other)); what still runs there goes on running"
        try journal.note(nil, .noteTaken(NoteTaken(text: text)))
    }

    /// Refuses a stop where nothing of the group is, though it runs elsewhere.
    /// - Throws: `OperationError` with `.failed`: that there is nothing to stop here would be taken for a stopped group.
    func requireSameEngine(_ observed: ObservedGroup) throws {
        guard let other = missedEngine(observed) else { return }
        throw OperationError(
            .failed, "group \"\(group.name)\" was started on another Docker Engine (id \(other)); this one has none of its containers",
            next: "Choose that engine (DOCKER_HOST=…, docker context use …) and do it again.\n"
                + "Is it gone for good? `miniboss start` begins anew here."
        )
    }
}

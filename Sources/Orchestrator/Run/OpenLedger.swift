package import Ledger
package import Reconciler

extension LedgerWriter: RunLedger {
    package func foldedState() throws(OperationError) -> GroupState {
        do {
            let replay = try Replay(reader)
            // What is decided upon must be what was written. Events behind a snapshot were checked when it was made.
            try reader.verifyChain(after: replay.first)
            // A shortcut for the next command, which comes to the same without it: nothing fails for want of one.
            if replay.length > Replay.longest { try? keepSnapshot(replay.snapshot(), version: GroupState.foldVersion) }
            return replay.state
        } catch { throw OperationError(folding: error) }
    }
}

/// Takes the group's lock.
/// - Throws: `OperationError`: `.busy` when another miniboss is at work, `.ledger` when the ledger can't be used.
func openGroupLedger(_ setting: RunSetting) throws(OperationError) -> LedgerWriter {
    let holder = LockHolder(pid: setting.host.pid, command: setting.command, startedAt: setting.clock.now())
    do throws(LedgerError) {
        return try LedgerWriter.open(
            directory: setting.directory, path: setting.ledgerPath, holder: holder, upcaster: EventCoding.upcaster
        ) { seconds in
            setting.isWorthWaiting(seconds)
        }
    } catch {
        throw OperationError(ledger: error, setting)
    }
}

extension RunSetting {
    /// Another program holds the ledger: a run that is at work waits until it lets go or the user has had enough.
    fileprivate func isWorthWaiting(_ seconds: Int) -> Bool {
        if seconds == 2 { observer.remark(service: nil, "another program holds the ledger; waiting for it to close it") }
        return !interruption.isInterrupted
    }
}

extension OperationError {
    init(folding error: any Error) {
        switch error {
        case let error as LedgerError: self.init(ledger: error)
        case let error as OperationError: self = error
        case let error as IllegalHistory:
            self.init(.ledger, "the ledger tells of something impossible: \(error)", next: "`miniboss doctor` checks it.")
        default: self.init(.ledger, "\(error)", next: "`miniboss doctor` checks the ledger.")
        }
    }
}

extension RunSetting {
    /// A group has a ledger of its own: whoever ended one group would else end the context of another.
    ///
    /// A group that was renamed goes on with its ledger once nothing of it is left under the old name.
    fileprivate func requireOwn(_ state: GroupState) throws(OperationError) {
        guard let group = state.group, group != groupName, state.services.values.contains(where: { $0.containerID != nil }) else { return }
        throw OperationError(
            .usage, "the ledger at \(ledgerLocation.path) is that of the group \"\(group)\", of which there are containers",
            next: ledgerPath == nil
                ? "End it: `miniboss stop --remove --group \(group)`; or move the ledger back to where it was."
                : "Give \"\(groupName)\" a ledger of its own (MINIBOSS_LEDGER), or end \"\(group)\" by its own definition: "
                    + "`miniboss stop --remove -f \(definitionPath(of: group) ?? "FILE")`.")
    }

    /// The definition by which a group of this ledger was started last.
    private func definitionPath(of group: String) -> String? {
        guard let records = try? GroupRecords.open(directory: directory, ledgerPath: ledgerPath) else { return nil }
        return (try? records.newestRuns(limit: 50))?.lazy.compactMap { run in
            let start = (try? records.facts(run: run, types: [RunStarted.type]))?.runStart?.body
            return start?.group == group ? start?.definitionPath : nil
        }.first
    }
}

/// Takes the group's lock and folds what its ledger holds.
/// - Throws: as `openGroupLedger`; `.ledger` also for a history that can't be believed.
func openJournal(_ setting: RunSetting) throws(OperationError) -> Journal {
    let ledger = try setting.host.openLedger(setting)
    do {
        // The fold first: it says what is wrong with a history, where there is something.
        let state = try ledger.foldedState()
        try setting.requireOwn(state)
        return Journal(
            run: try ledger.nextRunNumber(), ledger: ledger, state: state, clock: setting.clock, observer: setting.observer)
    } catch {
        ledger.close()
        throw OperationError(folding: error)
    }
}

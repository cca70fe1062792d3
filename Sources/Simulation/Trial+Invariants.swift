import DockerClient
import Orchestrator
import Reconciler

extension Trial {
    /// What is wrong after a command, whatever happened in it; empty when nothing is.
    package func violations(after outcome: Outcome) -> [String] {
        var found: [String] = []
        let facts: [RecordedFact]
        do { facts = try ledger.facts() } catch { return ["the ledger can't be read: \(error)"] }
        do {
            _ = try GroupState(folding: facts)
            // Another process may have gone on since.
            if let end = outcome.end, let last = end.facts.last?.seq,
                end.state != (try GroupState(folding: facts.filter { $0.seq <= last }))
            {
                found.append("the live state is not what the ledger folds to")
            }
        } catch { found.append("the ledger tells of something impossible: \(error)") }
        if let end = outcome.end {
            if facts.filter({ $0.run == end.run }).runEnd == nil { found.append("run \(end.run) ended without saying so") }
            found += unheardBuilds(end.facts)
        }
        if case .refused(let error) = outcome, error.code == .defect { found.append("a defect of ours: \(error)") }
        return found + unintended(facts) + doubles() + foreign() + primedTwice(facts) + startedTooEarly(facts) + stoppedTooEarly
            + engine.world.losses
    }

    /// What a build said before it failed is kept, however it failed.
    private func unheardBuilds(_ facts: [RecordedFact]) -> [String] {
        facts.compactMap { fact -> String? in
            guard case .stateChanged(let change) = fact.event, let failure = change.failure, failure.phase == .build,
                failure.failureClass != .interrupted, let member = group.members.first(where: { $0.name == fact.service })
            else { return nil }
            let kept = facts.last { if case .logsCaptured = $0.event { $0.service == fact.service } else { false } }
            guard case .logsCaptured(let log)? = kept?.event else {
                return engine.heard[group.image(of: member)] == [] ? nil : "what the build of \(member.name) said is not kept"
            }
            return log.lines == engine.heard[group.image(of: member)] ? nil : "the build of \(member.name) said more than is kept"
        }
    }

    /// Intent before effect: whatever carries our label was meant, durably, before it was made.
    private func unintended(_ facts: [RecordedFact]) -> [String] {
        let meant = Set(facts.compactMap { fact in if case .stepIntended = fact.event { fact.operation } else { nil } })
        return containers.compactMap { container in
            guard !forgotten.contains(container.id) else { return nil }
            guard let operation = container.config.labels["io.miniboss.operation"], meant.contains(operation) else {
                return "container \(container.name) was made without an intent"
            }
            return nil
        }
    }

    private func doubles() -> [String] {
        let running = Dictionary(grouping: containers.filter { $0.state.running && !$0.isOneOff }, by: \.service)
        return running.filter { $0.value.count > 1 }.map { "\($0.value.count) containers of \($0.key) run at once" }
    }

    private func foreign() -> [String] {
        let others = engine.world.containers.filter { $0.group != TrialGroup.name }
        return others.count == 1 && others[0].state.running ? [] : ["a container of someone else was touched"]
    }

    /// A `postStart` that is known to have succeeded is never run again for the same container.
    private func primedTwice(_ facts: [RecordedFact]) -> [String] {
        var done: Set<String> = []
        var found: [String] = []
        for fact in facts {
            guard case .stateChanged(let change) = fact.event, let id = change.containerID else { continue }
            if change.trigger == .postStartBegan, done.contains(id) {
                found.append("post_start of \(fact.service ?? "") ran again for \(id)")
            }
            if change.trigger == .postStartFinished { done.insert(id) }
        }
        return found
    }

    /// In a start a container is started only when all its dependencies run.
    private func startedTooEarly(_ facts: [RecordedFact]) -> [String] {
        var phases: [String: ServicePhase] = [:]
        var commands: [Int: String] = [:]
        var found: [String] = []
        for fact in facts {
            if case .runStarted(let body) = fact.event { commands[fact.run] = body.command }
            guard case .stateChanged(let change) = fact.event, let service = fact.service else { continue }
            if change.trigger == .startBegan, commands[fact.run] == "start" {
                let needed = group.members.first { $0.name == service }?.dependencies ?? []
                for dependency in needed where phases[dependency] != .running {
                    found.append("\(service) was started while \(dependency) was \(phases[dependency]?.rawValue ?? "unknown")")
                }
            }
            phases[service] = change.to
        }
        return found
    }

    /// B29: where the engine does not hold its news back, a program's end is told at once: by its event, and not by a look that
    /// is taken every two seconds, nor when another step has ended.
    package func latePostMortems(_ outcome: Outcome) -> [String] {
        guard let end = outcome.end else { return [] }
        let jobs = Set(group.members.filter(\.isJob).map(\.name))
        return end.facts.compactMap { fact in
            // A job that ended as it should failed of something else.
            if case .stateChanged(let change) = fact.event, change.failure?.exitCode == 0, jobs.contains(fact.service ?? "") { return nil }
            guard case .stateChanged(let change) = fact.event, change.trigger == .failed,
                let death = change.containerID.flatMap({ engine.deaths[$0] })
            else { return nil }
            if change.failure?.failureClass == .pingTimeout { return "the end of \(fact.service ?? "") was waited out" }
            guard change.failure?.exitCode != nil else { return nil }
            let seconds = Double(fact.monoNs - death) / 1e9
            return seconds > 0.5 ? "the end of \(fact.service ?? "") was told \(seconds) s later" : nil
        }
    }

    /// What is wrong after a calm start: everything must run, as defined, once.
    package func violationsWhenStarted(_ outcome: Outcome) -> [String] {
        guard let end = outcome.end, end.outcome == .succeeded else { return ["a calm start did not succeed: \(outcome.words)"] }
        var found: [String] = []
        if !end.state.openIntents.isEmpty { found.append("intents without outcome: \(end.state.openIntents.keys.sorted())") }
        if !end.state.openRuns.isEmpty { found.append("runs without end: \(end.state.openRuns.sorted())") }
        for member in group.members {
            let own = containers.filter { $0.service == member.name }
            guard own.count == 1 else {
                found.append("\(own.count) containers of \(member.name)")
                continue
            }
            let container = own[0]
            let isUp = member.isJob ? container.state.status == "exited" && container.state.exitCode == 0 : container.state.running
            if !isUp { found.append("\(member.name) is \(container.state.status) (\(container.state.exitCode))") }
            if container.name != PlanRequest.containerName(group: TrialGroup.name, service: member.name) {
                found.append("\(member.name) is called \(container.name)")
            }
            let env = group.expectedEnv(of: member, end.state.context).map { "\($0.key)=\($0.value)" }.sorted()
            if container.config.env.sorted() != env { found.append("\(member.name) has \(container.config.env), not \(env)") }
            if container.config.portBindings.map(\.hostPort) != (member.hostPort.map { [$0] } ?? []) {
                found.append("\(member.name) has not its port")
            }
            // Nothing is pulled for one that runs.
            if let image = engine.world.images[group.image(of: member)], container.imageID != image {
                found.append("\(member.name) has an old image")
            }
            // Of one that ran already when the ledger was lost nobody can know whether its hook had run.
            if !group.primed.contains(container.id), !forgotten.contains(container.id) {
                found.append("post_start of \(member.name) never ran")
            }
        }
        if engine.world.networks.count != 1 { found.append("\(engine.world.networks.count) networks") }
        return found
    }

    /// What is wrong after a calm command in a container.
    package func violationsWhenReturned(_ outcome: Outcome, code: Int32) -> [String] {
        guard case .returned(code) = outcome else { return ["a command came back as \(outcome.words), not with \(code)"] }
        let found = containers.filter(\.isOneOff).map { "\($0.name) is left" }
        guard case .runFinished(let end)? = try? ledger.facts().last?.event, end.outcome == .failed,
            end.error == "the command exited with \(code)"
        else { return found + ["its code is not in the ledger"] }
        return found
    }

    /// What is wrong after a calm stop: nothing of ours may run, but for commands in containers of their own.
    package func violationsWhenStopped(_ outcome: Outcome) -> [String] {
        guard let end = outcome.end, end.outcome == .succeeded else { return ["a calm stop did not succeed: \(outcome.words)"] }
        return containers.filter { $0.state.running && !$0.isOneOff }.map { "\($0.name) runs after a stop" }
    }

    /// What is wrong after a calm reload: the service runs, from its newest image and as its context is now.
    package func violationsWhenReloaded(_ outcome: Outcome, _ service: String) -> [String] {
        guard let end = outcome.end, end.outcome == .succeeded, let member = group.members.first(where: { $0.name == service }) else {
            return ["a calm reload did not succeed: \(outcome.words)"]
        }
        let env = group.expectedEnv(of: member, end.state.context).map { "\($0.key)=\($0.value)" }.sorted()
        let image = engine.world.images[group.image(of: member)]
        return containers.contains { $0.service == service && $0.state.running && $0.imageID == image && $0.config.env.sorted() == env }
            ? [] : ["\(service) does not run as it was reloaded"]
    }

    /// What is wrong after `stop --remove`: nothing of ours may be left.
    package func violationsWhenRemoved(_ outcome: Outcome) -> [String] {
        guard let end = outcome.end, end.outcome == .succeeded else { return ["a calm stop did not succeed: \(outcome.words)"] }
        let volumes = engine.world.volumes.keys.filter { !engine.world.orphaned.contains($0) }.sorted()
        return containers.map { "\($0.name) is left" } + engine.world.networks.map { "network \($0.name) is left" }
            + volumes.map { "volume \($0) is left, on which \(engine.world.volumes[$0] ?? []) ran" }
    }
}

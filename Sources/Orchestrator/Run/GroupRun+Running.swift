import DockerClient
import Reconciler

extension GroupRun {
    /// Looks once more at what was started: a container that died after its ping is a failed service, not a running one.
    ///
    /// A program that fails at once needs a moment to do so, and the engine another one to notice. Where the process itself
    /// can be seen, the first is enough; and where others' can, one that is not seen has ended, whatever the engine says yet.
    func confirmRunning() async throws {
        guard !interruption.isInterrupted else { return }
        let state = journal.state
        let fresh = group.services.filter { !$0.isOneShot && uptime($0.name) != nil && state[$0.name].phase == .running }.map(\.name)
        guard !fresh.isEmpty else { return }
        try await settle(fresh, Self.failingTime)
        let unseen = fresh.filter { !ContainerProcess.isSeenAlive(pid: process($0) ?? 0, container: state[$0].containerID ?? "") }
        try await settle(unseen, Self.noticingTime)
        if unseen.count < fresh.count { try await untilNoticed(unseen.compactMap { state[$0].containerID }) }
        let containers = try await engine.containers(labels: [GroupLabels.filter(group: group.name)])
        let running = Set(containers.filter { $0.state == "running" }.map(\.id))
        for name in fresh {
            guard let id = state[name].containerID, !running.contains(id) else { continue }
            // A list may be behind, or somebody started it again.
            guard try await stateIfPresent(id)?.running != true else { continue }
            var failure = try await death(of: name, id, phase: lastPhase(of: name), during: "it was taken to be up")
            failure.seconds = clock.seconds(since: begun(name))
            try await fail(name, failure, in: .postStart)
        }
    }

    /// The services of the group whose containers run, in the order of the definition; `nil` where the engine does not say.
    func runningServices() async -> [String]? {
        guard let containers = try? await engine.containers(labels: [GroupLabels.filter(group: group.name)]) else { return nil }
        let running = Set(
            containers.filter { $0.state == "running" && $0.labels[GroupLabels.oneOff] == nil }.compactMap {
                $0.labels[GroupLabels.service]
            })
        let defined = (setting.definition?.spec ?? group).services.map(\.name).filter(running.contains)
        return defined + running.subtracting(defined).sorted()
    }

    /// Waits until each of the services has been up for so many seconds.
    private func settle(_ services: [String], _ seconds: Double) async throws {
        guard let youngest = services.compactMap({ uptime($0) }).min(), youngest < seconds else { return }
        try await clock.sleep(seconds - youngest)
    }

    /// Waits until the engine knows of each that it has ended, or is so late that it is believed.
    private func untilNoticed(_ ended: [String]) async throws {
        let start = clock.monotonic()
        for id in ended {
            // Somebody may have started it anew.
            while let now = try await stateIfPresent(id), now.running, !ContainerProcess.isSeenAlive(pid: now.pid, container: id),
                clock.seconds(since: start) < Self.latenessTime
            {
                try await clock.sleep(0.02)
            }
        }
    }

    /// Seconds in which a program that can't run at all has ended.
    private static let failingTime = 0.015
    /// Seconds after which the engine has noticed a program that ended at once; measured at 0.05 to 0.2 on Docker 20.10.
    private static let noticingTime = 0.25
    /// Seconds that a busy engine is given beyond that.
    private static let latenessTime = 2.0
}

import DockerClient
import Reconciler

extension GroupRun {
    /// Looks once more at what was started: a container that died after its ping is a failed service, not a running one.
    ///
    /// A program that fails at once needs a moment to do so, and the engine another one to notice. Where the process itself
    /// can be seen, the first is enough.
    func confirmRunning() async throws {
        guard !interruption.isInterrupted else { return }
        let state = journal.state
        let fresh = group.services.map(\.name).filter { uptime($0) != nil && state[$0].phase == .running }
        guard !fresh.isEmpty else { return }
        try await settle(fresh, Self.failingTime)
        try await settle(
            fresh.filter { !ContainerProcess.isSeenAlive(pid: process($0) ?? 0, container: state[$0].containerID ?? "") }, Self.noticingTime
        )
        let containers = try await engine.containers(labels: [GroupLabels.filter(group: group.name)])
        let running = Set(containers.filter { $0.state == "running" }.map(\.id))
        for name in fresh where group[name]?.isOneShot != true {
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

    /// Seconds in which a program that can't run at all has ended.
    private static let failingTime = 0.015
    /// Seconds after which the engine has noticed a program that ended at once; measured at 0.05 to 0.2 on Docker 20.10.
    private static let noticingTime = 0.25
}

import DockerClient

extension SimulatedEngine {
    /// What happens to the engine and its containers while a command is at work.
    package enum Mishap: Sendable, Equatable {
        /// It goes away for so many seconds, and the containers of groups with it, as without live-restore.
        case restart(seconds: Double)
        /// Somebody kills, pauses or removes the container of that number, counted around.
        case killed(Int)
        case paused(Int)
        case removed(Int)
        /// Somebody removes the network, whatever hangs on it.
        case networkRemoved
    }

    /// - Returns: what it came to, for the story.
    package func suffer(_ mishap: Mishap) -> String {
        switch mishap {
        case .restart(let seconds):
            restart(seconds: seconds)
            return "the engine restarted, away for \(seconds) s"
        case .killed(let number):
            return own(number) { index in
                guard world.containers[index].state.running else { return "" }
                world.end(index, code: 137, timestamp: timestamp)
                died(index)
                return "killed"
            }
        case .paused(let number):
            return own(number) { index in
                guard world.containers[index].state.running else { return "" }
                world.pause(index, true)
                return "paused"
            }
        case .removed(let number):
            return own(number) { index in
                let container = world.containers[index]
                if container.state.running { tell("die", container) }
                world.orphan(container)
                // Its name is free when that is done.
                world.beginRemoval(index, until: scheduler.now + Int64(clearingTime * 6e9))
                scheduleRemoval(world.containers[index])
                return "removed"
            }
        case .networkRemoved:
            guard !world.containers.contains(where: { $0.state.running && $0.config.network != nil }) else { return "" }
            world.networks = []
            return "the network was removed"
        }
    }

    private func own(_ number: Int, _ change: (Int) -> String) -> String {
        let indices = world.containers.indices.filter { world.containers[$0].group == TrialGroup.name }
        guard !indices.isEmpty else { return "" }
        let index = indices[number % indices.count]
        let name = world.containers[index].name
        let done = change(index)
        return done.isEmpty ? "" : "\(name) was \(done)"
    }

    private func restart(seconds: Double) {
        for index in world.containers.indices where world.containers[index].group == TrialGroup.name {
            guard world.containers[index].state.running else { continue }
            world.end(index, code: 137, timestamp: timestamp)
        }
        begin(life: life + 1, awayUntil: scheduler.now + Int64(seconds * 1e9))
    }
}

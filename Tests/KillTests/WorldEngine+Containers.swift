import DockerClient
import Simulation
import TestSupport

extension WorldEngine {
    func containers(_ state: inout State, _ request: ScriptedRequest, _ parts: [String]) throws(DockerError) -> ScriptedAction {
        let verb = (request.method, parts.count > 1 ? parts[1] : parts.first ?? "")
        let id = parts.first ?? ""
        switch verb {
        case ("GET", "json") where parts.count == 1:
            let labels = request.filters["label"] ?? []
            return .reply(.value(state.world.containers.filter { $0.config.labels.has(labels) }.map(WireSummary.init)))
        case ("POST", "create"):
            let config = try request.decoded(WireCreate.self).config
            let made = try state.world.create(name: request.query["name"]?.first ?? "", config, now: state.now)
            state.note(config.labels["io.miniboss.service"] ?? "", config.labels)
            return .reply(.value(["Id": made], status: 201))
        case ("GET", "json"): return .reply(.value(WireInspect(state.world.containers[try state.world.index(of: id)])))
        case ("GET", "logs"):
            _ = try state.world.index(of: id)
            return .reply(.chunked([]))
        case ("POST", "start"): return .reply(.empty(try start(&state, id)))
        case ("POST", "stop"): return .reply(.empty(try stop(&state, id)))
        case ("POST", "rename"):
            try state.world.rename(id, to: request.query["name"]?.first ?? "")
            return .reply(.empty(204))
        case ("POST", "exec"):
            let container = state.world.containers[try state.world.index(of: id)]
            guard container.state.running else { throw DockerError(.http(409), message: "Container \(id) is not running") }
            state.execs.append(Exec(container: container.id, command: try request.decoded(WireExec.self).Cmd))
            return .reply(.value(["Id": String(state.execs.count - 1)], status: 201))
        case ("DELETE", id):
            let container = state.world.containers[try state.world.index(of: id)]
            try state.world.remove(id, force: request.query["force"] == ["1"], volumes: request.query["v"] == ["1"])
            tell("destroy", container, at: state.now)
            return .reply(.empty(204))
        default: throw .unknown(request)
        }
    }

    private func start(_ state: inout State, _ id: String) throws(DockerError) -> Int {
        let index = try state.world.index(of: id)
        guard !state.world.containers[index].state.running else { return 304 }
        try state.world.start(id, now: state.now, timestamp: state.timestamp)
        state.begun[state.world.containers[index].service, default: 0] += 1
        tell("start", state.world.containers[index], at: state.now)
        // Nobody's clock waits here: what ends by itself has ended by the time of the answer.
        if let dies = state.world.containers[index].dies { end(&state, index, code: dies.code) }
        return 204
    }

    private func stop(_ state: inout State, _ id: String) throws(DockerError) -> Int {
        let index = try state.world.index(of: id)
        guard state.world.containers[index].state.running else { return 304 }
        tell("kill", state.world.containers[index], at: state.now)
        end(&state, index, code: state.world.mustBeKilled(index) ? 137 : 0)
        return 204
    }

    private func end(_ state: inout State, _ index: Int, code: Int) {
        state.world.end(index, code: code, timestamp: state.timestamp)
        tell("die", state.world.containers[index], at: state.now)
    }

    private func tell(_ action: String, _ container: SimulatedWorld.Container, at time: Int64) {
        var attributes = container.config.labels.merging(["name": container.name]) { $1 }
        if action == "kill" { attributes["signal"] = "15" }
        if action == "die" { attributes["exitCode"] = String(container.state.exitCode) }
        let event = WireEvent(Action: action, Actor: .init(ID: container.id, Attributes: attributes), timeNano: time)
        let tags = attributes.merging(["time": String(time)]) { $1 }
        feed.publish(ScriptedFeed.Piece(tags: tags, bytes: ScriptedReply.value(event).pieces.flatMap { $0 } + [10]))
    }

    func execs(_ state: inout State, _ request: ScriptedRequest, _ parts: [String]) throws(DockerError) -> ScriptedAction {
        guard parts.count == 2, let number = Int(parts[0]), state.execs.indices.contains(number) else {
            throw DockerError(.http(404), message: "No such exec instance: \(parts.first ?? "")")
        }
        if parts[1] == "json" { return .reply(.json(200, #"{"Running":false,"ExitCode":0}"#)) }
        let exec = state.execs[number]
        state.execs[number].hasRun = true
        let output = Array(printed(state.world.containers[try state.world.index(of: exec.container)], exec.command).utf8)
        // The stream's number, three zeros, and the length in four bytes.
        let length = (0..<4).map { UInt8(truncatingIfNeeded: output.count >> (24 - 8 * $0)) }
        return .reply(.chunked([[1, 0, 0, 0] + length + output], headers: ["Content-Type": "application/vnd.docker.raw-stream"]))
    }
}

extension WorldEngine.State {
    /// Keeps that something was made.
    mutating func note(_ name: String, _ labels: [String: String]) {
        made[name, default: 0] += 1
        if let operation = labels["io.miniboss.operation"] { operations.insert(operation) }
    }
}

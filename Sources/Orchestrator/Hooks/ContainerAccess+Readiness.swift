import DockerClient
import Reconciler

extension ContainerAccess {
    /// One attempt of a probe. What it saw is noted, so that a timeout can say it.
    /// - Throws: what can't become true by waiting: an unpublished port, a bad pattern, an unhealthy container.
    public func evaluate(_ probe: ReadinessProbe) async throws -> Bool {
        probing(probe.words)
        let resolved: ReadinessProbe
        do { resolved = try probe.resolved(HookScope.current?.context.values ?? ContextValues()) } catch {
            throw Failure(.contextMissing, phase: .ping, summary: "\(service).readiness: \(error)", subject: Failure.readiness)
        }
        do { return try await attempt(resolved) } catch let error as AccessError { throw ReadinessError(description: error.description) }
    }

    private func attempt(_ probe: ReadinessProbe) async throws -> Bool {
        switch probe {
        case .none: return true
        case .tcp(let port): return try await tcp(port)
        case .http(let port, let path, let status): return try await http(port, path, status)
        case .log(let pattern, let times): return try await log(pattern, times)
        case .exec(let command): return try await execProbe(command)
        case .healthy: return try await healthy()
        case .exits(let code): return try await exits(code)
        case .all(let probes):
            for probe in probes where try await !attempt(probe) { return false }
            return true
        case .any(let probes): return try await any(probes)
        }
    }

    /// What can't become true leaves the others a chance, but for the container's end, which is one for all of them.
    private func any(_ probes: [ReadinessProbe]) async throws -> Bool {
        var hopeless: [any Error] = []
        for probe in probes {
            do { if try await attempt(probe) { return true } } catch { hopeless.append(error) }
        }
        if let end = hopeless.first(where: { ($0 as? Failure)?.exitCode != nil }) { throw end }
        if let last = hopeless.last, hopeless.count == probes.count { throw last }
        return probes.isEmpty
    }

    private func tcp(_ port: Int) async throws -> Bool {
        let published = try await hostPort(port)
        let end = TCPProbe.ContainerEnd(try await details(), port: port)
        guard let error = await TCPProbe(host: engine.publishedHost, port: published, containerEnd: end).attempt() else { return true }
        observe("tcp :\(port) \(error)")
        return false
    }

    private func http(_ port: Int, _ path: String, _ status: ClosedRange<Int>) async throws -> Bool {
        switch await HTTPProbe(host: engine.publishedHost, port: try await hostPort(port), path: path).attempt() {
        case .status(let code) where status.contains(code): return true
        case .status(let code): observe("GET :\(port)\(path) answered \(code)")
        // Cut off by the deadline: that is no answer.
        case .failure where Task.isCancelled: break
        case .failure(let error): observe("GET :\(port)\(path) \(error)")
        }
        return false
    }

    private func log(_ pattern: String, _ times: Int) async throws -> Bool {
        let regex: Regex<AnyRegexOutput>
        do { regex = try Regex(pattern) } catch { throw AccessError("/\(pattern)/ is not a regular expression: \(error)") }
        // Not since `startedAt`: the engine notes that after the first lines may have been written. What was written before
        // this start ends with the end before it.
        let state = try await details().state
        var since: EngineTime?
        if let end = EngineTime(state.finishedAt), let start = EngineTime(state.startedAt), end < start { since = end }
        let lines = try await engine.logs(container: id, since: since)
        let count = lines.count { $0.text.firstMatch(of: regex) != nil }
        if count >= times { return true }
        observe(
            "/\(pattern)/ found \(count) of \(times) times" + (lines.isEmpty ? "; no output yet" : ""),
            passing: lines.last.map { "; last line: \($0.text)" } ?? "")
        return false
    }

    private func execProbe(_ command: [String]) async throws -> Bool {
        let result: ExecOutput
        do { result = try await exec(command) } catch let error as DockerError where error.status == 409 {
            // The container is not running any more; its end is noticed elsewhere, with the reason.
            observe("exec \(command.first ?? ""): the container is \(error.isContainerPaused ? "paused" : "not running")")
            return false
        }
        if result.exitCode == 0 { return true }
        let lines = (result.errorOutput.isEmpty ? result.output : result.errorOutput).split(whereSeparator: \.isNewline)
        let said = lines.last.map { ": " + String($0.reversed().drop(while: \.isWhitespace).reversed()) } ?? ""
        observe("exec \(command.first ?? "") exited with \(result.exitCode)\(said)")
        return false
    }

    private func healthy() async throws -> Bool {
        let state = try await engine.state(container: id)
        guard let health = state.health else {
            throw Failure(
                .unhealthy, phase: .ping,
                summary: "has no health check in its image, so it can't become healthy: choose another readiness",
                lastPingError: Failure.noHealthCheck)
        }
        // Probes from before this start say nothing about it.
        let last = health.log.last { probe in
            guard let probed = EngineTime(probe.start), let start = EngineTime(state.startedAt) else { return false }
            return probed >= start
        }
        let output = last.map { ": exit \($0.exitCode), \($0.output.split(separator: "\n").last ?? "no output")" } ?? ""
        switch health.status {
        case "healthy": return true
        case "unhealthy":
            throw Failure(.unhealthy, phase: .ping, summary: "became unhealthy\(output)", lastPingError: "unhealthy\(output)")
        default:
            observe("health check: \(health.status)\(output)")
            return false
        }
    }

    private func exits(_ code: Int) async throws -> Bool {
        let state = try await engine.state(container: id)
        guard state.status == "exited" || state.status == "dead" else {
            observe("still running")
            return false
        }
        if state.exitCode == code { return true }
        throw Failure.exited(state, phase: .ping, during: "it should end with \(code)", seconds: state.lifetime)
    }
}

/// A readiness asks for what can't be: no `ping` of the user's is to blame.
struct ReadinessError: Error, CustomStringConvertible {
    let description: String
}

extension ContainerState {
    /// Seconds from its last start to its end, as the engine noted them.
    fileprivate var lifetime: Double {
        guard let start = EngineTime(startedAt), let end = EngineTime(finishedAt) else { return 0 }
        return Double(max(0, end.nanoseconds - start.nanoseconds)) / 1e9
    }
}

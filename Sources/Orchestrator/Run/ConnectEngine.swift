import DockerClient

/// The engine the environment names.
/// - Throws: `OperationError` with `.engine`: no socket, refused, no permission, or a scheme that is not spoken.
func connectEngine(_ environment: [String: String]) async throws(OperationError) -> EngineConnection {
    do {
        let docker = try Docker(environment: environment)
        let host = docker.host.description
        do { return EngineConnection(engine: docker, identity: try await docker.identity(), host: host) } catch {
            throw OperationError(unreachable: error, host: host, security: docker.host.security)
        }
    } catch let error as OperationError {
        throw error
    } catch let error as DockerError {
        throw OperationError(unreachable: error, host: environment["DOCKER_HOST"] ?? "the current context")
    } catch { throw OperationError(.defect, "\(error)") }
}

/// Makes ready for calls that are sure to come, while the program reads its definition and its ledger.
public func prepareEngineConnections() { DockerTransport.prepare() }

/// Hangs up on every engine; the last thing a process does with them.
public func closeEngineConnections() { DockerTransport.shutdown() }

/// An engine that takes a connection and never answers is not waited for once the user has had enough.
func connection(_ setting: RunSetting) async -> Result<EngineConnection, OperationError> {
    do throws(OperationError) {
        return .success(try await setting.interruption.cutting { () async throws(OperationError) in try await setting.connect() })
    } catch { return .failure(error) }
}

/// Seconds after which a run is recorded as begun, whether the engine has answered or not.
let enginePatience = 1.0

/// - Returns: `nil` when the engine has not answered by then.
func answer(
    of connecting: Task<Result<EngineConnection, OperationError>, Never>, within seconds: Double, _ clock: RunClock
) async -> Result<EngineConnection, OperationError>? {
    let race = Race<Result<EngineConnection, OperationError>?>()
    Task { race.offer(await connecting.value) }
    let timer = Task {
        try await clock.sleep(seconds)
        race.offer(nil)
    }
    defer { timer.cancel() }
    return await race.value()
}

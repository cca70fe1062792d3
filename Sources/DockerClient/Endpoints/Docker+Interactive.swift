import Synchronization

extension Docker {
    /// Begins a command with its standard input connected.
    ///
    /// Maps to `POST /containers/{id}/exec` and `POST /exec/{id}/start` with an upgrade.
    /// - Returns: the exec's id for its exit code and size, and the session.
    public func startInteractiveExec(_ id: String, _ config: ExecConfig) async throws(DockerError) -> (
        id: String, session: InteractiveSession
    ) {
        var config = config
        config.standardInput = true
        let exec = try await createExec(id, config)
        var call = EngineCall("POST", "/exec/\(try PathEncoding.segment(exec, of: "an exec"))/start")
        call.json(["Detach": false, "Tty": config.tty])
        return (exec, try await hijack(call, multiplexed: !config.tty))
    }

    /// Connects to a container's standard streams; done before the start, nothing of its output is missed.
    ///
    /// Maps to `POST /containers/{id}/attach` with an upgrade.
    public func attach(_ id: String, tty: Bool) async throws(DockerError) -> InteractiveSession {
        var call = EngineCall("POST", "/containers/\(try PathEncoding.segment(id, of: "a container"))/attach")
        call.query = [("stream", "1"), ("stdin", "1"), ("stdout", "1"), ("stderr", "1")]
        return try await hijack(call, multiplexed: !tty)
    }

    /// The exit code of a command; waits for it when the command has not ended.
    public func exitCode(ofExec id: String) async throws(DockerError) -> Int { try await execExitCode(id) }

    /// Maps to `POST /exec/{id}/resize`.
    public func resizeExec(_ id: String, columns: Int, rows: Int) async throws(DockerError) {
        try await resize("/exec/\(try PathEncoding.segment(id, of: "an exec"))/resize", columns, rows)
    }

    /// Maps to `POST /containers/{id}/resize`.
    public func resizeContainer(_ id: String, columns: Int, rows: Int) async throws(DockerError) {
        try await resize("/containers/\(try PathEncoding.segment(id, of: "a container"))/resize", columns, rows)
    }

    private func resize(_ path: String, _ columns: Int, _ rows: Int) async throws(DockerError) {
        var call = EngineCall("POST", path)
        call.query = [("h", String(rows)), ("w", String(columns))]
        try await status(call)
    }

    private func hijack(_ call: EngineCall, multiplexed: Bool) async throws(DockerError) -> InteractiveSession {
        let request = request(call, version: try await apiVersion())
        let unwanted = Unwanted()
        return try await withTaskCancellationHandler {
            await BlockingWork.run { () -> Result<InteractiveSession, DockerError> in
                do throws(DockerError) {
                    let connection = try HijackedConnection(request) { unwanted.flag.load(ordering: .relaxed) }
                    return .success(try InteractiveSession(connection, multiplexed: multiplexed))
                } catch { return .failure(error) }
            }
        } onCancel: {
            unwanted.flag.store(true, ordering: .relaxed)
        }.get()
    }

    /// Set when nobody waits for the connection any more.
    private final class Unwanted: Sendable {
        let flag = Atomic(false)
    }
}

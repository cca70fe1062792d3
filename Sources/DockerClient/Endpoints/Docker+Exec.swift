// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// A command to run in a running container.
public struct ExecConfig: Sendable, Equatable, Encodable {
    public var command: [String]
    /// `KEY=value`, added to the container's own.
    public var env: [String] = []
    public var user: String?
    public var workingDirectory: String?
    public var tty = false
    public var standardInput = false

    public init(_ command: [String]) {
        self.command = command
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: EngineKey.self)
        try container.encode(command, forKey: "Cmd")
        try container.encode(env, forKey: "Env")
        try container.encodeIfPresent(user, forKey: "User")
        try container.encodeIfPresent(workingDirectory, forKey: "WorkingDir")
        try container.encode(tty, forKey: "Tty")
        try container.encode(standardInput, forKey: "AttachStdin")
        try container.encode(true, forKey: "AttachStdout")
        try container.encode(true, forKey: "AttachStderr")
    }
}

/// How a command in a container ended.
public struct ExecResult: Sendable, Equatable {
    public var exitCode: Int
    public var output: [UInt8]
    public var errorOutput: [UInt8]
    /// Bytes beyond the limit, which are gone.
    public var dropped: Int

    public init(exitCode: Int, output: [UInt8] = [], errorOutput: [UInt8] = [], dropped: Int = 0) {
        self.exitCode = exitCode
        self.output = output
        self.errorOutput = errorOutput
        self.dropped = dropped
    }
}

/// A command that has begun in a container.
public struct ExecSession: Sendable {
    public let id: String
    /// Its output, to be read once, to the end.
    public let frames: LogFrames
    fileprivate let docker: Docker

    /// The exit code; waits for it when the command has not ended.
    public func exitCode() async throws(DockerError) -> Int { try await docker.execExitCode(id) }
}

extension Docker {
    /// Bytes kept of each stream of a command.
    public static var outputLimit: Int { 16 << 20 }

    /// Runs a command to its end and collects its output.
    ///
    /// Cancelling leaves the command running in the container: the engine has no call to end it.
    ///
    /// - Parameter outputLimit: bytes kept of each stream.
    /// - Throws: `DockerError`; a non-zero exit is a result, not an error.
    public func exec(_ id: String, _ config: ExecConfig, outputLimit: Int = Docker.outputLimit) async throws(DockerError) -> ExecResult {
        try await execCalls.use { () async throws(DockerError) in try await collect(id, config, outputLimit) }
    }

    private func collect(_ id: String, _ config: ExecConfig, _ outputLimit: Int) async throws(DockerError) -> ExecResult {
        let session = try await startExec(id, config)
        var result = ExecResult(exitCode: 0)
        for try await frame in session.frames {
            let held = frame.stream == .standardError ? result.errorOutput.count : result.output.count
            let kept = frame.bytes.prefix(max(0, outputLimit - held))
            result.dropped += frame.bytes.count - kept.count
            if frame.stream == .standardError { result.errorOutput += kept } else { result.output += kept }
        }
        result.exitCode = try await session.exitCode()
        return result
    }

    /// Begins a command and gives its output while it runs.
    ///
    /// Maps to `POST /containers/{id}/exec` and `POST /exec/{id}/start`.
    public func startExec(_ id: String, _ config: ExecConfig) async throws(DockerError) -> ExecSession {
        let exec = try await createExec(id, config)
        var call = EngineCall("POST", "/exec/\(try PathEncoding.segment(exec, of: "an exec"))/start")
        call.json(["Detach": false, "Tty": config.tty])
        call.patience = .head
        let response = try await send(call)
        return ExecSession(id: exec, frames: LogFrames(body: response.body, multiplexed: !config.tty), docker: self)
    }

    func createExec(_ id: String, _ config: ExecConfig) async throws(DockerError) -> String {
        struct Created: Decodable { var Id: String }
        var call = EngineCall("POST", try container(id, "/exec"))
        call.json(config)
        return try await value(call, as: Created.self).Id
    }

    /// Maps to `GET /exec/{id}/json`, repeated: the output ends before the engine knows the exit code, and a code that is
    /// not known yet is null, which must not be taken for 0.
    func execExitCode(_ id: String) async throws(DockerError) -> Int {
        struct Inspect: Decodable {
            var Running: Bool?
            var ExitCode: Int?
        }
        let call = EngineCall("GET", "/exec/\(try PathEncoding.segment(id, of: "an exec"))/json")
        var pause = Duration.milliseconds(5)
        var ended = 0
        while true {
            let state = try await value(call, as: Inspect.self)
            if state.Running != true {
                if let code = state.ExitCode { return code }
                ended += 1
                guard ended < 40 else {
                    throw DockerError(.protocolViolation, endpoint: call.endpoint, message: "it has ended, and its exit code stays unknown")
                }
            }
            do {
                try await Task.sleep(for: pause)
            } catch {
                throw DockerError(.cancelled, endpoint: call.endpoint)
            }
            pause = min(pause * 2, .milliseconds(200))
        }
    }
}

import DockerClient
import Glibc
import Synchronization

/// What a hook can do with its container.
public final class ContainerAccess: Sendable {
    public let service: String
    public let id: String
    public let name: String
    let engine: any ContainerEngine
    private let own: OwnFiles
    private let observation = Mutex<ProbeSight?>(nil)
    private let words = Mutex<String?>(nil)
    private let inspected = Mutex<ContainerInspect?>(nil)

    init(service: String, id: String, name: String, engine: any ContainerEngine, own: OwnFiles) {
        self.service = service
        self.id = id
        self.name = name
        self.engine = engine
        self.own = own
    }

    /// The host port a container port is published at.
    /// - Throws: when it is not published.
    public func hostPort(_ containerPort: Int) async throws -> Int {
        let details = try await details()
        if let port = details.hostPort(containerPort) { return port }
        guard details.state.running else { throw AccessError("\(service) does not run, so its port \(containerPort) is published nowhere") }
        throw AccessError("port \(containerPort) of \(service) is not published; add it to the service's ports")
    }

    /// Runs a command in the container and waits for its end. An exit code other than 0 is a result, not an error.
    /// - Throws: `AccessError` when the container has no such program, and when the command prints more than 16 MiB.
    public func exec(
        _ command: [String], user: String? = nil, environment: [String: String] = [:], input: String? = nil
    ) async throws -> ExecOutput {
        guard let program = command.first else { throw AccessError("exec needs a program to run in \(service)") }
        var config = ExecConfig(command)
        config.user = user
        config.env = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let output: ExecOutput
        if let input {
            guard let all = try await exec(config, input: input) else { throw tooMuch(program) }
            output = all
        } else {
            let result = try await engine.exec(container: id, config)
            guard result.dropped == 0 else { throw tooMuch(program) }
            output = ExecOutput(
                exitCode: result.exitCode, output: String(decoding: result.output, as: UTF8.self),
                errorOutput: String(decoding: result.errorOutput, as: UTF8.self))
        }
        if output.isRefusal {
            throw AccessError("`\(program)` can't be run in \(service): \(output.output.split(whereSeparator: \.isNewline).first ?? "")")
        }
        return output
    }

    private func tooMuch(_ program: String) -> AccessError {
        AccessError(
            "`\(program)` printed more than \(Docker.outputLimit >> 20) MiB in \(service), which exec does not keep; "
                + "let it write a file and copy that out")
    }

    /// - Returns: `nil` when it printed too much.
    private func exec(_ config: ExecConfig, input: String) async throws -> ExecOutput? {
        let collected = Mutex<(output: [UInt8], errors: [UInt8])>(([], []))
        let streams = CommandStreams(input: .bytes(Array(input.utf8))) { bytes, isError in
            collected.withLock {
                if isError { $0.errors += bytes } else { $0.output += bytes }
                return max($0.output.count, $0.errors.count) > Docker.outputLimit ? "it is too much" : nil
            }
        }
        let code: Int
        do throws(DockerError) { code = try await engine.exec(container: id, config, streams: streams) } catch {
            guard error.code == .outputRefused else { throw error }
            return nil
        }
        let (output, errors) = collected.withLock { $0 }
        return ExecOutput(
            exitCode: code, output: String(decoding: output, as: UTF8.self), errorOutput: String(decoding: errors, as: UTF8.self))
    }

    /// The last lines of the container's output; all of them for `nil`.
    public func logs(tail: Int? = nil) async throws -> [String] {
        if let tail, tail < 0 { throw AccessError("logs(tail: \(tail)): the number of lines can't be negative") }
        return try await engine.logTail(container: id, lines: tail ?? 1_000_000, since: nil).map(\.text)
    }

    /// The container's output from its start on, as it comes.
    public func logLines() -> AsyncThrowingStream<String, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task { [engine, id] in
                do {
                    try await engine.followLogs(container: id, LogOptions(follow: true)) { continuation.yield($0.text) }
                    continuation.finish()
                } catch { continuation.finish(throwing: error) }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// What the engine says of the container, as JSON text.
    public func inspectJSON() async throws -> String {
        try await engine.inspectJSON(container: id)
    }

    /// Copies a file or directory of the host: into `containerPath` where that is a directory, else as it. Nothing is replaced by
    /// something of another kind, and what miniboss keeps of its own stays out.
    /// - Throws: `AccessError` for a path that ends with a slash and is no directory, and for one whose directory is not there.
    public func copyIn(from hostPath: String, to containerPath: String) async throws {
        do throws(DockerError) { try await engine.copyIn(container: id, from: hostPath, to: containerPath, leavingOut: own) } catch {
            guard error.isFileMissing else { throw error }
            throw AccessError("can't copy \(hostPath) to \(containerPath) in \(service): there is no such directory in its container")
        }
    }

    /// Copies a file or directory of the container to the host.
    /// - Throws: `AccessError` for one that is not there.
    public func copyOut(from containerPath: String, to hostPath: String) async throws {
        do throws(DockerError) { try await engine.copyOut(container: id, from: containerPath, to: hostPath) } catch {
            guard error.isFileMissing else { throw error }
            throw AccessError("can't copy \(containerPath) of \(service): there is nothing of that name in its container")
        }
    }

    func details() async throws -> ContainerInspect {
        if let known = inspected.withLock({ $0 }) { return known }
        let fresh = try await engine.inspect(container: id)
        if fresh.state.running { inspected.withLock { $0 = fresh } }
        return fresh
    }

    /// Notes what a probe saw, for progress and the post-mortem.
    func observe(_ text: String, passing: String = "") {
        observation.withLock { $0 = ProbeSight(text: text, passing: passing) }
    }

    /// What the probe saw since the last time it was asked.
    func takeObservation() -> ProbeSight? {
        observation.withLock { seen in
            defer { seen = nil }
            return seen
        }
    }

    func probing(_ text: String) { words.withLock { $0 = text } }

    /// What is being tried, in words.
    var probeWords: String { words.withLock { $0 } ?? "ping" }
}

/// How a command in a container ended.
public struct ExecOutput: Sendable, Equatable {
    public var exitCode: Int
    public var output: String
    public var errorOutput: String

    public init(exitCode: Int, output: String, errorOutput: String) {
        self.exitCode = exitCode
        self.output = output
        self.errorOutput = errorOutput
    }
}

extension ExecOutput {
    /// The engine has no status of its own for a program that is not there: it answers as if it had run, and with these codes.
    fileprivate var isRefusal: Bool {
        (exitCode == 126 || exitCode == 127) && output.hasPrefix("OCI runtime exec failed: ")
            && DockerError(.failedInStream, endpoint: "POST /exec", message: output).isBadEntrypoint
    }
}

/// Something a hook asked for that can't be.
public struct AccessError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

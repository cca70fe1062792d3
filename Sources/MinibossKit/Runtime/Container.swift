internal import Orchestrator

/// The container of a service, as its hooks see it.
public struct Container: Sendable {
    let access: ContainerAccess

    /// The container's name in the engine.
    public var name: String { access.name }
    /// The container's full id.
    public var id: String { access.id }

    /// The host port where `containerPort` is reached, also when it was given as 0.
    /// - Throws: an error naming the port when it is not published.
    public func hostPort(_ containerPort: Int) async throws -> Int {
        try await access.hostPort(containerPort)
    }

    /// Runs a command inside the container and waits for its end.
    ///
    /// - Parameters:
    ///   - program: looked up in the container's `PATH`; no shell is involved.
    ///   - user: the container's own user when `nil`.
    ///   - environment: added to the container's.
    ///   - input: fed to standard input; `nil` is an empty one.
    /// - Throws: when the container has no such program, or is not running. An exit code other than 0 is a result, not an error.
    public func exec(
        _ program: String, _ arguments: String..., user: String? = nil, environment: [String: String] = [:], input: String? = nil
    ) async throws -> ExecResult {
        try await exec([program] + arguments, user: user, environment: environment, input: input)
    }

    /// The same with the command as a list.
    public func exec(
        _ command: [String], user: String? = nil, environment: [String: String] = [:], input: String? = nil
    ) async throws -> ExecResult {
        let result = try await access.exec(command, user: user, environment: environment, input: input)
        return ExecResult(exitCode: result.exitCode, output: result.output, errorOutput: result.errorOutput)
    }

    /// The last lines the container wrote, both streams; all of them when `tail` is `nil`.
    public func logs(tail: Int? = nil) async throws -> [String] {
        try await access.logs(tail: tail)
    }

    /// The lines the container writes, from its start on; ends when the container ends.
    public var lines: AsyncThrowingStream<String, any Error> { access.logLines() }

    /// What the engine knows of the container, as JSON text (`GET /containers/{id}/json`).
    public func inspect() async throws -> String {
        try await access.inspectJSON()
    }

    /// Copies a file or directory of the host: into `containerPath` where that is a directory, else as it.
    ///
    /// - Parameter hostPath: relative to the definition file.
    /// - Throws: also when a file would replace a directory or the other way round, and when a path that ends with a slash is no
    ///   directory.
    public func copyIn(_ hostPath: String, to containerPath: String) async throws {
        try await access.copyIn(from: DefinitionPlace.current.absolutePath(hostPath), to: containerPath)
    }

    /// Copies a file or directory of the container: into `hostPath` where that is a directory, else as it.
    ///
    /// - Parameter hostPath: relative to the definition file.
    public func copyOut(_ containerPath: String, to hostPath: String) async throws {
        try await access.copyOut(from: containerPath, to: DefinitionPlace.current.absolutePath(hostPath))
    }

    /// One attempt at a readiness, for a `ping` that adds to it.
    public func meets(_ readiness: Readiness) async throws -> Bool {
        try await access.evaluate(readiness.probe)
    }
}

/// How a command inside a container ended.
public struct ExecResult: Sendable {
    /// 0-255.
    public let exitCode: Int
    /// Standard output, invalid UTF-8 repaired.
    public let output: String
    /// Standard error, invalid UTF-8 repaired.
    public let errorOutput: String
}

extension String {
    /// The text without blanks and line ends at both ends.
    public var trimmed: String {
        var rest = Substring(self)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

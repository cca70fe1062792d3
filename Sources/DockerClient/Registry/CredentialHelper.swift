// Properties of what goes over the wire have the wire's spelling.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import FoundationEssentials
import Glibc

/// `docker-credential-<name> get`: the server on standard input, a login as JSON on standard output.
///
/// https://github.com/docker/docker-credential-helpers
///
/// Not by swift-subprocess: swift-system, on which it stands, does not compile with library evolution, which the installed kit
/// needs of every package in it (1.8.1 of the one and 1.0.2 of the other were tried).
struct CredentialHelper: Sendable {
    let name: String
    let environment: [String: String]
    /// A helper may ask for a fingerprint or a password; one that hangs is killed.
    var deadline = Duration.seconds(60)

    private struct Answer: Decodable {
        var Username: String?
        var Secret: String?
    }

    func login(for server: String) async throws(DockerError) -> RegistryLogin? {
        guard !name.contains("/") else { throw failure("its name has a slash") }
        let result = await BlockingWork.run { run(input: server) }
        guard let result else { throw failure("it cannot be started; is it in PATH?") }
        if result.timedOut { throw failure("it did not answer within \(deadline)") }
        let text = String(decoding: result.output, as: UTF8.self)
        guard result.status == 0 else {
            if text.contains("credentials not found") { return nil }
            throw failure("it exited with status \(result.status)")
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(result.output)), let secret = answer.Secret else {
            throw failure("its answer is not the expected JSON")
        }
        if answer.Username == "<token>" {
            return RegistryLogin(username: nil, password: nil, identitytoken: secret, serveraddress: server)
        }
        return RegistryLogin(username: answer.Username ?? "", password: secret, serveraddress: server)
    }

    private func failure(_ reason: String) -> DockerError {
        DockerError(.badRequest, message: "credential helper `docker-credential-\(name)`: \(reason)")
    }

    private struct Outcome: Sendable {
        var status: Int32
        var output: [UInt8]
        var timedOut = false
    }

    private func run(input: String) -> Outcome? {
        // A socket pair, not pipes: MSG_NOSIGNAL keeps a helper that reads nothing from raising SIGPIPE here.
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else { return nil }
        let ours = ends[0]
        let child = spawn(standardStreams: ends[1])
        close(ends[1])
        guard let child else {
            close(ours)
            return nil
        }
        let end = ContinuousClock.now + deadline
        let line = Array(input.utf8)
        send(ours, line, line.count, Int32(MSG_NOSIGNAL))
        shutdown(ours, Int32(SHUT_WR))
        let output = collect(ours, until: end)
        close(ours)
        let (status, timedOut) = reap(child, until: end)
        let exited = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        return Outcome(status: exited, output: output, timedOut: timedOut)
    }

    /// Waits for the helper's end, which need not come with that of its output.
    private func reap(_ child: pid_t, until end: ContinuousClock.Instant) -> (status: Int32, timedOut: Bool) {
        var status: Int32 = 0
        while ContinuousClock.now < end {
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child || ended < 0 && errno != EINTR { return (status, false) }
            usleep(1_000)
        }
        kill(child, SIGKILL)
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return (status, true)
    }

    private func spawn(standardStreams: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, standardStreams, 0)
        posix_spawn_file_actions_adddup2(&actions, standardStreams, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let program = "docker-credential-" + name
        let candidates = (environment["PATH"] ?? "").split(separator: ":").map { folder in "\(folder)/\(program)" }
        guard let path = candidates.first(where: { candidate in access(candidate, X_OK) == 0 }) else { return nil }
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), strdup("get"), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { key, value in strdup(key + "=" + value) } + [nil]
        defer { for text in arguments + variables { Glibc.free(text) } }
        var child: pid_t = 0
        return posix_spawn(&child, path, &actions, nil, &arguments, &variables) == 0 ? child : nil
    }

    /// What it says until it closes its output, as much as a login can be.
    private func collect(_ file: Int32, until end: ContinuousClock.Instant) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while output.count < 1 << 20 {
            var waiter = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { break }
            let ready = poll(&waiter, 1, Int32(left.milliseconds))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { continue }
            let count = read(file, &buffer, buffer.count)
            if count <= 0 { break }
            output += buffer[..<count]
        }
        return output
    }
}

import DefinitionLoader
import Glibc

/// The command people type: finds and compiles the definition, and becomes it.
@main struct Miniboss {
    static func main() {
        fillStandardStreams()
        let launch = Launch(setting()) { line in report(line) }
        let failure: LaunchError
        do {
            failure = try launch.execution().perform()
        } catch {
            failure = error
        }
        report(failure.description)
        exit(failure.exitCode)
    }

    /// Puts `/dev/null` where a standard stream is closed: else the next file that is opened, the compiled program's say,
    /// becomes it. The program this one becomes inherits them.
    private static func fillStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            _ = open("/dev/null", O_RDWR)
        }
    }

    private static func setting() -> Launch.Setting {
        Launch.Setting(
            arguments: Array(CommandLine.arguments.dropFirst()), environment: environment(), currentDirectory: currentDirectory(),
            launcher: "/proc/self/exe", forwardsSignals: true)
    }

    private static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }

    private static func currentDirectory() -> String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    private static func report(_ line: String) {
        let bytes = Array("miniboss: \(line)\n".utf8)
        write(STDERR_FILENO, bytes, bytes.count)
    }
}

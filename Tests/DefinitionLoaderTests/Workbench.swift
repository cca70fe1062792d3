import Glibc
import Synchronization
import TestSupport
import Testing

@testable import DefinitionLoader

/// A home, a project, a kit and a compiler of one test's own, gone when the test ends.
///
/// The compiler is a script that notes each call and "compiles" by copying; a source with the word BROKEN does not compile.
final class Workbench: Sendable {
    private let place = TemporaryDirectory("loader")
    var root: String { place.path }
    private let lines = Mutex<[String]>([])

    init() throws {
        for directory in ["home", "project", "bin", "kit/modules", "kit/libexec"] { try Disk.makeDirectories("\(root)/\(directory)") }
        try write("#!/bin/sh\n", to: "kit/libexec/miniboss-engine", mode: 0o755)
        try write("library", to: "kit/libMinibossKit.so")
        try write("build 1\n", to: "kit/build-id")
        try installCompiler()
    }

    func write(_ text: String, to path: String, mode: mode_t = 0o600) throws {
        try Disk.makeDirectories(Disk.directory(of: "\(root)/\(path)"))
        try Disk.write(Array(text.utf8), to: "\(root)/\(path)")
        chmod("\(root)/\(path)", mode)
    }

    func read(_ path: String) throws -> String { String(decoding: try Disk.read("\(root)/\(path)"), as: UTF8.self) }

    /// - Parameter pause: shell words run before the result is written.
    func installCompiler(version: String = "1", pause: String = ":") throws {
        try write(
            """
            #!/bin/sh
            # version \(version)
            if [ "$1" = --version ]; then echo "fake compiler \(version)"; exit 0; fi
            echo call >>"\(root)/calls"
            while [ $# -gt 0 ]; do
                case $1 in
                -o) output=$2; shift ;;
                -vfsoverlay) stage=${2%/*}; shift ;;
                esac
                shift
            done
            if grep -q BROKEN "$stage"/source-*.swift; then echo "Miniboss.swift:1:1: error: broken" >&2; exit 1; fi
            cp "$stage/source-0.swift" "\(root)/compiled"
            \(pause)
            { echo '#!/bin/sh'; echo "exit 0"; } >"$output"
            chmod 755 "$output"
            """, to: "bin/swiftc", mode: 0o755)
    }

    /// How often the compiler was called.
    var calls: Int { ((try? read("calls")) ?? "").split(separator: "\n").count }

    var environment: [String: String] {
        ["HOME": "\(root)/home", "PATH": "\(root)/bin:/usr/bin:/bin", "MINIBOSS_KIT": "\(root)/kit", "TMPDIR": "\(root)"]
    }

    var cache: DefinitionCache { DefinitionCache(directory: "\(root)/home/.cache/miniboss") }

    /// What the launcher would become, called in the project's directory.
    func execution(_ arguments: String..., in directory: String = "project", changing: [String: String] = [:]) throws(LaunchError)
        -> Execution
    {
        let setting = Launch.Setting(
            arguments: arguments, environment: environment.merging(changing) { $1 }, currentDirectory: "\(root)/\(directory)",
            launcher: "\(root)/bin/miniboss", forwardsSignals: false)
        return try Launch(setting) { [self] line in lines.withLock { $0.append(line) } }.execution()
    }

    /// What was said to the user on the way.
    var said: [String] { lines.withLock { $0 } }

    var engine: String { "\(root)/kit/libexec/miniboss-engine" }
    var definition: String { "\(root)/project/Miniboss.swift" }
}

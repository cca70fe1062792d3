import Glibc
import TestSupport
import Testing

@testable import DefinitionLoader

/// The launcher as a process of its own: what concerns signals and exec.
@Suite struct LauncherProcessTests {
    @Test("A signal while compiling ends the compiler too, leaves nothing, and is 128 and its number", arguments: ["start", "stop"])
    func interrupted(_ command: String) throws {
        let bench = try Workbench()
        // The engine could stop what is remembered here, and is not to: somebody thought better of it.
        try Disk.makeDirectories("\(bench.root)/project/.miniboss/group")
        try bench.write("group", to: "project/Miniboss.swift")
        #expect(mkfifo("\(bench.root)/ready", 0o600) == 0)
        try bench.installCompiler(pause: "echo $$ >\"\(bench.root)/ready\"; exec sleep 60")
        let launcher = try spawn(bench, [command, "-f", bench.definition])
        let compiler = try #require(pid_t(firstLine(of: "\(bench.root)/ready")))
        kill(launcher.pid, SIGTERM)
        #expect(exitCode(of: launcher) == 128 + SIGTERM)
        #expect(kill(compiler, 0) == -1, "the compiler has ended")
        #expect(try Disk.names(in: "\(bench.cache.directory)/definitions").isEmpty)
    }

    @Test("The launcher becomes the compiled definition, with the user's arguments and the definition's path")
    func becomes() throws {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        try bench.installCompiler(
            pause:
                "{ echo '#!/bin/sh'; echo 'echo \"$MINIBOSS_DEFINITION $*\" >\"\(bench.root)/became\"; exit 7'; } >\"$output\"; chmod 755 \"$output\"; exit 0"
        )
        #expect(exitCode(of: try spawn(bench, [bench.definition, "start", "--only", "a b"])) == 7)
        #expect(try bench.read("became") == "\(bench.definition) -f \(bench.definition) start --only a b\n")
    }

    @Test("An unknown command is the engine's to report")
    func engine() throws {
        let bench = try Workbench()
        try bench.write("#!/bin/sh\n[ \"$*\" = 'frobnicate --x' ] && exit 64\n", to: "kit/libexec/miniboss-engine", mode: 0o755)
        #expect(exitCode(of: try spawn(bench, ["frobnicate", "--x"])) == 64)
    }

    private func spawn(_ bench: Workbench, _ arguments: [String]) throws -> OwnedProcess {
        let launcher = "\(Disk.directory(of: Disk.resolved("/proc/self/exe")))/miniboss"
        let argv = CStringArray([launcher] + arguments)
        let envp = CStringArray(bench.environment.map { "\($0.key)=\($0.value)" })
        // The threads that run tests block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, launcher, nil, &attributes, argv.pointers, envp.pointers) == 0, "\(launcher)")
        return OwnedProcess(pid)
    }

    private func exitCode(of process: OwnedProcess) -> Int32? {
        let status = process.wait()
        return status & 0x7f == 0 ? (status >> 8) & 0xff : nil
    }

    private func firstLine(of fifo: String) -> String {
        guard let file = fopen(fifo, "re") else { return "" }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 64)
        guard fgets(&buffer, 64, file) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 > 32 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

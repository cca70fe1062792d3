import ArgumentParser
import Glibc
import Orchestrator
import Reconciler
import Testing

@testable import Commands

@Suite("Arguments") struct ArgumentTests {
    private func order(_ arguments: String...) throws -> ArgumentOrder {
        try ArgumentOrder(arguments, verbs: MinibossCommand.verbNames)
    }

    @Test("shared options may stand before the command") func before() throws {
        #expect(
            try order("-f", "A.swift", "--json", "start", "--timeout", "5").arguments == [
                "start", "-f", "A.swift", "--json", "--timeout", "5",
            ])
        #expect(try order("B.swift", "--progress=plain", "stop").arguments == ["stop", "-f", "B.swift", "--progress=plain"])
        #expect(try order("--group", "g", "history", "7").arguments == ["history", "--group", "g", "7"])
        #expect(
            try order("exec", "db", "--group", "g", "--json", "--", "cat", "-f", "x").arguments == [
                "exec", "--group", "g", "--json", "db", "--", "cat", "-f", "x",
            ])
        #expect(try order("--help").arguments == ["--help"])
        #expect(try order("help", "start").arguments == ["help", "start"])
    }

    @Test("B50: the ledger keeps what was asked for, not how it was to be shown") func recorded() throws {
        let given = try order("-f", "A.swift", "start", "--timeout", "5", "--json", "--progress", "json", "--exclude", "a,b")
        #expect(given.command == "start")
        #expect(given.recorded == ["--timeout", "5", "--exclude", "a,b"])
        #expect(try order("exec", "--json", "db", "--", "cat", "-f", "x").recorded == ["db", "--", "cat", "-f", "x"])
        for words in [["tail", "-f", "x", "--json"], ["grep", "-f", "p", "--", "x"], ["-x", "--group"], ["--", "ls", "--", "-f", "y"]] {
            let given = try ArgumentOrder(["run", "--json", "db"] + words, verbs: MinibossCommand.verbNames)
            #expect(given.recorded == ["db"] + words && given.arguments == ["run", "--json", "db"] + words)
        }
    }

    @Test("an unknown command is a usage error that suggests the nearest") func unknownCommand() throws {
        let error = #expect(throws: OperationError.self) { try order("strat") }
        #expect(error?.exitCode == 64)
        #expect(error?.next == "Did you mean `miniboss start`?")
    }

    @Test(
        "wrong arguments exit with 64",
        arguments: [
            ["start", "--exlude", "a"], ["start", "--timeout", "0"], ["start", "--timeout", "soon"], ["stop", "--timeout", "1e19"],
            ["start", "--timeout", "inf"], ["start", "--network-name", ""],
            ["start", "--network-name", "host"], ["plan", "--network-name", "none"],
            ["stop", "--network-name", "a b"], ["reload", "a", "--network-name", "-x"], ["start", "extra"], ["reload"],
            ["history", "x"], ["history", "0"], ["history", "--limit", "0"], ["history", "7", "--type", "run.strated"],
            ["logs", "--tail", "-1"], ["--progress", "loud", "start"], ["completions", "ksh"], ["nonsense"], ["help", "strat"],
            ["--nonsense"], ["exec"],
        ])
    func usage(arguments: [String]) async {
        #expect(await CommandLineEntry.run(definition: nil, arguments: arguments) == 64)
    }

    @Test("-f is refused by a program that is its own definition") func ownDefinition() async {
        let definition = GroupDefinition(spec: GroupSpec(name: "shop", services: []))
        #expect(await CommandLineEntry.run(definition: definition, arguments: ["plan", "-f", "Other.swift"]) == 64)
    }

    @Test("an unknown option suggests the nearest") func unknownOption() throws {
        let error = #expect(throws: (any Error).self) { try MinibossCommand.parseAsRoot(["start", "--exlude", "a"]) }
        #expect(MinibossCommand.message(for: try #require(error)).contains("--exclude"))
    }

    @Test("B16, B37: a start waits for 300 s and a stop for 50 s, unless told otherwise") func timeouts() throws {
        #expect((try MinibossCommand.parseAsRoot(["start"]) as? StartCommand)?.timeout == 300)
        #expect((try MinibossCommand.parseAsRoot(["stop"]) as? StopCommand)?.timeout == 50)
    }

    @Test("every command has help with an example") func help() {
        for command in MinibossCommand.configuration.subcommands {
            let text = MinibossCommand.helpMessage(for: command)
            #expect(text.contains("Examples:\n  miniboss ") || text.contains("Examples:\n  echo "), "\(command)")
            #expect(text.contains("--json"), "\(command)")
        }
    }

    @Test("exec takes everything after the service for the command", arguments: [["--"], []])
    func passthrough(separator: [String]) throws {
        let parsed = try MinibossCommand.parseAsRoot(["exec", "--json", "db"] + separator + ["psql", "--help", "-f", "x"])
        let command = try #require(parsed as? ExecCommand)
        #expect(command.service == "db" && command.shared.json)
        #expect(command.words.filter { $0 != "--" } == ["psql", "--help", "-f", "x"])
    }

    @Test("comma lists and repeated options are one list") func lists() throws {
        let command = try #require(try MinibossCommand.parseAsRoot(["start", "--exclude", "a, b", "--exclude", "c,"]) as? StartCommand)
        #expect(commaSeparated(command.choice.exclude) == ["a", "b", "c"])
    }

    @Test("an unknown service is a usage error that suggests the nearest") func serviceNames() throws {
        let error = #expect(throws: OperationError.self) { try checkServiceNames(["appdp"], among: ["appdb", "web"], option: "--exclude") }
        #expect(error?.exitCode == 64 && error?.message == "--exclude: there is no service \"appdp\"")
        #expect(error?.next == "Did you mean \"appdb\"?")
        #expect(throws: Never.self) { try checkServiceNames(["web"], among: ["appdb", "web"]) }
        #expect(throws: Never.self) { try checkServiceNames(["any"], among: []) }
    }

    @Test("B10: an invalid definition exits with 65 before anything else") func invalidDefinition() async {
        let definition = GroupDefinition(spec: GroupSpec(name: "t", services: []))
        #expect(await CommandLineEntry.run(definition: definition, arguments: ["start"]) == 65)
        #expect(await CommandLineEntry.run(definition: definition, arguments: ["plan", "--json"]) == 65)
        #expect(await CommandLineEntry.run(definition: definition, arguments: ["start", "--timeout", "0"]) == 64)
    }

    @Test("start without a definition exits with 66") func noDefinition() async {
        #expect(await CommandLineEntry.run(definition: nil, arguments: ["start"]) == 66)
    }

    @Test("--group has to agree with the definition") func groupMismatch() throws {
        let session = Session(definition: nil, environment: [:], currentDirectory: "/nowhere")
        var shared = try SharedOptions.parse([])
        shared.group = "other"
        let definition = GroupDefinition(spec: GroupSpec(name: "mine", services: []))
        let error = #expect(throws: OperationError.self) { try GroupTarget(session, shared, definition: definition) }
        #expect(error?.exitCode == 64)
    }

    @Test("B58: a reader that goes away is no error") func closedPipe() throws {
        signal(SIGPIPE) { _ in }
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let writer = TextStream(descriptor: ends[1])
        #expect(throws: StreamFailure.closed) { try writer.line("anything") }
    }

    @Test("B58: a terminal that is gone is no error either; a file that can't be written is") func closedTerminal() throws {
        let leader = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // TIOCSPTLCK and TIOCGPTN, as unlockpt(3) and ptsname(3) have them.
        var (lock, number): (Int32, Int32) = (0, -1)
        #expect(ioctl(leader, 0x4004_5431, &lock) == 0 && ioctl(leader, 0x8004_5430, &number) == 0)
        let follower = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        defer { close(follower) }
        let writer = TextStream(descriptor: follower)
        try writer.line("seen")
        close(leader)
        #expect(throws: StreamFailure.closed) { try writer.line("anything") }
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        #expect(throws: StreamFailure.system("No space left on device")) { try TextStream(descriptor: full).line("anything") }
    }

    @Test("signals have the exit codes of the contract") func signals() {
        #expect(SignalTrap.exitCode(signal: "SIGINT") == 130)
        #expect(SignalTrap.exitCode(signal: "SIGTERM") == 143)
    }

    @Test("auto is live only where a terminal can move its cursor") func progressMode() {
        #expect(ProgressMode.auto.resolved(isTerminal: true, term: "xterm") == .tty)
        #expect(ProgressMode.auto.resolved(isTerminal: true, term: "dumb") == .plain)
        #expect(ProgressMode.auto.resolved(isTerminal: true, term: nil) == .plain)
        #expect(ProgressMode.auto.resolved(isTerminal: false, term: "xterm") == .plain)
        #expect(ProgressMode.json.resolved(isTerminal: true, term: "xterm") == .json)
    }

    @Test("advice names the group as the user did, and nothing else is changed") func address() throws {
        let address = GroupAddress(try SharedOptions.parse(["-f", "My Group.swift"]))
        #expect(address("then `miniboss start` again") == "then `miniboss -f 'My Group.swift' start` again")
        #expect(address.command("history 7") == "miniboss -f 'My Group.swift' history 7")
        for text in ["miniboss start", "`miniboss init`", "`docker ps`", "`miniboss -f x.swift start`", "`miniboss stop --group g`"] {
            #expect(address(text) == text)
        }
        #expect(GroupAddress(try SharedOptions.parse(["--group", "g"]))("`miniboss doctor`") == "`miniboss --group g doctor`")
        #expect(GroupAddress(try SharedOptions.parse([]))("`miniboss doctor`") == "`miniboss doctor`")
    }
}

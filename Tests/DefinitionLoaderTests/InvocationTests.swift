import Glibc
import Testing

@testable import DefinitionLoader

@Suite struct InvocationTests {
    @Test("A definition in first place is passed on as an option, so that commands that are told name it")
    func hashBang() throws {
        let invocation = try Invocation(["./todo.swift", "start", "--timeout", "5"])
        #expect(invocation.file == "./todo.swift")
        #expect(invocation.command == "start")
        #expect(invocation.forwarded == ["-f", "./todo.swift", "start", "--timeout", "5"])
    }

    @Test("A hash-bang file that is called by a link of another name is a definition, too; a link stands for its target")
    func link() throws {
        let bench = try Workbench()
        try bench.write("struct A {}", to: "project/Miniboss.swift")
        let link = "\(bench.root)/bin/todo"
        try #require(symlink("../project/Miniboss.swift", link) == 0)
        let invocation = try Invocation([link, "start"])
        #expect(invocation.file == link && invocation.command == "start" && invocation.forwarded == ["-f", link, "start"])
        let file = try #require(DefinitionFile.find(named: invocation.file, from: "/"))
        #expect(file.path == "\(bench.root)/project/Miniboss.swift")
        #expect(try file.read().files.count == 1)
    }

    @Test(arguments: [
        ["-f", "a.swift", "start"], ["start", "-f", "a.swift"], ["--file=a.swift", "start"], ["start", "-fa.swift"],
        ["start", "-f=a.swift"],
        ["--json", "a.swift", "start"], ["--progress", "json", "--file", "a.swift", "start"],
    ])
    func namedFile(arguments: [String]) throws {
        let invocation = try Invocation(arguments)
        #expect(invocation.file == "a.swift")
        #expect(invocation.command == "start")
        #expect(invocation.forwarded == arguments)
    }

    @Test("What follows -- belongs to the command that is run")
    func terminator() throws {
        let invocation = try Invocation(["run", "db", "--", "ls", "-f", "b.swift", "--help"])
        #expect(invocation.file == nil)
        #expect(invocation.needsDefinition)
    }

    @Test("What follows the service of exec and run belongs to the command that is run, also without --")
    func passedOn() throws {
        for words in [["tail", "-f", "x.swift"], ["grep", "-f", "p", "--", "x"], ["psql", "-h", "db"], ["-f"], ["x.swift", "--help"]] {
            let invocation = try Invocation(["-f", "a.swift", "run", "--json", "db"] + words)
            #expect(invocation.file == "a.swift" && invocation.needsDefinition, "\(words)")
        }
        #expect(try Invocation(["run", "db", "--json", "-f", "a.swift", "--", "ls", "-f", "b"]).file == "a.swift")
    }

    @Test func twoFiles() {
        #expect(throws: LaunchError.self) { try Invocation(["a.swift", "start", "-f", "b.swift"]) }
        #expect(throws: LaunchError.self) { try Invocation(["start", "-f"]) }
        func next(_ arguments: [String]) -> String? { #expect(throws: LaunchError.self) { try Invocation(arguments) }?.next }
        #expect(next(["start", "a.swift"])?.contains("miniboss a.swift start") == true)
        #expect(next(["logs", "a", "-f"])?.contains("--follow") == true)
    }

    @Test(arguments: ["start", "stop", "reload", "plan", "status", "run"])
    func commandsOfTheDefinition(command: String) throws {
        #expect(try Invocation(["--group", "start", command]).needsDefinition)
        #expect(try !Invocation([command, "--help"]).needsDefinition)
    }

    @Test(arguments: [
        "init", "history", "postmortem", "report", "diff", "replay", "context", "logs", "exec", "doctor", "help", "--version", "frobnicate",
    ])
    func commandsOfTheEngine(command: String) throws {
        #expect(try !Invocation([command]).needsDefinition)
        #expect(try !Invocation([]).needsDefinition)
    }
}

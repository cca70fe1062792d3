import Files
import Glibc
import Testing

@testable import DefinitionLoader

@Suite struct LaunchTests {
    private func exitCode(_ call: () throws(LaunchError) -> Execution) -> Int32? {
        do throws(LaunchError) {
            _ = try call()
            return nil
        } catch {
            return error.exitCode
        }
    }

    // MARK: Finding

    @Test func nearestDefinition() throws {
        let bench = try Workbench()
        try bench.write("outer", to: "Miniboss.swift")
        try bench.write("a", to: "project/deep/er/x")
        #expect(try bench.execution("plan", in: "project/deep/er").environment["MINIBOSS_DEFINITION"] == "\(bench.root)/Miniboss.swift")
        try bench.write("inner", to: "project/Miniboss.swift")
        #expect(try bench.execution("plan", in: "project/deep/er").environment["MINIBOSS_DEFINITION"] == bench.definition)
        #expect(
            try bench.execution("plan", "-f", "../../Miniboss.swift", in: "project/deep").environment["MINIBOSS_DEFINITION"]
                == "\(bench.root)/Miniboss.swift")
    }

    @Test("No definition: 66, for the commands that need one")
    func missing() throws {
        let bench = try Workbench()
        for command in ["start", "stop", "reload", "plan", "status", "run"] {
            #expect(exitCode { () throws(LaunchError) in try bench.execution(command, "-f", "gone.swift") } == 66)
        }
        let engine = try bench.execution("history", changing: ["MINIBOSS_DEFINITION": "/stale", "MINIBOSS_DEFINITION_HASH": "stale"])
        #expect(engine.path == bench.engine)
        #expect(engine.arguments == ["miniboss", "history"])
        #expect(engine.environment["MINIBOSS_DEFINITION_HASH"] == nil)
        #expect(bench.calls == 0)
    }

    @Test("A directory, a FIFO, a binary file, another file: 65 or 66, and never a wait")
    func noDefinition() throws {
        let bench = try Workbench()
        try Disk.makeDirectories("\(bench.root)/project/d.swift")
        #expect(mkfifo("\(bench.root)/project/fifo.swift", 0o600) == 0)
        try Disk.write([0x61, 0xff], to: "\(bench.root)/project/binary.swift")
        try bench.write("all:", to: "project/Makefile")
        #expect(exitCode { () throws(LaunchError) in try bench.execution("start", "-f", "d.swift") } == 66)
        #expect(exitCode { () throws(LaunchError) in try bench.execution("start", "-f", "fifo.swift") } == 66)
        #expect(exitCode { () throws(LaunchError) in try bench.execution("start", "-f", "binary.swift") } == 65)
        #expect(exitCode { () throws(LaunchError) in try bench.execution("start", "-f", "Makefile") } == 65)
        #expect(bench.calls == 0)
    }

    // MARK: Compiling once

    @Test func compilesOnce() throws {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        let first = try bench.execution("start")
        let second = try bench.execution("plan", changing: ["TERM": "other"])
        #expect(first.path == second.path)
        #expect(access(first.path, X_OK) == 0)
        #expect(first.environment["MINIBOSS_DEFINITION_HASH"]?.count == 64)
        #expect(bench.calls == 1)
    }

    @Test("A change of the definition, a helper, the toolchain or the kit compiles anew")
    func recompiles() throws {
        let bench = try Workbench()
        let changes: [(String, () throws -> Void)] = [
            ("definition", { try bench.write("group", to: "project/Miniboss.swift") }),
            ("its bytes", { try bench.write("group 2", to: "project/Miniboss.swift") }),
            ("a helper", { try bench.write("helper", to: "project/MinibossHelpers/A.swift") }),
            ("the helper's bytes", { try bench.write("helper 2", to: "project/MinibossHelpers/A.swift") }),
            ("another helper", { try bench.write("helper", to: "project/MinibossHelpers/B.swift") }),
            ("the kit", { try bench.write("build 2", to: "kit/build-id") }),
            ("the toolchain", { try bench.installCompiler(version: "22") }),
        ]
        for (index, change) in changes.enumerated() {
            try change.1()
            _ = try bench.execution("plan")
            #expect(bench.calls == index + 1, "\(change.0)")
        }
        try bench.write("no helper", to: "project/MinibossHelpers/notes.txt")
        _ = try bench.execution("plan")
        #expect(bench.calls == changes.count)
    }

    @Test("B48: doctor is told of a compiler that is not the one which built the kit; others are not asked")
    func strangeCompiler() throws {
        let bench = try Workbench()
        #expect(try bench.execution("doctor").environment["MINIBOSS_STRANGE_COMPILER"] == nil)
        try bench.write("fake compiler 1\nTarget: x\n", to: "kit/compiler")
        #expect(try bench.execution("doctor").environment["MINIBOSS_STRANGE_COMPILER"] == nil)
        try bench.installCompiler(version: "2")
        #expect(
            try bench.execution("doctor").environment["MINIBOSS_STRANGE_COMPILER"]
                == "MinibossKit was built by fake compiler 1, but \(bench.root)/bin/swiftc is fake compiler 2")
        #expect(try bench.execution("history").environment["MINIBOSS_STRANGE_COMPILER"] == nil)
    }

    @Test("A hook counts as written where its name stands by itself")
    func hookNamesByThemselves() throws {
        let bench = try Workbench()
        try bench.write("let shopping = mapping; func postStarted() {}; func preStop(", to: "project/Miniboss.swift")
        #expect(try bench.execution("start").environment["MINIBOSS_HOOKS"] == "preStop")
        try bench.write("mapping; func ping(_: Container)", to: "project/Miniboss.swift")
        #expect(try bench.execution("start").environment["MINIBOSS_HOOKS"] == "ping")
    }

    @Test("The hash-bang line is a comment of the same length in what is compiled")
    func hashBang() throws {
        let bench = try Workbench()
        try bench.write("#!/usr/bin/env miniboss\nlet a = 1\n", to: "project/Miniboss.swift")
        _ = try bench.execution("./Miniboss.swift", "plan")
        #expect(try bench.read("compiled") == "///usr/bin/env miniboss\nlet a = 1\n")
        #expect(try bench.read("project/Miniboss.swift").hasPrefix("#!"))
    }

    @Test("Two launchers at once: both get the program, the entry is whole")
    func race() async throws {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        let paths = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 { group.addTask { try bench.execution("start").path } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(paths.count == 1)
        #expect(bench.calls == 1)
        #expect(try Disk.names(in: "\(bench.cache.directory)/definitions").filter { $0.contains(".") }.isEmpty)
    }

    @Test("The loser of two publishers takes the winner's entry")
    func publishing() throws {
        let bench = try Workbench()
        try bench.cache.prepare()
        let key = String(repeating: "a", count: 64)
        let stages = [try bench.cache.stage(key), try bench.cache.stage(key)]
        var published: [String] = []
        for (index, stage) in stages.enumerated() {
            try Disk.write(Array("#!/bin/sh\n# \(index)\n".utf8), to: stage.executable)
            chmod(stage.executable, 0o700)
            published.append(try bench.cache.publish(stage, as: key))
        }
        #expect(published[0] == published[1])
        #expect(String(decoding: try Disk.read(published[0]), as: UTF8.self).contains("# 0"))
        #expect(stages.allSatisfy { !fileExists($0.directory) })
    }

    @Test("A broken entry is replaced, and what others could have written is not run")
    func brokenEntry() throws {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        let path = try bench.execution("start").path
        unlink(path)
        #expect(try bench.execution("start").path == path)
        #expect(bench.calls == 2)
        chmod(path, 0o777)
        _ = try bench.execution("start")
        #expect(bench.calls == 3)
    }

    @Test("Without a cache the definition is compiled for one run, with a warning")
    func noCache() throws {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        try bench.write("a file in the way", to: "home/.cache")
        let execution = try bench.execution("start")
        #expect(execution.disposableDirectory.map { execution.path.hasPrefix($0 + "/") } == true)
        #expect(bench.said.count == 1)
        #expect(bench.said.first?.contains("can't use the cache") == true)
    }

    @Test func pruning() throws {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        let kept = try bench.execution("start").path
        for index in 0..<25 {
            try bench.write("group \(index)", to: "project/Miniboss.swift")
            _ = try bench.execution("plan")
        }
        let entries = try Disk.names(in: "\(bench.cache.directory)/definitions")
        #expect(entries.count == 21)
        #expect(fileExists(kept), "the program that started the group")
    }

    // MARK: Failures

    @Test("B9: a definition that does not compile is 65, leaves nothing, and is compiled again next time")
    func refusal() throws {
        let bench = try Workbench()
        try bench.write("BROKEN @main", to: "project/Miniboss.swift")
        for count in 1...2 {
            #expect(exitCode { () throws(LaunchError) in try bench.execution("start") } == 65)
            #expect(bench.calls == count)
        }
        #expect(try Disk.names(in: "\(bench.cache.directory)/definitions").isEmpty)
    }

    @Test("A kit of another compiler is said plainly")
    func mismatch() throws {
        let bench = try Workbench()
        try bench.write("BROKEN @main", to: "project/Miniboss.swift")
        try bench.write("fake compiler 0\n", to: "kit/compiler")
        let error = #expect(throws: LaunchError.self) { try bench.execution("start") }
        #expect(error?.exitCode == 65)
        #expect(error?.next?.contains("built by fake compiler 0, but") == true)
        #expect(error?.next?.contains("is fake compiler 1") == true)
    }

    @Test("Without swiftc in PATH the same bytes run still, others are 65")
    func noCompiler() throws {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        let path = try bench.execution("start").path
        #expect(try bench.execution("start", changing: ["PATH": "/nowhere"]).path == path)
        try bench.write("group 2", to: "project/Miniboss.swift")
        #expect(exitCode { () throws(LaunchError) in try bench.execution("start", changing: ["PATH": "/nowhere"]) } == 65)
    }

    @Test func noKit() throws {
        let bench = try Workbench()
        #expect(exitCode { () throws(LaunchError) in try bench.execution("start", changing: ["MINIBOSS_KIT": "/nowhere"]) } == 70)
    }

    // MARK: Stop

    /// A bench whose group was started, with the program that did it.
    private func startedGroup() throws -> (Workbench, Execution) {
        let bench = try Workbench()
        try bench.write("group", to: "project/Miniboss.swift")
        return (bench, try bench.execution("start"))
    }

    @Test("B42: stop runs the program that started the group when the definition no longer compiles")
    func stopBroken() throws {
        let (bench, started) = try startedGroup()
        try bench.write("group 2", to: "project/Miniboss.swift")
        _ = try bench.execution("plan")
        try bench.write("BROKEN", to: "project/Miniboss.swift")
        let stop = try bench.execution("stop")
        #expect(stop.path == started.path)
        #expect(stop.environment["MINIBOSS_DEFINITION_HASH"] == started.environment["MINIBOSS_DEFINITION_HASH"])
        #expect(bench.said == ["Miniboss.swift does not compile; stopping with the program that last started this group"])
        unlink(bench.definition)
        #expect(try bench.execution("stop").path == started.path)
        #expect(try bench.execution("stop", "-f", "Miniboss.swift").path == started.path)
    }

    @Test("B42: a program that only the program itself can find wrong is not remembered before it says that it is sound")
    func stopUnsound() throws {
        let (bench, started) = try startedGroup()
        #expect(started.environment["MINIBOSS_REMEMBER"] == nil)
        try bench.write("group 2", to: "project/Miniboss.swift")
        let unsound = try bench.execution("start")
        let stop = try bench.execution("stop")
        #expect(stop.path == unsound.path)
        let hash = try #require(started.environment["MINIBOSS_DEFINITION_HASH"])
        #expect(stop.environment["MINIBOSS_FORMER_PROGRAM"] == "\(hash) \(started.path)")
        // Which group that program knows need not be the one that is meant.
        #expect(try bench.execution("stop", "--group", "other").environment["MINIBOSS_FORMER_PROGRAM"] == nil)
        // What a program does that has started its group.
        let memory = try #require(unsound.environment["MINIBOSS_REMEMBER"]).split(separator: "\n", maxSplits: 1).map(String.init)
        let file = try #require(fopen(memory[0], "we"))
        #expect(fputs(memory[1], file) >= 0 && fclose(file) == 0)
        #expect(try bench.execution("stop").environment["MINIBOSS_FORMER_PROGRAM"] == nil)
        try bench.write("BROKEN", to: "project/Miniboss.swift")
        #expect(try bench.execution("stop").path == unsound.path)
    }

    @Test("a program is told which hooks its text mentions, helpers included; one made from another text is told nothing")
    func mentionedHooks() throws {
        let bench = try Workbench()
        try bench.write("group func postStart() // preStop", to: "project/Miniboss.swift")
        try bench.write("func ping()", to: "project/MinibossHelpers/More.swift")
        #expect(try bench.execution("start").environment["MINIBOSS_HOOKS"] == "ping,postStart,preStop")
        #expect(try bench.execution("history").environment["MINIBOSS_HOOKS"] == nil)
        try bench.write("BROKEN", to: "project/Miniboss.swift")
        #expect(try bench.execution("stop").environment["MINIBOSS_HOOKS"] == nil)
    }

    @Test("the hooks that are looked for in a text are all that the kit knows")
    func knownHooks() throws {
        let path = String(#filePath.split(separator: "/Tests/").first ?? "") + "/Sources/MinibossKit/Checking/KnownMember.swift"
        let text = String(decoding: try Disk.read(path), as: UTF8.self)
        let known = text.matches(of: /\.hook\("([A-Za-z]+)"/).map { String($0.output.1) }
        #expect(known == DefinitionSource.hooks)
    }

    @Test("B42: where several groups have a memory, a stop without the file asks the engine which; one with --group may turn to it")
    func stopOneOfSeveral() throws {
        let (bench, started) = try startedGroup()
        for group in ["one", "two"] { try Disk.makeDirectories("\(bench.root)/project/.miniboss/\(group)") }
        try bench.write("BROKEN", to: "project/Miniboss.swift")
        #expect(try bench.execution("stop").path == started.path)
        #expect(try bench.execution("stop").environment["MINIBOSS_STANDS_IN"] == nil)
        let named = try bench.execution("stop", "--group=two")
        #expect(named.path == started.path && named.environment["MINIBOSS_STANDS_IN"] == "1")
        #expect(named.environment["MINIBOSS_STOP_ENGINE"] == bench.engine)
        #expect(named.environment["MINIBOSS_DEFINITION"] == bench.definition)
        unlink(bench.definition)
        let stop = try bench.execution("stop")
        #expect(stop.path == bench.engine && stop.environment["MINIBOSS_DEFINITION"] == nil)
    }

    @Test("B42: stop runs the program that started the group where nothing can be compiled any more")
    func stopWithoutCompiler() throws {
        let (bench, started) = try startedGroup()
        try bench.write("another group", to: "project/Miniboss.swift")
        try bench.write("no program", to: "bin/swiftc", mode: 0o755)
        #expect(exitCode { () throws(LaunchError) in try bench.execution("start") } == 70)
        #expect(try bench.execution("stop").path == started.path)
    }

    @Test("B42: with no such program the engine stops what the ledger knows")
    func stopByLedger() throws {
        let bench = try Workbench()
        try bench.write("BROKEN @main", to: "project/Miniboss.swift")
        #expect(exitCode { () throws(LaunchError) in try bench.execution("stop") } == 65)
        try Disk.makeDirectories("\(bench.root)/project/.miniboss/project")
        let stop = try bench.execution("stop")
        #expect(stop.path == bench.engine)
        #expect(stop.environment["MINIBOSS_DEFINITION"] == bench.definition)
        #expect(bench.said.count == 1)
    }
}

import Testing

/// What shells, pagers and terminals ask of a program.
@Suite struct TerminalTests {
    @Test("logs have their service before each line; followed, they go on until the containers end")
    func logs() async throws {
        let services = ["a", "bee"].map { name in
            sleeper(name).replacing("\"sleep 1000\"", with: #"["sh", "-c", "echo from \#(name); exec sleep 1000"]"#)
        }.joined()
        try await withWorkshop(services, list: "A(), BEE()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("logs").output == "a   | from a\nbee | from bee\n")
            #expect(try shop.miniboss("logs", "bee", "--tail", "0").output == "")
            let follower = try shop.launch(["logs", "--follow", "a"], name: "follower-")
            #expect(try shop.miniboss("exec", "a", "--", "sh", "-c", "echo later > /proc/1/fd/1").code == 0)
            // Started again, and then made anew.
            #expect(try shop.miniboss("stop").code == 0)
            #expect(try shop.miniboss("start").code == 0)
            try shop.write("Miniboss.swift", shop.read("Miniboss.swift").replacing("echo from a;", with: "echo anew;"))
            #expect(try shop.miniboss("start").code == 0)
            #expect(try shop.miniboss("stop").code == 0)
            let followed = try follower.wait()
            #expect(followed.code == 0 && followed.output == "a | from a\na | later\na | from a\na | anew\n", "\(followed)")
            #expect(try shop.miniboss("logs", "be").errors.contains("Did you mean \"bee\"?"))
        }
    }

    @Test("exec and run have the terminal, and the exit code is the command's")
    func terminal() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            for command in ["exec", "run"] {
                // The size comes after the command has begun, as with `docker exec`.
                let script = "test -t 0 && test -t 1 && until stty size 2>/dev/null | grep 93; do sleep 0.05; done"
                let seen = try shop.onTerminal("\(command) a -- sh -c '\(script)'", columns: 93, term: "xterm")
                #expect(seen.contains("10 93"), "\(command): \(seen)")
                #expect(try shop.miniboss(command, "a", "--", "sh", "-c", "exit 7").code == 7)
                #expect(try shop.shell("echo through | '\(shop.program)' \(command) a -- cat").output == "through\n")
            }
        }
    }

    @Test("NO_COLOR leaves the live picture and takes its colours")
    func noColour() async throws {
        try await withWorkshop(sleeper("a"), list: "A()") { shop in
            let coloured = try shop.onTerminal("start", columns: 80, term: "xterm", setting: "NO_COLOR=")
            #expect(coloured.contains("\u{1B}[32m"), "\(coloured.debugDescription)")
            let plain = try shop.onTerminal("stop", columns: 80, term: "xterm", setting: "NO_COLOR=1")
            #expect(plain.contains("\u{1B}[K") && plain.firstMatch(of: /\u{1B}\[[0-9;]*m/) == nil, "\(plain.debugDescription)")
        }
    }

    @Test("completions are scripts that know every command", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) async throws {
        try await withWorkshop("", list: "") { shop in
            let script = try shop.miniboss("completions", shell)
            #expect(script.code == 0)
            for verb in ["start", "stop", "reload", "plan", "status", "history", "postmortem", "context", "logs", "exec", "run", "doctor"] {
                #expect(script.output.contains(verb))
            }
            guard shell == "bash" else { return }
            try shop.write("completions", script.output)
            let words = "COMP_WORDS=(miniboss hist); COMP_CWORD=1; COMP_LINE='miniboss hist'; COMP_POINT=13"
            let completed = try shop.shell(". ./completions; \(words); _miniboss miniboss hist miniboss; echo \"${COMPREPLY[*]}\"")
            #expect(completed.output.contains("history"), "\(completed)")
        }
    }
}

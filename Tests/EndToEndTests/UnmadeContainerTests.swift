import DockerClient
import Testing

/// Services that fail or are blocked before they come to a container.
@Suite struct UnmadeContainerTests {
    @Test("B53: what failed before it had a container is told by the field that is otherwise than when it worked")
    func changedField() async throws {
        let service = """
            import Glibc
            func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
            struct Db: Service {
                let name = "db"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                var env: [String: String] { ["Q": exists("keyless") ? "{nokey}" : "1"] }
                var volumes: [String] { exists("mountless") ? ["./nowhere:/x"] : [] }
            }
            """
        try await withWorkshop(service, list: "Db()") { shop in
            #expect(try shop.miniboss("start").code == 0)
            for (run, file, told) in [
                (2, "keyless", #"env.Q was "1" in run 1, in which it worked; now "{nokey}""#), (3, "mountless", "volumes was "),
            ] {
                try shop.write(file, "")
                let start = try shop.miniboss("start")
                try shop.remove(file)
                #expect(start.code == 1 && start.output.contains(told), "\(start)")
                let story = try shop.miniboss("postmortem").output
                #expect(story.contains(told) && !story.contains("nothing of its definition"), "\(story)")
                let field = told.split(separator: " ")[0]
                let difference = try shop.miniboss("diff", "1", "\(run)").output
                #expect(difference.contains(field), "\(difference)")
            }
            // What failed to be made is not what runs: the next start finds it as it was.
            #expect(try shop.miniboss("start").output.contains("already running"))
            #expect(try !shop.miniboss("diff", "1", "4").output.contains("env.Q"))
        }
    }

    @Test("B28: a service whose dependency dies in its pre_start is blocked by that, and nobody interrupted it")
    func blockedInPreStart() async throws {
        let app = """
            import Glibc
            struct App: Service {
                let name = "app"
                let image = testImage
                let cmd = "sleep 1000"
                let stopSignal = StopSignal.sigkill
                let dependencies = ["db"]
                func preStart() async throws {
                    let post = open("preparing", O_WRONLY | O_CLOEXEC)
                    if post >= 0 { write(post, "p", 1); close(post) }
                    while access("go", F_OK) != 0 { try await Task.sleep(for: .milliseconds(50)) }
                }
            }
            """
        let group = app + "\n" + sleeper("db") + sleeper("web", dependencies: #"["app"]"#)
        try await withWorkshop(group, list: "DB(), App(), WEB()") { shop in
            let preparing = try shop.signalPost("preparing")
            let start = try shop.launch(["start"], name: "start-")
            try preparing.await()
            let id = try #require(try await shop.container("db")?.id)
            // Answered after the engine has told of the death.
            _ = try await docker().stopContainer(id, timeout: .seconds(5))
            try shop.write("go", "")
            let ended = try start.wait()
            #expect(ended.code == 1 && ended.output.contains("blocked   app (needs db)"), "\(ended)")
            #expect(!(ended.output + ended.errors).contains("interrupted"), "\(ended)")
            let report = try shop.miniboss("postmortem", "--json").output
            #expect(report.contains(#""because":["db"]"#), "\(report)")
            #expect(!report.contains(#""class":"interrupted""#), "\(report)")
            #expect(try await shop.container("app") == nil)
        }
    }

    @Test("B12, B28, B29: a service whose dependency dies while it is pinged is not waited for, and its last words are kept")
    func blockedInPing() async throws {
        let group = """
            struct Database: Service {
                let name = "db"
                let image = testImage
                let cmd = ["sh", "-c", "nc -l -p 99; echo bye; exit 3"]
            }
            struct App: Service {
                let name = "app"
                let image = testImage
                let cmd = ["sh", "-c", "echo connecting; while :; do [ -e /go ] && rm /go && nc db 99 </dev/null; sleep 0.1; done"]
                let stopSignal = StopSignal.sigkill
                let dependencies = ["db"]
                // What it depends on ends while it is pinged, and not before.
                func ping(_ container: Container) async throws -> Bool {
                    _ = try await container.exec("touch", "/go")
                    return false
                }
            }
            """
        try await withWorkshop(group + "\n" + sleeper("web", dependencies: #"["app"]"#), list: "Database(), App(), WEB()") { shop in
            let start = try shop.miniboss("start", "--timeout", "60")
            #expect(start.code == 1 && start.output.contains("; app was given up and web never started because of it"), "\(start)")
            let report = try shop.miniboss("postmortem", "--json").output
            #expect(report.contains(#""because":["db"]"#) && report.contains(#""because":["app","db"]"#), "\(report)")
            #expect(!report.contains("ping_timeout") && report.contains(#""class":"exited_nonzero""#), "\(report)")
            #expect(try shop.miniboss("history", "1", "--service", "app", "--json").output.contains("connecting"))
            #expect(try await shop.container("app") == nil)

            let kept = try shop.miniboss("start", "--keep-failed", "--timeout", "60")
            #expect(kept.code == 1, "\(kept)")
            let left = try await shop.container("app")
            #expect(left?.state.running == true)
            // It was there before the next one, which gives it up as well.
            let again = try shop.miniboss("start", "--timeout", "60")
            #expect(again.code == 1 && again.output.contains("app was given up"), "\(again)")
            #expect(try await shop.container("app")?.id == left?.id)
        }
    }
}

// Opens the ledger in the directory given, says so, and appends events until it is killed, naming each seq once it is
// durable. Tests kill it.
import Glibc
import Ledger

func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

let arguments = CommandLine.arguments
guard arguments.count > 1 else { exit(64) }
do {
    let holder = LockHolder(pid: Int(getpid()), command: "start", startedAt: "2026-01-01T00:00:00.000000000Z")
    let writer = try LedgerWriter.open(directory: arguments[1], holder: holder)
    let run = try writer.nextRunNumber()
    var drafts = [
        EventDraft(
            run: run, type: "run.started", body: #"{"arguments":[],"command":"start"}"#, at: holder.startedAt, monoNs: 0)
    ]
    while true {
        for event in try writer.appendBlocking(drafts) {
            say("\(event.seq)")
        }
        drafts = (0..<3).map { number in
            EventDraft(
                run: run, service: "s\(number)", type: "service.state_changed", body: #"{"from":"pinging","to":"running"}"#,
                at: holder.startedAt, monoNs: Int64(number))
        }
    }
} catch {
    say("error: \(error)")
    exit(1)
}

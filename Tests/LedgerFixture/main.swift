// Opens the ledger in the directory given and appends events, naming each seq once it is durable; until it is killed, or
// as the settings say:
//   fault=io|full|kill at=N [for=ever]   the disk fails at the Nth call that changes it
//   fsize=BYTES                          no file may grow larger
//   appends=N                            then it closes the ledger and says how many calls there were
//   end=kill                             instead of closing it ends as by `kill -9`
import FaultyVFS
import Glibc
import Ledger

func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

var settings: [Substring: Substring] = [:]
for argument in CommandLine.arguments.dropFirst(2) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { exit(64) }
    settings[parts[0]] = parts[1]
}
guard CommandLine.arguments.count > 1 else { exit(64) }

let kinds: [Substring: faulty_vfs_kind] = ["io": FAULTY_VFS_IO_ERROR, "full": FAULTY_VFS_DISK_FULL, "kill": FAULTY_VFS_KILL]
let kind = settings["fault"].flatMap { kinds[$0] } ?? FAULTY_VFS_NOTHING
guard faulty_vfs_register(kind, settings["at"].flatMap { Int($0) } ?? 0, settings["for"] == "ever" ? 1 : 0) == 0 else { exit(70) }
if let bytes = settings["fsize"].flatMap({ rlim_t($0) }) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(70) }
}

do {
    let holder = LockHolder(pid: Int(getpid()), command: "start", startedAt: "2026-01-01T00:00:00.000000000Z")
    let writer = try LedgerWriter.open(directory: CommandLine.arguments[1], holder: holder)
    let run = try writer.nextRunNumber()
    var drafts = [
        EventDraft(
            run: run, type: "run.started", body: #"{"arguments":[],"command":"start"}"#, at: holder.startedAt, monoNs: 0)
    ]
    var appends = settings["appends"].flatMap { Int($0) } ?? .max
    while appends > 0 {
        for event in try writer.appendBlocking(drafts) {
            say("\(event.seq)")
        }
        drafts = (0..<3).map { number in
            EventDraft(
                run: run, service: "s\(number)", type: "service.state_changed", body: #"{"from":"pinging","to":"running"}"#,
                at: holder.startedAt, monoNs: Int64(number))
        }
        appends -= 1
    }
    if settings["end"] == "kill" { kill(getpid(), SIGKILL) }
    writer.close()
    say("calls \(faulty_vfs_calls())")
} catch {
    say("error \(error.code): \(error)")
    exit(74)
}

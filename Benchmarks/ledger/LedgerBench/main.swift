// Measures the ledger for Benchmarks/ledger/run, and makes ledgers of any size.
//   ledger-bench append DIRECTORY EVENTS EVENTS_PER_TRANSACTION    prints the seconds
//   ledger-bench generate DIRECTORY EVENTS                         a life of three services, start and stop by turns
//   ledger-bench replay DIRECTORY                                  the whole fold, without snapshots: "EVENTS SECONDS KILOBYTES"
import Glibc
import Ledger
import Orchestrator
import Reconciler

func monotonic() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func open(_ directory: String) throws -> LedgerWriter {
    try LedgerWriter.open(directory: directory, holder: LockHolder(pid: Int(getpid()), command: "bench", startedAt: ""))
}

func append(_ directory: String, events: Int, atOnce: Int) throws {
    let writer = try open(directory)
    let start = monotonic()
    var seq = 0
    while seq < events {
        let drafts = (seq + 1...min(events, seq + atOnce)).map { number in
            EventDraft(
                run: 1, service: "service-\(number % 10)", type: "service.state_changed",
                body: #"{"cause":"its dependencies are running, number \#(number)","container_id":"#
                    + #""4be1c09ab7a04a2d9d1f4be1c09ab7a04a2d9d1f4be1c09ab7a04a2d9d1f0000","event":"container_started","#
                    + #""from":"starting","to":"pinging"}"#,
                at: "2026-01-01T00:00:00.000000000Z", monoNs: Int64(number))
        }
        seq = try writer.appendBlocking(drafts).last?.seq ?? seq
    }
    print(monotonic() - start)
    writer.close()
}

func generate(_ directory: String, events: Int) throws {
    let writer = try open(directory)
    var life = Life()
    var written = 0
    while written < events {
        let drafts = try life.nextRun(upTo: events - written)
        written += try writer.appendBlocking(drafts).count
    }
    writer.close()
}

func replay(_ directory: String) throws {
    let reader = try LedgerReader(directory: directory)
    let start = monotonic()
    let replay = try Replay(reader, usesSnapshots: false)
    let seconds = monotonic() - start
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print(replay.length, seconds, usage.ru_maxrss)
}

let words = CommandLine.arguments
switch (words.count, words.dropFirst().first) {
case (5, "append"): try append(words[2], events: Int(words[3]) ?? 0, atOnce: Int(words[4]) ?? 1)
case (4, "generate"): try generate(words[2], events: Int(words[3]) ?? 0)
case (3, "replay"): try replay(words[2])
default: exit(64)
}

/// Where a process is killed. Points count from 1; there are two to a request or call: before it is done, and after.
enum FaultPoint: Sendable, Equatable, CustomStringConvertible {
    /// By the engine.
    case request(Int)
    /// At a call that makes the ledger durable or moves one of its files.
    case sync(Int)
    /// At a call that changes the ledger's files in any way.
    case write(Int)

    var kind: String {
        switch self {
        case .request: "request"
        case .sync: "sync"
        case .write: "write"
        }
    }

    private var number: Int {
        switch self {
        case .request(let number), .sync(let number), .write(let number): number
        }
    }

    var description: String { "\(number.isMultiple(of: 2) ? "after" : "before") \(kind) \((number + 1) / 2)" }
}

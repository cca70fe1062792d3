/// Where a process is killed. Points count from 1; there are two to a request or call: before it is done, and after.
enum FaultPoint: Sendable, Equatable, CustomStringConvertible {
    /// By the engine.
    case request(Int)
    /// At a call that makes the ledger durable or moves one of its files.
    case sync(Int)
    /// At a call that changes the ledger's files in any way.
    case write(Int)

    var description: String {
        let (name, point) =
            switch self {
            case .request(let point): ("request", point)
            case .sync(let point): ("sync", point)
            case .write(let point): ("write", point)
            }
        return "\(point.isMultiple(of: 2) ? "after" : "before") \(name) \((point + 1) / 2)"
    }
}

/// Runs one piece of pure work. Under callgrind only what `theMeasuredPart` does is counted: see scripts/count-instructions.
/// With `--time NAME` it tells how many seconds that took.
@main
struct Instructions {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let name = arguments.last, let work = Work.all.first(where: { $0.name == name }) else {
            for work in Work.all { print(work.name) }
            return
        }
        let body = try work.prepare()
        let begun = ContinuousClock.now
        try theMeasuredPart(body)
        let taken = ContinuousClock.now - begun
        if arguments.first == "--time" { print(taken / .seconds(1)) }
    }
}

/// One thing that is counted.
struct Work: Sendable {
    let name: String
    /// Makes what the work needs, uncounted, and returns the work.
    let prepare: @Sendable () throws -> () throws -> Void

    static let all: [Work] = planning + history + lines
}

/// Callgrind counts from the entry of this function to its exit, so it must stay a function, under this name.
@inline(never)
@_optimize(none)
func theMeasuredPart(_ body: () throws -> Void) rethrows { try body() }

/// Keeps a value from being computed for nobody.
@inline(never)
@_optimize(none)
func use<Value>(_ value: Value) {}

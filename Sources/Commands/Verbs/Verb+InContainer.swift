import Orchestrator

/// The words after `--`, which may be left out.
func containerCommand(_ words: [String], verb: String, service: String) throws(OperationError) -> [String] {
    let command = words.first == "--" ? Array(words.dropFirst()) : words
    guard !command.isEmpty else {
        throw OperationError(.usage, "no command was given", next: "For example: miniboss \(verb) \(service) -- sh")
    }
    return command
}

extension Interruption {
    /// - Throws: `Interrupted`: a command that was cut off has no exit code of its own.
    func unlessInterrupted(_ code: Int32) throws -> Int32 {
        if isInterrupted { throw Interrupted(signal: signal) }
        return code
    }
}

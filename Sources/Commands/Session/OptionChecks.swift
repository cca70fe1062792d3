import ArgumentParser
import Reconciler

/// - Throws: for a name that the engine would refuse.
func checkNetworkName(_ name: String?) throws {
    guard let name else { return }
    if ["host", "none", "bridge", "default"].contains(name) {
        throw ValidationError("--network-name can't be \(name): services find each other by name only on a network of their own.")
    }
    guard !isEngineName(name) else { return }
    throw ValidationError("--network-name takes letters, digits, '_', '.' and '-', a letter or digit first; not \"\(name)\".")
}

func checkTimeout(_ seconds: Double) throws {
    // An engine counts nanoseconds in 64 bits; eleven days are for ever enough.
    guard seconds > 0, seconds <= 1_000_000 else {
        throw ValidationError("--timeout takes seconds, more than 0 and at most 1000000; for example --timeout 30.")
    }
}

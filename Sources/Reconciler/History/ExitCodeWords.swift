/// What an exit code says of its process, by the conventions of shells and of the engine.
public func exitCodeWords(_ code: Int) -> String {
    switch code {
    case 0: "it ended by itself and called that a success"
    case 125: "the engine could not run it"
    case 126: "its command was found but can't be executed: no permission, or made for another processor"
    case 127: "its command was not found in the image"
    case signalCodes: signalWords(code - 128)
    default: "an error of the program's own"
    }
}

/// The exit codes that shells give to what a signal ended: 128 and its number, of which Linux has 64.
private let signalCodes = 129...192

/// The signal that ended a process, from the exit code shells give it; `nil` for other codes.
public func signal(ofExitCode code: Int) -> Int? { signalCodes.contains(code) ? code - 128 : nil }

/// The usual name of a signal's number on Linux (signal(7)).
public func signalName(_ number: Int) -> String {
    let words = signalWords(number)
    return String(words.prefix { $0 != ":" })
}

/// A signal that ends processes, with its usual reason.
public func signalWords(_ number: Int) -> String {
    switch number {
    case 1: "SIGHUP: its terminal went away"
    case 2: "SIGINT: it was interrupted"
    case 3: "SIGQUIT: it was told to quit"
    case 4: "SIGILL: an instruction this processor does not know"
    case 6: "SIGABRT: it gave up by itself, as after a failed assertion"
    case 7: "SIGBUS: it touched memory that is not there"
    case 8: "SIGFPE: an arithmetic error"
    case 9: "SIGKILL: somebody killed it, or the kernel did when memory ran out"
    case 11: "SIGSEGV: it touched memory that is not its own"
    case 13: "SIGPIPE: nobody read what it wrote"
    case 14: "SIGALRM: its own alarm rang"
    case 15: "SIGTERM: it was asked to end"
    default: "signal \(number)"
    }
}

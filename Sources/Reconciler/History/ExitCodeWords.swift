/// What an exit code says of its process, by the conventions of shells and of the engine.
public func exitCodeWords(_ code: Int) -> String {
    switch code {
    case 0: "it ended by itself and called that a success"
    case 125: "the engine could not run it"
    case 126: "its command was found but can't be executed: no permission, or made for another processor"
    case 127: "its command was not found in the image"
    case 129...159: signalWords(code - 128)
    default: "an error of the program's own"
    }
}

/// The signal that ended a process, from the exit code shells give it.
func signalName(ofExitCode code: Int) -> String? {
    (129...159).contains(code) ? signalWords(code - 128).split(separator: ":").first.map(String.init) : nil
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
    case 15: "SIGTERM: it was asked to end"
    default: "signal \(number)"
    }
}

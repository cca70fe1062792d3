import Glibc
import Orchestrator
import Synchronization

/// The caller's terminal while a command in a container has it.
enum Terminal {
    /// Why the output of a command could not be written any more.
    final class Refusal: Sendable {
        private let failure = Mutex<StreamFailure?>(nil)
        var reason: StreamFailure? { failure.withLock { $0 } }

        fileprivate func note(_ reason: StreamFailure) -> String {
            failure.withLock { $0 = $0 ?? reason }
            switch reason {
            case .closed: return "nobody reads it any more"
            case .system(let words): return words
            }
        }
    }

    /// The process's own streams, as a command in a container takes them over.
    ///
    /// A terminal that only has our input (`miniboss exec db -- ls | less`) is left to who reads the output.
    static func streams(_ refusal: Refusal) -> CommandStreams {
        let isTerminal = isatty(STDIN_FILENO) == 1
        let tty = isTerminal && isatty(STDOUT_FILENO) == 1
        return CommandStreams(
            input: isTerminal && !tty ? .none : .descriptor(STDIN_FILENO), tty: tty,
            size: { TextStream.standardOutput.size },
            output: { bytes, isError in
                let stream = TextStream(descriptor: isError ? STDERR_FILENO : STDOUT_FILENO)
                do throws(StreamFailure) { try stream.write(bytes) } catch { return refusal.note(error) }
                return nil
            }, attached: { isAttached in if !isAttached { restore() } else if tty { makeRaw() } })
    }

    /// The terminal as it was before it was made raw.
    private static let before = Mutex<termios?>(nil)

    /// From now on every key is passed on as it is, interrupts included.
    private static func makeRaw() {
        before.withLock { before in
            var settings = termios()
            guard before == nil, tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
            before = settings
            cfmakeraw(&settings)
            tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
        }
    }

    /// Gives the terminal back as it was; nothing where it is.
    static func restore() {
        before.withLock { before in
            guard var settings = before else { return }
            tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
            before = nil
        }
    }
}

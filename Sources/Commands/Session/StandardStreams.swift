// For `stdout`, a variable of C that nobody assigns to.
@preconcurrency import Glibc

/// Descriptors 0 to 2, whatever the process was started with.
enum StandardStreams {
    /// Puts `/dev/null` where one is closed.
    ///
    /// Else the next file that is opened becomes it: a message for standard error would be written into the ledger
    /// (https://www.sqlite.org/howtocorrupt.html, 1.1). To be called before anything is opened.
    static func fill() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            // The lowest free number is taken, and all below are taken already.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Hands on what hooks have printed and the C library still holds.
    ///
    /// Of standard output alone, and not while somebody writes to it: a hook that waits for input in `fgets` has the lock of
    /// its stream all the while, and `fflush(nil)` would wait for it.
    static func flush() {
        guard ftrylockfile(stdout) == 0 else { return }
        fflush_unlocked(stdout)
        funlockfile(stdout)
    }
}

internal import Glibc

/// Why a file or a directory can't be read.
public struct FileFault: Error, Sendable, Equatable {
    /// A value of `errno`.
    public let code: Int32

    init(code: Int32 = errno) { self.code = code }

    /// The system's words.
    public var reason: String { String(cString: strerror(code)) }
}

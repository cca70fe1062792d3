internal import Glibc

/// The program to become.
public struct Execution: Sendable, Equatable {
    public var path: String
    /// With the name of the program first.
    public var arguments: [String]
    public var environment: [String: String]
    /// Removed once the program is open: it was compiled for this one run, because no cache could be written.
    public var disposableDirectory: String?

    /// Becomes the program; returns only when that fails.
    public func perform() -> LaunchError {
        let argv = CStringArray(arguments)
        let envp = CStringArray(environment.map { "\($0.key)=\($0.value)" }.sorted())
        let file = disposableDirectory == nil ? -1 : open(path, O_RDONLY | O_CLOEXEC)
        if let disposableDirectory, file >= 0 { Disk.removeTree(disposableDirectory) }
        // ETXTBSY: another process that is between fork and exec still holds the file open for writing.
        for _ in 0..<100 {
            if file >= 0 { fexecve(file, argv.pointers, envp.pointers) } else { execve(path, argv.pointers, envp.pointers) }
            guard errno == ETXTBSY || errno == EINTR else { break }
            usleep(5_000)
        }
        return LaunchError(
            exitCode: LaunchError.defect, "can't run \(path): \(Disk.Failure.reason(errno))",
            next: "Run the command again; if that does not help, remove the directory that holds the file.")
    }
}

/// A NULL-terminated array of C strings, as exec and spawn take it.
struct CStringArray: ~Copyable {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}

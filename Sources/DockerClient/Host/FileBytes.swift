import Glibc

/// Whole small files, read without Foundation.
enum FileBytes {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// All bytes; nil when the file cannot be read or is longer than `limit`.
    static func read(_ path: String, limit: Int = 4 << 20) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while all.count <= limit {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { return all }
            all += buffer[..<count]
        }
        return nil
    }
}

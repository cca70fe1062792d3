import Glibc

/// SQLite's write-ahead log as a file: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
enum WriteAheadLog {
    private static let headerSize = 32
    private static let frameHeaderSize = 24

    /// Whether a page is in the log of the ledger at `path`, in a frame of the log's present round.
    static func holds(page: UInt32, pageSize: Int, ofLedgerAt path: String) -> Bool {
        let descriptor = open(path + "-wal", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // The two salts of a round are in the log's header from byte 16, and in each frame's from byte 8.
        guard let header = bytes(descriptor, at: 0, headerSize) else { return false }
        var offset = headerSize
        while let frame = bytes(descriptor, at: offset, frameHeaderSize) {
            if frame[0..<4].reduce(0, { $0 << 8 | UInt32($1) }) == page, Array(frame[8..<16]) == Array(header[16..<24]) { return true }
            offset += frameHeaderSize + pageSize
        }
        return false
    }

    private static func bytes(_ descriptor: Int32, at offset: Int, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, off_t(offset)) }
        return found == count ? bytes : nil
    }
}

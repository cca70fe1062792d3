import Files
import Glibc

extension LedgerLocation {
    /// The runs that live, as anyone sees them who only reads.
    ///
    /// No lock is tried: that would hold it for a moment, and turn away a start of that moment. Read from `/proc/locks`, see
    /// proc(5).
    /// - Parameter newest: the newest run of the ledger: it is whose work the group's lock is held for.
    public func runsAtWork(newest: Int?) -> Set<Int> {
        let locked = lockedFiles()
        var runs: Set<Int> = []
        if let newest, isIn(locked, lockPath) { runs.insert(newest) }
        for name in (try? directoryNames(directory)) ?? [] {
            guard name.hasPrefix("run-") else { continue }
            let number = name.dropFirst(4)
            // One that ended while another was at work is still to be recorded.
            if number.hasSuffix(".end"), let run = Int(number.dropLast(4)) { runs.insert(run) }
            if let run = Int(number), isIn(locked, directory + "/" + name) { runs.insert(run) }
        }
        return runs
    }

    private func isIn(_ locked: Set<Substring>, _ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && locked.contains(Substring(String(info.st_ino)))
    }

    /// Numbers of the files on which a `flock` is held.
    private func lockedFiles() -> Set<Substring> {
        guard let file = fopen("/proc/locks", "re") else { return [] }
        defer { fclose(file) }
        var inodes: Set<Substring> = []
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let fields = text.split(separator: " ")
            guard fields.count > 5, fields[1] == "FLOCK", let inode = fields[5].split(separator: ":").last else { continue }
            inodes.insert(inode)
        }
        return inodes
    }
}

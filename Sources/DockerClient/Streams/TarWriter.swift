/// Tar archives in the pax format (POSIX.1-2001): ustar headers, and extended ones where a field does not fit.
///
/// Owner and group are root: the builder expects it, and it keeps archives alike on every machine.
public enum TarWriter {
    /// A whole archive of small members.
    public static func archive(_ entries: [TarEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += header(entry, size: entry.content.count)
            bytes += entry.content
            bytes += padding(after: entry.content.count)
        }
        return bytes + end
    }

    /// Two blocks of zeros.
    static let end = [UInt8](repeating: 0, count: 1024)

    static func padding(after size: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (512 - size % 512) % 512)
    }

    /// What comes before a member's content.
    ///
    /// - Parameter size: of the content, in bytes; 0 for all but files.
    static func header(_ entry: TarEntry, size: Int) -> [UInt8] {
        var path = entry.path
        var link = ""
        var flag = UInt8(ascii: "0")
        switch entry.kind {
        case .file: break
        case .directory:
            flag = UInt8(ascii: "5")
            path += "/"
        case .symbolicLink(let target):
            flag = UInt8(ascii: "2")
            link = target
        case .hardLink(let target):
            flag = UInt8(ascii: "1")
            link = target
        case .other(let type): flag = type
        }
        var records: [UInt8] = []
        if path.utf8.count > 100 { records += record("path", path) }
        if link.utf8.count > 100 { records += record("linkpath", link) }
        if size >= 1 << 33 { records += record("size", "\(size)") }
        var bytes: [UInt8] = []
        if !records.isEmpty {
            bytes += block(
                path: "PaxHeaders/entry", link: "", flag: UInt8(ascii: "x"), mode: 0o644, size: records.count, modified: entry.modified)
            bytes += records
            bytes += padding(after: records.count)
        }
        return bytes + block(path: path, link: link, flag: flag, mode: entry.mode, size: size, modified: entry.modified)
    }

    /// `length key=value\n`, where the length counts its own digits.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while "\(length)".utf8.count + rest.utf8.count != length { length = "\(length)".utf8.count + rest.utf8.count }
        return Array("\(length)\(rest)".utf8)
    }

    private static func block(path: String, link: String, flag: UInt8, mode: Int, size: Int, modified: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Sequence<UInt8>, at offset: Int, limit: Int) {
            for (index, byte) in text.prefix(limit).enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int, at offset: Int, width: Int) {
            let digits = String(max(0, value), radix: 8)
            let fitting = digits.utf8.count <= width ? digits : String(repeating: "7", count: width)
            put((String(repeating: "0", count: width - fitting.utf8.count) + fitting).utf8, at: offset, limit: width)
        }
        put(path.utf8, at: 0, limit: 100)
        octal(mode & 0o7777, at: 100, width: 7)
        octal(0, at: 108, width: 7)
        octal(0, at: 116, width: 7)
        octal(size, at: 124, width: 11)
        octal(modified, at: 136, width: 11)
        put([UInt8](repeating: 0x20, count: 8), at: 148, limit: 8)
        block[156] = flag
        put(link.utf8, at: 157, limit: 100)
        put("ustar\u{0}00".utf8, at: 257, limit: 8)
        put("root".utf8, at: 265, limit: 32)
        put("root".utf8, at: 297, limit: 32)
        let sum = block.reduce(0) { $0 + Int($1) }
        octal(sum, at: 148, width: 6)
        block[154] = 0
        block[155] = 0x20
        return block
    }
}

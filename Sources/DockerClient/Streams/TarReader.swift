/// Reads the archives the engine makes: ustar, pax and GNU long names.
public enum TarReader {
    /// The members, with their content.
    ///
    /// - Throws: `.truncated` for an archive that breaks off, `.protocolViolation` for what is none.
    public static func entries(of archive: [UInt8]) throws(DockerError) -> [TarEntry] {
        var entries: [TarEntry] = []
        var at = 0
        var overrides: [String: String] = [:]
        while at < archive.count {
            guard at + 512 <= archive.count else { throw broken }
            let block = archive[at..<at + 512]
            if block.allSatisfy({ $0 == 0 }) { return entries }
            try check(block)
            let size = overrides["size"].flatMap { Int($0) } ?? number(block, 124, 12)
            at += 512
            guard size >= 0, size <= archive.count - at else { throw broken }
            let content = Array(archive[at..<at + size])
            at += size + (512 - size % 512) % 512
            switch block[block.startIndex + 156] {
            case UInt8(ascii: "x"): overrides.merge(records(content)) { $1 }
            case UInt8(ascii: "g"): break
            case UInt8(ascii: "L"): overrides["path"] = text(content[...])
            case UInt8(ascii: "K"): overrides["linkpath"] = text(content[...])
            case let flag:
                entries.append(entry(block, flag, overrides, content))
                overrides = [:]
            }
        }
        throw broken
    }

    private static var broken: DockerError { DockerError(.truncated, message: "the tar archive breaks off") }

    private static func entry(_ block: ArraySlice<UInt8>, _ flag: UInt8, _ overrides: [String: String], _ content: [UInt8]) -> TarEntry {
        let start = block.startIndex
        var path = text(block[start..<start + 100])
        // GNU uses the bytes of the prefix for other things.
        let magic = block[start + 257..<start + 263]
        let prefix = Array(magic) == Array("ustar\u{0}".utf8) ? text(block[start + 345..<start + 500]) : ""
        if !prefix.isEmpty { path = prefix + "/" + path }
        path = overrides["path"] ?? path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let link = overrides["linkpath"] ?? text(block[start + 157..<start + 257])
        let kind: TarEntry.Kind =
            switch flag {
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
            case UInt8(ascii: "1"): .hardLink(target: link)
            case UInt8(ascii: "2"): .symbolicLink(target: link)
            case UInt8(ascii: "5"): .directory
            default: .other(flag)
            }
        return TarEntry(path: path, kind: kind, mode: number(block, 100, 8), modified: number(block, 136, 12), content: content)
    }

    private static func check(_ block: ArraySlice<UInt8>) throws(DockerError) {
        let start = block.startIndex
        let sum = block.reduce(0) { $0 + Int($1) } - block[start + 148..<start + 156].reduce(0) { $0 + Int($1) } + 8 * 0x20
        guard sum == number(block, 148, 8) else { throw DockerError(.protocolViolation, message: "not a tar archive: wrong checksum") }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

    /// Octal, or base 256 when the top bit is set.
    private static func number(_ block: ArraySlice<UInt8>, _ offset: Int, _ width: Int) -> Int {
        let field = block[block.startIndex + offset..<block.startIndex + offset + width]
        if let first = field.first, first & 0x80 != 0 {
            return field.dropFirst().suffix(7).reduce(0) { $0 << 8 | Int($1) }
        }
        return field.reduce(0) { (0x30...0x37).contains($1) ? $0 << 3 | Int($1 - 0x30) : $0 }
    }

    private static func records(_ bytes: [UInt8]) -> [String: String] {
        var records: [String: String] = [:]
        var rest = bytes[...]
        while let blank = rest.firstIndex(of: 0x20), let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
            length > rest.distance(from: rest.startIndex, to: blank) + 1, length <= rest.count
        {
            let record = rest[(blank + 1)..<(rest.startIndex + length - 1)]
            if let equals = record.firstIndex(of: 0x3d) {
                records[String(decoding: record[..<equals], as: UTF8.self)] = String(decoding: record[(equals + 1)...], as: UTF8.self)
            }
            rest = rest[(rest.startIndex + length)...]
        }
        return records
    }
}

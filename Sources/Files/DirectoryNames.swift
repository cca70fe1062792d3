internal import Glibc

/// What a directory holds but for itself and the one above, in no order. A name that is no UTF-8 is repaired, and leads nowhere.
public func directoryNames(_ path: String) throws(FileFault) -> [String] {
    guard let stream = opendir(path) else { throw FileFault() }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

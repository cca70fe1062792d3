internal import Glibc

/// All that a file holds; also one of `/proc`, which tells no size. A pipe nobody writes to is empty, and is not waited for.
/// - Parameter limit: bytes; a longer file is a fault, `EFBIG`.
public func fileBytes(_ path: String, limit: Int = .max) throws(FileFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileFault() }
    guard let file = fdopen(descriptor, "r") else {
        let fault = FileFault()
        close(descriptor)
        throw fault
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
        guard bytes.count + count <= limit else { throw FileFault(code: EFBIG) }
        bytes += chunk[..<count]
    }
    // A directory can be opened, and not be read.
    guard ferror(file) == 0 else { throw FileFault() }
    return bytes
}

/// All that a file holds that people write by hand; one of more than 4 MiB is a fault, `EFBIG`.
public func smallFile(_ path: String) throws(FileFault) -> [UInt8] { try fileBytes(path, limit: 4 << 20) }

/// All that a file holds, as text; what is no UTF-8 is repaired.
public func fileText(_ path: String) throws(FileFault) -> String { String(decoding: try fileBytes(path), as: UTF8.self) }

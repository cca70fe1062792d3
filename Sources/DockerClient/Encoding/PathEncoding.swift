/// Percent-encoding of what users name.
enum PathEncoding {
    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String, keeping kept: String = "") -> String {
        let kept = Set(kept.utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if unreserved.contains(byte) || kept.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One segment of a path. An empty one would address another endpoint.
    static func segment(_ name: String, of what: String) throws(DockerError) -> String {
        guard !name.isEmpty, name != ".", name != ".." else {
            throw DockerError(.badRequest, message: "`\(name)` is no name of \(what)")
        }
        return encode(name)
    }

    /// An image's name, whose slashes and colons the engine takes as they are.
    static func image(_ name: String) throws(DockerError) -> String {
        guard !name.isEmpty,
            !name.split(separator: "/", omittingEmptySubsequences: false).contains(where: { ["", ".", ".."].contains($0) })
        else { throw DockerError(.badRequest, message: "`\(name)` is no name of an image") }
        return encode(name, keeping: "/:@")
    }
}

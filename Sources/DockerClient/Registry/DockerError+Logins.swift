extension DockerError {
    /// The error with the passwords and tokens of these logins masked: a registry's words may repeat what it was sent, as it is
    /// or as a header has it.
    func masking(_ logins: some Sequence<RegistryLogin>) -> DockerError {
        let secrets = logins.flatMap { [$0.password, $0.identitytoken] }.compactMap { $0 }.filter { $0.utf8.count >= 4 }
        guard !secrets.isEmpty else { return self }
        let plain = secrets.reduce(engineMessage) { $0.replacing($1, with: Self.mask) }
        return DockerError(code, endpoint: endpoint, message: Self.maskingEncoded(secrets, in: plain))
    }

    private static let mask = "******"

    /// Masks every word of Base64 that decodes to one of them.
    private static func maskingEncoded(_ secrets: [String], in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(where: \.isBase64) {
            let word = rest[start...].prefix(while: \.isBase64)
            result += rest[..<start]
            rest = rest[word.endIndex...]
            if Base64.decodings(of: word).contains(where: { decoded in secrets.contains { decoded.contains($0) } }) {
                result += mask
                rest = rest.drop { $0 == "=" }
            } else {
                result += word
            }
        }
        return result + rest
    }
}

extension Character {
    /// Of either alphabet, without the padding.
    fileprivate var isBase64: Bool { isASCII && (isLetter || isNumber || "+/-_".contains(self)) }
}

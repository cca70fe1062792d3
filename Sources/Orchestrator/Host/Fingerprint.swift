import Digest
import Glibc
import Ledger
import Reconciler

/// Keyed hash of a resolved spec. Labels can be read by anyone with access to the engine, so it must tell nothing of the values.
func fingerprint(of spec: ServiceSpec, network: String, key: [UInt8]) -> String {
    Hex.encode(HMAC.sha256(key: key, message: Array(spec.canonicalText(network: network).utf8)))
}

/// Keyed hashes of a spec's secret variables, each by itself and short: enough to see that one has changed.
func secretMarks(of spec: ServiceSpec, key: [UInt8]) -> [String: String]? {
    let secrets = spec.env.filter(\.value.isSecret)
    guard !secrets.isEmpty else { return nil }
    return Dictionary(
        uniqueKeysWithValues: secrets.map { name, value in
            (name, String(Hex.encode(HMAC.sha256(key: key, message: Array("secret\0\(name)\0\(value.text)".utf8))).prefix(8)))
        })
}

/// The group's own key, made at its first use. Losing it costs an inspection of each container, nothing else.
func fingerprintKey(_ setting: RunSetting) throws(OperationError) -> [UInt8] {
    let path = keyPath(setting)
    if let kept = keptKey(path) { return kept }
    let key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0, write(descriptor, key, key.count) == key.count else {
        let reason = String(cString: strerror(errno))
        if descriptor >= 0 { close(descriptor) }
        throw OperationError(.ledger, "can't write \(path): \(reason)", next: "Make the directory writable, or run from another one.")
    }
    close(descriptor)
    return key
}

/// The key for a command that changes nothing; without one every container is inspected.
func fingerprintKeyIfPresent(_ setting: RunSetting) -> [UInt8] { keptKey(keyPath(setting)) ?? [] }

private func keptKey(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var key = [UInt8](repeating: 0, count: 32)
    return fread(&key, 1, key.count, file) == key.count ? key : nil
}

private func keyPath(_ setting: RunSetting) -> String { "\(setting.ledgerLocation.directory)/fingerprint.key" }

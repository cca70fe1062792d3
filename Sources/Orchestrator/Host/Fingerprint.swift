import Digest
import Files
import Glibc
import Ledger
import Reconciler

/// Keyed hash of a resolved spec. Labels can be read by anyone with access to the engine, so it must tell nothing of the values.
func fingerprint(of spec: ServiceSpec, network: String, key: [UInt8]) -> String {
    Hex.encode(HMAC.sha256(key: key, message: Array(spec.canonicalText(network: network).utf8)))
}

/// Keyed hashes of a spec's secret variables, each by itself and short: enough to see that one has changed. They begin with which
/// key it was, since under another one the same secret has another mark.
func secretMarks(of spec: ServiceSpec, key: [UInt8]) -> [String: String]? {
    let secrets = spec.env.filter(\.value.isSecret)
    guard !secrets.isEmpty else { return nil }
    func mark(_ text: String) -> Substring { Hex.encode(HMAC.sha256(key: key, message: Array(text.utf8))).prefix(8) }
    let whose = mark("key")
    return Dictionary(uniqueKeysWithValues: secrets.map { name, value in (name, "\(whose):\(mark("secret\0\(name)\0\(value.text)"))") })
}

/// The group's own key, made at its first use. Losing it costs an inspection of each container, and that nobody can say any more
/// whether a secret is the one of before.
func fingerprintKey(_ setting: RunSetting) throws(OperationError) -> [UInt8] {
    let path = keyPath(setting)
    if let kept = keptKey(path) { return kept }
    let key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    do throws(ReplacedFile.Failure) { try ReplacedFile(path: path).write(key, mode: 0o600) } catch {
        throw OperationError(
            .ledger, "can't write \(path): \(error.reason)",
            next: "Move away what is there if it is no file; else make the directory writable, or run from another one.")
    }
    return key
}

/// The key for a command that changes nothing; without one every container is inspected.
func fingerprintKeyIfPresent(_ setting: RunSetting) -> [UInt8] { keptKey(keyPath(setting)) ?? [] }

private func keptKey(_ path: String) -> [UInt8]? {
    guard let key = try? fileBytes(path, limit: 4096), key.count >= 32 else { return nil }
    return Array(key.prefix(32))
}

private func keyPath(_ setting: RunSetting) -> String { "\(setting.ledgerLocation.directory)/fingerprint.key" }

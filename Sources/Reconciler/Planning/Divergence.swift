/// The fields in which a container differs from its definition, secrets masked; empty when it is as defined.
///
/// Values compare as strings. A variable only the image sets, and a host port 0, are no differences.
/// - Parameters:
///   - imageID: the id the desired reference stands for now; `nil` when the image is not here.
///   - formerSecrets: variables that were secret when the container was made.
///   - hide: masks the secrets that other fields hold.
public func differences(
    desired: ServiceSpec, network: String, imageID: String?, actual: ObservedContainer, formerSecrets: Set<String> = [],
    hide: Redaction = Redaction()
) -> [Difference] {
    guard let configuration = actual.configuration else { return [] }
    var found: [Difference] = []
    func compare(_ field: String, _ want: String?, _ have: String?) {
        if !isSame(want, have) { found.append(Difference(field: field, desired: want, actual: have)) }
    }
    // None and an empty list are the same to the engine.
    func compareWords(_ field: String, _ want: [String]?, _ have: [String]?) {
        if !(want ?? []).elementsEqual(have ?? [], by: isSame) {
            found.append(Difference(field: field, desired: words(want), actual: words(have)))
        }
    }

    if let imageID, imageID != actual.imageID {
        let sameName = sameImage(desired.image, configuration.image)
        found.append(
            Difference(
                field: "image", desired: sameName ? "\(desired.image) (\(shortID(imageID)))" : desired.image,
                actual: sameName ? "\(configuration.image) (\(shortID(actual.imageID)))" : configuration.image))
    } else if imageID == nil, !sameImage(desired.image, configuration.image) {
        compare("image", desired.image, configuration.image)
    }
    found += environmentDifferences(desired.env, configuration, formerSecrets)
    if !portsMatch(desired.ports, configuration.ports) {
        compare("ports", words(desired.ports), words(configuration.ports))
    }
    // Docker lists them in no order.
    compareWords("volumes", desired.volumes.map(\.text).sorted(), configuration.volumes.sorted())
    compareWords("entrypoint", desired.entrypoint ?? configuration.imageDefaults.entrypoint, configuration.entrypoint)
    // Docker takes the image's command unless there is an entrypoint that is not empty.
    let defaultCommand = desired.entrypoint?.isEmpty ?? true ? configuration.imageDefaults.command : nil
    compareWords("cmd", desired.command?.isEmpty ?? true ? defaultCommand : desired.command, configuration.command)
    compare("user", nonEmpty(desired.user ?? configuration.imageDefaults.user), nonEmpty(configuration.user))
    compare("stop_signal", desired.stopSignal.rawValue, configuration.stopSignal ?? StopSignal.sigterm.rawValue)
    if !actual.networks.contains(network) {
        compare("network", network, actual.networks.isEmpty ? nil : actual.networks.sorted().joined(separator: " "))
    }
    return found.map { $0.concealed(by: hide) }
}

/// Byte for byte, as the engine has them: two spellings of one letter are the same to Swift alone.
private func isSame(_ left: String?, _ right: String?) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    return left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
}

private func environmentDifferences(
    _ desired: [String: EnvironmentValue], _ configuration: ObservedConfiguration, _ formerSecrets: Set<String>
) -> [Difference] {
    Set(desired.keys).union(configuration.env.keys).sorted().compactMap { key in
        let want = desired[key]?.text ?? configuration.imageDefaults.env[key]
        let have = configuration.env[key]
        guard !isSame(want, have) else { return nil }
        let secret = desired[key]?.isSecret == true || formerSecrets.contains(key)
        func shown(_ text: String?) -> String? { text.map { secret ? EnvironmentValue.mask : withoutURLPassword($0) } }
        return Difference(field: "env.\(key)", desired: shown(want), actual: shown(have))
    }
}

private func portsMatch(_ desired: [PortMapping], _ actual: [PortMapping]) -> Bool {
    let want = desired.sorted()
    let have = actual.sorted()
    return want.count == have.count
        && zip(want, have).allSatisfy { $0.container == $1.container && ($0.host == 0 || $0.host == $1.host) }
}

private func sameImage(_ left: String, _ right: String) -> Bool {
    guard let a = try? ImageReference(left), let b = try? ImageReference(right) else { return left == right }
    return a.description == b.description
}

private func words(_ ports: [PortMapping]) -> String? {
    words(ports.sorted().map { "\($0.container):\($0.host)" })
}

private func words(_ items: [String]?) -> String? {
    guard let items, !items.isEmpty else { return nil }
    return items.map(quoted).joined(separator: " ")
}

/// As one would type it, so that it shows where a word ends.
private func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && !word.contains { $0.isWhitespace || $0 == "'" || $0 == "\"" }
    return isPlain ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

private func nonEmpty(_ text: String?) -> String? {
    text?.isEmpty == true ? nil : text
}

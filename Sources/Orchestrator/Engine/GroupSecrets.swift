import DockerClient
import Reconciler

/// The texts of a group's secrets: by its definition, by the ledger's context, and by the containers that were given them.
///
/// - Parameter asksContainers: whether they are asked although there is a definition, which may tell another secret by now. Who
///   compares them with it learns that from what is compared.
func groupSecrets(
    _ definition: GroupDefinition?, _ state: GroupState, group: String, engine: (any ContainerEngine)?, asksContainers: Bool = false
) async -> [String] {
    var texts = state.context.secretTexts + state.formerSecrets
    if let definition { texts += definition.spec.secretTexts(state.context) }
    if asksContainers || definition == nil, state.hasSecretVariables, let engine,
        let containers = try? await engine.containers(labels: [GroupLabels.filter(group: group)])
    {
        for container in containers {
            guard let service = container.labels[GroupLabels.service] else { continue }
            let keys = state[service].secretKeys
            guard !keys.isEmpty, let inspect = try? await engine.inspect(container: container.id) else { continue }
            texts += inspect.config.values(of: keys)
        }
    }
    return texts
}

extension ObservedGroup {
    /// The secrets that containers were given when they were made: after a change they are not those of the definition, and may
    /// stand in what others were given openly.
    func formerSecretTexts(_ state: GroupState) -> [String] {
        containers.flatMap { container in
            let keys = state[container.service].secretKeys
            return container.configuration?.env.filter { keys.contains($0.key) }.map(\.value) ?? []
        }
    }
}

/// Whether what the user typed may hold a secret that nobody can tell now: there is neither a definition nor a container.
func mayTellUnknownSecrets(
    _ setting: RunSetting, _ remembered: GroupState, _ engine: (any ContainerEngine)?, group: String
) async -> Bool {
    guard setting.definition == nil else { return false }
    guard let engine else { return remembered.hasSecretVariables }
    guard setting.command == "exec", let service = setting.arguments.first else { return false }
    let containers = try? await engine.containers(
        labels: [GroupLabels.filter(group: group), "\(GroupLabels.service)=\(service)"])
    return containers?.isEmpty ?? true
}

extension GroupState {
    /// Whether some container was given a secret.
    var hasSecretVariables: Bool { services.values.contains { !$0.secretKeys.isEmpty } }
}

extension ImageConfig {
    /// The values of these variables.
    func values(of keys: Set<String>) -> [String] {
        env.compactMap { entry in
            guard let equals = entry.firstIndex(of: "="), keys.contains(String(entry[..<equals])) else { return nil }
            return String(entry[entry.index(after: equals)...])
        }
    }
}

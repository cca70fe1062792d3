internal import Orchestrator
internal import Reconciler

extension ServiceGroup {
    /// The group as plain values and closures, with everything that was found wrong on the way.
    func lowered(at place: DefinitionPlace) -> GroupDefinition {
        let sources = DefinitionSources(place: place)
        // Once: a computed `services` would make new instances at every look.
        let services = services
        var problems = FieldCheck(sources: sources).problems(of: self)
        var specs: [ServiceSpec] = []
        var hooks: [String: ServiceHooks] = [:]
        var places: [String: String] = [:]
        for service in services {
            problems += FieldCheck(sources: sources).problems(of: service)
            specs.append(service.lowered(at: place, problems: &problems))
            hooks[service.name] = service.hooks(at: place)
            let type = unqualifiedTypeName(of: service)
            places[type] = places[type] ?? sources.origin(of: type)
        }
        return GroupDefinition(
            spec: GroupSpec(name: name, services: specs), problems: problems, hooks: hooks,
            groupHooks: groupHooks(at: place),
            path: place.path, hash: place.hash, places: places)
    }
}

extension ServiceGroup {
    private func groupHooks(at place: DefinitionPlace) -> GroupHooks {
        var hooks = GroupHooks()
        if place.mayHave("onStartServices") { hooks.onStartServices = { try await self.onStartServices($0) } }
        if place.mayHave("onStopServices") { hooks.onStopServices = { try await self.onStopServices($0) } }
        if place.mayHave("onReloadService") { hooks.onReloadService = { try await self.onReloadService($0) } }
        return hooks
    }
}

/// The name of a value's type as the user writes it: `Database`.
func unqualifiedTypeName(of value: Any) -> String {
    String(describing: type(of: value))
}

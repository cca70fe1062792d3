/// The plan that makes a container again, which was made while hooks were still to run that have changed its context since.
///
/// It was never started. These steps stand in the place of its start; nothing else of the service is done twice.
/// - Parameter name: what the container is called, and its successor is to be.
public func planRemake(of service: ServiceSpec, container id: String, name: String) -> Plan {
    var draft = PlanDraft()
    let cause = "\(service.contextKeyWords) was written anew since its container was made"
    let remove = draft.add(.removeContainer, service.name, .container(id: id, name: name), cause: cause, after: [])
    let create = draft.add(.createContainer, service.name, .newContainer(name: name), cause: cause, after: [remove])
    draft.add(.startContainer, service.name, .newContainer(name: name), cause: cause, after: [create])
    return draft.plan
}

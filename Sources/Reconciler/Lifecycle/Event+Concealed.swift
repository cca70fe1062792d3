extension Event {
    /// Bytes of one text of others that are kept: a megabyte in an error says no more than its beginning.
    public static let longestText = 8192

    /// The event with the secrets masked in every text that others wrote or that people read, and long texts of others cut.
    ///
    /// What is looked up later stays as it is: names, ids and targets, but for an image that is pulled or built. So do context
    /// values, which replay needs; one that holds a secret becomes a secret itself.
    public func concealed(by hide: Redaction) -> Event {
        // Masked first: a cut would leave a part of a secret that is no longer found.
        func foreign(_ text: String) -> String { cutText(hide(text), to: Self.longestText) }
        func foreign(_ text: String?) -> String? { text.map { foreign($0) } }
        func target(_ text: String, of step: StepKind) -> String { step.isAboutImage ? hide(text) : text }
        switch self {
        case .runStarted(var body):
            body.arguments = body.arguments.map { hide($0) }
            for index in body.services.indices { body.services[index].image = hide(body.services[index].image) }
            return .runStarted(body)
        case .runFinished(var body):
            body.error = foreign(body.error)
            body.next = foreign(body.next)
            return .runFinished(body)
        case .stateChanged(var body):
            body.cause = foreign(body.cause)
            body.failure = body.failure?.mappingTexts(foreign)
            body.spec = body.spec?.concealed(by: hide)
            return .stateChanged(body)
        case .stepIntended(var body):
            body.cause = foreign(body.cause)
            body.spec = body.spec?.concealed(by: hide)
            body.target = target(body.target, of: body.step)
            return .stepIntended(body)
        case .stepSucceeded(var body):
            body.target = target(body.target, of: body.step)
            return .stepSucceeded(body)
        case .stepFailed(var body):
            body.error = foreign(body.error)
            body.target = target(body.target, of: body.step)
            return .stepFailed(body)
        case .stepUnknown(var body):
            body.error = foreign(body.error)
            body.target = target(body.target, of: body.step)
            return .stepUnknown(body)
        case .hookFinished(var body):
            body.error = foreign(body.error)
            return .hookFinished(body)
        case .pingChanged(var body):
            body.error = foreign(body.error)
            return .pingChanged(body)
        case .contextWritten(var body):
            body.secret = body.secret || body.value.texts.contains { hide.finds(in: $0) }
            return .contextWritten(body)
        case .divergenceFound(var body):
            body.differences = body.differences.map { $0.concealed(by: hide) }
            return .divergenceFound(body)
        case .containerExited(var body):
            body.error = foreign(body.error)
            body.health = body.health.map { foreign($0) }
            return .containerExited(body)
        case .logsCaptured(var body):
            body.lines = body.lines.map { foreign($0) }
            return .logsCaptured(body)
        case .noteTaken(var body):
            body.text = foreign(body.text)
            return .noteTaken(body)
        case .engineReached, .runInterrupted, .hookStarted, .contextCleared, .volumesKept, .ledgerSetAside:
            return self
        }
    }
}

extension StepKind {
    /// Nobody looks that up: what became of a pull or a build is seen by the image being here.
    fileprivate var isAboutImage: Bool { self == .pullImage || self == .buildImage }
}

extension Failure {
    func mappingTexts(_ change: (String) -> String) -> Failure {
        var copy = self
        copy.summary = change(summary)
        copy.lastPingError = lastPingError.map(change)
        copy.holder = holder.map(change)
        copy.subject = subject.map(change)
        return copy
    }
}

extension Difference {
    public func concealed(by hide: Redaction) -> Difference {
        Difference(field: field, desired: hide(desired), actual: hide(actual))
    }
}

extension SpecSummary {
    func concealed(by hide: Redaction) -> SpecSummary {
        var copy = self
        copy.image = hide(image)
        copy.env = env.mapValues { hide($0) }
        copy.entrypoint = entrypoint?.map { hide($0) }
        copy.command = command?.map { hide($0) }
        copy.user = hide(user)
        copy.volumes = volumes.map { hide($0) }
        return copy
    }
}

extension Plan {
    /// The plan as it may be shown; its differences were masked when they were found (`PlanRequest.hide`).
    public func concealed(by hide: Redaction) -> Plan {
        guard !hide.isEmpty else { return self }
        var copy = self
        for index in steps.indices {
            copy.steps[index].cause = hide(steps[index].cause)
            if case .image(let image) = steps[index].target { copy.steps[index].target = .image(hide(image)) }
        }
        for index in outlooks.indices { copy.outlooks[index].cause = hide(outlooks[index].cause) }
        return copy
    }
}

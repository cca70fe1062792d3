extension RecordedFact {
    /// The fact as it may be shown: the value of a secret context key is masked, and the password in a URL, which is kept to tell
    /// one from the next. Everything else was masked when written.
    public var masked: RecordedFact {
        switch event {
        case .contextWritten(var body) where body.secret:
            body.value = .string(EnvironmentValue.mask)
            return with(body)
        case .stepIntended(var body):
            body.spec = body.spec?.withoutURLPasswords
            return with(body)
        case .stateChanged(var body):
            body.spec = body.spec?.withoutURLPasswords
            return with(body)
        default: return self
        }
    }

    private func with(_ body: some EventBody) -> RecordedFact {
        RecordedFact(seq: seq, run: run, at: at, monoNs: monoNs, service: service, operation: operation, event: body.event)
    }
}

extension SpecSummary {
    fileprivate var withoutURLPasswords: SpecSummary {
        var spec = self
        spec.env = env.mapValues(withoutURLPassword)
        spec.entrypoint = entrypoint?.map(withoutURLPassword)
        spec.command = command?.map(withoutURLPassword)
        return spec
    }
}

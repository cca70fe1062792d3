extension RecordedFact {
    /// The fact as it may be shown: the value of a secret context key is masked. Everything else was masked when written.
    public var masked: RecordedFact {
        guard case .contextWritten(var body) = event, body.secret else { return self }
        body.value = .string(EnvironmentValue.mask)
        return RecordedFact(
            seq: seq, run: run, at: at, monoNs: monoNs, service: service, operation: operation, event: .contextWritten(body))
    }
}

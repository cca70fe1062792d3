public import Reconciler

extension RunSetting {
    /// The definition, free of problems.
    /// - Throws: `OperationError` with `.definition` listing everything wrong, `.noDefinition` without one.
    func checkedDefinition() throws(OperationError) -> GroupDefinition {
        guard let definition else {
            throw OperationError(.noDefinition, "no definition file", next: "`miniboss init` writes one; -f FILE names one.")
        }
        let problems = definition.allProblems
        guard problems.isEmpty else {
            throw OperationError(.definition, problems.map(\.description).joined(separator: "\n"))
        }
        return definition
    }
}

extension GroupDefinition {
    /// Everything that is wrong with it; secrets masked.
    public var allProblems: [DefinitionProblem] {
        let hide = Redaction(spec.services.flatMap(\.secretTexts))
        return (problems + spec.problems()).map {
            DefinitionProblem(typeName: $0.typeName, field: $0.field, place: $0.place, hide($0.message))
        }
    }
}

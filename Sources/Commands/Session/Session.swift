internal import FoundationEssentials
import Glibc
import Orchestrator
import Reconciler

/// Everything a command knows of the process it runs in.
struct Session: Sendable {
    /// What the user's program defined; `nil` in `miniboss-engine`.
    var definition: GroupDefinition?
    var environment: [String: String]
    var currentDirectory: String
    var output = TextStream.standardOutput
    var errors = TextStream.standardError
    /// The command's word and what the user wrote after it, without the options that only concern how it is shown.
    var command = ""
    var arguments: [String] = []
    var address = GroupAddress()

    static func current(definition: GroupDefinition?) -> Session {
        Session(
            definition: definition, environment: ProgramEnvironment.variables, currentDirectory: FileManager.default.currentDirectoryPath)
    }

    var paint: Paint { Paint(isOn: output.isTerminal && wantsColour) }
    var errorPaint: Paint { Paint(isOn: errors.isTerminal && wantsColour) }

    /// https://no-color.org: present and not empty.
    private var wantsColour: Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// Absolute; `nil` when the ledger is beside the definition.
    var ledgerPath: String? {
        guard let path = environment["MINIBOSS_LEDGER"], !path.isEmpty else { return nil }
        return path.hasPrefix("/") ? path : "\(currentDirectory)/\(path)"
    }

    /// The definition's problems, each with its place in the file.
    var problems: [String] {
        guard let definition else { return [] }
        return definition.allProblems.map { problem in
            guard problem.place == nil else { return SafeText.line("\(problem)") }
            let place = problem.typeName.flatMap { definition.places[$0] }
            return SafeText.line(place.map { "\($0): \(problem)" } ?? "\(definition.path.map(fileName) ?? "definition"): \(problem)")
        }
    }

    /// Says what went wrong and what to do next.
    func report(_ error: OperationError) {
        var text = "miniboss: \(address(SafeText.block(error.message)))\n"
        if let next = error.next {
            text += address(next).split(separator: "\n").map { "  \(SafeText.line(String($0)))\n" }.joined()
        }
        errors.attempt(text)
    }
}

func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}

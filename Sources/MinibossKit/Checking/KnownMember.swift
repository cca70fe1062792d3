/// A member that miniboss reads, and how to tell whether a value of the same name fits it.
struct KnownMember: Sendable {
    enum Kind: Sendable, Equatable {
        /// `plain` is the type as written without blanks, for members that take just one type.
        case property(plain: String?)
        /// The parameters as written without blanks, `$` for the parameter's own name, and the result.
        case hook(parameters: String, result: String?)
    }

    let name: String
    let kind: Kind
    /// The type as messages write it: `[Int: Int]`.
    let type: String
    /// How it is written: `let ports = [5432: 5433]`.
    let example: String
    let fits: @Sendable (Any) -> Bool
    /// Whether `nil` is a value of it, too; any other Optional fits no member, though the value in it may.
    var takesOptional = false

    static func property<Value>(_ name: String, _ type: String, _: Value.Type, example: String) -> KnownMember {
        KnownMember(name: name, kind: .property(plain: type.filter { $0 != " " }), type: type, example: example, fits: { $0 is Value })
    }

    static func hook(_ name: String, parameters: String, result: String? = nil, example: String) -> KnownMember {
        KnownMember(
            name: name, kind: .hook(parameters: parameters, result: result), type: "a method", example: example, fits: { _ in false })
    }

    static let ofService: [KnownMember] = [
        .property("name", "String", String.self, example: #"let name = "appdb""#),
        .property("image", "String", String.self, example: #"let image = "postgres:15""#),
        .property("dependencies", "[String]", [String].self, example: #"let dependencies = ["appdb"]"#),
        KnownMember(
            name: "env", kind: .property(plain: nil), type: "[String: String] or Environment", example: #"let env = ["KEY": "value"]"#,
            fits: { $0 is any EnvironmentConvertible }),
        .property("ports", "[Int: Int]", [Int: Int].self, example: "let ports = [5432: 5433]"),
        KnownMember(
            name: "volumes", kind: .property(plain: nil), type: "[String] or [String: Mount]", example: #"let volumes = ["./data:/data"]"#,
            fits: { $0 is any VolumesConvertible }),
        KnownMember(
            name: "entrypoint", kind: .property(plain: nil), type: "String or [String]", example: #"let entrypoint = "/run.sh""#,
            fits: { $0 is any CommandConvertible }, takesOptional: true),
        KnownMember(
            name: "cmd", kind: .property(plain: nil), type: "String or [String]", example: #"let cmd = ["sleep", "60"]"#,
            fits: { $0 is any CommandConvertible }, takesOptional: true),
        .property("user", "String", String.self, example: #"let user = "1000:1000""#),
        .property("alwaysStartNew", "Bool", Bool.self, example: "let alwaysStartNew = true"),
        .property("stopSignal", "StopSignal", StopSignal.self, example: "let stopSignal = StopSignal.sigint"),
        .property("buildFromDirectory", "String", String.self, example: #"let buildFromDirectory = "app/""#),
        .property("dockerfile", "String", String.self, example: #"let dockerfile = "Dockerfile""#),
        .property("readiness", "Readiness", Readiness.self, example: "let readiness = Readiness.tcp(5432)"),
        .hook("preStart", parameters: "", example: "func preStart() async throws"),
        .hook("ping", parameters: "_$:Container", result: "Bool", example: "func ping(_ container: Container) async throws -> Bool"),
        .hook("postStart", parameters: "_$:Container", example: "func postStart(_ container: Container) async throws"),
        .hook("preStop", parameters: "_$:Container", example: "func preStop(_ container: Container) async throws"),
    ]

    static let ofGroup: [KnownMember] = [
        .property("name", "String", String.self, example: #"let name = "shop""#),
        .property("services", "[any Service]", [any Service].self, example: "let services: [any Service] = [Database()]"),
        .hook("onStartServices", parameters: "_$:[String]", example: "func onStartServices(_ names: [String]) async throws"),
        .hook("onStopServices", parameters: "_$:[String]", example: "func onStopServices(_ names: [String]) async throws"),
        .hook("onReloadService", parameters: "_$:String", example: "func onReloadService(_ name: String) async throws"),
    ]
}

extension KnownMember {
    var isHook: Bool { if case .hook = kind { true } else { false } }

    /// Whether a declared method is this hook, by its signature without blanks.
    func isSatisfied(by signature: String) -> Bool {
        guard case .hook(let parameters, let result) = kind, signature.hasPrefix("("), let close = signature.firstIndex(of: ")") else {
            return false
        }
        let declared = String(signature[signature.index(after: signature.startIndex)..<close])
            .replacing("Array<String>", with: "[String]").replacing("Swift.[", with: "[")
        let tail = signature[signature.index(after: close)...]
        let returned = tail.contains("->") ? tail.drop { $0 != ">" }.dropFirst() : ""
        guard
            result.map({ returned.hasPrefix($0) || returned.hasPrefix("Swift.\($0)") })
                ?? ["", "Void", "Swift.Void", "()"].contains(String(returned))
        else {
            return false
        }
        guard !parameters.isEmpty else { return declared.isEmpty }
        let type = parameters.drop { $0 != ":" }.dropFirst()
        return declared.hasPrefix("_") && (declared.hasSuffix(":\(type)") || declared.hasSuffix(".\(type)")) && !declared.contains(",")
    }
}

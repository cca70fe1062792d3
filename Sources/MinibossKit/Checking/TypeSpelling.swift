/// The name of a type as people write it: `Dictionary<String, Int>` is `[String: Int]`, `Optional<Int>` is `Int?`.
struct TypeSpelling {
    let text: String

    init(_ runtimeName: String) {
        var rest = Substring(runtimeName)
        text = Self.spelling(&rest) + rest
    }

    private static func spelling(_ rest: inout Substring) -> String {
        let end = rest.firstIndex { "<>,".contains($0) } ?? rest.endIndex
        let name = String(rest[..<end])
        rest = rest[end...]
        guard rest.first == "<" else { return name }
        rest.removeFirst()
        var parameters: [String] = []
        while let next = rest.first, next != ">" {
            parameters.append(spelling(&rest))
            while rest.first == "," || rest.first == " " { rest.removeFirst() }
        }
        if rest.first == ">" { rest.removeFirst() }
        switch (name, parameters.count) {
        case ("Array", 1): return "[\(parameters[0])]"
        case ("Dictionary", 2): return "[\(parameters[0]): \(parameters[1])]"
        case ("Optional", 1): return "\(parameters[0])?"
        default: return "\(name)<\(parameters.joined(separator: ", "))>"
        }
    }
}

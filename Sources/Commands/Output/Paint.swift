/// Colours, where they are wanted. Meaning never hangs on them: a word and a sign stand beside each.
struct Paint: Sendable, Equatable {
    enum Colour: String, Sendable {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case magenta = "35"
        case cyan = "36"
        case bold = "1"
        case faint = "2"
    }

    var isOn: Bool

    func callAsFunction(_ text: String, _ colour: Colour?) -> String {
        guard isOn, let colour, !text.isEmpty else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// Fixed for a service's place in the group, so that its log is the same colour each time.
    static func ofService(at index: Int) -> Colour {
        let wheel: [Colour] = [.cyan, .yellow, .green, .magenta, .blue, .red]
        return wheel[index % wheel.count]
    }
}

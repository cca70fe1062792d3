import Reconciler

/// JSON for a `<script type="application/json">`: no text in it can end the element, begin a comment, or steer the reader's eye.
struct ScriptData {
    private(set) var text = ""
    private var isFirst = true

    /// `{"name":…,…}`
    static func object(_ body: (inout ScriptData) -> Void) -> String {
        var data = ScriptData()
        data.text = "{"
        body(&data)
        return data.text + "}"
    }

    mutating func member(_ name: StaticString, numbers: some Sequence<Int>) {
        begin(name)
        list(numbers) { $0.text += String($1) }
    }

    mutating func member(_ name: StaticString, texts: some Sequence<String>) {
        begin(name)
        list(texts) { $0.quote($1) }
    }

    mutating func member(_ name: StaticString, _ value: String) {
        begin(name)
        quote(value)
    }

    mutating func member(_ name: StaticString, _ value: Int) {
        begin(name)
        text += String(value)
    }

    mutating func member<Items: Sequence>(
        _ name: StaticString, objects: Items, _ body: (inout ScriptData, Items.Element) -> Void
    ) {
        begin(name)
        list(objects) { data, item in data.text += Self.object { body(&$0, item) } }
    }

    private mutating func begin(_ name: StaticString) {
        if !isFirst { text += "," }
        isFirst = false
        text += "\"\(name)\":"
    }

    private mutating func list<Items: Sequence>(_ items: Items, _ write: (inout ScriptData, Items.Element) -> Void) {
        text += "["
        var isFirstItem = true
        for item in items {
            if !isFirstItem { text += "," }
            isFirstItem = false
            write(&self, item)
        }
        text += "]"
    }

    private mutating func quote(_ value: String) {
        text += "\""
        // What controls is made visible here already: the script puts texts into the page as they are.
        for scalar in SafeText.logLine(value).unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\t": text += "\\t"
            case "<": text += "\\u003c"
            case ">": text += "\\u003e"
            case "&": text += "\\u0026"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

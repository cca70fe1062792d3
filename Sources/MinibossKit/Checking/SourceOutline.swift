/// The types of a Swift source text with the names they declare and the lines where they do.
///
/// A reading for messages, not a parser: what it does not understand it leaves out.
struct SourceOutline: Sendable {
    struct Declaration: Sendable, Equatable {
        enum Kind: Sendable { case property, method }

        let kind: Kind
        let name: String
        /// Counted from 1.
        let line: Int
        /// What follows the name up to the body or value, blanks removed: `:[Int:Int]`, `(_container:Container)asyncthrows->Bool`.
        let signature: String
    }

    struct TypeOutline: Sendable {
        var line: Int?
        var declarations: [Declaration] = []
    }

    /// By unqualified name; extensions in the same text are added to their type.
    private(set) var types: [String: TypeOutline] = [:]

    init(_ text: String) {
        var walk = OutlineWalk(tokens: SourceTokens(text).tokens)
        types = walk.types()
    }
}

/// One pass over the tokens, with the stack of open braces.
private struct OutlineWalk {
    let tokens: [SourceTokens.Token]
    private var index = 0
    /// The type whose body each open brace began; `nil` for other braces.
    private var braces: [String?] = []
    private var parentheses = 0
    private var pendingType: String?
    private var found: [String: SourceOutline.TypeOutline] = [:]

    init(tokens: [SourceTokens.Token]) { self.tokens = tokens }

    mutating func types() -> [String: SourceOutline.TypeOutline] {
        while index < tokens.count {
            let token = tokens[index]
            switch token.text {
            case "{":
                braces.append(pendingType)
                pendingType = nil
            case "}":
                _ = braces.popLast()
            case "(", "[": parentheses += 1
            case ")", "]": parentheses = max(0, parentheses - 1)
            case "struct", "class", "actor", "enum", "extension": openType(token)
            case "let", "var", "func": declare(token)
            default: break
            }
            index += 1
        }
        return found
    }

    private mutating func openType(_ keyword: SourceTokens.Token) {
        // `class func` and `T: class` open nothing.
        guard index + 1 < tokens.count, tokens[index + 1].isName, !["func", "var", "let"].contains(tokens[index + 1].text) else { return }
        var last = index + 1
        while last + 2 < tokens.count, tokens[last + 1].text == ".", tokens[last + 2].isName { last += 2 }
        let name = tokens[last].text
        pendingType = name
        if keyword.text != "extension" { found[name, default: SourceOutline.TypeOutline()].line = keyword.line }
        index = last
    }

    private mutating func declare(_ keyword: SourceTokens.Token) {
        guard parentheses == 0, let owner = braces.last ?? nil, index + 1 < tokens.count, tokens[index + 1].isName, !isStatic else {
            return
        }
        let name = tokens[index + 1]
        let kind: SourceOutline.Declaration.Kind = keyword.text == "func" ? .method : .property
        found[owner, default: SourceOutline.TypeOutline()].declarations.append(
            SourceOutline.Declaration(kind: kind, name: name.text, line: name.line, signature: signature(after: index + 1, kind: kind)))
        index += 1
    }

    private var isStatic: Bool {
        let line = tokens[index].line
        return tokens[..<index].suffix(4).contains { $0.line == line && ($0.text == "static" || $0.text == "class") }
    }

    private func signature(after start: Int, kind: SourceOutline.Declaration.Kind) -> String {
        var text = ""
        var depth = 0
        for token in tokens[(start + 1)...] {
            if depth == 0, token.text == "{" || token.text == "}" || token.text == "=" { break }
            if depth == 0, kind == .property, token.line != tokens[start].line { break }
            if depth == 0, kind == .method, ["func", "var", "let", "struct"].contains(token.text) { break }
            if token.text == "(" || token.text == "[" { depth += 1 }
            if token.text == ")" || token.text == "]" { depth -= 1 }
            text += token.text
        }
        return text
    }
}

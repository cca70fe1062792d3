internal import Files

/// The source texts of the definition, read for the lines that messages name.
struct DefinitionSources: Sendable {
    struct Source: Sendable {
        /// As messages show it: `Miniboss.swift`, `MinibossHelpers/Names.swift`.
        let name: String
        let outline: SourceOutline
    }

    let sources: [Source]

    init(sources: [Source]) { self.sources = sources }

    /// The definition file and its helpers; nothing for an executable target of the user's own package.
    ///
    /// A file that can't be read is left out: messages then name the type alone.
    init(place: DefinitionPlace) {
        guard let path = place.path else {
            self.init(sources: [])
            return
        }
        let helpers = place.directory + "/MinibossHelpers"
        let files =
            [(String(path.split(separator: "/").last ?? ""), path)]
            + Self.swiftFiles(in: helpers).map { ("MinibossHelpers/\($0)", "\(helpers)/\($0)") }
        self.init(sources: files.compactMap { name, path in (try? fileText(path)).map { Source(name: name, outline: SourceOutline($0)) } })
    }

    /// Where a type is declared: `Miniboss.swift:24`.
    func origin(of type: String) -> String? {
        for source in sources {
            if let line = source.outline.types[type]?.line { return "\(source.name):\(line)" }
        }
        return nil
    }

    /// What a type declares in all the texts, each with its place.
    func declarations(of type: String) -> [(declaration: SourceOutline.Declaration, place: String)] {
        sources.flatMap { source in
            (source.outline.types[type]?.declarations ?? []).map { ($0, "\(source.name):\($0.line)") }
        }
    }

    private static func swiftFiles(in directory: String) -> [String] {
        ((try? directoryNames(directory)) ?? []).filter { $0.hasSuffix(".swift") }.sorted()
    }
}

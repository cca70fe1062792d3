/// The compiler's command line for one definition.
struct CompilerCommand: Equatable {
    let source: DefinitionSource
    let kit: Kit
    let toolchain: Toolchain
    let colour: Colour

    enum Colour { case automatic, never }

    /// What decides the outcome, apart from the source, the kit and the toolchain; part of the key.
    var flags: [String] {
        // One module, whole: a single frontend process whatever the number of helpers.
        var flags = ["-parse-as-library", "-wmo", "-swift-version", "6", "-Onone", "-gline-tables-only"]
        flags += ["-module-name", "MinibossDefinition", "-I", kit.modules, "-L", kit.directory, "-lMinibossKit"]
        flags += ["-Xlinker", "-rpath", "-Xlinker", kit.directory]
        if toolchain.hasLLD { flags.append("-use-ld=lld") }
        return flags
    }

    /// The arguments with the program's name first.
    ///
    /// - Parameters:
    ///   - stage: a directory of this compilation's own.
    ///   - moduleCache: shared by all compilations.
    func arguments(stage: CompilationStage, moduleCache: String) -> [String] {
        [toolchain.compiler] + flags + (colour == .never ? ["-no-color-diagnostics"] : [])
            + ["-module-cache-path", moduleCache, "-vfsoverlay", stage.overlay]
            + source.files.map(\.path) + ["-o", stage.executable]
    }
}

/// The files of one compilation.
struct CompilationStage: Equatable {
    let directory: String

    var executable: String { "\(directory)/\(Self.executableName)" }
    var overlay: String { "\(directory)/overlay.yaml" }
    func copy(_ index: Int) -> String { "\(directory)/source-\(index).swift" }

    static let executableName = "definition"

    /// Maps the user's paths to the copies, so that messages and `#filePath` show the user's own.
    func overlayText(for source: DefinitionSource) -> String {
        let files = source.files.indices.map { index in
            #"{"type":"file","name":\#(Self.quoted(source.files[index].path)),"external-contents":\#(Self.quoted(copy(index)))}"#
        }
        return #"{"version":0,"case-sensitive":"true","use-external-names":"false","roots":[\#(files.joined(separator: ","))]}"# + "\n"
    }

    /// As JSON, which is YAML too.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            case let control where control.value < 0x20:
                let hex = String(control.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

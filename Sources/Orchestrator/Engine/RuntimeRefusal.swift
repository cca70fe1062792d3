import DockerClient
import Synchronization

/// What the engine itself writes to a command's streams where it can't begin the command, which is no output of anybody's.
final class RuntimeRefusal: Sendable {
    private static let beginning = Array("OCI runtime exec failed: ".utf8)
    private let state = Mutex<(isHeard: Bool, words: [UInt8]?)>((false, nil))

    /// `nil` where the command began.
    var words: DockerError? {
        state.withLock(\.words).map { bytes in
            let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
            return DockerError(.http(400), endpoint: "POST /exec/start", message: text)
        }
    }

    /// The same streams without it.
    func heard(on streams: CommandStreams) -> CommandStreams {
        var copy = streams
        copy.output = { [self] bytes, isError in
            let isOurs = state.withLock { state in
                // It comes in one piece, before anything else could.
                if !state.isHeard, bytes.starts(with: Self.beginning) { state.words = bytes }
                state.isHeard = true
                return state.words != nil
            }
            return isOurs ? nil : streams.output(bytes, isError)
        }
        return copy
    }
}

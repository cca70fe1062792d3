/// What a probe saw when it was not true.
struct ProbeSight: Sendable, Equatable {
    var text: String
    /// What may be otherwise each time and is no news by itself, such as the last line of a log.
    var passing = ""

    var words: String { text + passing }
}

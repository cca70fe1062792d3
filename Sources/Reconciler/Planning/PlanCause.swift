/// What a plan says in more than one place, first of all why there is a new container.
public enum PlanCause {
    public static let noContainer = "no container exists"
    public static let networkGone = "the network it was on is gone"
    public static let former = "it is no longer in the definition and still runs; `miniboss stop` ends it"
    private static let mark = "replaced: "

    static func replaced(_ why: String) -> String { mark + why }

    /// Why a container is replaced; `nil` for every other cause.
    public static func whyReplaced(_ cause: String) -> Substring? {
        cause.hasPrefix(mark) ? cause.dropFirst(mark.count) : nil
    }
}

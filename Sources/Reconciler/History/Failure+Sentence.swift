extension Failure {
    /// The summary as a sentence: "web exited with 1 …", but "web: its image could not …".
    public func sentence(about service: String) -> String {
        if summary.hasPrefix("\(service).") { return summary }
        let subjects = ["its ", "the ", "host ", "pre_start ", "ping ", "post_start "] + [subject].compactMap { $0 }
        return subjects.contains(where: summary.hasPrefix) ? "\(service): \(summary)" : "\(service) \(summary)"
    }
}

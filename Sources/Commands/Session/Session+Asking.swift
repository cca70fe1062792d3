extension Session {
    /// Runs what asks an engine for somebody who only wants to look, and says so where it keeps them waiting. A run has progress
    /// for that.
    func asking<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        let notice = Task { [errors] in
            try await Task.sleep(for: .seconds(3))
            errors.attempt("miniboss: the Docker Engine has not answered yet; waiting for it\n")
        }
        defer { notice.cancel() }
        return try await body()
    }
}

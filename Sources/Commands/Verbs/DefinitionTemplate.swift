/// What `init` writes.
enum DefinitionTemplate {
    /// - Parameter group: the group's name; `nil` leaves it to the directory's.
    static func text(group: String?) -> String {
        let name = group.map { "let name = \"\($0)\"\n    " } ?? ""
        return #"""
            #!/usr/bin/env miniboss
            // A group of services. `miniboss start` starts it, `miniboss status` shows it, `miniboss stop` stops it.
            import MinibossKit

            struct Store: Service {
                // Unique, and the host name by which the other services reach it.
                let name = "store"
                // Pulled when it is missing. Any small image with a shell will do here.
                let image = "busybox:latest"
                // Ends at once when it is asked to; most images do so without a word.
                let cmd = ["sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 1 & wait; done"]

                // When it counts as running: .tcp(5432), .http(port: 8080, path: "/"), .healthy, .exec("pg_isready"), …
                var readiness: Readiness { .log("ready") }

                // Once for each new container, after it is ready. What is written to the context is remembered.
                func postStart(_ container: Container) async throws {
                    let answer = try await container.exec("sh", "-c", "echo $((6 * 7))")
                    Context["user_id"] = answer.output.trimmed
                }
            }

            struct App: Service {
                let name = "app"
                let image = "busybox:latest"
                // Starts when these are running.
                let dependencies = ["store"]
                // {user_id} comes from the context. Secrets: "PASSWORD": .secret("…") in an Environment.
                let env = ["STORE_HOST": "store", "USER_ID": "{user_id}"]
                // Container port to host port; 0 takes a free one: let ports = [8080: 0]
                let cmd = ["sh", "-c", "trap 'exit 0' TERM; echo user $USER_ID; while :; do sleep 1 & wait; done"]
            }

            @main struct Group: ServiceGroup {
                \#(name)let services: [any Service] = [Store(), App()]
            }

            """#
    }
}

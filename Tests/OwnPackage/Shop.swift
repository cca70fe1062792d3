// A definition as the only source of an executable target: it is its own `miniboss`.
import Glibc
import MinibossKit

private func setting(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

struct Counter: Service {
    let name = "counter"
    let image = setting("SHOP_IMAGE")
    let cmd = "sleep 1000"
    let stopSignal = StopSignal.sigkill

    func postStart(_ container: Container) async throws {
        Context["open"] = try await container.exec("echo", "open").output.trimmed
    }
}

@main struct Shop: ServiceGroup {
    let name = setting("SHOP_GROUP")
    let services: [any Service] = [Counter()]
}

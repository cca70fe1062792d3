import Reconciler

/// `appdb       | `, in the colour of the service.
struct LogPrefixes: Sendable {
    private var prefixes: [String: String] = [:]
    private var width: Int

    init(services: [String], all: [String], paint: Paint) {
        width = services.map { DisplayWidth.of(SafeText.line($0)) }.max() ?? 0
        for service in all {
            let index = all.firstIndex(of: service) ?? 0
            let name = DisplayWidth.padded(SafeText.line(service), to: width)
            prefixes[service] = paint(name, Paint.ofService(at: index)) + " | "
        }
    }

    func of(_ service: String) -> String {
        prefixes[service] ?? DisplayWidth.padded(SafeText.line(service), to: width) + " | "
    }
}

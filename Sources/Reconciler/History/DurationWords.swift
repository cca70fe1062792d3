/// A duration as people read it: `48 ms`, `2.1 s`, `3 min 5 s`.
public func durationWords(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.0995: "\(Int((max(seconds, 0) * 1000).rounded())) ms"
    case ..<99.95: "\(decimal(seconds, places: 1)) s"
    default: "\(Int(seconds.rounded()) / 60) min \(Int(seconds.rounded()) % 60) s"
    }
}

/// A number with a fixed count of decimals, rounded half away from zero; the standard library has no formatter.
public func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let scale = (0..<places).reduce(1) { product, _ in product * 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    return "\(sign)\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
}

/// A duration as people read it: `48 ms`, `2.1 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`.
public func durationWords(_ seconds: Double) -> String {
    guard seconds >= 99.95 else {
        return seconds < 0.0995 ? "\(Int((max(seconds, 0) * 1000).rounded())) ms" : "\(decimal(seconds, places: 1)) s"
    }
    let whole = Int(min(seconds, 1e12).rounded())
    return switch whole / 60 {
    case ..<120: "\(whole / 60) min \(whole % 60) s"
    case ..<(48 * 60): "\(whole / 3600) h \(whole / 60 % 60) min"
    default: "\(whole / 86_400) d \(whole / 3600 % 24) h"
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

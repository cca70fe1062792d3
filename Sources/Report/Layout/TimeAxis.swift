import Reconciler

/// The ticks of a time axis: round numbers, few enough to be read.
struct TimeAxis: Equatable {
    struct Tick: Equatable {
        var seconds: Double
        var label: String
    }

    /// Length in seconds; never 0.
    let end: Double
    let ticks: [Tick]

    init(end: Double) {
        let end = Swift.max(end, 0.001)
        self.end = end
        let steps: [Double] =
            [1, 2, 5, 10, 20, 50, 100, 200, 500].map { $0 / 1000 } + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800]
        var step = steps.first { end / $0 <= 6 } ?? 3600
        while end / step > 6 { step *= 2 }
        let places = step < 0.01 ? 3 : step < 0.1 ? 2 : step < 1 ? 1 : 0
        ticks = (0...Int(end / step)).map { count in
            let seconds = Double(count) * step
            return Tick(
                seconds: seconds, label: count == 0 ? "0" : step < 60 ? "\(decimal(seconds, places: places)) s" : durationWords(seconds))
        }
    }

    /// A place on the axis in percent of its length, with three decimals.
    func percent(_ seconds: Double) -> String { "\(decimal(min(max(seconds / end, 0), 1) * 100, places: 3))%" }
}

import Glibc
import Reconciler
import Synchronization

/// Live lines on a terminal, redrawn in place at most ten times a second.
final class LiveProgress: ProgressDisplay {
    private struct State {
        var view = LiveView()
        /// Widths of the lines on the screen now, to know how many rows they take.
        var drawn: [Int] = []
        var frame = 0
        /// On the clock of the facts, which stands still while the machine sleeps.
        var lastFact: SuspendingClock.Instant?
        var isFinished = false
        var continuations = SignalTrap.continuations
    }

    private let stream: TextStream
    private let paint: Paint
    private let state = Mutex(State())
    private let redraws = Mutex<Task<Void, Never>?>(nil)

    init(stream: TextStream, paint: Paint) {
        self.stream = stream
        self.paint = paint
        let task = Task { [weak self] in
            while !Task.isCancelled, let display = self {
                display.redraw()
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        redraws.withLock { $0 = task }
    }

    func recorded(_ fact: RecordedFact) {
        state.withLock { state in
            state.view.apply(fact)
            state.lastFact = .now
        }
    }

    func remark(service: String?, _ text: String) {
        state.withLock { $0.view.remark(service: service, text) }
    }

    func finish() {
        redraws.withLock { $0.take() }?.cancel()
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            draw(&state, isLast: true)
        }
    }

    private func redraw() {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.frame += 1
            draw(&state, isLast: false)
        }
    }

    private func draw(_ state: inout State, isLast: Bool) {
        let size = stream.size ?? (80, 24)
        // After a stop the shell has written below the old picture, which stays: a new one begins here.
        let continuations = SignalTrap.continuations
        if state.continuations != continuations { state.drawn = [] }
        state.continuations = continuations
        // The last column stays free: terminals differ in what they do after writing into it.
        let width = max(8, size.columns - 1)
        let since = state.lastFact.map { SuspendingClock.now - $0 } ?? .zero
        let now = state.view.latest + Int64(since / .nanoseconds(1))
        let lines = state.view.lines(width: width, height: isLast ? nil : size.rows - 1, now: now, frame: state.frame, paint: paint)
        let rows = state.drawn.reduce(0) { $0 + max(1, ($1 + size.columns - 1) / size.columns) }
        var out = rows > 0 ? "\r\u{1B}[\(rows)A" : "\r"
        for line in lines { out += line + "\u{1B}[K\n" }
        out += "\u{1B}[J"
        let plain = Paint(isOn: false)
        state.drawn = state.view.lines(width: width, height: isLast ? nil : size.rows - 1, now: now, frame: state.frame, paint: plain)
            .map(DisplayWidth.of)
        if !lines.isEmpty { stream.attempt(out) }
    }
}
